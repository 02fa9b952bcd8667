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

/* Adds a folder to the node, pins it under this name instead of the previous one, and appends the directory's CID. skip: a file
 * directly in the folder that is left out. VV_EREFUSED: the node refuses, or the folder has entries other than files and
 * folders. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* A record for the name "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

/*
 * ipns_record: the record that an owner signs to point its IPNS name to a folder.
 *
 * Only the second form of signatures is written, which all validators require. A reader uses the greatest sequence, and among
 * equals the record valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
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
