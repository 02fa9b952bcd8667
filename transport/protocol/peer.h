/*
 * peer: a repository at the other end of a channel, and requests to it.
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

/* Connects to a peer. Does not send a request. */
vv_status vv_peer_open(vv_peer **out, const char *url, const vv_connect_options *o, vv_error *err);
/* Makes a peer on an existing channel, which the peer then owns. */
vv_status vv_peer_over(vv_peer **out, vv_channel *line, vv_error *err);
/* Declares that the peer is a process of this program: its errors are then not marked as remote. */
void vv_peer_set_own(vv_peer *p);
void vv_peer_close(vv_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_peer, vv_peer_close)
/* Gets the traffic of the channel. */
void vv_peer_stats(const vv_peer *p, vv_channel_stats *out);

/* Sets *out to the peer's refs, borrowed until vv_peer_close; for a push
 * (vv_connect_options.write), also which of these refs have all their blocks. */
vv_status vv_peer_hello(vv_peer *p, const vv_hello **out, vv_error *err);
/* Asks which of the commits the peer has. bits: room for (count + 7) / 8 bytes, one bit for each
 * commit. */
vv_status vv_peer_known(vv_peer *p, const vv_oids *ids, uint8_t *bits, vv_error *err);
/* Asks which blocks the peer has. have: the block with all blocks below it; held: the block
 * itself. */
vv_status vv_peer_have(vv_peer *p, const vv_cid *cids, size_t count, uint8_t *have, uint8_t *held,
		       vv_error *err);

/* Asks which versions, given by their roots, the peer keeps: it has the complete version, its refs
 * reach the version, and it is not dropping versions itself. For drop; call this under
 * vv_drop_lock. */
vv_status vv_peer_keeps(vv_peer *p, const vv_cid *roots, size_t count, uint8_t *keeps,
			vv_error *err);

/* Runs one round of a fetch. `start->ready`: the peer was ready, x has received all frames, and
 * *sum has their sums. start->common is borrowed until the next call. */
vv_status vv_peer_fetch(vv_peer *p, const vv_request *q, vv_receive *x, const vv_progress *progress,
			vv_fetch_start *start, vv_fetch_sum *sum, vv_error *err);

typedef vv_status (*vv_peer_block_fn)(void *payload, size_t i, const vv_block_received *b,
				      vv_error *err);
/* Requests blocks by CID, and calls fn for each block, in order. b NULL: the peer lacks the i-th
 * block. The bytes are checked against the CID. VV_ECORRUPT: the bytes do not match. */
vv_status vv_peer_blocks(vv_peer *p, const vv_lacking *wants, size_t count, vv_block_find_fn find,
			 vv_block_get_fn get, vv_peer_block_fn fn, void *payload, vv_error *err);

/* Returns the number of blocks in the answers so far that could not be unpacked although this
 * repository has their base. These blocks count as absent. */
uint64_t vv_peer_damaged(const vv_peer *p);

/* Sends a question that is not part of the protocol to a process of this program, and appends the
 * answer. */
vv_status vv_peer_question(vv_peer *p, const vv_buf *question, vv_buf *answer, vv_error *err);

/* Ends waiting for the peer. Call this from another thread. A running request then fails soon, and
 * so do all later requests. */
void vv_peer_stop(vv_peer *p);

/* Pushes: sends the refs and the data of s, and reads the answer, which is borrowed until the next
 * call. ahead: sends only blocks, and moves no ref. said: receives the lines that the peer sends
 * for people. */
vv_status vv_peer_push(vv_peer *p, const vv_push_ref *refs, size_t count, bool ahead, vv_send *s,
		       const vv_progress *progress, vv_push_answer *answer, vv_fetch_sum *sum,
		       vv_buf *said, vv_error *err);

#endif
