/*
 * message: the maps at the beginning of requests and answers.
 *
 * Each is one frame of type 'M' with one DAG-CBOR map, keys in DAG-CBOR's order. Ids of Git objects
 * are joined to one byte string, 20 bytes each; CIDs 33 bytes each (codec, digest); answers to
 * lists are bitmaps, the first item in the lowest bit of the first byte. A list has at most
 * VV_LIST_MAX items. Format: docs/formats/protocol.md.
 */
#ifndef VV_TRANSPORT_PROTOCOL_MESSAGE_H
#define VV_TRANSPORT_PROTOCOL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/line/channel.h"
#include "transport/protocol/frame.h"

#define VV_PROTOCOL_VERSION 1u
#define VV_LIST_MAX 32768u
#define VV_REFS_MAX 100000u
#define VV_HELLO_HEADS 64u
#define VV_REPOSITORY_ID 32u /* hex digits */

typedef enum vv_op {
	VV_OP_HELLO,
	VV_OP_KNOWN,
	VV_OP_FETCH,
	VV_OP_BLOCKS,
	VV_OP_HAVE,
	VV_OP_PUSH
} vv_op;

const char *vv_op_name(vv_op op); /* "hello"; static */

typedef struct vv_oids {
	vv_oid *items;
	size_t count;
} vv_oids;

typedef struct vv_cids {
	vv_cid *items;
	size_t count;
} vv_cids;

/* A ref that a push wants moved. */
typedef struct vv_push_ref {
	const char *name;
	vv_oid old, id; /* old null: the ref does not exist; id null: delete it */
	bool force;     /* also if it is not a fast-forward */
} vv_push_ref;

/* All members of a request; items of lists are in an arena, or owned by the caller. */
typedef struct vv_request {
	vv_op op;
	bool whole;           /* hello: for a push, report which refs are whole */
	vv_oids want, have;   /* fetch; known: want */
	bool done;            /* fetch: there is nothing more to name */
	bool nodes;           /* fetch: send nodes only, leaves will be requested */
	bool history;         /* fetch: send no blocks at all */
	bool keep;            /* have: the asker is about to drop its own */
	vv_cids blocks, like; /* blocks; have: blocks. like: empty, or one each (null: none) that
			       * the asker has and that is resembled */
	vv_push_ref *refs;    /* push */
	size_t ref_count;
	bool ahead; /* push: only the blocks are to enter, no ref moves */
} vv_request;

vv_status vv_request_write(vv_channel *line, const vv_request *q, vv_error *err);
/* From the payload of the first frame. VV_ECORRUPT; VV_ENOSUPPORT for an op or version that is
 * not known here. */
vv_status vv_request_read(vv_request *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

/* Is the payload a request about copies stored for other repositories, in any version ("hold", "hold-...")? */
bool vv_request_is_hold(const void *bytes, size_t len);

typedef struct vv_remote_ref {
	const char *name;
	vv_oid id, peeled; /* peeled: the commit of an annotated tag; else id */
	bool whole;        /* the peer has all blocks reachable from it (or it was not requested) */
} vv_remote_ref;

/* hello's answer. */
typedef struct vv_hello {
	const char *head; /* the branch that HEAD names ("refs/heads/main"); NULL when detached */
	vv_oid detached; /* the commit of a HEAD that names no branch, which is among others as "HEAD"; else null */
	vv_remote_ref *refs;
	size_t ref_count;
	/* signed ones, at most VV_HELLO_HEADS; of a peer they follow refs in one array */
	vv_remote_ref *heads;
	size_t head_count;
	/* Refs that are neither branches nor tags: of a Git host, and never on the line, for example
	 * refs/pull/1/head. Fetched if a refspec names them. */
	vv_remote_ref *others;
	size_t other_count;
	uint64_t held; /* blocks that wait there for the rest of an interrupted transfer */
	bool writable; /* a push may be tried */
	/* Identifies a repository under several addresses; "": not sent. */
	char id[VV_REPOSITORY_ID + 1];
	bool tells_whole; /* refs[i].whole and edge are set: they were requested, and the peer is
			   * writable */
	/* the last whole commits below refs that are not; not all, when they are many */
	vv_oids edge;
} vv_hello;
vv_status vv_hello_write(vv_channel *line, const vv_hello *h, vv_error *err);
vv_status vv_hello_read(vv_hello *out, vv_arena *arena, const void *bytes, size_t len,
			vv_error *err);

/* The answer to known and to have: bits. */
typedef struct vv_bits {
	const uint8_t *have; /* (count + 7) / 8 bytes: the peer has it, with all below it */
	const uint8_t *held; /* have: the peer has the block alone; NULL for known */
	size_t count;
} vv_bits;
vv_status vv_bits_write(vv_channel *line, const vv_bits *b, vv_error *err);
/* The bits in *out are borrowed from bytes. */
vv_status vv_bits_read(vv_bits *out, size_t count, const void *bytes, size_t len, vv_error *err);
static inline bool vv_bit(const uint8_t *bits, size_t i)
{
	return (bits[i / 8] >> (i % 8) & 1) != 0;
}

/* fetch's first answer. */
typedef struct vv_fetch_start {
	bool ready;     /* blocks and objects follow; else: send more commits */
	vv_oids common; /* those of the haves that the peer has */
} vv_fetch_start;
vv_status vv_fetch_start_write(vv_channel *line, const vv_fetch_start *s, vv_error *err);
vv_status vv_fetch_start_read(vv_fetch_start *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err);

/* The end of a fetch: its sums. */
typedef struct vv_fetch_sum {
	uint64_t commits, datasets, blocks, bytes;
	bool withheld;   /* leaves were left out: request the missing ones */
	uint64_t absent; /* blocks that belong to it and are not there (or damaged) */
} vv_fetch_sum;
vv_status vv_fetch_sum_write(vv_channel *line, const vv_fetch_sum *s, vv_error *err);
vv_status vv_fetch_sum_read(vv_fetch_sum *out, const void *bytes, size_t len, vv_error *err);

/* push's answer. */
typedef struct vv_push_answer {
	/* for each ref of the request: why it was not moved; NULL: it was moved */
	const char **refs;
	size_t count;
	vv_cids missing; /* blocks required to accept it (only some, if they are many); the received
			  * ones are kept: push again with these */
} vv_push_answer;
vv_status vv_push_answer_write(vv_channel *line, const vv_push_answer *a, vv_error *err);
vv_status vv_push_answer_read(vv_push_answer *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err);

#endif
