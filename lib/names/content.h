/*
 * content: finds out from a blob in Git what a version of a path is, without reading rows: a table
 * or file that varve stores, or the bytes themselves.
 */
#ifndef VV_LIB_NAMES_CONTENT_H
#define VV_LIB_NAMES_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

typedef struct vv_content {
	bool there;  /* the version has the path, with any mode */
	bool file;   /* it is a file, not a symbolic link or submodule; only then the rest is set */
	bool stored; /* varve stores it: the blob is a pointer */
	bool table;  /* it is stored as a table */
	bool damaged;           /* the blob begins like a pointer, but is not valid */
	uint64_t bytes;         /* size of the file, wherever it is stored */
	uint64_t rows, columns; /* of a stored table */
	vv_cid root;            /* CID of the stored version */
} vv_content;

/* Describes the version of a path with this mode and blob. mode 0: the version does not have the
 * path. A null blob is a file that only the work tree has; then only there and file are set. */
vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err);

#endif
