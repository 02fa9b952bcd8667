/*
 * rpc_node: versions given to a node of IPFS that this machine may give orders (transport/places/rpc_url.h): Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_NODE_H
#define VV_TRANSPORT_IPFS_RPC_NODE_H

#include "base/json/json.h"
#include "transport/ipfs/car.h"
#include "transport/ipfs/web_ask.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* One order: a POST of form's body, if it has one, below the node's address. VV_EREFUSED: the node does not do it, and why. */
vv_status vv_rpc_order(const vv_url *node, const vv_connect_options *o, const vv_web_ask *form,
		       vv_buf *answer, vv_error *err);

/* Gives fn each JSON value of an answer, one a line. VV_EREFUSED: one of them is an error, which the node may find after it has
 * said that all is well. name: the node's. */
typedef vv_status (*vv_rpc_line_fn)(void *payload, const vv_json *line, vv_error *err);
vv_status vv_rpc_lines(const char *name, const vv_buf *answer, vv_rpc_line_fn fn, void *payload,
		       vv_error *err);

/* Gives it everything below root (dag/import) and has it pinned; what it says of that is checked:
 * that root came whole, and is pinned now. source is used in another thread meanwhile. VV_EREFUSED: the node
 * does not do it; VV_EMISSING: a part is missing here, and nothing is pinned. */
vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err);

#endif
