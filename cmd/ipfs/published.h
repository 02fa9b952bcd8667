/*
 * published: a public version, as blocks of varve and as a file of IPFS.
 *
 * Nothing is stored twice: it needs only a record (repo/known/published.h) and a small list of the
 * leaves' places (transport/ipfs/leaf_list.h).
 */
#ifndef VV_CMD_IPFS_PUBLISHED_H
#define VV_CMD_IPFS_PUBLISHED_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/thread.h"
#include "repo/git/repository.h"
#include "repo/known/published.h"
#include "transport/ipfs/leaf_list.h"

/* Opens the leaf list of a version, and makes it first if it does not exist. The caller closes it.
 * VV_EMISSING: blocks of the version are missing here. */
vv_status vv_publish_list(vv_leaf_list **out, vv_repository *r, const vv_cid *version,
			  vv_pool *pool, const vv_progress *progress, vv_error *err);

/* Removes the list of a version that was not published: it served one export. */
void vv_publish_forget(vv_repository *r, const vv_cid *version);

/* Records the version, whose list is given. A record of before keeps its time and holders. path
 * NULL: unknown; else repository-relative. *out is cleared by the caller. */
vv_status vv_publish_record(vv_published *out, vv_repository *r, const vv_leaf_list *list,
			    const char *path, vv_error *err);

/* Sends the file (with with_table also the table's own blocks) to the IPFS node at url, which pins
 * it; records it as a holder. idle_sec: as in vv_connect_options; 0: five minutes, since a node may
 * be slow. Fails as vv_rpc_node_import. */
typedef struct vv_publish_to {
	const char *url;
	bool with_table;
	unsigned idle_sec;
	const vv_progress *progress;
} vv_publish_to;
vv_status vv_publish_send(vv_published *p, vv_repository *r, vv_leaf_list *list,
			  const vv_publish_to *to, vv_error *err);

/* Withdraws it: cid is the version itself, or its UnixFS file. *out: the removed record.
 * VV_ENOTFOUND. */
vv_status vv_publish_withdraw(vv_published *out, vv_repository *r, const vv_cid *cid,
			      vv_error *err);

#endif
