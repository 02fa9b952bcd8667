/*
 * dag_path: follows a path of names from a root block, along links.
 *
 * In DAG-CBOR, each part of a path is a key in a map or an index in an array. Raw blocks and UnixFS
 * files have nothing below them.
 */
#ifndef VV_TRANSPORT_IPFS_DAG_PATH_H
#define VV_TRANSPORT_IPFS_DAG_PATH_H

#include <stdbool.h>

#include "transport/ipfs/car.h"

#define VV_DAG_PATH_MAX 64u /* most parts of a path, and most links that it follows */

/* The result of vv_dag_path_follow. */
typedef struct vv_dag_path {
	/* the blocks from the root to the block in which the path ends */
	vv_cid blocks[VV_DAG_PATH_MAX + 1];
	size_t count;
	bool inside; /* the path ends at a value inside the last block, not at its top */
} vv_dag_path;

/* Follows a path from root, and sets *out. parts: the count names of the path, without percent
 * encoding. If the path ends at a link, follows the link, and reads a DAG-CBOR block at its end.
 * Does not read root if count is 0. VV_ENOTFOUND: the path does not exist. VV_EREFUSED: the path
 * has too many parts, or leads through too many blocks. VV_ECORRUPT: a block is not valid DAG-CBOR.
 * Other errors are those of source. */
vv_status vv_dag_path_follow(vv_dag_path *out, const vv_car_source *source, const vv_cid *root,
			     char *const *parts, size_t count, vv_error *err);

#endif
