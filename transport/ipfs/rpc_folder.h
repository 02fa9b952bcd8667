/*
 * rpc_folder: adds a local folder to a node of IPFS (transport/places/rpc.h) as a UnixFS directory,
 * and publishes an IPNS name for it.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: add, pin/ls, pin/rm, routing/put.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_FOLDER_H
#define VV_TRANSPORT_IPFS_RPC_FOLDER_H

#include "base/buf.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Adds the local folder `folder` to the node as a directory, and replaces the content of cid with
 * the text of the directory's CID. Pins the directory under the name `pin`, and unpins other
 * directories with this name. skip: the name of a file or folder directly in `folder` that is not
 * added. VV_EREFUSED: the node did not pin the directory, or `folder` contains entries other than
 * files and folders. Other errors are those of vv_rpc_ask. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* Publishes the IPNS record `record` (vv_ipns_record_sign) for a name, such as "k51...". Errors are
 * those of vv_rpc_ask. */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

#endif
