/*
 * content: determines the kind of a version of a path from its blob in Git, without reading rows.
 * The kinds are: a table that varve stores, another file that varve stores, and bytes that Git
 * stores.
 */
#ifndef VV_LIB_NAMES_CONTENT_H
#define VV_LIB_NAMES_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/pointer.h"
#include "repo/git/repository.h"

/* One value = the description of one version of a path. */
typedef struct vv_content {
	bool there;     /* the version has the path, with any mode */
	bool submodule; /* the path is a submodule */
	/* the path is a file, not a symbolic link or submodule. The members below are set only for
	 * files; `bytes` also for links */
	bool file;
	bool stored; /* varve stores the file: the blob is a pointer */
	bool table;  /* varve stores the file as a table */
	/* the blob is a pointer that was edited or torn, or that a newer varve wrote */
	bool damaged;
	uint64_t bytes;  /* size of the file in bytes, whether varve or Git stores it */
	uint64_t rows,   /* number of rows of a stored table */
		columns; /* number of its columns */
	vv_cid root;     /* CID of the stored version */
} vv_content;

/* Sets *out to the description of a file for which Git stores the pointer *p. */
void vv_content_of_pointer(vv_content *out, const vv_pointer *p);

/* Sets *out to the description of the version of a path with `mode` and *blob. mode 0: the version
 * does not have the path. If *blob is null, the file is only in the work tree, and only `there`,
 * `file` and `submodule` are set. */
vv_status vv_content_read(vv_content *out, vv_repository *r, uint32_t mode, const vv_oid *blob,
			  vv_error *err);

/* Returns the kind as all commands write it in JSON: "table" or "file" if varve stores the version,
 * else "submodule" or "text". */
const char *vv_content_kind(const vv_content *c);

#endif
