/*
 * peer: sends requests to a peer, the repository at the other end of a channel.
 */
#ifndef VV_TRANSPORT_PROTOCOL_PEER_H
#define VV_TRANSPORT_PROTOCOL_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/protocol/message.h"
#include "transport/protocol/receive.h"
#include "transport/protocol/send.h"

typedef struct vv_peer vv_peer;

/* Connects to the peer at a URL. Does not send a request. */
vv_status vv_peer_open(vv_peer **out, const char *url, const vv_connect_options *o, vv_error *err);
/* Opens a peer over the channel `line`, and takes ownership of it, also on failure. */
vv_status vv_peer_over(vv_peer **out, vv_channel *line, vv_error *err);
/* Declares that the peer is a process of this program: its errors are then not marked as remote. */
void vv_peer_set_own(vv_peer *p);
void vv_peer_close(vv_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_peer, vv_peer_close)
/* Sets *out to the statistics of the peer's channel. */
void vv_peer_stats(const vv_peer *p, vv_channel_stats *out);

/* Sets *out to the peer's refs, borrowed until vv_peer_close; for a push
 * (vv_connect_options.write), also which of these refs have all their blocks. */
vv_status vv_peer_hello(vv_peer *p, const vv_hello **out, vv_error *err);
/* Asks which of the commits ids the peer has, and sets bit i of bits if it has the i-th commit.
 * bits has room for (ids->count + 7) / 8 bytes. */
vv_status vv_peer_known(vv_peer *p, const vv_oids *ids, uint8_t *bits, vv_error *err);
/* Asks which of the count blocks cids the peer has. Sets bit i of `have` if the peer has the i-th
 * block with all blocks below it, and bit i of `held` if it has only the block itself. Both have
 * room for (count + 7) / 8 bytes. */
vv_status vv_peer_have(vv_peer *p, const vv_cid *cids, size_t count, uint8_t *have, uint8_t *held,
		       vv_error *err);

/* Asks which of the count versions `roots` the peer keeps, and sets bit i of `keeps` if it keeps
 * the i-th one: it has the complete version, the version is reachable from its refs, and it is not
 * dropping versions itself. For drop; the caller must hold vv_drop_lock. */
vv_status vv_peer_keeps(vv_peer *p, const vv_cid *roots, size_t count, uint8_t *keeps,
			vv_error *err);

/* Sends the request q of a fetch, and reads the answer. Sets *start. If start->ready is true, also
 * receives all data into x, and sets *sum. start->common is borrowed until the next call. */
vv_status vv_peer_fetch(vv_peer *p, const vv_request *q, vv_receive *x, const vv_progress *progress,
			vv_fetch_start *start, vv_fetch_sum *sum, vv_error *err);

typedef vv_status (*vv_peer_block_fn)(void *payload, size_t i, const vv_block_received *b,
				      vv_error *err);
/* Requests the count blocks `wants`, and calls fn for each of them, in order, with the checked
 * block b, or with b NULL if the peer does not have the i-th block. find and get are as in
 * vv_block_in_open. VV_ECORRUPT: the peer sent bytes that do not match the CID. */
vv_status vv_peer_blocks(vv_peer *p, const vv_lacking *wants, size_t count, vv_block_find_fn find,
			 vv_block_get_fn get, vv_peer_block_fn fn, void *payload, vv_error *err);

/* Returns the number of blocks received so far that could not be unpacked although this repository
 * has their base. Such blocks count as absent. */
uint64_t vv_peer_damaged(const vv_peer *p);

/* Sends a question, a message that is not part of the protocol, to a process of this program, and
 * appends the message of its answer to `answer`. */
vv_status vv_peer_question(vv_peer *p, const vv_buf *question, vv_buf *answer, vv_error *err);

/* Stops waiting for the peer. Call this from another thread. A running request then fails soon, and
 * all later requests fail. */
void vv_peer_stop(vv_peer *p);

/* Pushes the count refs and the data of s, and sets *answer, borrowed until the next call, and
 * *sum. ahead: sends only blocks, and moves no ref. The lines that the peer sends for people are
 * appended to said. */
vv_status vv_peer_push(vv_peer *p, const vv_push_ref *refs, size_t count, bool ahead, vv_send *s,
		       const vv_progress *progress, vv_push_answer *answer, vv_fetch_sum *sum,
		       vv_buf *said, vv_error *err);

#endif
