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

/* The arguments of a push. */
typedef struct vv_push {
	vv_repository *repo;
	vv_peer *peer;
	const vv_push_ref *refs; /* `old` as in the peer's vv_hello */
	size_t ref_count;
	bool dry_run; /* only determine what would be sent */
	bool ahead;   /* send only the blocks (vv_request.ahead); git pushes the commits later */
	const vv_progress *progress;
} vv_push;

/* The result of a push. */
typedef struct vv_push_outcome {
	/* borrowed from the peer until its next request; not valid with dry_run */
	vv_push_answer answer;
	/* totals of the sent data; with dry_run, of the data that would be sent */
	vv_fetch_sum sum;
	uint64_t had; /* number of planned blocks that the other side already had */
	/* number of these blocks that are in the other side's incoming/ from an earlier push */
	uint64_t held;
	uint64_t rounds; /* number of requests after hello */
	vv_buf said;     /* the other side's lines for display; not escaped */
} vv_push_outcome;
void vv_push_outcome_clear(vv_push_outcome *o);
VV_AUTO_CLEAR(vv_push_outcome, vv_push_outcome_clear)

/* Pushes as described by p, and sets *out. If the other side already has a ref without all of its
 * blocks, because its commits were pushed with git alone, the missing blocks are sent, too. If the
 * other side refuses refs, returns VV_OK; the reasons are in out->answer. out->sum.absent is the
 * number of blocks that neither side has. VV_EMISSING, VV_ECORRUPT: a block to send is missing or
 * damaged in this repository. */
vv_status vv_push_run(const vv_push *p, vv_push_outcome *out, vv_error *err);

#endif
