/*
 * send: sends history and blocks that the other side lacks on a channel.
 *
 * Used by the client of a push and by the server of a fetch. This side alone determines the
 * difference: of each new version, only what its predecessor lacks is sent. Blocks are sent first,
 * then the Git objects that name them.
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
	uint64_t leaf_bytes; /* size of the leaves in their stored form */
} vv_send_plan;

/* Determines what to send: everything that wants reach and commons do not; both are borrowed until close. whole (NULL:
 * commons): the commons below which the other side has all blocks, too; blocks below the others are sent as far as they are
 * here. */
vv_status vv_send_open(vv_send **out, vv_repository *r, const vv_oids *wants,
		       const vv_oids *commons, const vv_oids *whole, vv_error *err);
/* Like vv_send_open, but without blocks: for a receiver that gets the blocks later. */
vv_status vv_send_open_history(vv_send **out, vv_repository *r, const vv_oids *wants,
			       const vv_oids *commons, vv_error *err);
void vv_send_close(vv_send *s); /* accepts NULL */
VV_AUTO_FREE(vv_send, vv_send_close)
void vv_send_plan_get(const vv_send *s, vv_send_plan *out);

/* Returns the i-th CID of the plan; borrowed. */
const vv_cid *vv_send_block(const vv_send *s, size_t i);
/* Removes the i-th block from the plan, since the other side has it. */
void vv_send_skip(vv_send *s, size_t i);
void vv_send_skip_leaves(vv_send *s);
/* Makes the next send contain only these blocks, which the other side lacks, the blocks below them,
 * and all objects again; without bases that the other side only probably has. VV_EMISSING: this
 * repository lacks one of the blocks. */
vv_status vv_send_only(vv_send *s, const vv_cids *blocks, vv_error *err);

/* Send frames of blocks, then of objects, without an end frame, and add to sum. The commits of sum
 * stay 0 if they were not counted. absent counts blocks that are missing here or damaged; with
 * strict, such blocks cause VV_EMISSING or VV_ECORRUPT, except in versions of the commons without
 * blocks. */
vv_status vv_send_blocks(vv_send *s, vv_channel *line, bool strict, const vv_progress *progress,
			 vv_fetch_sum *sum, vv_error *err);
vv_status vv_send_objects(vv_send *s, vv_channel *line, const vv_progress *progress,
			  vv_fetch_sum *sum, vv_error *err);

/* Sends the answer to a request for blocks, in which missing blocks are marked as absent. shown:
 * which of q->blocks, and after them which of q->like, the peer may see; other blocks count as
 * absent. */
vv_status vv_send_named(vv_repository *r, vv_channel *line, const vv_request *q, const bool *shown,
			vv_error *err);

#define VV_BLOB_MAX (1u << 30) /* larger files of plain Git are not sent */

#endif
