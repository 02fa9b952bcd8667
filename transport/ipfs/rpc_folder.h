/*
 * rpc_folder: adds a local folder to a node of IPFS (transport/places/rpc.h) as a UnixFS
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

/* Adds the local folder `folder` to the node as a directory, and appends the CID of the directory
 * as text to cid. Pins the directory under the name `pin`, and unpins the directory that had this
 * name. skip: name of a file, directly in the folder, to leave out. VV_EREFUSED: the node refuses,
 * or the folder contains entries other than files and folders. */
vv_status vv_rpc_folder_add(vv_buf *cid, const vv_url *node, const vv_connect_options *o,
			    const char *folder, const char *skip, const char *pin, vv_error *err);

/* Publishes record, an IPNS record (vv_ipns_record_sign), for a name, such as "k51...". */
vv_status vv_rpc_name_put(const vv_url *node, const vv_connect_options *o, const char *name,
			  const vv_buf *record, vv_error *err);

/*
 * ipns_record: makes the signed record by which the owner of an IPNS name points the name to a
 * folder.
 *
 * Records have only signatures of the second form (V2), which all validators require. If a name has
 * several records, readers use the one with the greatest sequence; if several records have this
 * sequence, the one that is valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */

/* The content of a record. */
typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* end of the validity, in seconds since 1970 */
	uint64_t sequence, live; /* live: number of seconds for which others may cache the record */
} vv_ipns_record;

/* Appends the record r, signed with the private key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
