/*
 * rewrite: commits written again with other files in them.
 *
 *	vv_rewrite_open(&w, repo, dry, edit, payload, err);
 *	for each commit, parents first: vv_rewrite_commit(w, &commit, &new_id, err);
 *	for each ref: vv_rewrite_object(w, &id, &new_id, err);
 *	vv_objects_flush(repo, err);
 *	vv_rewrite_close(w);
 *
 * A caller edits folders, each version of a folder once, so that the new tree depends on the old tree alone. A commit
 * whose tree and parents stay the same keeps its id. All others lose signatures, which could not be valid, and ids of
 * rewritten commits in messages are replaced. Refs are left to the caller.
 */
#ifndef VV_REPO_GIT_HISTORY_REWRITE_H
#define VV_REPO_GIT_HISTORY_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_folder_entry {
	const char *name; /* in the folder's arena */
	uint32_t mode;    /* Git's; 0: to be removed */
	vv_oid id;
	vv_oid old; /* the id that was read; null: it did not exist */
} vv_folder_entry;

typedef struct vv_rewrite vv_rewrite;

/* A version of a folder. Its subfolders have been edited before it. */
typedef struct vv_folder_edit {
	const char *path;         /* "" is the top folder, else as "data/old/" */
	vv_folder_entry *entries; /* in any order after an edit */
	size_t count, cap;
	bool changed;   /* it, or a folder below it; set by vv_folder_edit_put and _remove */
	vv_arena arena; /* for names */
	vv_rewrite *w;
} vv_folder_edit;

vv_folder_entry *vv_folder_edit_find(const vv_folder_edit *f, const char *name); /* may be NULL */
/* Adds a file, or replaces the one of this name. */
vv_status vv_folder_edit_put(vv_folder_edit *f, const char *name, uint32_t mode, const vv_oid *id,
			     vv_error *err);
void vv_folder_edit_remove(vv_folder_edit *f, vv_folder_entry *e);

/* A folder in it, edited again; a new one if there is none. In a dry run it has the entries from before the first
 * edit. VV_EEXISTS: a file has its name. The path is borrowed. */
vv_status vv_folder_edit_below(vv_folder_edit *out, vv_folder_edit *f, const char *name,
			       vv_error *err);
/* Puts it into f, and releases it, on failure also. rc: how the edit ended. */
vv_status vv_folder_edit_end(vv_folder_edit *below, vv_folder_edit *f, vv_status rc, vv_error *err);

typedef vv_status (*vv_rewrite_fn)(void *payload, vv_folder_edit *f, vv_error *err);

/* dry: nothing is written, and ids are worked out all the same. */
vv_status vv_rewrite_open(vv_rewrite **out, vv_repository *r, bool dry, vv_rewrite_fn fn,
			  void *payload, vv_error *err);
void vv_rewrite_close(vv_rewrite *w); /* accepts NULL */
VV_AUTO_FREE(vv_rewrite, vv_rewrite_close)

/* Writes the commit again, staged. Parents that were not rewritten stay unchanged. */
vv_status vv_rewrite_commit(vv_rewrite *w, const vv_oid *commit, vv_oid *out, vv_error *err);

/* The new id of a ref's object: of a rewritten commit, or of an annotated tag (rewritten if its target
 * changed); any other object is unchanged. */
vv_status vv_rewrite_object(vv_rewrite *w, const vv_oid *id, vv_oid *out, vv_error *err);

/* Commits, and tags, with new ids: commits in the order given. */
typedef struct vv_rewritten {
	vv_oid old, now;
} vv_rewritten;
const vv_rewritten *vv_rewrite_changed(const vv_rewrite *w, size_t *count);
/* Signatures of commits and tags that were dropped. */
size_t vv_rewrite_unsigned(const vv_rewrite *w);

#endif
