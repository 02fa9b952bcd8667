/*
 * rpc_folder: adds a local folder to a node of IPFS (transport/places/rpc_url.h) as a UnixFS
 * directory, and publishes a name for it, with Kubo's RPC.
 *
 * Source: docs.ipfs.tech/reference/kubo/rpc: add, pin/ls, pin/rm, routing/put.
 */
#ifndef VV_TRANSPORT_IPFS_RPC_FOLDER_H
#define VV_TRANSPORT_IPFS_RPC_FOLDER_H

#include "base/buf.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Adds a folder to the node, and appends the CID of the directory. The directory is pinned under
 * the name `pin`, and the directory that had this name is unpinned. skip: name of a file, directly
 * in the folder, that is left out. VV_EREFUSED: the node refuses, or the folder contains other
 * entries than files and folders. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* Publishes an IPNS record for a name, such as "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

/*
 * ipns_record: the record by which an owner points an IPNS name to a folder, signed by the owner.
 *
 * Records have only signatures of the second form (V2), which all validators require. Of several
 * records, readers use the one with the greatest sequence, and of records with the same sequence
 * the one that is valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */

typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* end of the validity, in seconds since 1970 */
	uint64_t sequence, live; /* live: number of seconds for which others may cache the record */
} vv_ipns_record;

/* Appends the record, signed with the private key that belongs to this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
