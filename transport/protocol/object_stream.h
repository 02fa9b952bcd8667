/*
 * object_stream: sends and receives Git objects on a channel, as consecutive records in frames of
 * type 'O'.
 *
 *   1        bits 0-1: method (as in block_stream.h), bits 2-4: type (1 commit, 2 tree, 3 blob,
 *            4 tag), bits 5-6: base (0 none, 1 by distance, 2 by id)
 *   varint   raw length
 *   varint   length of the bytes (left out for "stored")
 *   varint   with base 1: distance to the record of the base in this stream
 *   10, 20   with base 2: the id of an object that the receiver has: for a commit the whole id,
 *            for other objects its first 10 bytes
 *   bytes
 *
 * A record may begin in one frame and end in another.
 *
 * The id is not sent: the receiver computes it. With method 2, the bytes are compressed with a zstd
 * prefix (compress.h). Both sides make the prefix from these parts, in this order:
 *   - for a tree, commit or tag: the ids of the last VV_RECENT_OBJECTS records, oldest first; ids
 *     are bytes for a tree, and hex digits for a commit or tag;
 *   - for a blob: the texts of the last VV_RECENT_NODES dag-cbor CIDs among the preceding blocks of
 *     this request or answer, because pointers contain such CIDs;
 *   - for a commit with a base: the base's id in hex;
 *   - the base's bytes.
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
#define VV_OBJECT_PREFIX 10u /* bytes of a base's id in a record; a commit's id is sent whole */

/* The texts of the last dag-cbor CIDs among the blocks that were sent or received so far.
 * Initialise with {0}. */
typedef struct vv_recent_nodes {
	/* the texts of at least the last VV_RECENT_NODES CIDs, one after the other */
	char texts[2 * VV_RECENT_NODES * VV_CID_TEXT];
	size_t count; /* number of texts */
} vv_recent_nodes;
void vv_recent_nodes_add(vv_recent_nodes *r, const vv_cid *cid); /* ignores raw blocks */

/* Replaces the content of out with the bytes of a base, an object that this side has. id: the first
 * id_len bytes of the object's id; id_len is 20 or VV_OBJECT_PREFIX. VV_ENOTFOUND: no such
 * object. */
typedef vv_status (*vv_object_get_fn)(void *payload, vv_git_type type, const uint8_t *id,
				      size_t id_len, vv_buf *out, vv_error *err);

/* A stream for sending. */
typedef struct vv_object_out vv_object_out;
/* Opens a stream for sending on the channel line. get(payload, ...) reads bases. line and nodes are
 * borrowed until vv_object_out_close. The caller adds each CID that it sends to nodes. */
vv_status vv_object_out_open(vv_object_out **out, vv_channel *line, vv_object_get_fn get,
			     void *payload, const vv_recent_nodes *nodes, vv_effort effort,
			     vv_error *err);
/* Sends the object o. o->base is null, or an object that was already sent in this stream or that
 * the receiver has. */
vv_status vv_object_out_put(vv_object_out *out, const vv_git_object *o, vv_error *err);
vv_status vv_object_out_flush(vv_object_out *out, vv_error *err); /* sends buffered records */
uint64_t vv_object_out_count(const vv_object_out *out);           /* number of objects sent */
void vv_object_out_close(vv_object_out *out);                     /* accepts NULL; does not flush */
VV_AUTO_FREE(vv_object_out, vv_object_out_close)

/* A stream for receiving. */
typedef struct vv_object_in vv_object_in;
/* Opens a stream for receiving objects of at most object_max bytes. get(payload, ...) reads bases.
 * nodes is borrowed until vv_object_in_close. The caller adds each CID that it receives to
 * nodes. */
vv_status vv_object_in_open(vv_object_in **out, vv_object_get_fn get, void *payload,
			    const vv_recent_nodes *nodes, uint64_t object_max, vv_error *err);
/* Adds the payload of a frame, which has len bytes and is copied. */
vv_status vv_object_in_feed(vv_object_in *in, const void *payload, size_t len, vv_error *err);
/* Decodes the next record into *type, *bytes and *len. Returns 1; 0 if the next record is not
 * complete yet; or a negative vv_status. *bytes is borrowed until the next call. After each object,
 * the caller stores it, and passes its id to vv_object_in_note. VV_EREFUSED: the object has more
 * than object_max bytes. VV_EMISSING: this side does not have the base. */
int vv_object_in_next(vv_object_in *in, vv_git_type *type, const void **bytes, size_t *len,
		      vv_error *err);
/* Ends the stream. VV_ECORRUPT: the last record is incomplete. */
vv_status vv_object_in_end(const vv_object_in *in, vv_error *err);
/* Records the id of the object that vv_object_in_next returned last. */
vv_status vv_object_in_note(vv_object_in *in, const vv_oid *id, vv_error *err);
void vv_object_in_close(vv_object_in *in); /* accepts NULL */
VV_AUTO_FREE(vv_object_in, vv_object_in_close)

#endif
