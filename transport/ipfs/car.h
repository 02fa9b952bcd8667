/*
 * car: blocks in a file of IPFS: CARv1, and CARv2 to be read.
 *
 * Source: ipld.io/specs/transport/car/carv1. A header (varint, then DAG-CBOR {roots, version: 1})
 * and sections (varint, CID, bytes), without checksum or end mark: a file cut between two sections
 * looks whole, so a reader must check that everything below its roots exists (vv_car_complete).
 * Blocks must have varve's CIDs: raw or DAG-CBOR, SHA-256, at most VV_BLOCK_MAX bytes; others are
 * refused by name. CARv2 is a CARv1 followed by an index, which is not trusted or read.
 *
 * Reading, a correct caller: vv_car_reader_open; vv_car_next until it is 0, or vv_car_take;
 * vv_car_complete; vv_car_reader_close.
 */
#ifndef VV_TRANSPORT_IPFS_CAR_H
#define VV_TRANSPORT_IPFS_CAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"
#include "repo/known/incoming.h"

#define VV_CAR_ROOTS_MAX 1024u

typedef struct vv_car_stats {
	uint64_t blocks; /* sections */
	uint64_t bytes;  /* of the whole file */
} vv_car_stats;

/* Where blocks to be written come from. */
typedef struct vv_car_source {
	/* Replaces out by the block. VV_EMISSING, VV_ECORRUPT. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	void *payload;
} vv_car_source;
vv_car_source vv_car_source_of(vv_store *store);

/* How much of what hangs from the root. */
typedef enum vv_car_scope {
	VV_CAR_ALL,    /* all that it links to */
	VV_CAR_ENTITY, /* all of a UnixFS file; of anything else the block alone */
	VV_CAR_BLOCK
} vv_car_scope;

/* A part of a UnixFS file, its first and last byte, each counted from the end if marked. Bytes
 * outside of the file are left out; a part without bytes is the root alone. */
typedef struct vv_car_part {
	bool given;
	bool from_back, to_back, to_end;
	uint64_t from, to;
} vv_car_part;

typedef struct vv_car_write_options {
	vv_car_scope scope;
	vv_car_part part;    /* with VV_CAR_ENTITY */
	const vv_cid *above; /* blocks that lead to root: they come first */
	size_t above_count;
	bool dups;                   /* blocks that come again are written again */
	const vv_progress *progress; /* bytes written, the end unknown */
} vv_car_write_options;

/* Writes a header, then blocks depth first, each once unless dups is set, in the links' order (order=dfs, dups=n
 * or y), each hashed before it is written. VV_EMISSING, VV_ECORRUPT; a failure of fn ends it. */
typedef vv_status (*vv_car_out_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_car_write(const vv_car_source *source, const vv_cid *root,
		       const vv_car_write_options *o, vv_car_out_fn fn, void *payload,
		       vv_car_stats *stats, vv_error *err);

/* Returns the next bytes of the file: as many as are available, at least one; 0 at the end. */
typedef ssize_t (*vv_car_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

typedef struct vv_car_reader vv_car_reader;

/* Reads the header. VV_EINPUT: no CAR, with the place; roots that varve has no CIDs for.
 * VV_ENOSUPPORT: a later version. */
vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload,
			     vv_error *err);
void vv_car_reader_close(vv_car_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_car_reader, vv_car_reader_close)
const vv_cid *vv_car_roots(const vv_car_reader *r, size_t *count); /* borrowed */
uint64_t vv_car_offset(const vv_car_reader *r);                    /* bytes read so far */

/* The next block, whose bytes have been checked against its CID (and, of nodes, that they
 * are canonical): 1, 0 at the end, <0. block's former content is replaced. VV_EINPUT names the
 * place: a length that cannot be, a file that ends too early, a wrong hash. */
int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err);

/* Puts all the blocks that are left into incoming. */
vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err);

/* Is everything that the roots link to here, in incoming or in the store? VV_EMISSING
 * names the first block that is not. *out: all of them that were looked at (where the store has a
 * node with all below it, no further); the caller's. */
vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err);

#endif
