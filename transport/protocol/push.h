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
	const vv_push_ref *refs; /* the refs to move; `old` is the id in the peer's vv_hello */
	size_t ref_count;
	bool dry_run; /* only determine what would be sent, and send nothing */
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
	/* number of these blocks that the other side keeps from an interrupted push */
	uint64_t held;
	uint64_t rounds; /* number of requests after hello */
	vv_buf said;     /* lines of the other side for the user; not escaped */
} vv_push_outcome;
void vv_push_outcome_clear(vv_push_outcome *o);
VV_AUTO_CLEAR(vv_push_outcome, vv_push_outcome_clear)

/* Pushes as p describes, and sets *out. The other side may lack blocks of a ref whose commits were
 * pushed with git alone; these blocks are sent, too. Returns VV_OK also if the other side refuses
 * refs; the reasons are in out->answer. out->sum.absent is the number of blocks that neither side
 * has. VV_EMISSING, VV_ECORRUPT: a block that must be sent is missing or damaged in this
 * repository. */
vv_status vv_push_run(const vv_push *p, vv_push_outcome *out, vv_error *err);

#endif
