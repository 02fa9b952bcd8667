/*
 * leaf_list: makes and reads leaf lists, and makes blocks from them. A version's file can be
 * published as a UnixFS file, which consists of leaves and of nodes above them. The leaf list is a
 * small derived file with the CID of each leaf and node, and the position of each leaf in the
 * version's file.
 *
 * With this list, each block of the UnixFS file can be made when its CID is requested. A node is
 * made from the list. A leaf is made from the bytes of the version's file, which are made again.
 * The list depends only on the version, and may be deleted. Its checksum is checked when it is
 * opened. A wrong list does no harm, since each block is compared with its CID. A list has about 52
 * bytes per leaf, and is not read into memory. Format: leaf_list.c.
 *
 * A maker (file_maker.h) makes the bytes of a version's file in pieces. A leaf ends where a piece
 * ends. A piece of more than VV_BLOCK_MAX bytes is cut into leaves of VV_BLOCK_MAX bytes, except
 * the last. An empty file has one empty leaf.
 *
 * A caller opens a list with vv_leaf_list_need, or with vv_leaf_list_open, which does not make a
 * missing list. It then calls vv_leaf_blocks_get for each block, and vv_leaf_list_close. Several
 * threads may read one list.
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
 * adds one empty leaf. A tree needs memory only for the links of one node per height.
 *
 * A caller calls vv_unixfs_tree_new, vv_unixfs_tree_add for each leaf, vv_unixfs_tree_finish and
 * vv_unixfs_tree_free. */

#define VV_UNIXFS_HEIGHT 7u /* most heights above the leaves; enough for 1024^7 leaves */

/* Is called for each complete node. link: the link to the node, borrowed during the call. height: 1
 * for a node directly above the leaves. The nodes of each height come in order. A negative result
 * is returned by the function that completed the node. */
typedef vv_status (*vv_unixfs_node_fn)(void *payload, const vv_unixfs_link *link, unsigned height,
				       vv_error *err);

typedef struct vv_unixfs_tree vv_unixfs_tree;
vv_unixfs_tree *vv_unixfs_tree_new(vv_unixfs_node_fn fn, void *payload); /* NULL: out of memory */
void vv_unixfs_tree_free(vv_unixfs_tree *t);                             /* accepts NULL */
VV_AUTO_FREE(vv_unixfs_tree, vv_unixfs_tree_free)
/* Adds the next leaf of the file. VV_EREFUSED: the file is too large for UnixFS. */
vv_status vv_unixfs_tree_add(vv_unixfs_tree *t, const vv_unixfs_link *leaf, vv_error *err);
/* Sets *root to the link to the root of the file. The caller must have added at least one leaf. */
vv_status vv_unixfs_tree_finish(vv_unixfs_tree *t, vv_unixfs_link *root, vv_error *err);

#define VV_LEAF_LISTS "cache/unixfs" /* folder of the leaf lists, in varve's folder */

typedef struct vv_leaf_list vv_leaf_list;

/* What makes the bytes of a version's file: a maker, and the store that it reads. Both are
 * borrowed. */
typedef struct vv_leaf_source {
	vv_store *store;
	const vv_file_maker *maker;
} vv_leaf_source;

/* Returns the path of the version's list, "<dir>/<CID>", which the caller frees with vv_free. NULL:
 * out of memory. */
char *vv_leaf_list_path(const char *dir, const vv_cid *version);

/* Opens the list of a version in the file path. The caller closes *out with vv_leaf_list_close.
 * VV_ENOTFOUND: the file does not exist. VV_ECORRUPT: the file is not a list, or is the list of
 * another version. */
vv_status vv_leaf_list_open(vv_leaf_list **out, const char *path, const vv_cid *version,
			    vv_error *err);
void vv_leaf_list_close(vv_leaf_list *l); /* accepts NULL */
VV_AUTO_FREE(vv_leaf_list, vv_leaf_list_close)

/* Like vv_leaf_list_open, but if the list is missing or not valid, first makes all bytes of the
 * version's file, and writes the list. The list is not synced, since it can be made again. Other
 * errors are those of the maker. */
vv_status vv_leaf_list_need(vv_leaf_list **out, const char *path, const vv_leaf_source *from,
			    const vv_cid *version, vv_error *err);

/* Returns the root of the list's version, borrowed from l. */
const vv_cid *vv_leaf_list_version(const vv_leaf_list *l);
/* Returns the CID of the UnixFS file's root, borrowed from l. */
const vv_cid *vv_leaf_list_file(const vv_leaf_list *l);
uint64_t vv_leaf_list_bytes(const vv_leaf_list *l); /* number of bytes of the version's file */
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
/* Replaces the content of out with the block cid of a UnixFS file. blocks: a vv_leaf_blocks. Can be
 * the `get` of a vv_car_source. VV_EMISSING: the file does not have the block. VV_ECORRUPT: the
 * block that was made has another CID, since the list or the bytes of the version are wrong. Other
 * errors are those of the maker. */
vv_status vv_leaf_blocks_get(void *blocks, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
