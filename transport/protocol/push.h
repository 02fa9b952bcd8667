/*
 * push: pushes history and blocks to a peer.
 */
#ifndef VV_TRANSPORT_PROTOCOL_PUSH_H
#define VV_TRANSPORT_PROTOCOL_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "transport/protocol/peer.h"

typedef struct vv_push {
	vv_repository *repo;
	vv_peer *peer;
	const vv_push_ref *refs; /* `old` as in the peer's hello */
	size_t ref_count;
	bool dry_run; /* determines what would be sent, and sends nothing */
	bool ahead;   /* sends only the blocks (vv_hello.ahead); git will push the commits */
	const vv_progress *progress;
} vv_push;

typedef struct vv_push_outcome {
	/* borrowed from the peer until its next request; not valid with dry_run */
	vv_push_answer answer;
	vv_fetch_sum sum; /* what was sent; with dry_run: what would be sent */
	uint64_t had;     /* blocks that the other side already had */
	uint64_t rounds;  /* requests after hello */
	vv_buf said;      /* the other side's lines for display; not escaped */
} vv_push_outcome;
void vv_push_outcome_clear(vv_push_outcome *o);
VV_AUTO_CLEAR(vv_push_outcome, vv_push_outcome_clear)

/* Pushes. A ref may already exist on the other side: if the other side lacks blocks of this ref
 * (git alone pushed the commits), these blocks are sent. VV_EMISSING, VV_ECORRUPT: a block to send
 * is missing here or damaged. A refusal is not an error: out->answer has it. out->sum.absent: the
 * number of blocks that both sides lack. */
vv_status vv_push_run(const vv_push *p, vv_push_outcome *out, vv_error *err);

#endif
