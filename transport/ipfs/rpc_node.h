/*
 * rpc_node: sends versions to a node of IPFS that this machine controls (transport/places/rpc_url.h), by Kubo's RPC.
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

/* Called with each JSON value of an answer, one per line. VV_EREFUSED: a value is an error, which the node can report even
 * after a success. */
typedef vv_status (*vv_rpc_line_fn)(void *payload, const vv_json *line, vv_error *err);
vv_status vv_rpc_lines(const char *name, const vv_buf *answer, vv_rpc_line_fn fn, void *payload,
		       vv_error *err);

/* Sends it everything below root (dag/import) and pins it; checks in its answer that root arrived completely
 * and is pinned. source is used in another thread meanwhile. VV_EREFUSED: the node refuses; VV_EMISSING: a
 * part is missing here, and nothing is pinned. */
vv_status vv_rpc_node_import(const vv_url *node, const vv_connect_options *o,
			     const vv_car_source *source, const vv_cid *root,
			     const vv_progress *progress, vv_car_stats *stats, vv_error *err);

#endif
