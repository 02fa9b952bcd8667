/*
 * car: reads and writes CAR files, which contain blocks of IPFS. Writes CARv1; reads CARv1 and
 * CARv2.
 *
 * Source: ipld.io/specs/transport/car/carv1. A CAR file is a header (varint, then DAG-CBOR {roots,
 * version: 1}) and sections (varint, CID, bytes), without a checksum or an end mark. A file that is
 * cut between two sections looks complete, so a reader must check that everything below the roots
 * exists (vv_car_complete). A CARv2 contains a CARv1 and an index, which is not read. The blocks of
 * a file that is read must be raw or DAG-CBOR, have CIDs with SHA-256, and have at most
 * VV_BLOCK_MAX bytes.
 *
 * A reader calls vv_car_reader_open, vv_car_next until it returns 0, or vv_car_take, then
 * vv_car_complete and vv_car_reader_close.
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

#define VV_CAR_ROOTS_MAX 1024u /* most roots that a reader accepts */

/* Numbers about a file that was written or read. */
typedef struct vv_car_stats {
	uint64_t blocks; /* number of blocks, repeated ones counted each time */
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
	/* if the root is a UnixFS file (UnixFS is IPFS's format for files), all blocks of the file;
	 * else only the root */
	VV_CAR_ENTITY,
	/* only the root */
	VV_CAR_BLOCK
} vv_car_scope;

/* A part of a UnixFS file: the bytes from offset `from` to offset `to`, both included. Offsets
 * beyond the file are allowed. If the part has no bytes, only the root is written. */
typedef struct vv_car_part {
	bool given; /* false: the whole file */
	/* count `from`, or `to`, from the end of the file; ignore `to`: up to the end */
	bool from_back, to_back, to_end;
	uint64_t from, to;
} vv_car_part;

/* Which blocks to write, and how. */
typedef struct vv_car_write_options {
	vv_car_scope scope;
	vv_car_part part; /* for VV_CAR_ENTITY */
	/* blocks on the path to the root, to be written before the root; above[0] is then the root
	 * in the header */
	const vv_cid *above;
	size_t above_count;
	/* write a block each time that it occurs, not only the first time */
	bool dups;
	const vv_progress *progress; /* counts written bytes; the total is unknown */
} vv_car_write_options;

typedef vv_status (*vv_car_out_fn)(void *payload, const void *bytes, size_t len, vv_error *err);
/* Passes a CAR file to fn, piece by piece: a header, then root and the blocks below it, depth
 * first, in the order of their links (order=dfs). Each block is compared with its CID before it is
 * written. Sets *stats, also after a failure; stats may be NULL. VV_EMISSING, VV_ECORRUPT: errors
 * of the source. A negative result of fn ends the file, and is returned. */
vv_status vv_car_write(const vv_car_source *source, const vv_cid *root,
		       const vv_car_write_options *o, vv_car_out_fn fn, void *payload,
		       vv_car_stats *stats, vv_error *err);

/* Reads the next bytes of the file, from 1 to len, into buf. Returns their number, 0 at the end, or
 * a negative vv_status. */
typedef ssize_t (*vv_car_read_fn)(void *payload, void *buf, size_t len, vv_error *err);

typedef struct vv_car_reader vv_car_reader;

/* Opens a reader, and reads the header. The caller closes *out with vv_car_reader_close. VV_EINPUT:
 * the file is not a CAR file, or varve does not support the kind of a root's CID. VV_EREFUSED: the
 * file has more than VV_CAR_ROOTS_MAX roots. VV_ENOSUPPORT: the file has a later version of CAR. */
vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload,
			     vv_error *err);
void vv_car_reader_close(vv_car_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_car_reader, vv_car_reader_close)
/* Returns the roots, borrowed from r, and sets *count to their number. */
const vv_cid *vv_car_roots(const vv_car_reader *r, size_t *count);
/* Returns the number of bytes read so far. */
uint64_t vv_car_offset(const vv_car_reader *r);

/* Reads the next block: sets *cid, and replaces the content of `block` with its bytes. Compares the
 * bytes with the CID, and checks that a DAG-CBOR node is canonical. Returns 1, 0 at the end, or a
 * negative vv_status. VV_EINPUT: a length or hash is wrong, varve does not support the kind of the
 * CID, or the file is truncated; the message has the offset. */
int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err);

/* Reads all remaining blocks, and puts them into `in`. Sets *stats, and sets *kept to the number of
 * blocks that `in` did not have. Errors are those of vv_car_next and vv_incoming_put. */
vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err);

/* Checks that every block reachable from the count roots is in `in` or in the store. Does not
 * examine the blocks below a node if the store has all of them (vv_incoming_has). Sets *out to the
 * set of the examined blocks, which the caller frees with vv_cid_set_free. VV_EMISSING: a block is
 * missing; the message has its CID. */
vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err);

#endif
