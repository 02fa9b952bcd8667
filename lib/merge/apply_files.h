/*
 * apply_files: reads the work tree files of a patch, and replaces them.
 *
 * New content is written beside each file. vv_apply_files_commit renames all new files into place,
 * one after the other, when only a crash could still prevent it. With an index, the index's
 * versions are read in place of files, and lib/merge/apply_index.h commits the result.
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

/* One path that the patch names. */
typedef struct vv_apply_file {
	char *path; /* the path in the patch, without its stripped parts */
	char *file; /* its path on disk */
	bool seen;  /* the members below are set */
	bool exists;
	vv_stat st;    /* the file's stat */
	uint32_t mode; /* mode in the index */
	vv_oid blob;
	char *temp; /* the file with its new content, or NULL */
	int fd;     /* open descriptor of temp while it is written; else -1 */
	vv_buf buf; /* bytes not yet written to temp */
	bool changes, removed;
} vv_apply_file;

/* Suffix of the file with the rejected parts of a patch. */
#define VV_APPLY_REJECTED ".rej"

typedef struct vv_apply_files {
	vv_repository *repo; /* NULL: paths are relative to the current folder */
	vv_dataset_reader *reader;
	const vv_env *env; /* the environment without repo; borrowed; NULL: empty */
	const vv_progress *progress;
	unsigned strip; /* number of leading parts to strip from paths */
	/* not NULL: read the index's content in place of files; borrowed, like checkout */
	vv_index *index;
	vv_checkout *checkout; /* not NULL: the work tree must equal the index */
	/* the file to change in place of the patch's only path; NULL: that path */
	const char *instead;
	char *only; /* the patch's only path, once it is known */
	/* not NULL: each path is declared to it before its file is made; borrowed */
	vv_way_back *back;
	vv_apply_file *list;
	size_t count, cap;
	vv_subject *subject;  /* the open table's subject; or NULL */
	vv_scan_cache *cache; /* the scan cache of the open table's bytes; or NULL */
} vv_apply_files;

void vv_apply_files_init(vv_apply_files *f);
void vv_apply_files_clear(vv_apply_files *f); /* removes files that were not renamed */
VV_AUTO_CLEAR(vv_apply_files, vv_apply_files_clear)

/* Opens a path's table: a function of vv_patch_apply_options, as vv_apply_files_put and
 * vv_apply_files_change. Refuses a path that is not a regular file, or whose folders are
 * symbolic links. */
vv_status vv_apply_files_open(vv_apply_files *f, const char *path, vv_table *out, bool *exists,
			      vv_error *err);
/* Returns the scan cache of the table opened last; borrowed; may be NULL. */
const vv_scan_cache *vv_apply_files_cache(vv_apply_files *f, const vv_cid *root, uint64_t *secret);
/* Appends bytes to the new content of a path. behind: a suffix of the path: "", or
 * VV_APPLY_REJECTED. */
vv_status vv_apply_files_put(vv_apply_files *f, const char *path, const char *behind,
			     const void *bytes, size_t len, vv_error *err);
/* Completes the new content of a path, or, with removed, marks the path for removal. */
vv_status vv_apply_files_change(vv_apply_files *f, const char *path, const char *behind,
				bool removed, vv_error *err);

/* Returns the state of the path; NULL: the patch did not name it yet. */
vv_apply_file *vv_apply_files_find(vv_apply_files *f, const char *path);

/* Renames all new files into place, and removes files. VV_ECONFLICT: a file changed since it was
 * read; then nothing is changed. */
vv_status vv_apply_files_commit(vv_apply_files *f, vv_error *err);

#endif
