/*
 * ahead: chooses the blocks to request together with a missing block: those that follow the missing
 * block in the node that links to it. Their number increases as long as the requests are
 * sequential. This part does not depend on the transport. A node is a block with links, a leaf is a
 * block without links.
 */
#ifndef VV_LIB_SYNC_AHEAD_H
#define VV_LIB_SYNC_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_AHEAD_MAX 256u                /* maximum number of blocks in a request */
#define VV_AHEAD_BYTES ((size_t)8 << 20) /* approximate limit of their size in bytes */

/* One value = the nodes received so far, from which blocks are chosen. */
typedef struct vv_ahead vv_ahead;
vv_ahead *vv_ahead_new(void);    /* returns NULL if out of memory */
void vv_ahead_free(vv_ahead *a); /* accepts NULL */
VV_AUTO_FREE(vv_ahead, vv_ahead_free)

/* Records that the block *cid with these bytes was received. If it is a node, blocks to which it
 * links may be requested next. */
vv_status vv_ahead_came(vv_ahead *a, const vv_cid *cid, const void *bytes, size_t len,
			vv_error *err);

/* Records that `leaves` leaves, or more, will be needed. */
void vv_ahead_expect(vv_ahead *a, uint64_t leaves);

/* Sets out[] to the blocks to request for *cid: cid itself, and blocks that follow it. Returns
 * their number, at least 1. Sets *guess to true if the requests are not sequential, so that the
 * next blocks are unknown; then out[] has only cid. Otherwise sets *guess to false. */
size_t vv_ahead_of(vv_ahead *a, const vv_cid *cid, vv_cid out[VV_AHEAD_MAX], bool *guess);

#endif
