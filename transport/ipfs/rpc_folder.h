/*
 * rpc_folder: a folder of this machine given to a node of IPFS (transport/places/rpc_url.h) as a directory of UnixFS, and a name
 * that leads to it: Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: add, pin/ls, pin/rm, routing/put.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_FOLDER_H
#define VV_TRANSPORT_IPFS_RPC_FOLDER_H

#include "base/buf.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* The directory's CID, appended, once the node has all of it, pinned under this name of pins; what was pinned under it before is
 * no longer. skip: a file of the folder itself that is left out. VV_EREFUSED: the node does not do it, or something else than
 * files and folders is there. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* A record for the name "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

/*
 * ipns_record: what an owner signs so that its name at IPNS leads to a folder.
 *
 * Only the second form of signatures is written, which all validators ask for. A reader follows the greatest sequence, and of
 * one sequence the record that holds longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */

typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* seconds since 1970 */
	uint64_t sequence, live; /* live: seconds that others may keep the answer */
} vv_ipns_record;

/* Appends the record, signed by the key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
