/*
 * car: reads and writes CAR files, which contain blocks of IPFS: writes CARv1, reads CARv1 and
 * CARv2.
 *
 * Source: ipld.io/specs/transport/car/carv1. A CAR file is a header (varint, then DAG-CBOR {roots,
 * version: 1}) and sections (varint, CID, bytes), without a checksum or an end mark. A file that is
 * cut between two sections looks complete, so a reader must check that everything below the roots
 * exists (vv_car_complete). Blocks must be like those of varve: raw or DAG-CBOR, with SHA-256, of
 * at most VV_BLOCK_MAX bytes; reading any other block fails, and the message has its CID. CARv2 is
 * a CARv1 followed by an index, which is not read.
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

#define VV_CAR_ROOTS_MAX 1024u /* most roots of a file that is read */

/* Numbers about a file that was written or read. */
typedef struct vv_car_stats {
	uint64_t blocks; /* number of sections */
	uint64_t bytes;  /* bytes of the whole file */
} vv_car_stats;

/* A source of blocks to write. */
typedef struct vv_car_source {
	/* Replaces the content of out with the bytes of the block cid. VV_EMISSING: the source does
	 * not have the block. VV_ECORRUPT: the block is damaged. */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	void *payload;
} vv_car_source;
/* Returns a source that reads from the store, which is borrowed. */
vv_car_source vv_car_source_of(vv_store *store);

/* Which blocks below the root are written. */
typedef enum vv_car_scope {
	VV_CAR_ALL, /* all blocks reachable from the root */
	/* all blocks of a UnixFS file (UnixFS is IPFS's format for files); if the root is not a
	 * UnixFS file, only the root */
	VV_CAR_ENTITY,
	/* only the root */
	VV_CAR_BLOCK
} vv_car_scope;

/* A part of a UnixFS file: the bytes from `from` to `to`, both included. Bytes outside of the file
 * are ignored. If the part has no bytes, only the root is written. */
typedef struct vv_car_part {
	bool given; /* false: the whole file */
	/* count `from`, or `to`, from the end of the file; ignore `to`: up to the end */
	bool from_back, to_back, to_end;
	uint64_t from, to;
} vv_car_part;

/* Which blocks to write, and how. */
typedef struct vv_car_write_options {
	vv_car_scope scope;
	vv_car_part part;    /* for VV_CAR_ENTITY */
	const vv_cid *above; /* blocks on the path to the root, to be written before the root */
	size_t above_count;
	bool dups;                   /* write a block that occurs several times each time */
	const vv_progress *progress; /* counts written bytes; the total is unknown */
} vv_car_write_options;

typedef vv_status (*vv_car_out_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Passes a CAR file to fn, piece by piece: a header, then the blocks below root, depth first, in
 * the order of their links (order=dfs). Each block is written once, unless o->dups is set (dups=n
 * or y). Each block is hashed before it is written. Sets *stats. VV_EMISSING, VV_ECORRUPT: errors
 * of the source. If fn returns a negative status, stops and returns this status. */
vv_status vv_car_write(const vv_car_source *source, const vv_cid *root,
		       const vv_car_write_options *o, vv_car_out_fn fn, void *payload,
		       vv_car_stats *stats, vv_error *err);

/* Reads the next bytes of the file into buf: as many as are available, at least one. Returns their
 * number, 0 at the end, or a negative vv_status. */
typedef ssize_t (*vv_car_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

typedef struct vv_car_reader vv_car_reader;

/* Opens a reader and reads the header. VV_EINPUT: the file is not a CAR (the message has the
 * offset), or varve does not support the kind of a root's CID. VV_ENOSUPPORT: the file has a later
 * version of CAR. */
vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload,
			     vv_error *err);
void vv_car_reader_close(vv_car_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_car_reader, vv_car_reader_close)
/* Returns the roots, borrowed from r, and sets *count to their number. */
const vv_cid *vv_car_roots(const vv_car_reader *r, size_t *count);
/* Returns the number of bytes read so far. */
uint64_t vv_car_offset(const vv_car_reader *r);

/* Reads the next block: sets *cid, and replaces the content of `block` with its bytes. Checks the
 * bytes against the CID, and that a DAG-CBOR node is canonical. Returns 1, 0 at the end, or a
 * negative vv_status. VV_EINPUT: a length or hash is wrong, or the file is truncated; the message
 * has the offset. */
int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err);

/* Puts all remaining blocks into `in`. Sets *stats, and *kept to the number of blocks that `in` did
 * not have. */
vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err);

/* Checks that every block reachable from the roots is in `in` or in the store. VV_EMISSING: a block
 * is missing; the message has the first missing CID. Sets *out to the set of all examined blocks,
 * which the caller frees. Does not examine blocks below a node whose blocks the store has
 * completely. */
vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err);

#endif
