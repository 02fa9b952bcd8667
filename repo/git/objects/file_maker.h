/*
 * file_maker: functions that make the bytes of a version's file. A folder that knows tables
 * implements them.
 *
 * transport, which uses these functions, knows blocks and links, but not tables: it divides a file
 * into leaves at the ends of pieces, and makes the bytes of a leaf again when they are requested.
 */
#ifndef VV_REPO_GIT_OBJECTS_FILE_MAKER_H
#define VV_REPO_GIT_OBJECTS_FILE_MAKER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

/* Receives bytes. */
typedef vv_status (*vv_file_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

/* The functions can be called by several threads at once. root: the version's root. Errors:
 * VV_EMISSING, VV_ECORRUPT. */
typedef struct vv_file_maker {
	/* Makes the whole file. Calls fn once for each piece that other versions may share, in
	 * order: the part before the rows, each row group, the part after the rows. */
	vv_status (*pieces)(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			    void *out, vv_error *err);
	/* Makes the bytes [from, from + len) of the file, in order. */
	vv_status (*range)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			   uint64_t len, vv_file_out_fn fn, void *out, vv_error *err);
	/* Sets *out to the bytes of memory that range needs for this part. NULL: range needs little
	 * memory. */
	vv_status (*cost)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			  uint64_t len, uint64_t *out, vv_error *err);
	void *payload;
} vv_file_maker;

#endif
