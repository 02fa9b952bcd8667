/*
 * index_file: reads the index with libgit2. Users of the same index file share one object. If
 * another process replaces the file, later users get a new object.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_FILE_H
#define VV_REPO_GIT_INDEX_INDEX_FILE_H

#include "base/file.h"
#include "repo/git/repository_internal.h"

/* An index that was read from a file, or made in memory. */
typedef struct vv_index_file {
	git_index *git; /* not connected to a libgit2 repository */
	vv_stat stat;   /* stat of the file that was read; zeros: the file did not exist */
	size_t users;   /* number of vv_index_file_close calls until the object is freed */
} vv_index_file;

/* The following functions with the result int return libgit2's codes: 0, or negative on failure. */

/* Opens the repository's index. *out is the object of earlier callers, unless the file has been
 * replaced since. A missing file counts as an empty index. The caller closes *out with
 * vv_index_file_close. */
int vv_index_file_open(vv_index_file **out, vv_repository *r);
/* Passes the repository's index to libgit2, which searches it for a .gitattributes that is not in
 * the work tree. */
int vv_index_file_lend(vv_repository *r);
/* Makes an empty index without a file. */
int vv_index_file_new(vv_index_file **out);
/* Reads the index file at the path `file` into *out with libgit2, or from the output of git
 * ls-files if only git supports the file's format. The caller frees *out with git_index_free. */
int vv_index_file_read(git_index **out, vv_repository *r, const char *file);
/* Replaces *f by a copy if other users share it. Call this before changing the index. On failure,
 * *f is unchanged. */
int vv_index_file_own(vv_index_file **f, vv_repository *r);
void vv_index_file_close(vv_index_file *f); /* accepts NULL */

#endif
