/*
 * content: the kind of a path's version, from its blob in Git, without reading a row: a table or a
 * file that varve stores, or the bytes themselves.
 */
#ifndef VV_LIB_NAMES_CONTENT_H
#define VV_LIB_NAMES_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

typedef struct vv_content {
	bool there;             /* the version has such a path, of whatever mode */
	bool file;              /* it is a file, described by the rest; not a link or a submodule */
	bool stored;            /* by varve: the blob is a pointer */
	bool table;             /* stored as a table */
	bool damaged;           /* begins as a pointer and is none */
	uint64_t bytes;         /* of the file, wherever it is stored */
	uint64_t rows, columns; /* of a stored table */
	vv_cid root;            /* of the stored version */
} vv_content;

/* mode 0: no such path. A null blob is a file that only the work tree has: the rest stays empty. */
vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err);

#endif
