/*
 * object_stream: sends and receives Git objects on a channel, as consecutive records in frames of
 * type 'O'.
 *
 *   1        bits 0-1: method (as block_stream.h has it), bits 2-4: type (1 commit, 2 tree,
 *            3 blob, 4 tag), bits 5-6: base (0 none, 1 by distance, 2 by id)
 *   varint   raw length
 *   varint   length of the bytes (not for "stored")
 *   varint   base 1: how many records of this stream before this one
 *   10, 20   base 2: the first bytes of the id of an object that the receiver has; of a
 *            commit the whole id
 *   bytes
 *
 * Records can cross frames: a record may begin in one frame and end in another.
 *
 * The id is not sent. The prefix of method 2 is: the ids of the last VV_RECENT_OBJECTS records,
 * oldest first, for a tree as their 20 bytes, for a commit and a tag in hex, for a blob not at
 * all; for a blob then the texts of the last VV_RECENT_NODES dag-cbor CIDs among the blocks of
 * this request or answer that came before (pointers name them); for a commit with a base the
 * base's id in hex; then the base's bytes.
 */
#ifndef VV_TRANSPORT_PROTOCOL_OBJECT_STREAM_H
#define VV_TRANSPORT_PROTOCOL_OBJECT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/coder.h"
#include "repo/git/objects/send.h"
#include "transport/line/channel.h"

#define VV_RECENT_OBJECTS 32u
#define VV_RECENT_NODES 64u
#define VV_OBJECT_PREFIX 10u

/* The last dag-cbor CIDs among the blocks sent or received so far; equal on both sides. */
typedef struct vv_recent_nodes {
	vv_cid cids[VV_RECENT_NODES];
	uint64_t count;
} vv_recent_nodes;
void vv_recent_nodes_add(vv_recent_nodes *r, const vv_cid *cid); /* ignores raw blocks */

/* Reads an object, of the sender or among those that the receiver has so far, and replaces the
 * content of out. id_len: 20 or VV_OBJECT_PREFIX. VV_ENOTFOUND: no such object. */
typedef vv_status (*vv_object_get_fn)(void *payload, vv_git_type type, const uint8_t *id,
				      size_t id_len, vv_buf *out, vv_error *err);

typedef struct vv_object_out vv_object_out;
vv_status vv_object_out_open(vv_object_out **out, vv_channel *line, vv_object_get_fn get,
			     void *payload, const vv_recent_nodes *nodes, vv_effort effort,
			     vv_error *err);
/* Sends an object. o->base must have been sent before, or the receiver must have it. */
vv_status vv_object_out_put(vv_object_out *out, const vv_git_object *o, vv_error *err);
vv_status vv_object_out_flush(vv_object_out *out, vv_error *err);
uint64_t vv_object_out_count(const vv_object_out *out);
void vv_object_out_close(vv_object_out *out); /* accepts NULL; does not flush */
VV_AUTO_FREE(vv_object_out, vv_object_out_close)

typedef struct vv_object_in vv_object_in;
vv_status vv_object_in_open(vv_object_in **out, vv_object_get_fn get, void *payload,
			    const vv_recent_nodes *nodes, uint64_t object_max, vv_error *err);
/* Adds a frame's payload, which is copied. */
vv_status vv_object_in_feed(vv_object_in *in, const void *payload, size_t len, vv_error *err);
/* Decodes the next record. Returns 1, or 0 if no record is complete. Bytes are borrowed until the
 * next call. The caller stores the object, and passes its id to vv_object_in_note. VV_EREFUSED:
 * more than object_max bytes. VV_EMISSING: the base is missing here. */
int vv_object_in_next(vv_object_in *in, vv_git_type *type, const void **bytes, size_t *len,
		      vv_error *err);
/* Fails if a record is incomplete. */
vv_status vv_object_in_end(const vv_object_in *in, vv_error *err);
vv_status vv_object_in_note(vv_object_in *in, const vv_oid *id, vv_error *err);
void vv_object_in_close(vv_object_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_object_in, vv_object_in_close)

#endif
