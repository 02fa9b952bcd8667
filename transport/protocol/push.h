/*
 * push: history and blocks to a peer.
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
	const vv_push_ref *refs; /* old as in hello */
	size_t ref_count;
	bool dry_run; /* find out what would go, and send nothing */
	bool ahead;   /* the blocks alone (vv_hello.ahead): git is to bring the commits */
	const vv_progress *progress;
} vv_push;

typedef struct vv_push_outcome {
	vv_push_answer answer; /* borrowed from the peer until its next request; not with dry_run */
	vv_fetch_sum sum;      /* sent; with dry_run: what would be */
	uint64_t had;          /* blocks that the other side had already */
	uint64_t rounds;       /* requests after hello */
	vv_buf said;           /* lines of the other side, for people; unescaped */
} vv_push_outcome;
void vv_push_outcome_clear(vv_push_outcome *o);
VV_AUTO_CLEAR(vv_push_outcome, vv_push_outcome_clear)

/* A ref that exists already may be among them: if it is not whole there (git alone brought
 * its commits), its blocks go. VV_EMISSING, VV_ECORRUPT: a block that is to go is missing here, or
 * damaged. A refusal is not an error: the answer has it. out->sum.absent: blocks that the other side
 * lacks already, and that are missing here either. */
vv_status vv_push_run(const vv_push *p, vv_push_outcome *out, vv_error *err);

#endif
