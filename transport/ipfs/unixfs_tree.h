/*
 * unixfs_tree: the tree above the leaves of a UnixFS file: balanced, 1024 links a node.
 *
 * All leaves lie equally deep. One leaf alone is the file itself; a file without bytes is one
 * empty leaf, which the caller adds. Memory: a node's links for each height.
 *
 * A correct caller: vv_unixfs_tree_new; vv_unixfs_tree_add for each leaf;
 * vv_unixfs_tree_finish; vv_unixfs_tree_free.
 */
#ifndef VV_TRANSPORT_IPFS_UNIXFS_TREE_H
#define VV_TRANSPORT_IPFS_UNIXFS_TREE_H

#include "base/auto.h"
#include "transport/ipfs/unixfs_node.h"

#define VV_UNIXFS_HEIGHT 7u /* 1024^7 leaves are more than 2^64 bytes have */

/* A node that is complete: link names it, height is 1 above leaves. Nodes of one height come in
 * order. */
typedef vv_status (*vv_unixfs_node_fn)(void *payload, const vv_unixfs_link *link, unsigned height,
				       vv_error *err);

typedef struct vv_unixfs_tree vv_unixfs_tree;
vv_unixfs_tree *vv_unixfs_tree_new(vv_unixfs_node_fn fn, void *payload); /* NULL: out of memory */
void vv_unixfs_tree_free(vv_unixfs_tree *t);                             /* accepts NULL */
VV_AUTO_FREE(vv_unixfs_tree, vv_unixfs_tree_free)
vv_status vv_unixfs_tree_add(vv_unixfs_tree *t, const vv_unixfs_link *leaf, vv_error *err);
/* *root: the file. At least one leaf was added. */
vv_status vv_unixfs_tree_finish(vv_unixfs_tree *t, vv_unixfs_link *root, vv_error *err);

#endif
