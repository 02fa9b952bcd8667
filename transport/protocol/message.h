/*
 * message: writes and reads messages, the maps with which requests and answers begin. A client
 * sends requests to a peer, which is the repository at the other end of a channel.
 *
 * A message is a frame of type 'M' with a DAG-CBOR map, whose keys are in DAG-CBOR's order. A list
 * of Git object ids is one byte string with 20 bytes for each id. A list of CIDs is one byte string
 * with 33 bytes for each CID (codec, digest). A list has at most VV_LIST_MAX items. The answer to a
 * list is a bitmap; the lowest bit of its first byte is for the first item. Nodes are blocks with
 * the codec DAG-CBOR, and leaves are raw blocks. Format: docs/formats/protocol.md.
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
#define VV_LIST_MAX 32768u   /* most items of a list */
#define VV_REFS_MAX 100000u  /* most refs in an answer to hello */
#define VV_HELLO_HEADS 64u   /* most signed heads in an answer to hello */
#define VV_REPOSITORY_ID 32u /* hex digits of vv_hello.id */

/* The operations of requests. */
typedef enum vv_op {
	VV_OP_HELLO,  /* send the refs */
	VV_OP_KNOWN,  /* which of these commits are complete at the peer, with all blocks? */
	VV_OP_FETCH,  /* send the blocks and objects that are reachable from these commits */
	VV_OP_BLOCKS, /* send these blocks */
	VV_OP_HAVE,   /* which of these blocks does the peer have? */
	VV_OP_PUSH    /* store the blocks and objects that follow, and move these refs */
} vv_op;

const char *vv_op_name(vv_op op); /* such as "hello"; static */

/* A ref to be moved by a push. */
typedef struct vv_push_ref {
	const char *name;
	vv_oid old, id; /* old is null if the ref does not exist; id is null to delete the ref */
	bool force;     /* move the ref even if this is not a fast-forward */
} vv_push_ref;

/* A request. The items of its lists are in an arena, or belong to the caller. */
typedef struct vv_request {
	vv_op op;
	bool whole;         /* hello, for a push: the peer reports which refs are complete */
	vv_oids want, have; /* for fetch; for known: only want */
	bool done;          /* fetch: the client has no further commits to send */
	bool nodes;         /* fetch: send only nodes; the client requests the leaves later */
	bool history;       /* fetch: do not send blocks */
	bool keep;          /* have: the client is going to drop its own copies */
	/* blocks: the CIDs, for the ops blocks and have. like, only for the op blocks: empty, or
	 * for each block a similar block that the client has (a null CID: no such block) */
	vv_cids blocks, like;
	vv_push_ref *refs; /* push */
	size_t ref_count;
	bool ahead; /* push: store only the blocks, and move no ref */
} vv_request;

/* Writes the request q as a message. */
vv_status vv_request_write(vv_channel *line, const vv_request *q, vv_error *err);
/* Parses a request from the payload of its first frame into *out, with lists in arena. VV_ECORRUPT:
 * the payload is not a request. VV_ENOSUPPORT: the op or protocol version is not supported. */
