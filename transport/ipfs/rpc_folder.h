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

/*
 * ipns_record: makes a signed record, with which the owner of an IPNS name makes the name point to
 * a folder.
 *
 * Records have only signatures of the second form (V2), which all validators require. If a name has
 * several records, readers use the one with the greatest sequence, and among equal sequences the
 * one that is valid longest. Source: specs.ipfs.tech/ipns/ipns-record.
 */

/* The content of a record. */
typedef struct vv_ipns_record {
	const char *value;       /* "/ipfs/CID" */
	int64_t until;           /* end of the validity, in seconds since 1970 */
	uint64_t sequence, live; /* live: seconds for which others may cache the record */
} vv_ipns_record;

/* Appends the record r to out, signed with the Ed25519 key of this seed. */
vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err);

#endif
