/*
 * send: sends history and blocks that the other side does not have, on a channel.
 *
 * The client of a push and the server of a fetch use this module. The sender chooses the blocks
 * without asking the other side: of each new version, it sends only the blocks that the previous
 * version does not have. It sends the blocks first, and then the Git objects that refer to them.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SEND_H
#define VV_TRANSPORT_PROTOCOL_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/repository.h"
#include "transport/protocol/message.h"

typedef struct vv_send vv_send;

/* Numbers about the data to send. Leaves are raw blocks (message.h). */
typedef struct vv_send_plan {
	/* numbers of versions of datasets, of all blocks, and of the leaves among the blocks */
	uint64_t datasets, blocks, leaves;
	uint64_t leaf_bytes; /* size of the leaves in their stored form */
} vv_send_plan;

/* Plans to send all blocks and objects that are reachable from wants and not from commons. wants:
 * the commits or tags to send. commons: commits that both sides have. whole: those commons for
 * which the other side also has all blocks; NULL: all commons. The blocks of the other commons are
 * planned, too, as far as this repository has them. Versions in the other side's lists `expired`,
 * which may be NULL, are left out. wants, commons, whole and expired are borrowed until
 * vv_send_close. */
vv_status vv_send_open(vv_send **out, vv_repository *r, const vv_oids *wants,
		       const vv_oids *commons, const vv_oids *whole, const vv_expired *expired,
		       vv_error *err);
/* Plans to send only the objects, without blocks: for a receiver that gets the blocks later. */
vv_status vv_send_open_history(vv_send **out, vv_repository *r, const vv_oids *wants,
			       const vv_oids *commons, vv_error *err);
void vv_send_close(vv_send *s); /* accepts NULL */
VV_AUTO_FREE(vv_send, vv_send_close)
/* Returns the numbers of the plan. */
vv_send_plan vv_send_plan_get(const vv_send *s);

/* Returns the i-th CID of the plan, from 0; borrowed from s. */
const vv_cid *vv_send_block(const vv_send *s, size_t i);
/* Removes the i-th block from the plan: the other side has the block. */
void vv_send_skip(vv_send *s, size_t i);
/* Removes all leaves from the plan. */
void vv_send_skip_leaves(vv_send *s);
/* Replaces the plan, after the other side has reported `blocks` as missing. The new plan has these
 * blocks, the blocks below them, and all objects of the first plan. The blocks are then sent
 * without bases that the other side may not have. VV_EMISSING: this repository does not have one of
 * the blocks. */
vv_status vv_send_only(vv_send *s, const vv_cids *blocks, vv_error *err);

/* Sends frames with the planned blocks, without an end frame, and adds to *sum. Adds to sum->absent
 * the blocks that are missing or damaged in this repository. strict: such a block is an error,
 * VV_EMISSING or VV_ECORRUPT. With a list `whole` (vv_send_open), no such block is an error. */
vv_status vv_send_blocks(vv_send *s, vv_channel *line, bool strict, const vv_progress *progress,
			 vv_fetch_sum *sum, vv_error *err);
/* Sends frames with the planned objects, without an end frame, and adds to *sum. Leaves
 * sum->commits as it is if the commits were not counted. Call this after vv_send_blocks. */
vv_status vv_send_objects(vv_send *s, vv_channel *line, const vv_progress *progress,
			  vv_fetch_sum *sum, vv_error *err);

/* Sends frames with the blocks that the request q names, without an end frame. A block that is
 * missing or damaged is marked as absent. shown has an item for each of q->blocks, and then an item
 * for each of q->like, the similar blocks of the peer. An item is true if the peer may see the
 * block. A block that the peer may not see is marked as absent. */
vv_status vv_send_named(vv_repository *r, vv_channel *line, const vv_request *q, const bool *shown,
			vv_error *err);

#define VV_BLOB_MAX (1u << 30) /* in bytes; larger blobs of ordinary files are not sent */

#endif
