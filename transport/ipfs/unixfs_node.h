/*
 * unixfs_node: encodes and decodes a node of a UnixFS file: a DAG-PB block with links to leaves or
 * nodes, in order.
 *
 * Source: ipld.io/specs/codecs/dag-pb, specs.ipfs.tech/unixfs. docs/formats/store.md, "UnixFS", has
 * the exact bytes. vv_unixfs_node_decode accepts only the bytes that vv_unixfs_node_encode writes:
 * empty names, no inline data, consistent sizes.
 */
#ifndef VV_TRANSPORT_IPFS_UNIXFS_NODE_H
#define VV_TRANSPORT_IPFS_UNIXFS_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_UNIXFS_WIDTH 1024u /* maximum number of links of a node */

/* A link of a node. */
typedef struct vv_unixfs_link {
	vv_cid cid;     /* VV_CODEC_RAW: a leaf; VV_CODEC_DAG_PB: a node */
	uint64_t bytes; /* number of the file's bytes below the link */
	uint64_t total; /* total size of the linked block and all blocks below it */
} vv_unixfs_link;

/* Appends a node with count links to out; count is from 1 to VV_UNIXFS_WIDTH. VV_EREFUSED: the sum
 * of the links' bytes exceeds 64 bits. */
vv_status vv_unixfs_node_encode(vv_buf *out, const vv_unixfs_link *links, size_t count,
				vv_error *err);

/* Sets *out to an array of the *count links of a node; the caller frees *out with vv_free.
 * VV_ECORRUPT: the bytes are not a node of this form. */
vv_status vv_unixfs_node_decode(vv_unixfs_link **out, size_t *count, const void *bytes, size_t len,
				vv_error *err);

#endif
