/*
 * dag_path: a path below a block, followed from link to link.
 *
 * Names of maps and numbers of arrays lead through DAG-CBOR. Nothing is below raw blocks and
 * UnixFS files.
 */
#ifndef VV_TRANSPORT_IPFS_DAG_PATH_H
#define VV_TRANSPORT_IPFS_DAG_PATH_H

#include <stdbool.h>

#include "transport/ipfs/car.h"

#define VV_DAG_PATH_MAX 64u /* parts; and blocks */

typedef struct vv_dag_path {
	vv_cid blocks[VV_DAG_PATH_MAX + 1]; /* from the root on; the last one is where it ends */
	size_t count;
	bool inside; /* it ends inside of that block, not at its top */
} vv_dag_path;

/* parts: decoded names. VV_ENOTFOUND: it leads nowhere; VV_EREFUSED: too many parts. As the source
 * fails. */
vv_status vv_dag_path_follow(vv_dag_path *out, const vv_car_source *source, const vv_cid *root,
			     char *const *parts, size_t count, vv_error *err);

#endif
