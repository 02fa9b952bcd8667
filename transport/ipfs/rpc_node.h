/*
 * rpc_node: sends versions to a node of IPFS that this machine controls
 * (transport/places/rpc_url.h), with Kubo's RPC.
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

/* Sends a command to the node: a POST request to the node's URL followed by form->below, with the
 * body of `form`, if any. Sets answer to the answer's body. VV_EREFUSED: the node refuses; the
 * message has the node's reason. */
vv_status vv_rpc_order(const vv_url *node, const vv_connect_options *o, const vv_web_ask *form,
		       vv_buf *answer, vv_error *err);

/* Is called for a JSON value of an answer, which has one value per line. */
typedef vv_status (*vv_rpc_line_fn)(void *payload, const vv_json *line, vv_error *err);
/* Calls fn for each JSON value of an answer. name: name of the node, for messages. VV_EREFUSED: a
 * value reports an error, which the node can send even with the HTTP status 200. */
vv_status vv_rpc_lines(const char *name, const vv_buf *answer, vv_rpc_line_fn fn, void *payload,
		       vv_error *err);

/* Sends root and all blocks below it to the node (dag/import), which pins root, and checks in the
 * answer that the node received root completely and pinned it. Sets *stats. Uses source in another
 * thread during the call. VV_EREFUSED: the node refuses. VV_EMISSING: source does not have a block;
 * nothing is pinned. */
vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err);

#endif
