/*
 * send: history and blocks that the other side lacks, onto a line.
 *
 * Used by the client of a push and by the server of a fetch. The difference is worked out here alone: of
 * each new version only what its predecessor does not have. Blocks go first, then the Git
 * objects that name them.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SEND_H
#define VV_TRANSPORT_PROTOCOL_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/reach.h"
#include "repo/git/repository.h"
#include "transport/protocol/message.h"

typedef struct vv_send vv_send;

typedef struct vv_send_plan {
	uint64_t datasets, blocks, leaves;
	uint64_t leaf_bytes; /* of leaves, in their stored form */
} vv_send_plan;

/* Determines what to send: everything that wants reach and commons do not; both are borrowed until close. whole (NULL:
 * commons): the commons below which the other side has all blocks, too; blocks below the others are sent as far as they are
 * here. */
vv_status vv_send_open(vv_send **out, vv_repository *r, const vv_oids *wants,
		       const vv_oids *commons, const vv_oids *whole, vv_error *err);
/* The same without any blocks: for a receiver that gets those later. */
vv_status vv_send_open_history(vv_send **out, vv_repository *r, const vv_oids *wants,
			       const vv_oids *commons, vv_error *err);
void vv_send_close(vv_send *s); /* accepts NULL */
VV_AUTO_FREE(vv_send, vv_send_close)
void vv_send_plan_get(const vv_send *s, vv_send_plan *out);

/* The CIDs of the plan, in order; borrowed. */
const vv_cid *vv_send_block(const vv_send *s, size_t i);
/* Do not send it: the other side has it. */
void vv_send_skip(vv_send *s, size_t i);
void vv_send_skip_leaves(vv_send *s);
/* Makes the next send contain only these blocks (which the other side lacks) and those below them,
 * without bases that it only probably has, and all objects again. VV_EMISSING: this repository
 * lacks one. */
vv_status vv_send_only(vv_send *s, const vv_cids *blocks, vv_error *err);

/* Frames of blocks, then of objects; no end frame. sum's commits stay 0 if they were not counted. absent counts blocks that are
 * missing here or damaged (with strict these are VV_EMISSING, VV_ECORRUPT, except for versions of the commons without blocks).
 * sum is added to. */
vv_status vv_send_blocks(vv_send *s, vv_channel *line, bool strict, const vv_progress *progress,
			 vv_fetch_sum *sum, vv_error *err);
vv_status vv_send_objects(vv_send *s, vv_channel *line, const vv_progress *progress,
			  vv_fetch_sum *sum, vv_error *err);

/* The answer to a request for blocks: absent ones are marked as such. shown: which of q->blocks, and
 * behind them which of q->like, the peer may see; the others are absent. */
vv_status vv_send_named(vv_repository *r, vv_channel *line, const vv_request *q, const bool *shown,
			vv_error *err);

#define VV_BLOB_MAX (1u << 30) /* a larger file of plain Git is not sent */

#endif
