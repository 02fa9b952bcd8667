/*
 * rewrite: rewrites commits with changed files.
 *
 * 	vv_rewrite_open(&w, repo, dry, edit, payload, err);
 * 	for each commit, parents first: vv_rewrite_commit(w, &commit, &new_id, err);
 * 	for each ref: vv_rewrite_object(w, &id, &new_id, err);
 * 	vv_repository_flush(repo, err);
 * 	vv_rewrite_close(w);
 *
 * vv_rewrite_texts adds a function that edits messages and persons, too.
 *
 * The function `edit` edits folders. It is called once for each version of a folder; its result
 * must depend only on the folder's path and entries. A commit whose tree, texts and parents do not
 * change keeps its id. All other commits lose their signatures, which would be invalid. In their messages,
 * ids of rewritten commits are replaced by the new ids. The caller updates the refs.
 */
#ifndef VV_REPO_GIT_HISTORY_REWRITE_H
#define VV_REPO_GIT_HISTORY_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* An entry of a folder that is being edited. */
typedef struct vv_folder_entry {
	const char *name; /* in the folder's arena */
	uint32_t mode;    /* Git's mode; 0: the entry is to be removed */
	vv_oid id;
	vv_oid old; /* the id before the edit; null: the entry is new */
} vv_folder_entry;

typedef struct vv_rewrite vv_rewrite;

/* A version of a folder that is being edited. Its subfolders were edited before it. */
typedef struct vv_folder_edit {
	/* path in the repository, as "data/old/"; "" for the top folder */
	const char *path;
	vv_folder_entry *entries; /* in any order after an edit */
	size_t count, cap;
	/* the folder or a subfolder changed; vv_folder_edit_put and vv_folder_edit_remove set it,
	 * too */
	bool changed;
	vv_arena arena; /* memory for the names of entries */
	vv_rewrite *w;
} vv_folder_edit;

/* Returns the entry called name, valid until the next vv_folder_edit_put; NULL: no such entry, or
 * it was removed. */
vv_folder_entry *vv_folder_edit_find(const vv_folder_edit *f, const char *name);
/* Adds an entry called name to f, or replaces the existing one. name is copied. Pointers to entries
 * of f become invalid. */
vv_status vv_folder_edit_put(vv_folder_edit *f, const char *name, uint32_t mode, const vv_oid *id,
			     vv_error *err);
/* Removes the entry e from f. */
void vv_folder_edit_remove(vv_folder_edit *f, vv_folder_entry *e);

/* Begins another edit of the subfolder called name of f, and sets *out to its entries. If the
 * subfolder does not exist yet, *out is empty. In a dry run, *out has the entries from before the
 * first edit, and is empty for a new subfolder. VV_EEXISTS: a file has this name. Call
 * vv_folder_edit_end, also on failure. */
vv_status vv_folder_edit_below(vv_folder_edit *out, vv_folder_edit *f, const char *name,
			       vv_error *err);
/* Ends the edit of a subfolder of f. rc: the status of the edit. If rc is VV_OK and the subfolder
 * has changed, writes the subfolder's tree and puts it into f. Clears *below, also on failure.
 * Returns rc or its own error. */
vv_status vv_folder_edit_end(vv_folder_edit *below, vv_folder_edit *f, vv_status rc, vv_error *err);

/* Edits the folder f. */
typedef vv_status (*vv_rewrite_fn)(void *payload, vv_folder_edit *f, vv_error *err);

/* Begins a rewrite, which calls fn for folders. dry: computes the new ids, but writes nothing. The
 * caller closes *out, also after a failure. */
vv_status vv_rewrite_open(vv_rewrite **out, vv_repository *r, bool dry, vv_rewrite_fn fn,
			  void *payload, vv_error *err);
void vv_rewrite_close(vv_rewrite *w); /* accepts NULL */
VV_AUTO_FREE(vv_rewrite, vv_rewrite_close)

/* Appends a message of a commit or tag, or "NAME <EMAIL" of a person in it, to out. Sets *changed to
 * true if it is changed. */
typedef vv_status (*vv_rewrite_text_fn)(void *payload, const char *text, size_t len, vv_buf *out,
					bool *changed, vv_error *err);
/* Makes w call fn for texts, with the payload of vv_rewrite_open. */
void vv_rewrite_texts(vv_rewrite *w, vv_rewrite_text_fn fn);

/* Stages the rewritten form of a commit, and sets *out to its new id, or to the old id if the
 * commit does not change. Keeps parents that were not rewritten. VV_EREFUSED: folders are nested
 * too deep. VV_ECORRUPT: the commit is damaged. */
vv_status vv_rewrite_commit(vv_rewrite *w, const vv_oid *commit, vv_oid *out, vv_error *err);

/* Sets *out to the new id of id, an object to which a ref points: a commit, or an annotated tag,
 * which is rewritten if its target or its text has changed. If the object is unchanged, *out is id.
 * VV_EREFUSED: tags are nested too deep. */
vv_status vv_rewrite_object(vv_rewrite *w, const vv_oid *id, vv_oid *out, vv_error *err);

/* Append the texts of tags, as fn of vv_rewrite_texts gets them: names, taggers and messages of the tag
 * and of the tags to which it points (none if it is no tag), and of the tags that a commit quotes.
 * VV_EREFUSED: tags are nested too deep. */
vv_status vv_rewrite_tag_words(vv_repository *r, const vv_oid *tag, vv_buf *out, vv_error *err);
vv_status vv_rewrite_quoted_words(vv_repository *r, const vv_oid *commit, vv_buf *out,
				  vv_error *err);

/* A commit or tag with a new id. */
typedef struct vv_rewritten {
	vv_oid old, now;
} vv_rewritten;
/* Returns an array of all *count commits and tags with new ids, in the order in which they were
 * rewritten; borrowed from w until the next rewrite. */
const vv_rewritten *vv_rewrite_changed(const vv_rewrite *w, size_t *count);
/* Returns the new id of the commit or tag `old`, or `old` itself if it has none; borrowed likewise. */
const vv_oid *vv_rewrite_new_id(const vv_rewrite *w, const vv_oid *old);
/* Returns the number of rewritten commits and tags that have lost a signature. A commit that lost a
 * signed tag of its parent (mergetag) counts, too. */
size_t vv_rewrite_unsigned(const vv_rewrite *w);
/* Returns the number of tags alone among them. */
size_t vv_rewrite_unsigned_tags(const vv_rewrite *w);

#endif
