/*
 * published: publishes versions. Readers can get a published version as blocks of varve, or as a
 * file of IPFS (UnixFS).
 *
 * The data is not stored a second time. A published version needs only a record
 * (repo/known/published.h) and a leaf list: a small list of the places of the leaves of the UnixFS
 * file (transport/ipfs/leaf_list.h).
 */
#ifndef VV_CMD_IPFS_PUBLISHED_H
#define VV_CMD_IPFS_PUBLISHED_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/thread.h"
#include "repo/git/repository.h"
#include "repo/known/published.h"
#include "transport/ipfs/leaf_list.h"

/* Opens the leaf list of a version. Makes the list first if it does not exist. The caller closes
 * *out with vv_leaf_list_close. VV_EMISSING: this repository does not have all blocks of the
 * version. */
vv_status vv_publish_list(vv_leaf_list **out, vv_repository *r, const vv_cid *version,
			  vv_pool *pool, const vv_progress *progress, vv_error *err);

/* Removes the leaf list of a version, unless the version is published. Call this after an export:
 * it needs the list only once. */
void vv_publish_forget(vv_repository *r, const vv_cid *version);

/* Writes the record that the version with this leaf list is published, and sets *out to the record,
 * which the caller clears. If the version already has a record, its time and its holders are kept;
 * a damaged record is replaced. path: the version's path in the repository; NULL: keep the path of
 * the earlier record, if any. */
vv_status vv_publish_record(vv_published *out, vv_repository *r, const vv_leaf_list *list,
			    const char *path, vv_error *err);

/* The IPFS node for vv_publish_send. */
typedef struct vv_publish_to {
	const char *url;   /* the URL of the node's RPC API */
	bool with_table;   /* also send the blocks of the table itself */
	unsigned idle_sec; /* as in vv_connect_options; 0: five minutes, since a node can be slow */
	const vv_progress *progress; /* may be NULL */
} vv_publish_to;
/* Sends the UnixFS file of the record p to an IPFS node, which pins the file. Then adds the node to
 * the holders in p and in the stored record. Fails as vv_rpc_node_import does. */
vv_status vv_publish_send(vv_published *p, vv_repository *r, vv_leaf_list *list,
			  const vv_publish_to *to, vv_error *err);

/* Withdraws a published version: removes the record and the leaf list. cid: the CID of the version,
 * or of its UnixFS file. Sets *out to the removed record, which the caller clears. VV_ENOTFOUND: no
 * such version is published. VV_ECORRUPT: a record, perhaps of another version, is damaged. */
vv_status vv_publish_withdraw(vv_published *out, vv_repository *r, const vv_cid *cid,
			      vv_error *err);

#endif