vv_status vv_request_read(vv_request *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

/* Returns true if the payload is a request about copies stored for other repositories: its op is
 * "hold" or begins with "hold-". */
bool vv_request_is_hold(const void *bytes, size_t len);

/* A ref of a peer. */
typedef struct vv_remote_ref {
	const char *name;
	vv_oid id, peeled; /* peeled: for an annotated tag, its commit; else equal to id */
	/* the peer has all blocks reachable from the ref; always true if vv_hello.tells_whole is
	 * false */
	bool whole;
} vv_remote_ref;

/* The answer to the op hello. */
typedef struct vv_hello {
	/* the branch of HEAD ("refs/heads/main"); NULL: HEAD is detached, or the peer hides it */
	const char *head;
	/* the commit of a detached HEAD, which is also in others as "HEAD"; else null */
	vv_oid detached;
	vv_remote_ref *refs;
	size_t ref_count;
	/* signed heads, at most VV_HELLO_HEADS; in a peer's answer, they follow refs in the same
	 * array */
	vv_remote_ref *heads;
	size_t head_count;
	/* the lists of expired versions (repo/git/history/expired.h); name NULL: it has none */
	vv_remote_ref expired;
	/* refs of a Git host that are neither branches nor tags, such as refs/pull/1/head; varve's
	 * protocol does not send them. A fetch gets those that a refspec matches. */
	vv_remote_ref *others;
	size_t other_count;
	/* number of blocks at the peer that belong to an interrupted transfer, and, if the peer has
	 * no refs, of its stored blocks; 0 unless the peer is writable */
	uint64_t held;
	bool writable; /* the client may try to push */
	/* an id by which clients recognise one repository at several addresses; "": not sent */
	char id[VV_REPOSITORY_ID + 1];
	/* refs[i].whole and edge are set: the client requested them, and the peer is writable */
	bool tells_whole;
	/* for refs that are not complete: the last complete commits below them; only some
	 * if they are many */
	vv_oids edge;
} vv_hello;
/* Writes an answer to hello. */
vv_status vv_hello_write(vv_channel *line, const vv_hello *h, vv_error *err);
/* Parses an answer to hello into *out, with lists and texts in arena. VV_ECORRUPT: the bytes are
 * not such an answer. VV_ENOSUPPORT: the peer has another version of the protocol. */
vv_status vv_hello_read(vv_hello *out, vv_arena *arena, const void *bytes, size_t len,
			vv_error *err);

/* The answer to the ops known and have: a bit for each item. */
typedef struct vv_bits {
	/* both bitmaps have (count + 7) / 8 bytes; have: the peer has the item with everything
	 * below it */
	const uint8_t *have;
	/* for the op have: the peer has at least the block itself; NULL for known */
	const uint8_t *held;
	size_t count;
} vv_bits;
/* Writes the answer b. */
vv_status vv_bits_write(vv_channel *line, const vv_bits *b, vv_error *err);
/* Parses the answer to a request with count items into *out, whose bits are borrowed from bytes. */
vv_status vv_bits_read(vv_bits *out, size_t count, const void *bytes, size_t len, vv_error *err);
/* Returns bit i of a bitmap. */
static inline bool vv_bit(const uint8_t *bits, size_t i)
{
	return (bits[i / 8] >> (i % 8) & 1) != 0;
}

/* The first answer to the op fetch. */
typedef struct vv_fetch_start {
	/* true: blocks and objects follow; false: the client must send more of its commits */
	bool ready;
	vv_oids common; /* the commits of vv_request.have that the peer has, too */
} vv_fetch_start;
/* Writes a first answer to fetch. */
vv_status vv_fetch_start_write(vv_channel *line, const vv_fetch_start *s, vv_error *err);
/* Parses a first answer to fetch into *out, with lists in arena. VV_ECORRUPT: the bytes are not
 * such an answer. */
vv_status vv_fetch_start_read(vv_fetch_start *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err);

/* The last message of the answer to the op fetch: totals of the sent data. */
typedef struct vv_fetch_sum {
	uint64_t commits, datasets, blocks, bytes;
	/* the leaves were not sent; the client requests those that it does not have */
	bool withheld;
	uint64_t absent; /* number of blocks that are missing or damaged at the sender */
} vv_fetch_sum;
/* Writes the totals of a fetch. */
vv_status vv_fetch_sum_write(vv_channel *line, const vv_fetch_sum *s, vv_error *err);
/* Parses the totals of a fetch into *out. VV_ECORRUPT: the bytes are not such totals. */
vv_status vv_fetch_sum_read(vv_fetch_sum *out, const void *bytes, size_t len, vv_error *err);

/* The answer to the op push. */
typedef struct vv_push_answer {
	/* for each ref of the request: the reason for which it was not moved; NULL: it was moved */
	const char **refs;
	size_t count;
	/* blocks without which the peer cannot accept the push; only some of them if they are many.
	 * The peer keeps the received blocks; the client pushes again, with these blocks. */
	vv_cids missing;
} vv_push_answer;
/* Writes an answer to push. */
vv_status vv_push_answer_write(vv_channel *line, const vv_push_answer *a, vv_error *err);
/* Parses an answer to push into *out, with lists and texts in arena. VV_ECORRUPT: the bytes are not
 * such an answer. */
vv_status vv_push_answer_read(vv_push_answer *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err);

#endif
