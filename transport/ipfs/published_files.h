/*
 * published_files: makes the blocks of a repository's published UnixFS files when they are
 * requested. UnixFS is IPFS's format for files. Each published version (repo/known/published.h) can
 * be read as such a file.
 *
 * A leaf list (leaf_list.h) is opened on first use, and made again if it is missing or wrong. Up to
 * 32 MiB of blocks are cached. A version whose own blocks are missing counts as not published.
 * Several threads may call the functions.
 */
#ifndef VV_TRANSPORT_IPFS_PUBLISHED_FILES_H
#define VV_TRANSPORT_IPFS_PUBLISHED_FILES_H

#include <stdbool.h>

#include "base/auto.h"
#include "transport/ipfs/leaf_list.h"

typedef struct vv_published_files vv_published_files;

/* Makes a vv_published_files. The parameters are borrowed until vv_published_files_free. NULL: out
 * of memory. */
vv_published_files *vv_published_files_new(const char *varvedir, vv_store *store,
					   const vv_file_maker *maker);
void vv_published_files_free(vv_published_files *f); /* accepts NULL */
VV_AUTO_FREE(vv_published_files, vv_published_files_free)

/* A block of a published file, found by its CID. */
typedef struct vv_published_block {
	vv_cid version;   /* root of the published version */
	vv_leaf_place at; /* place of the block in the version's UnixFS file */
	bool is_file;     /* the block is the root of the file */
	/* the file's name without folders, if the block is the root; "": unknown */
	char name[256];
} vv_published_block;

/* Finds the block cid, and sets *out. Returns 1 if a published file has the block, 0 if not, or a
 * negative vv_status. */
int vv_published_files_find(vv_published_files *f, const vv_cid *cid, vv_published_block *out,
			    vv_error *err);

/* Replaces the content of out with the bytes of the block cid. files: a vv_published_files. Can be
 * the `get` of a vv_car_source. VV_EMISSING: no published file has the block. */
vv_status vv_published_files_get(void *files, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
