/*
 * lfs: pointers of Git LFS, whose objects may be in the repository's LFS store.
 */
#ifndef VV_LIB_NAMES_LFS_H
#define VV_LIB_NAMES_LFS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

#define VV_LFS_POINTER_MAX 1024u

/* *path: the file of the object that the LFS pointer in text names, owned by the caller; NULL: text
 * is not an LFS pointer. VV_EMISSING: its object is missing here (the message has the command to
 * fetch it). */
vv_status vv_lfs_find(char **path, vv_repository *r, const char *text, size_t len, vv_error *err);

#endif
