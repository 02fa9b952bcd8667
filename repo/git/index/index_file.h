/*
 * index_file: the index as libgit2 reads it, while others replace it.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_FILE_H
#define VV_REPO_GIT_INDEX_INDEX_FILE_H

#include <git2.h>

/* git_index_open(3), tried again where the file was replaced meanwhile: libgit2 asks for its size before it opens it. */
int vv_index_file_open(git_index **out, const char *path);

#endif
