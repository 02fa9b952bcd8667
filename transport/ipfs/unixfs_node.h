/*
 * unixfs_node: a node of a UnixFS file: DAG-PB whose links are leaves or nodes, in order.
 *
 * Source: ipld.io/specs/codecs/dag-pb, specs.ipfs.tech/unixfs; bytes: docs/formats/store.md,
 * "UnixFS". Accepts only the form that vv_unixfs_node_encode writes: empty names, no inline data,
 * consistent sizes.
 */
#ifndef VV_TRANSPORT_IPFS_UNIXFS_NODE_H
#define VV_TRANSPORT_IPFS_UNIXFS_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_UNIXFS_WIDTH 1024u /* maximum number of links of a node */

typedef struct vv_unixfs_link {
	vv_cid cid;     /* VV_CODEC_RAW: a leaf; VV_CODEC_DAG_PB: a node */
	uint64_t bytes; /* bytes of the file below the link */
	uint64_t total; /* size of the linked block and all blocks below */
} vv_unixfs_link;

/* Appends the node with these links; count: 1 to VV_UNIXFS_WIDTH. VV_EREFUSED: the sizes exceed 64
 * bits. */
vv_status vv_unixfs_node_encode(vv_buf *out, const vv_unixfs_link *links, size_t count,
				vv_error *err);

/* Sets *out to the links of a node; the caller frees them with vv_free. VV_ECORRUPT: not a node of
 * this form. */
vv_status vv_unixfs_node_decode(vv_unixfs_link **out, size_t *count, const void *bytes, size_t len,
				vv_error *err);

#endif
