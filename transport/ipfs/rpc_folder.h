/*
 * rpc_folder: adds a local folder to a node of IPFS (transport/places/rpc_url.h) as a UnixFS
 * directory, and publishes a name for it, by Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: add, pin/ls, pin/rm, routing/put.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_FOLDER_H
#define VV_TRANSPORT_IPFS_RPC_FOLDER_H

#include "base/buf.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Adds a folder to the node, pins the folder under the name `pin` (and unpins the folder that had
 * this name), and appends the directory's CID. skip: a file directly in the folder that is left
 * out. VV_EREFUSED: the node refuses, or the folder has entries other than files and folders. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* Publishes an IPNS record for the name "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

/*
 * ipns_record: the record that an owner signs to point its IPNS name to a folder.
 *
 * Records have only the second form of signatures (V2), which all validators require. Of several
 * records, readers use the one with the greatest sequence, and among equal sequences the one that
 * is valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */

typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* valid until: seconds since 1970 */
	uint64_t sequence, live; /* live: for how many seconds others may cache the record */
} vv_ipns_record;

/* Appends the record, signed with the private key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
