/*
 * published_files: the published UnixFS files of a repository, block by block.
 *
 * Leaf lists are opened (and made, if they were deleted) on request; blocks are made on request, and
 * cached for a while in bounded memory. Its functions may be called from several threads.
 */
#ifndef VV_TRANSPORT_IPFS_PUBLISHED_FILES_H
#define VV_TRANSPORT_IPFS_PUBLISHED_FILES_H

#include <stdbool.h>

#include "base/auto.h"
#include "transport/ipfs/leaf_list.h"

typedef struct vv_published_files vv_published_files;

/* All borrowed. NULL: out of memory. */
vv_published_files *vv_published_files_new(const char *varvedir, vv_store *store,
					   const vv_file_maker *maker);
void vv_published_files_free(vv_published_files *f); /* accepts NULL */
VV_AUTO_FREE(vv_published_files, vv_published_files_free)

/* The meaning of a CID in one of the files. */
typedef struct vv_published_block {
	vv_cid version;
	vv_leaf_place at;
	bool is_file;   /* the whole of it */
	char name[256]; /* of the file, without folders; "" when it is not known, or it is a part */
} vv_published_block;

/* 1: found; 0: no block of a file that is published; <0. */
int vv_published_files_find(vv_published_files *f, const vv_cid *cid, vv_published_block *out,
			    vv_error *err);

/* A vv_car_source. VV_EMISSING. */
vv_status vv_published_files_get(void *files, const vv_cid *cid, vv_buf *out, vv_error *err);

#endif
