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
	uint64_t leaf_bytes; /* of leaves, as they are stored here */
} vv_send_plan;

/* Finds out what is to be sent: all that wants reach and commons do not; both are borrowed until close. whole (NULL: commons):
 * below which of the commons the other side has all blocks, too; what is below the others is
 * sent as far as it is here. */
vv_status vv_send_open(vv_send **out, vv_repository *r, const vv_oids *wants,
		       const vv_oids *commons, const vv_oids *whole, vv_error *err);
/* The same without any blocks: for whoever gets those later. */
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
/* Next send just these (blocks that the other side turned out to lack) and what is below them,
 * without bases that are only believed to be there, and all objects again. VV_EMISSING when one
 * is no block here. */
vv_status vv_send_only(vv_send *s, const vv_cids *blocks, vv_error *err);

/* Frames of blocks, then of objects; no end frame. sum's commits stay 0 where they were not counted. absent counts blocks that are missing here or
 * damaged (not with strict: then that is VV_EMISSING, VV_ECORRUPT, but for what the commons have
 * without their blocks). sum is added to. */
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
