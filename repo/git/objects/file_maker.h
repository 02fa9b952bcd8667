/*
 * file_maker: makes the bytes of a version's file, by a function of a folder that knows tables.
 *
 * transport handles blocks and links, not tables: it cuts a file into leaves at the ends of its
 * pieces, and has a leaf's bytes made again on request.
 */
#ifndef VV_REPO_GIT_OBJECTS_FILE_MAKER_H
#define VV_REPO_GIT_OBJECTS_FILE_MAKER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

typedef vv_status (*vv_file_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

/* Each may be called from several threads at once. VV_EMISSING, VV_ECORRUPT. */
typedef struct vv_file_maker {
	/* All bytes of the version root, in order: one call of fn for each piece that other versions
	 * may share (the part before the rows, each row group, the part after them). */
	vv_status (*pieces)(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			    void *out, vv_error *err);
	/* Bytes [from, from + len) of it, in order. */
	vv_status (*range)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			   uint64_t len, vv_file_out_fn fn, void *out, vv_error *err);
	/* Bytes of memory that range takes at once for this part. NULL: few. */
	vv_status (*cost)(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			  uint64_t len, uint64_t *out, vv_error *err);
	void *payload;
} vv_file_maker;

#endif
