/*
 * published_files: provides the blocks of a repository's published UnixFS files.
 *
 * Leaf lists are opened, or made if they were deleted, on request. Blocks are made on request, and
 * cached for a while in bounded memory. Several threads may call the functions.
 */
#ifndef VV_TRANSPORT_IPFS_PUBLISHED_FILES_H
#define VV_TRANSPORT_IPFS_PUBLISHED_FILES_H

#include <stdbool.h>

#include "base/auto.h"
#include "transport/ipfs/leaf_list.h"

typedef struct vv_published_files vv_published_files;

/* Borrows all parameters. NULL: out of memory. */
vv_published_files *vv_published_files_new(const char *varvedir, vv_store *store,
					   const vv_file_maker *maker);
void vv_published_files_free(vv_published_files *f); /* accepts NULL */
VV_AUTO_FREE(vv_published_files, vv_published_files_free)

/* The block of a CID in one of the published files. */
typedef struct vv_published_block {
	vv_cid version;
	vv_leaf_place at;
	bool is_file; /* the block is the root of the file */
	/* name of the file, without folders; "": unknown, or the block is not the root */
	char name[256];
} vv_published_block;

/* Finds the block with this CID. Returns 1 if found; 0 if no published file has such a block;
 * negative on failure. */
int vv_published_files_find(vv_published_files *f, const vv_cid *cid, vv_published_block *out,
			    vv_error *err);

/* Makes the block; the `get` of a vv_car_source. VV_EMISSING: no published file has such a block. */
vv_status vv_published_files_get(void *files, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
