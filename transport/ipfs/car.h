/*
 * car: reads and writes CAR files, which contain blocks of IPFS: writes CARv1, reads CARv1 and
 * CARv2.
 *
 * Source: ipld.io/specs/transport/car/carv1. A file is a header (varint, then DAG-CBOR {roots,
 * version: 1}) and sections (varint, CID, bytes), without a checksum or an end mark. A file that is
 * cut between two sections looks complete, so a reader must check that everything below the roots
 * exists (vv_car_complete). Blocks must have the CIDs of varve: raw or DAG-CBOR, SHA-256, at most
 * VV_BLOCK_MAX bytes; for other blocks reading fails, and the message has their CID. CARv2 is a
 * CARv1 followed by an index, which is not read.
 *
 * A correct reader: vv_car_reader_open; vv_car_next until it returns 0, or vv_car_take;
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
	uint64_t blocks; /* number of sections */
	uint64_t bytes;  /* bytes of the whole file */
} vv_car_stats;

/* Provides the blocks to write. */
typedef struct vv_car_source {
	/* Replaces the content of out with the block. VV_EMISSING: the source lacks the block.
	 * VV_ECORRUPT: the block is damaged. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	void *payload;
} vv_car_source;
/* Returns a source that reads from the store, borrowed. */
vv_car_source vv_car_source_of(vv_store *store);

/* Which blocks below the root are written. */
typedef enum vv_car_scope {
	VV_CAR_ALL, /* all blocks reachable from the root */
	/* all blocks of a UnixFS file; if the root is not a UnixFS file, only the root */
	VV_CAR_ENTITY,
	/* only the root */
	VV_CAR_BLOCK
} vv_car_scope;

/* A part of a UnixFS file, given by its first and its last byte. from_back, to_back: the offset is
 * counted from the end of the file. Bytes outside of the file are ignored. If the part has no
 * bytes, only the root is written. */
typedef struct vv_car_part {
	bool given; /* false: the whole file */
	bool from_back, to_back, to_end;
	uint64_t from, to;
} vv_car_part;

typedef struct vv_car_write_options {
	vv_car_scope scope;
	vv_car_part part;    /* for VV_CAR_ENTITY */
	const vv_cid *above; /* blocks on the path to the root, which are written before it */
	size_t above_count;
	bool dups;                   /* a block that occurs several times is written each time */
	const vv_progress *progress; /* counts written bytes; the total is unknown */
} vv_car_write_options;

typedef vv_status (*vv_car_out_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Writes a header, then the blocks depth first, in the order of their links (order=dfs). Each block
 * is written once, unless o->dups is set (dups=n or y). Each block is hashed before it is written.
 * VV_EMISSING, VV_ECORRUPT: errors of the source. A negative result of fn ends the call and is
 * returned. */
vv_status vv_car_write(const vv_car_source *source, const vv_cid *root,
		       const vv_car_write_options *o, vv_car_out_fn fn, void *payload,
		       vv_car_stats *stats, vv_error *err);

/* Reads the next bytes of the file: as many as are available, at least one. Returns 0 at the
 * end. */
typedef ssize_t (*vv_car_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

typedef struct vv_car_reader vv_car_reader;

/* Opens a reader and reads the header. VV_EINPUT: not a CAR (the message has the offset), or the
 * CIDs of the roots are not of the kinds that varve uses. VV_ENOSUPPORT: a later version of CAR. */
vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload,
			     vv_error *err);
void vv_car_reader_close(vv_car_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_car_reader, vv_car_reader_close)
/* Returns the roots, borrowed. */
const vv_cid *vv_car_roots(const vv_car_reader *r, size_t *count);
/* Returns the number of bytes read so far. */
uint64_t vv_car_offset(const vv_car_reader *r);

/* Reads the next block into `block`, and replaces its content. Checks the bytes against the CID,
 * and that a DAG-CBOR node is canonical. Returns 1, 0 at the end, or a negative vv_status.
 * VV_EINPUT: an invalid length, a truncated file or a wrong hash; the message has the offset. */
int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err);

/* Puts all remaining blocks into `in`. *kept: number of blocks that `in` did not have. */
vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err);

/* Checks that every block reachable from the roots is in `in` or in the store. VV_EMISSING: a block
 * is missing; the message names the first one. *out becomes the set of all examined blocks, owned
 * by the caller. Blocks below a node that the store has completely are not examined. */
vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err);

#endif
