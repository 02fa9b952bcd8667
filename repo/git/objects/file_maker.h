/*
 * file_maker: declares functions that make the bytes of a version's file. Code for tables, above
 * repo, implements them.
 *
 * transport, which uses these functions, does not depend on the format of tables: it divides a file
 * into leaves (blocks of UnixFS) at the ends of pieces, and makes the bytes of a leaf when they are
 * requested.
 */
#ifndef VV_REPO_GIT_OBJECTS_FILE_MAKER_H
#define VV_REPO_GIT_OBJECTS_FILE_MAKER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

/* Is called with the next len bytes of a file. out: the `out` passed to the functions below. */
typedef vv_status (*vv_file_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

/* The functions can be called by several threads at once. root is the CID of the version's root
 * block. VV_EMISSING, VV_ECORRUPT: a block is missing or damaged. */
typedef struct vv_file_maker {
	/* Makes the whole file. Calls fn once for each piece that other versions may share, in
	 * order: the part before the rows, each row group, the part after the rows. */
	vv_status (*pieces)(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			    void *out, vv_error *err);
	/* Makes the bytes [from, from + len) of the file, in order. */
	vv_status (*range)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			   uint64_t len, vv_file_out_fn fn, void *out, vv_error *err);
	/* Sets *out to the bytes of memory that range needs for [from, from + len). cost may be
	 * NULL: range needs little memory. */
	vv_status (*cost)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			  uint64_t len, uint64_t *out, vv_error *err);
	void *payload;
} vv_file_maker;

#endif
