/*
 * rpc_node: sends versions to a node of IPFS that this machine controls (transport/places/rpc.h).
 */
#ifndef VV_TRANSPORT_IPFS_RPC_NODE_H
#define VV_TRANSPORT_IPFS_RPC_NODE_H

#include "transport/ipfs/car.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Sends root and all blocks below it to the node (dag/import), which pins root, and checks in the
 * answer that the node received root completely and pinned it. Sets *stats. Uses source in another
 * thread during the call. Errors are those of vv_rpc_ask. VV_EREFUSED: the node refuses.
 * VV_EMISSING: source does not have a block; nothing is pinned. */
vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err);

#endif
