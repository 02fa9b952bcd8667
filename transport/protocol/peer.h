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

/* Connects to the peer at the URL (connect.h), without sending a request. What the members of o
 * point to must outlive the peer. */
vv_status vv_peer_open(vv_peer **out, const char *url, const vv_connect_options *o, vv_error *err);
/* Returns for how many milliseconds a peer that is opened with o may send signs of life and nothing
 * else before it is given up: for a push VV_TEXT_MAX_MS, as the peer may check the data; else
 * VV_DEADLINE_BESIDE_MS if another place has the same data, or VV_DEADLINE_ALONE_MS, or ten times
 * o->idle_sec if that is more. */
uint64_t vv_peer_works_ms(const vv_connect_options *o);
/* Opens a peer over the channel `line`. The peer owns the channel; a failure closes it.
 * vv_peer_hello then asks as for a push. */
vv_status vv_peer_over(vv_peer **out, vv_channel *line, vv_error *err);
/* Declares that the peer is a process of this program: its errors are not marked as remote
 * (vv_frame_reader.is_own). */
void vv_peer_set_own(vv_peer *p);
void vv_peer_close(vv_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_peer, vv_peer_close)
/* Returns the statistics of the peer's channel. */
vv_channel_stats vv_peer_stats(const vv_peer *p);

/* Sets *out to the peer's refs, borrowed until vv_peer_close. For a push
 * (vv_connect_options.write), the answer also tells for which refs the peer has all blocks. */
vv_status vv_peer_hello(vv_peer *p, const vv_hello **out, vv_error *err);
/* Asks which of the commits `ids` the peer has with all blocks of their histories. Sets bit i of
 * `bits` for the i-th commit, and clears it otherwise. A commit that no ref of the peer reaches
 * does not count. `bits` has room for (ids->count + 7) / 8 bytes. */
vv_status vv_peer_known(vv_peer *p, const vv_oids *ids, uint8_t *bits, vv_error *err);
/* Asks which of the count blocks `cids` the peer has. Sets bit i of `held` if the peer has the i-th
 * block, and bit i of `have` if it also has all blocks below it. Both have room for (count + 7) / 8
 * bytes. */
vv_status vv_peer_have(vv_peer *p, const vv_cid *cids, size_t count, uint8_t *have, uint8_t *held,
		       vv_error *err);

/* Asks which of the count versions `roots` the peer keeps. Sets bit i of `keeps` if the peer has
 * the i-th version completely, and a ref of the peer reaches it. The command drop calls this
 * function while it holds vv_drop_lock. VV_ELOCKED: the peer is dropping versions itself. */
vv_status vv_peer_keeps(vv_peer *p, const vv_cid *roots, size_t count, uint8_t *keeps,
			vv_error *err);

/* Sends the request q, whose op is fetch, and reads the answer. Sets *start. If start->ready is
 * true, also receives all data into x, and sets *sum. start->common is borrowed until the peer's
 * next request. */
vv_status vv_peer_fetch(vv_peer *p, const vv_request *q, vv_receive *x, const vv_progress *progress,
			vv_fetch_start *start, vv_fetch_sum *sum, vv_error *err);

typedef vv_status (*vv_peer_block_fn)(void *payload, size_t i, const vv_block_received *b,
				      vv_error *err);
/* Requests the count blocks `wants`, and calls fn(payload, ...) for each of them, in order. b is
 * the i-th block, whose bytes match its CID; b is NULL if the peer does not have the block. find
 * and get are as in vv_block_in_open, with the same payload. VV_ECORRUPT: the peer sent bytes that
 * do not match the CID. */
vv_status vv_peer_blocks(vv_peer *p, const vv_lacking *wants, size_t count, vv_block_find_fn find,
			 vv_block_get_fn get, vv_peer_block_fn fn, void *payload, vv_error *err);

/* Returns the number of blocks received by vv_peer_blocks that could not be unpacked, although this
 * repository has their base. vv_peer_blocks treats such a block as one that the peer does not
 * have. */
uint64_t vv_peer_damaged(const vv_peer *p);

/* Sends a question to a peer that is a process of this program, and appends its answer to `answer`.
 * Question and answer are messages that are not part of the protocol. */
vv_status vv_peer_question(vv_peer *p, const vv_buf *question, vv_buf *answer, vv_error *err);

/* Makes a running request fail soon, and all later requests fail. May be called from another
 * thread. */
void vv_peer_stop(vv_peer *p);

/* Pushes the count refs and the data of s; s NULL: no data. Sets *answer, which is borrowed until
 * the peer's next request, and *sum. ahead: sends only blocks, and moves no ref. Appends the lines
 * that the peer sends for the user to `said`, unescaped. */
vv_status vv_peer_push(vv_peer *p, const vv_push_ref *refs, size_t count, bool ahead, vv_send *s,
		       const vv_progress *progress, vv_push_answer *answer, vv_fetch_sum *sum,
		       vv_buf *said, vv_error *err);

#endif
