/*
 * block_stream: sends and receives blocks on a channel, as consecutive records in frames of type
 * 'B'.
 *
 *   1        bits 0-1: method (0 stored, 1 zstd, 2 zstd with prefix, 3 absent: the record ends
 *            after this byte), bit 2: dag-cbor, bits 3-4: base (0 none, 1 by distance, 2 by
 *            digest), bit 5, with method 2 and a base: edits of the base, bit 6, with method 1:
 *            parts (coder.h)
 *   varint   raw length, at most VV_BLOCK_MAX
 *   varint   length of the bytes (left out for "stored", whose length is the raw length)
 *   varint   with base 1: distance to the record of the base in this stream (1: the previous one)
 *   8        with base 2: the first bytes of the digest of a block that the receiver has, with the
 *            same codec
 *   bytes
 *
 * The CID is not sent: the receiver computes it.
 *
 * The prefix of method 2 has two parts. The first part has links (DAG-CBOR, 41 bytes each) to the
 * blocks of the last VV_RECENT records of this stream, oldest first. For a raw block, the first
 * part is empty. The second part has the bytes of the base. With this prefix, a node that is sent
 * after its children needs almost no bytes for its links.
 */
#ifndef VV_TRANSPORT_PROTOCOL_BLOCK_STREAM_H
#define VV_TRANSPORT_PROTOCOL_BLOCK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/resemble.h"
#include "transport/line/channel.h"

#define VV_RECENT 256u    /* number of records to which the prefix has links */
#define VV_BASE_PREFIX 8u /* bytes of a base's digest in a record */

typedef struct vv_block_out vv_block_out;

/* Opens a stream for sending on the channel line, which is borrowed. get(payload, ...) reads the
 * blocks to send. A block may be sent as edits of its base. With VV_EFFORT_QUICK, only blocks that
 * are already stored as edits are sent so. */
vv_status vv_block_out_open(vv_block_out **out, vv_channel *line, vv_block_get_fn get,
			    void *payload, vv_effort effort, vv_error *err);

typedef vv_status (*vv_block_form_fn)(void *payload, const vv_cid *cid, vv_buf *out, vv_buf *stored,
				      vv_block_form *form, vv_error *err);
/* Sets fn as the function that reads leaves (raw blocks). fn also sets *form to the stored form of
 * the leaf, whose bytes are borrowed from `stored` (vv_store_get_form). If a leaf is stored as a
 * difference, and the receiver has its base, the difference is sent unchanged, unless a new
 * difference would be considerably shorter. The receiver has the base if the base was sent in this
 * stream, or if it is the block `like` of a call of vv_block_out_put with `known` set. */
void vv_block_out_use_forms(vv_block_out *o, vv_block_form_fn fn);

/* Sends the block cid. Checks the block against its CID, or, if its stored form is sent, only
 * against the checksum of the stored record. The receiver checks all blocks against their CIDs, and
 * requests damaged blocks again. `like` is a similar block, or NULL. known: the receiver has
 * `like`. `like` is used as the base if `known` is set, or if `like` was already sent in this
 * stream. VV_EMISSING, VV_ECORRUPT: the block is missing or damaged, and nothing was sent. */
vv_status vv_block_out_put(vv_block_out *o, const vv_cid *cid, const vv_cid *like, bool known,
			   vv_error *err);
/* Sends a record for an absent block. */
vv_status vv_block_out_absent(vv_block_out *o, vv_error *err);
vv_status vv_block_out_flush(vv_block_out *o, vv_error *err); /* sends buffered records */
uint64_t vv_block_out_count(const vv_block_out *o);           /* blocks sent */
uint64_t vv_block_out_raw(const vv_block_out *o);             /* their raw bytes */
void vv_block_out_close(vv_block_out *o);                     /* accepts NULL; does not flush */
VV_AUTO_FREE(vv_block_out, vv_block_out_close)

/* A decoded record. Borrowed until the next vv_block_in_next. */
typedef struct vv_block_received {
	bool absent; /* the sender does not have the block */
	/* the block cannot be decoded: this side does not have its base, or the record is damaged
	 * (`damaged`); the caller requests the block by its CID */
	bool unreadable;
	/* decoding with the base failed: usually because of damage, rarely because another block
	 * has the same first bytes of the digest */
	bool damaged;
	vv_cid cid; /* computed from the bytes; null if absent or unreadable */
	const void *bytes;
	size_t len;
	vv_cid base;        /* null: no base */
	bool as_stored;     /* form is set, and can be stored in a pack */
	vv_block_form form; /* the form in which the block was sent */
} vv_block_received;

typedef struct vv_block_in vv_block_in;

/* Sets *cid to the CID of the block with this codec whose digest begins with prefix. VV_ENOTFOUND
 * or VV_EMISSING: there is no such block, or more than one. */
typedef vv_status (*vv_block_find_fn)(void *payload, uint8_t codec,
				      const uint8_t prefix[VV_BASE_PREFIX], vv_cid *cid,
				      vv_error *err);
/* Opens a stream for receiving. find(payload, ...) looks up the CID of a base; NULL: the sender was
 * not offered any base. get(payload, ...) reads a base, which may also be a block that was received
 * earlier in this stream. */
vv_status vv_block_in_open(vv_block_in **out, vv_block_find_fn find, vv_block_get_fn get,
			   void *payload, vv_error *err);

/* Decodes the next record of a frame's payload, from *p to end, into *out, and moves *p past the
 * record. Returns 1, 0 at the end of the payload, or a negative vv_status. VV_ECORRUPT: the bytes
 * are not a record. */
int vv_block_in_next(vv_block_in *in, const uint8_t **p, const uint8_t *end, vv_block_received *out,
		     vv_error *err);
void vv_block_in_close(vv_block_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_block_in, vv_block_in_close)

#endif
