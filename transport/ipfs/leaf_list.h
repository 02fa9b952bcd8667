/*
 * leaf_list: makes and reads leaf lists, and makes blocks from them. A leaf list is a small derived
 * file that lists the leaves of a version's UnixFS file, with the position of each leaf in the
 * version's file.
 *
 * With this list, every block of the UnixFS file can be made when its CID is requested. A node is
 * made from the leaves below it; a leaf, by making its bytes again. The list depends only on the
 * version. The list is validated when it is opened. A wrong list does no harm, since blocks that
 * are made are compared with their CIDs. The list may be deleted. A list has about 44 bytes per
 * leaf, and is read in place. Format: leaf_list.c.
 *
 * A leaf ends where a piece of the maker ends. A piece of more than VV_BLOCK_MAX bytes is cut into
 * leaves of VV_BLOCK_MAX bytes; the last of them may be shorter. An empty file has one empty leaf.
 *
 * A correct caller: vv_leaf_list_need, or vv_leaf_list_open, which does not make a missing list;
 * vv_leaf_blocks_get; vv_leaf_list_close. Several threads may read one list.
 */
#ifndef VV_TRANSPORT_IPFS_LEAF_LIST_H
#define VV_TRANSPORT_IPFS_LEAF_LIST_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/objects/file_maker.h"
#include "transport/ipfs/unixfs_node.h"

/* unixfs_tree: makes the balanced tree above the leaves of a UnixFS file, with up to 1024 links per
 * node.
 *
 * All leaves have the same depth. A single leaf is itself the root. For an empty file, the caller
 * adds one empty leaf. Memory: the links of one node for each height.
 *
 * A correct caller: vv_unixfs_tree_new; vv_unixfs_tree_add for each leaf;
 * vv_unixfs_tree_finish; vv_unixfs_tree_free.
 */

#define VV_UNIXFS_HEIGHT 7u /* sufficient: 2^64 bytes have fewer than 1024^7 leaves */

/* Is called for each complete node. link: the link to the node. height: 1 for nodes directly above
 * the leaves. Nodes of the same height are passed in order. */
typedef vv_status (*vv_unixfs_node_fn)(void *payload, const vv_unixfs_link *link, unsigned height,
				       vv_error *err);

typedef struct vv_unixfs_tree vv_unixfs_tree;
vv_unixfs_tree *vv_unixfs_tree_new(vv_unixfs_node_fn fn, void *payload); /* NULL: out of memory */
void vv_unixfs_tree_free(vv_unixfs_tree *t);                             /* accepts NULL */
VV_AUTO_FREE(vv_unixfs_tree, vv_unixfs_tree_free)
/* Adds a leaf. Leaves must be added in order. */
vv_status vv_unixfs_tree_add(vv_unixfs_tree *t, const vv_unixfs_link *leaf, vv_error *err);
/* Sets *root to the link to the root of the file. The caller must have added at least one leaf. */
vv_status vv_unixfs_tree_finish(vv_unixfs_tree *t, vv_unixfs_link *root, vv_error *err);

#define VV_LEAF_LISTS "cache/unixfs" /* folder of the leaf lists, in varve's folder */

typedef struct vv_leaf_list vv_leaf_list;

/* The source of a version's bytes. Both members are borrowed. */
typedef struct vv_leaf_source {
	vv_store *store;
	const vv_file_maker *maker;
} vv_leaf_source;

/* Returns the path of the version's list, "<dir>/<CID>", which the caller frees with vv_free. NULL:
 * out of memory. */
char *vv_leaf_list_path(const char *dir, const vv_cid *version);

/* Opens the list of a version in the file path. VV_ENOTFOUND: the file does not exist. VV_ECORRUPT:
 * the file is not a list, or is the list of another version. */
vv_status vv_leaf_list_open(vv_leaf_list **out, const char *path, const vv_cid *version,
			    vv_error *err);
void vv_leaf_list_close(vv_leaf_list *l); /* accepts NULL */
VV_AUTO_FREE(vv_leaf_list, vv_leaf_list_close)

/* Opens the list of a version in the file path. If the list is missing or not valid, first makes
 * all bytes of the version and writes the list (not durably, since the list can be made again).
 * Other errors are those of the maker. */
vv_status vv_leaf_list_need(vv_leaf_list **out, const char *path, const vv_leaf_source *from,
			    const vv_cid *version, vv_error *err);

/* Returns the root of the list's version, borrowed from l. */
const vv_cid *vv_leaf_list_version(const vv_leaf_list *l);
/* Returns the CID of the UnixFS file's root, borrowed from l. */
const vv_cid *vv_leaf_list_file(const vv_leaf_list *l);
uint64_t vv_leaf_list_bytes(const vv_leaf_list *l); /* bytes of the file */
/* Returns true if all leaves except the last have VV_BLOCK_MAX bytes. The UnixFS file then equals
 * the file that Kubo makes with its profile unixfs-v1-2025. */
bool vv_leaf_list_is_even(const vv_leaf_list *l);

/* The place of a block in a UnixFS file. The bytes [from, from + len) of the file are in the block
 * (a leaf) or below the block (a node). */
typedef struct vv_leaf_place {
	unsigned height; /* 0: a leaf */
	uint64_t number; /* index among the blocks of its height */
	uint64_t from, len;
} vv_leaf_place;

/* Sets *out to the place of the block cid. Returns 1 if the UnixFS file has the block, 0 if not, or
 * a negative vv_status. */
int vv_leaf_list_find(const vv_leaf_list *l, const vv_cid *cid, vv_leaf_place *out, vv_error *err);

/* The payload of vv_leaf_blocks_get. */
typedef struct vv_leaf_blocks {
	vv_leaf_list *list;
	vv_leaf_source from;
} vv_leaf_blocks;
/* Replaces the content of out with the block cid of a UnixFS file. blocks: a vv_leaf_blocks. Usable
 * as the `get` of a vv_car_source. VV_EMISSING: the file does not have the block. VV_ECORRUPT: the
 * block was made, but has another CID, since the list or the bytes of the version are wrong. */
vv_status vv_leaf_blocks_get(void *blocks, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
