/*
 * apply_files: files of the work tree that a patch reads, and what takes their place.
 *
 * New content is written beside each file. vv_apply_files_commit renames all of it into
 * place, one after the other, once nothing can go wrong but the machine. With an index it
 * is not files but the index's versions that are read, and lib/merge/apply_index.h ends it.
 */
#ifndef VV_LIB_MERGE_APPLY_FILES_H
#define VV_LIB_MERGE_APPLY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "lib/names/version.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/way_back.h"

/* One path that the patch speaks of. */
typedef struct vv_apply_file {
	char *path; /* as the patch has it, parts taken off */
	char *file; /* its path on disk */
	bool seen;  /* was looked at: */
	bool exists;
	vv_stat st;    /* of the file */
	uint32_t mode; /* in the index */
	vv_oid blob;
	char *temp; /* its new content, or NULL */
	int fd;     /* of temp while it is written; -1 */
	vv_buf buf; /* not yet in temp */
	bool changes, removed;
} vv_apply_file;

/* Behind the path of what of a patch did not fit. */
#define VV_APPLY_REJECTED ".rej"

typedef struct vv_apply_files {
	vv_repository *repo; /* NULL: paths count from the current folder */
	vv_dataset_reader *reader;
	const vv_env *env; /* without repo; borrowed; NULL: nothing is set */
	const vv_progress *progress;
	unsigned strip;        /* parts taken off the paths */
	vv_index *index;       /* not NULL: reads its content; borrowed, like checkout */
	vv_checkout *checkout; /* not NULL: and the work tree must be just so */
	const char *instead; /* the file that the patch's only path means; NULL: the path itself */
	char *only;          /* that path, once it is known */
	vv_way_back *back;   /* not NULL: gets each path before a file is made; borrowed */
	vv_apply_file *list;
	size_t count, cap;
	vv_subject *subject;  /* of the table that is open; NULL */
	vv_scan_cache *cache; /* of the open table's bytes; NULL */
} vv_apply_files;

void vv_apply_files_init(vv_apply_files *f);
void vv_apply_files_clear(vv_apply_files *f); /* removes files that were not renamed */
VV_AUTO_CLEAR(vv_apply_files, vv_apply_files_clear)

/* The functions of vv_patch_apply_options. Refuses a path that is not a regular file, or whose
 * folders are symbolic links. */
vv_status vv_apply_files_open(vv_apply_files *f, const char *path, vv_table *out, bool *exists,
			      vv_error *err);
/* The scan cache of the table opened last; NULL: none. */
const vv_scan_cache *vv_apply_files_cache(vv_apply_files *f, const vv_cid *root, uint64_t *secret);
/* behind: "", or VV_APPLY_REJECTED. */
vv_status vv_apply_files_put(vv_apply_files *f, const char *path, const char *behind,
			     const void *bytes, size_t len, vv_error *err);
/* The path has all its bytes, or is to be removed. */
vv_status vv_apply_files_change(vv_apply_files *f, const char *path, const char *behind,
				bool removed, vv_error *err);

/* The state of the path, or NULL if the patch did not name it yet. */
vv_apply_file *vv_apply_files_find(vv_apply_files *f, const char *path);

/* VV_ECONFLICT when a file changed since it was read: then nothing is done. */
vv_status vv_apply_files_commit(vv_apply_files *f, vv_error *err);

#endif
