/*
 * apply_files: reads the work tree files that a patch changes, and replaces them.
 *
 * New content is written to a temporary file beside each file. When everything else has succeeded,
 * the caller calls vv_apply_files_commit. That function renames the temporary files to their final
 * names, one after the other. If an index is given, the versions in the index are read instead of
 * the files, and lib/merge/apply_index.h commits the result; vv_apply_files_commit is not called.
 */
#ifndef VV_LIB_MERGE_APPLY_FILES_H
#define VV_LIB_MERGE_APPLY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/way_back.h"

typedef struct vv_root vv_root;
typedef struct vv_subject vv_subject;

/* One value = one path in the patch. */
typedef struct vv_apply_file {
	char *path;    /* the path in the patch, without its first `strip` parts */
	char *file;    /* path of the file on disk */
	bool seen;     /* the members below are valid */
	bool exists;   /* the file (or its index entry) existed when it was read */
	vv_stat st;    /* metadata of the file */
	uint32_t mode; /* mode in the index; 0 without an index */
	vv_oid blob;   /* blob in the index; later, the blob of the new version */
	char *temp;    /* path of the file with the new content; NULL: no such file */
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
	/* if not NULL, versions in this index are read instead of files; borrowed */
	vv_index *index;
	/* only with `index`: if not NULL, the files in the work tree must equal the index;
	 * borrowed */
	vv_checkout *checkout;
	/* the path of the file to change instead of the path in the patch, which may then contain
	 * only one path; NULL: the patch's paths are changed */
	const char *instead;
	char *only; /* if `instead` is set: the path in the patch; NULL: not known yet */
	/* if not NULL, each path is recorded here before its new file is made; borrowed */
	vv_way_back *back;
	vv_apply_file *list; /* the paths so far */
	size_t count, cap;
	vv_subject *subject;  /* subject of the open table; may be NULL */
	vv_scan_cache *cache; /* scan cache of the open table; may be NULL */
} vv_apply_files;

/* also removes temporary files that were not renamed */
void vv_apply_files_clear(vv_apply_files *f);
VV_AUTO_CLEAR(vv_apply_files, vv_apply_files_clear)

/* Sets *exists to true if the file for `path`, a path in the patch, exists. If it exists, and out
 * is not NULL, opens it as the table *out, which is valid until the next call or
 * vv_apply_files_clear. before: the root whose form is used if the bytes of the file allow several
 * forms; may be NULL. This is the function `open` of vv_patch_apply_options. VV_EREFUSED: the path
 * is in conflict or is not a regular file; one of its folders is not a folder, for example a
 * symbolic link; or, with f->checkout, the file has changes that are not in the index. VV_EUSAGE:
 * the path has too few parts to remove f->strip of them, or f->instead is set and the patch has a
 * second path. The other functions return VV_EUSAGE in these cases, too. */
vv_status vv_apply_files_open(vv_apply_files *f, const char *path, const vv_root *before,
			      vv_table *out, bool *exists, vv_error *err);
/* Returns the scan cache of the table that vv_apply_files_open opened last, borrowed, and sets
 * *secret to the seed of the hashes in the cache. Returns NULL if there is none. root: the root of
 * that table. This is the function `cache` of vv_patch_apply_options. */
const vv_scan_cache *vv_apply_files_cache(vv_apply_files *f, const vv_cid *root, uint64_t *secret);
/* Appends len bytes to the new content of the file for `path` with the suffix `behind`: "" or
 * VV_APPLY_REJECTED. Serves as the functions `put` and `reject` of vv_patch_apply_options.
 * VV_EINPUT: the new content of the file is already complete, so the patch changes the file
 * twice. */
vv_status vv_apply_files_put(vv_apply_files *f, const char *path, const char *behind,
			     const void *bytes, size_t len, vv_error *err);
/* Completes the new content of the file that vv_apply_files_put writes for `path` and `behind`;
 * without a previous call of that function, the new content is empty. If `removed` is true, marks
 * the file for removal instead. This is the function `done` of vv_patch_apply_options. VV_EINPUT:
 * the patch changes the file twice. */
vv_status vv_apply_files_change(vv_apply_files *f, const char *path, const char *behind,
				bool removed, vv_error *err);

/* Returns the item of f->list for `path`, a path as it is in the patch, or NULL if no function was
 * called for this path. The item is valid until the next call that adds a path. */
vv_apply_file *vv_apply_files_find(vv_apply_files *f, const char *path);

/* Renames all complete new files to their final names, then removes the files that are marked for
 * removal. VV_ECONFLICT: a file changed since it was read; no file is changed then. After another
 * failure, some files may already be changed; the message has their number. */
vv_status vv_apply_files_commit(vv_apply_files *f, vv_error *err);

#endif
