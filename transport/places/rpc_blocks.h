/*
 * rpc_blocks: raw blocks at a node of IPFS that this machine may give orders, pinned: Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: block/put, block/get, block/stat, block/rm, pin/ls, pin/rm, config,
 * version. What is asked of blocks is asked with offline=true: else a node fetches what it does not have, perhaps
 * from the machine that asks. Connections are kept.
 */
#ifndef VV_TRANSPORT_PLACES_RPC_BLOCKS_H
#define VV_TRANSPORT_PLACES_RPC_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

typedef struct vv_rpc_blocks vv_rpc_blocks;

/* node: as vv_rpc_url_read gives it. Asks who answers. VV_EIO: no node of IPFS does. */
vv_status vv_rpc_blocks_open(vv_rpc_blocks **out, const vv_url *node, const vv_connect_options *o,
			     vv_error *err);
void vv_rpc_blocks_close(vv_rpc_blocks *b); /* accepts NULL */
VV_AUTO_FREE(vv_rpc_blocks, vv_rpc_blocks_close)

/* Does the node write blocks so that a power cut cannot take them? What its configuration says of flatfs. */
typedef enum vv_rpc_syncs { VV_RPC_SYNCS_UNKNOWN, VV_RPC_SYNCS, VV_RPC_SYNCS_NOT } vv_rpc_syncs;
vv_rpc_syncs vv_rpc_ask_syncs(vv_rpc_blocks *b);

/* The node has it, and pinned, when this returns; one that has other bytes under the CID keeps those. VV_EREFUSED:
 * its disk is full. */
vv_status vv_rpc_block_put(vv_rpc_blocks *b, const vv_cid *cid, const void *bytes, size_t len,
			   vv_error *err);
/* Appends the block, at most max + 1 bytes of it: who gets more than max was given another one. Nothing is
 * checked. VV_ENOTFOUND: the node does not have it. */
vv_status vv_rpc_block_get(vv_rpc_blocks *b, const vv_cid *cid, size_t max, vv_buf *out,
			   vv_error *err);
vv_status vv_rpc_block_size(vv_rpc_blocks *b, const vv_cid *cid, uint64_t *size, vv_error *err);

/* The block itself, which is not pinned. */
vv_status vv_rpc_block_remove(vv_rpc_blocks *b, const vv_cid *cid, vv_error *err);

/* Each raw block that is pinned by itself (type=recursive). */
typedef vv_status (*vv_pinned_fn)(void *payload, const vv_cid *cid, vv_error *err);
vv_status vv_rpc_pins_list(vv_rpc_blocks *b, vv_pinned_fn fn, void *payload, vv_error *err);
/* The block goes with the node's next gc. VV_ENOTFOUND: it was not pinned. */
vv_status vv_rpc_pin_remove(vv_rpc_blocks *b, const vv_cid *cid, vv_error *err);

#endif
