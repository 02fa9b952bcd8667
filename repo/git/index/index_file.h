/*
 * index_file: the index as libgit2 reads it, while others replace it. All who look at the same file share one.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_FILE_H
#define VV_REPO_GIT_INDEX_INDEX_FILE_H

#include "base/file.h"
#include "repo/git/repository_internal.h"

typedef struct vv_index_file {
	git_index *git; /* belongs to no repository */
	vv_stat stat;   /* of the file that was read; zeros: no file */
	size_t users;
} vv_index_file;

/* All of these return libgit2's codes. The repository keeps the one opened last; others share it until the file is
 * another one. */
int vv_index_file_open(vv_index_file **out, vv_repository *r);
/* The one in which libgit2 itself finds a .gitattributes that is not in the work tree. */
int vv_index_file_lend(vv_repository *r);
/* An empty one, of no file. */
int vv_index_file_new(vv_index_file **out);
/* As libgit2 reads it, or as git lists it if the form is one that only git reads. */
int vv_index_file_read(git_index **out, vv_repository *r, const char *file);
/* Before it is changed: the caller's alone from then on. */
int vv_index_file_own(vv_index_file **f, vv_repository *r);
void vv_index_file_close(vv_index_file *f); /* accepts NULL */

#endif
