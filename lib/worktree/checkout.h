/*
 * checkout: versions of paths written into the work tree by varve itself: for transactions and conflicts.
 *
 * Datasets are materialised from their blocks, everything else is written as Git does.
 * Names that no file of ours may have are refused before anything is written.
 */
#ifndef VV_LIB_WORKTREE_CHECKOUT_H
#define VV_LIB_WORKTREE_CHECKOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_checkout {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_reader *reader;
	vv_index *index;
} vv_checkout;

/* Writes the blob to the path and sets the index entry (in memory). VV_EMISSING: the file is untouched. The caller has made
 * sure that nothing valuable is overwritten. */
vv_status vv_checkout_write(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err);

/* Removes the file, and from the index. */
vv_status vv_checkout_remove(vv_checkout *c, const char *path, vv_error *err);

/* Compares the work tree with an index entry: true if the file may be replaced without loss (it
 * equals the index, is missing, or is only the pointer). */
vv_status vv_checkout_is_clean(vv_checkout *c, const vv_index_entry *e, bool *clean, vv_error *err);

/* May the file of a path be replaced? Yes if the index has its version, and the store its blocks. VV_EREFUSED:
 * data would be lost. */
vv_status vv_checkout_give_way(vv_repository *repo, vv_dataset_reader *reader, vv_index *index,
			       const char *path, vv_error *err);

#endif
