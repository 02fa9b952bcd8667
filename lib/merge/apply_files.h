/*
 * apply_files: reads the work tree files that a patch changes, and replaces them.
 *
 * New content is written beside each file. When everything else has succeeded, the caller calls
 * vv_apply_files_commit, which renames all new files to their final names, one after the other. If
 * an index is given, the versions in the index are read instead of files, and
 * lib/merge/apply_index.h commits the result.
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

/* One value = one path in the patch. */
typedef struct vv_apply_file {
	char *path;    /* the path in the patch, without its first `strip` parts */
	char *file;    /* path of the file on disk */
	bool seen;     /* the members below are valid */
	bool exists;   /* the file (or its index entry) existed when it was read */
	vv_stat st;    /* metadata of the file */
	uint32_t mode; /* mode in the index */
	vv_oid blob;   /* blob in the index, or of the new version */
	char *temp;    /* path of the file with the new content; may be NULL */
	int fd;        /* open descriptor of temp while it is written; else -1 */
	vv_buf buf;    /* bytes that are not written to temp yet */
	/* changes: the new content is complete; removed: the file is to be removed */
	bool changes, removed;
} vv_apply_file;

/* Suffix of the file with the rejected parts of a patch. */
#define VV_APPLY_REJECTED ".rej"

/* One value = all files of one patch. */
typedef struct vv_apply_files {
	vv_repository *repo;       /* borrowed; NULL: paths are relative to the current folder */
	vv_dataset_reader *reader; /* borrowed */
	/* the environment if repo is NULL; borrowed; NULL: an empty environment */
	const vv_env *env;
	const vv_progress *progress;
	unsigned strip; /* number of leading parts to remove from paths */
	/* not NULL: versions in this index are read instead of files; borrowed, like checkout */
	vv_index *index;
	vv_checkout *checkout; /* not NULL: the files in the work tree must equal the index */
	/* the file to change instead of the patch's only path; NULL: that path is changed */
	const char *instead;
	char *only; /* the patch's only path; NULL: not known yet */
	/* not NULL: each path is recorded here before its new file is made; borrowed */
	vv_way_back *back;
	vv_apply_file *list; /* the paths so far */
	size_t count, cap;
	vv_subject *subject;  /* subject of the open table; may be NULL */
	vv_scan_cache *cache; /* scan cache of the open table; may be NULL */
} vv_apply_files;

void vv_apply_files_clear(vv_apply_files *f); /* removes new files that were not renamed */
VV_AUTO_CLEAR(vv_apply_files, vv_apply_files_clear)

/* Opens the file at `path` as the table *out, unless out is NULL, and sets *exists to true if the
 * file exists. before: the root whose form is used if the bytes of the file allow several forms;
 * may be NULL. For the function `open` of vv_patch_apply_options. Fails if the path is not a
 * regular file, or one of its folders is a symbolic link. */
vv_status vv_apply_files_open(vv_apply_files *f, const char *path, const vv_root *before,
			      vv_table *out, bool *exists, vv_error *err);
/* Returns the scan cache of the table that vv_apply_files_open opened last, borrowed, or NULL if it
 * has none. root: the root of that table. Sets *secret to the seed of the hashes in the cache. For
 * the function `cache` of vv_patch_apply_options. */
const vv_scan_cache *vv_apply_files_cache(vv_apply_files *f, const vv_cid *root, uint64_t *secret);
/* Appends len bytes to the new content of the file with the path `path` and the suffix `behind`: ""
 * or VV_APPLY_REJECTED. For the functions `put` and `reject` of vv_patch_apply_options. */
vv_status vv_apply_files_put(vv_apply_files *f, const char *path, const char *behind,
			     const void *bytes, size_t len, vv_error *err);
/* Completes the new content of the file that vv_apply_files_put writes for `path` and `behind`. If
 * `removed` is true, marks that file for removal instead. For the function `done` of
 * vv_patch_apply_options. */
vv_status vv_apply_files_change(vv_apply_files *f, const char *path, const char *behind,
				bool removed, vv_error *err);

/* Returns the item of f->list for `path`, borrowed; NULL if the patch did not contain the path so
 * far. */
vv_apply_file *vv_apply_files_find(vv_apply_files *f, const char *path);

/* Renames all new files to their final names, and removes files that are marked for removal.
 * VV_ECONFLICT: a file changed since it was read; no file is changed then. */
vv_status vv_apply_files_commit(vv_apply_files *f, vv_error *err);

#endif
