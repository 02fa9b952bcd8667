/*
 * rpc_folder: a folder of this machine given to a node of IPFS (transport/places/rpc_url.h) as a directory of UnixFS, and a name
 * that leads to it: Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: add, pin/ls, pin/rm, routing/put.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_FOLDER_H
#define VV_TRANSPORT_IPFS_RPC_FOLDER_H

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* The directory's CID, appended, once the node has all of it, pinned under this name of pins; what was pinned under it before is
 * no longer. skip: a file of the folder itself that is left out. VV_EREFUSED: the node does not do it, or something else than
 * files and folders is there. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* A record (ipns_record.h) for the name "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

#endif
