/*
 * peer: one repository at the far end of a line, and the requests to it.
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

/* Connects; sends no request yet. */
vv_status vv_peer_open(vv_peer **out, const char *url, const vv_connect_options *o, vv_error *err);
/* Over a line that exists already; it is the peer's then. */
vv_status vv_peer_over(vv_peer **out, vv_channel *line, vv_error *err);
/* It is a process of this program: its errors are not marked as remote. */
void vv_peer_set_own(vv_peer *p);
void vv_peer_close(vv_peer *p); /* accepts NULL */
VV_AUTO_FREE(vv_peer, vv_peer_close)
void vv_peer_stats(const vv_peer *p, vv_channel_stats *out);

/* Its refs; borrowed until close. For a push (vv_connect_options.write) also which of them are
 * whole. */
vv_status vv_peer_hello(vv_peer *p, const vv_hello **out, vv_error *err);
/* Which of the commits it has. bits: (count + 7) / 8 bytes. */
vv_status vv_peer_known(vv_peer *p, const vv_oids *ids, uint8_t *bits, vv_error *err);
/* Asks for blocks that it has with all below (have), or alone (held). */
vv_status vv_peer_have(vv_peer *p, const vv_cid *cids, size_t count, uint8_t *have, uint8_t *held,
		       vv_error *err);

/* Asks for versions (by their roots) that it keeps: it has them completely, its refs reach them, and it is
 * not dropping any itself. For drop, under vv_drop_lock. */
vv_status vv_peer_keeps(vv_peer *p, const vv_cid *roots, size_t count, uint8_t *keeps,
			vv_error *err);

/* One round of a fetch. *start: whether it was ready; then x has received all frames and *sum has
 * their sums. common is borrowed until the next call. */
vv_status vv_peer_fetch(vv_peer *p, const vv_request *q, vv_receive *x, const vv_progress *progress,
			vv_fetch_start *start, vv_fetch_sum *sum, vv_error *err);

/* Requests blocks by CID; fn gets each in order, b NULL if the i-th is absent. Bytes are checked
 * against the CID. VV_ECORRUPT: they differ. */
typedef vv_status (*vv_peer_block_fn)(void *payload, size_t i, const vv_block_received *b,
				      vv_error *err);
vv_status vv_peer_blocks(vv_peer *p, const vv_lacking *wants, size_t count, vv_block_find_fn find,
			 vv_block_get_fn get, vv_peer_block_fn fn, void *payload, vv_error *err);

/* Number of blocks in its answers so far that could not be unpacked, though their base is here: these count as
 * absent. */
uint64_t vv_peer_damaged(const vv_peer *p);

/* A question that is none of the protocol's, for a process of this program; the answer's bytes are appended. */
vv_status vv_peer_question(vv_peer *p, const vv_buf *question, vv_buf *answer, vv_error *err);

/* For another thread: ends waiting for the line; a running request fails soon, and further ones are not
 * possible. */
void vv_peer_stop(vv_peer *p);

/* Pushes: sends the refs and the data of s, reads the answer (borrowed until the next call). ahead:
 * only blocks; no ref moves. said gets the far side's lines for people. */
vv_status vv_peer_push(vv_peer *p, const vv_push_ref *refs, size_t count, bool ahead, vv_send *s,
		       const vv_progress *progress, vv_push_answer *answer, vv_fetch_sum *sum,
		       vv_buf *said, vv_error *err);

#endif
