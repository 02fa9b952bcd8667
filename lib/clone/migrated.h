/*
 * migrated: makes the files of a migrated history from those of old versions: pointers, or text
 * again.
 *
 * The result depends only on path and content, and each pair is converted once. A version of a path is stored as
 * the successor of the version converted before it, so convert in the order of history.
 *
 *	vv_migrated_open(&c, repo, export, dry, progress, err);
 *	for each version: vv_migrated_take(c, path, &blob, &now, err);
 *	vv_migrated_finish(c, err);
 *	vv_migrated_close(c);
 */
#ifndef VV_LIB_CLONE_MIGRATED_H
#define VV_LIB_CLONE_MIGRATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/clone/dvc_file.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* A path, over all its versions. */
typedef struct vv_migrated_path {
	char *path;
	uint64_t versions, bytes; /* that were taken */
	uint64_t stored;          /* bytes that they take in blocks; 0 in an export */
	bool lfs, dvc;            /* some were kept by Git LFS, by DVC */
	uint64_t plain; /* versions that are kept as bytes, since they do not read as tables */
	char *reason;   /* of the first of them */
	vv_cid last;    /* its newest table, and the block of that; null: none yet */
	vv_buf last_block;
} vv_migrated_path;

typedef struct vv_migrated vv_migrated;
/* export: pointers become text. dry: nothing is kept. */
vv_status vv_migrated_open(vv_migrated **out, vv_repository *r, bool export, bool dry,
			   const vv_progress *progress, vv_error *err);
void vv_migrated_close(vv_migrated *c); /* accepts NULL */
VV_AUTO_FREE(vv_migrated, vv_migrated_close)

/* The new id of a blob at a path; the same if it needs no change. In an export the id names no existing blob until
 * vv_migrated_finish creates it. An object of Git LFS that is missing here is counted (vv_migrated_finish), and its pointer
 * stays. */
vv_status vv_migrated_take(vv_migrated *c, const char *path, const vv_oid *blob, vv_oid *out,
			   vv_error *err);

/* The new id of DVC's file at a path; folder: the one with .dvc, relative to the work tree's top, "" or
 * as "a/b/". VV_EMISSING: it is not in the cache; counted, too. */
vv_status vv_migrated_take_dvc(vv_migrated *c, const char *path, const char *folder,
			       const vv_dvc_out *o, vv_oid *out, vv_error *err);

/* The list of the files in a folder that DVC keeps. VV_EMISSING: as above, but not counted. */
vv_status vv_migrated_dvc_list(vv_migrated *c, const char *folder, const vv_dvc_out *o,
			       vv_dvc_file *out, vv_error *err);

/* Makes the blocks and blobs durable and, but in an export, compares every version with the bytes that it was made of. VV_EMISSING, before
 * anything is durable: contents that are missing here, with the first of them. */
vv_status vv_migrated_finish(vv_migrated *c, vv_error *err);

/* So far, in the order in which they came. */
const vv_migrated_path *vv_migrated_paths_now(const vv_migrated *c, size_t *count);
/* Sorted by path: the end, after which nothing is taken. */
const vv_migrated_path *vv_migrated_paths(vv_migrated *c, size_t *count);

#endif
