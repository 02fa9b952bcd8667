/*
 * leaf_list: a small derived file with the place of each leaf of a version's UnixFS form in its file.
 *
 * With it any block of the UnixFS file can be made from its CID: a node from the leaves below it,
 * a leaf by having its bytes made again. It is derived from the version alone, is checked when it
 * is opened, may be wrong (what is made is compared with its CID), and may be deleted. About 44
 * bytes a leaf; read in place. Format: leaf_list.c.
 *
 * Where leaves end: where the maker's pieces end; a piece of more than VV_BLOCK_MAX bytes gives
 * leaves of VV_BLOCK_MAX, the last one shorter. A file without bytes has one empty leaf.
 *
 * A correct caller: vv_leaf_list_need, or vv_leaf_list_open if it may not be made; then
 * vv_leaf_blocks_get; vv_leaf_list_close. Several threads may read one list.
 */
#ifndef VV_TRANSPORT_IPFS_LEAF_LIST_H
#define VV_TRANSPORT_IPFS_LEAF_LIST_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/objects/file_maker.h"
#include "transport/ipfs/unixfs_node.h"

/* unixfs_tree: the tree above the leaves of a UnixFS file: balanced, 1024 links a node.
 *
 * All leaves lie equally deep. One leaf alone is the file itself; a file without bytes is one
 * empty leaf, which the caller adds. Memory: a node's links for each height.
 *
 * A correct caller: vv_unixfs_tree_new; vv_unixfs_tree_add for each leaf;
 * vv_unixfs_tree_finish; vv_unixfs_tree_free.
 */

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

#define VV_LEAF_LISTS "cache/unixfs" /* their folder, in varve's */

typedef struct vv_leaf_list vv_leaf_list;

/* A version, and where its bytes come from. Borrowed. */
typedef struct vv_leaf_source {
	vv_store *store;
	const vv_file_maker *maker;
} vv_leaf_source;

/* The list's place: dir/<the version's CID>; owned by the caller, NULL: out of memory. */
char *vv_leaf_list_path(const char *dir, const vv_cid *version);

/* VV_ENOTFOUND: the file does not exist. VV_ECORRUPT: it is not a list, or of another version. */
vv_status vv_leaf_list_open(vv_leaf_list **out, const char *path, const vv_cid *version,
			    vv_error *err);
void vv_leaf_list_close(vv_leaf_list *l); /* accepts NULL */
VV_AUTO_FREE(vv_leaf_list, vv_leaf_list_close)

/* Opens it, made first if there is none that can be used: all bytes of the version are made
 * once, and the list is written (not durably: it can be made again). As the maker fails. */
vv_status vv_leaf_list_need(vv_leaf_list **out, const char *path, const vv_leaf_source *from,
			    const vv_cid *version, vv_error *err);

const vv_cid *vv_leaf_list_version(const vv_leaf_list *l);
const vv_cid *vv_leaf_list_file(const vv_leaf_list *l); /* the UnixFS file's root */
uint64_t vv_leaf_list_bytes(const vv_leaf_list *l);     /* of the file */
/* Do all leaves but the last have VV_BLOCK_MAX bytes? Then the file is the one of Kubo's profile unixfs-v1-2025. */
bool vv_leaf_list_is_even(const vv_leaf_list *l);

/* Where a block is: a leaf, with its part of the file, or a node with the part below it. */
typedef struct vv_leaf_place {
	unsigned height; /* 0: a leaf */
	uint64_t number; /* among those of its height */
	uint64_t from, len;
} vv_leaf_place;

/* 1: found; 0: no block of this file; <0. */
int vv_leaf_list_find(const vv_leaf_list *l, const vv_cid *cid, vv_leaf_place *out, vv_error *err);

/* The blocks of a file: a vv_car_source. VV_EMISSING: not one of this file. VV_ECORRUPT: it was
 * made, and its CID is another, since the list is wrong or the version's bytes are. */
typedef struct vv_leaf_blocks {
	vv_leaf_list *list;
	vv_leaf_source from;
} vv_leaf_blocks;
vv_status vv_leaf_blocks_get(void *blocks, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
