/*
 * lfs: finds objects of Git LFS by their pointers.
 */
#ifndef VV_LIB_NAMES_LFS_H
#define VV_LIB_NAMES_LFS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* The largest size of a pointer, in bytes. */
#define VV_LFS_POINTER_MAX 1024u

/* If the len bytes of `text` are an LFS pointer, sets *path to the path of its object in r, which
 * the caller frees; else sets *path to NULL. VV_EMISSING: the object is missing here; the message
 * has the command that fetches it. */
vv_status vv_lfs_find(char **path, vv_repository *r, const char *text, size_t len, vv_error *err);

#endif
