/*
 * lfs: pointers of Git LFS, whose objects may be in the repository's LFS store.
 */
#ifndef VV_LIB_NAMES_LFS_H
#define VV_LIB_NAMES_LFS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

#define VV_LFS_POINTER_MAX 1024u

/* *path: the file that contains the object which the pointer text names, owned by the
 * caller; NULL when the text is not a pointer of LFS. VV_EMISSING: it is one, and its object
 * is missing here (the message says how to get it). */
vv_status vv_lfs_find(char **path, vv_repository *r, const char *text, size_t len, vv_error *err);

#endif
