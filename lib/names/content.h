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
#include "repo/git/pointer.h"
#include "repo/git/repository.h"

typedef struct vv_content {
	bool there; /* the version has the path, with any mode */
	/* the path is a file, not a symbolic link or submodule; the members below are set only for
	 * files */
	bool file;
	bool stored;     /* varve stores the file: the blob is a pointer */
	bool table;      /* varve stores the file as a table */
	bool damaged;    /* the blob is an edited or torn pointer, or one of a later version */
	uint64_t bytes;  /* size of the file, wherever it is stored */
	uint64_t rows,   /* number of rows of a stored table */
		columns; /* number of its columns */
	vv_cid root;     /* CID of the stored version */
} vv_content;

/* Describes a file of which Git has this pointer. */
void vv_content_of_pointer(vv_content *out, const vv_pointer *p);

/* Describes the version of a path with this mode and blob. mode 0: the version does not have the
 * path. If blob is null, only the work tree has the file, and only `there` and `file` are set. */
vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err);

#endif
