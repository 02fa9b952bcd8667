/*
 * block_stream: sends and receives blocks on a channel, as consecutive records in frames of type
 * 'B'.
 *
 *   1        bits 0-1: method (0 stored, 1 zstd, 2 zstd with prefix; 3: absent, the rest of the
 *            record is missing then), bit 2: dag-cbor, bits 3-4: base (0 none, 1 by distance,
 *            2 by digest), bit 5, with method 2 and a base: edits of the base (coder.h)
 *   varint   raw length, at most VV_BLOCK_MAX
 *   varint   length of the bytes (not for "stored": it is the raw length)
 *   varint   base 1: how many records of this stream before this one (1: the last)
 *   8        base 2: the first bytes of the digest of a block that the receiver has (same codec)
 *   bytes
 *
 * The CID is not sent: the receiver computes it. The prefix of method 2 is, for dag-cbor blocks,
 * the links (DAG-CBOR, 41 bytes each) to the last VV_RECENT records of this stream, oldest first;
 * then the base's bytes. So a node that follows its children needs no digests.
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

#define VV_RECENT 256u
#define VV_BASE_PREFIX 8u

typedef struct vv_block_out vv_block_out;

/* Opens a stream for sending. get reads the blocks to send. Blocks may be sent as edits; with
 * VV_EFFORT_QUICK, only blocks that are stored as edits. */
vv_status vv_block_out_open(vv_block_out **out, vv_channel *line, vv_block_get_fn get,
			    void *payload, vv_effort effort, vv_error *err);

/* Sets fn as the reader of leaves, which also returns their stored form, borrowed from stored
 * (vv_store_get_form). A stored difference against a block that was sent, or against a similar one that the
 * receiver has, is sent unchanged if a new difference would hardly be shorter. */
typedef vv_status (*vv_block_form_fn)(void *payload, const vv_cid *cid, vv_buf *out, vv_buf *stored,
				      vv_block_form *form, vv_error *err);
void vv_block_out_use_forms(vv_block_out *o, vv_block_form_fn fn);

/* Sends a block. It is checked against its CID, or, in its stored form, only against the record's
 * checksum: the receiver checks all blocks against their CIDs, and requests damaged ones again.
 * like: a similar block; used if it was sent before in this stream, or if the receiver has it
 * (known). VV_EMISSING, VV_ECORRUPT: nothing was sent. */
vv_status vv_block_out_put(vv_block_out *o, const vv_cid *cid, const vv_cid *like, bool known,
			   vv_error *err);
/* Sends a record for an absent block. */
vv_status vv_block_out_absent(vv_block_out *o, vv_error *err);
vv_status vv_block_out_flush(vv_block_out *o, vv_error *err);
uint64_t vv_block_out_count(const vv_block_out *o); /* blocks sent */
uint64_t vv_block_out_raw(const vv_block_out *o);   /* their raw bytes */
void vv_block_out_close(vv_block_out *o);           /* accepts NULL; does not flush */
VV_AUTO_FREE(vv_block_out, vv_block_out_close)

/* A decoded record. Borrowed until the next vv_block_in_next. */
typedef struct vv_block_received {
	bool absent;
	/* the block cannot be decoded, since its base is missing here or damaged is set; request it
	 * by its CID */
	bool unreadable;
	/* decoding with the base failed, usually because of damage; rarely because the base is
	 * wrong, since only a few bytes name it */
	bool damaged;
	vv_cid cid; /* computed from the bytes; null if absent or unreadable */
	const void *bytes;
	size_t len;
	vv_cid base;    /* null: none */
	bool as_stored; /* form can be stored in a pack: with its base, or without */
	vv_block_form form;
} vv_block_received;

typedef struct vv_block_in vv_block_in;

/* Finds the only block whose digest begins with these bytes. VV_ENOTFOUND, VV_EMISSING: no such
 * block. */
typedef vv_status (*vv_block_find_fn)(void *payload, uint8_t codec,
				      const uint8_t prefix[VV_BASE_PREFIX], vv_cid *cid,
				      vv_error *err);
/* Opens a stream for receiving. find finds the bases; get reads a block received before in this
 * stream, or a base. */
vv_status vv_block_in_open(vv_block_in **out, vv_block_find_fn find, vv_block_get_fn get,
			   void *payload, vv_error *err);

/* Decodes the next record of a frame's payload, and advances *p. Returns 1; 0 at the payload's end;
 * VV_ECORRUPT: not a record. */
int vv_block_in_next(vv_block_in *in, const uint8_t **p, const uint8_t *end, vv_block_received *out,
		     vv_error *err);
void vv_block_in_close(vv_block_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_block_in, vv_block_in_close)

#endif
