/*
 * rpc_node: sends versions to a node of IPFS that this machine controls (transport/places/rpc.h).
 */
#ifndef VV_TRANSPORT_IPFS_RPC_NODE_H
#define VV_TRANSPORT_IPFS_RPC_NODE_H

#include "transport/ipfs/car.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Sends root and all blocks below it to the node (dag/import), which pins root. Checks that the
 * node received all blocks and pinned root. Sets *stats. During the call, another thread uses
 * source. VV_EREFUSED: a check failed, or the node refused. VV_EMISSING: source does not have a
 * block; the node then pins nothing. Other errors are those of vv_rpc_ask. */
vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err);

#endif
