/*
 * checkout: writes versions of paths into the work tree without git, for transactions and
 * conflicts.
 *
 * Datasets are made from their blocks; everything else is written as Git does. Names that varve
 * does not allow are refused before anything is written.
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

/* One value = the repository to whose work tree is written. */
typedef struct vv_checkout {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	vv_index *index;           /* borrowed */
} vv_checkout;

/* Writes the version with the blob *id and `mode` to the file `path`, and sets the index entry in
 * memory. The caller must have checked that no data is lost (vv_checkout_is_clean). For a
 * submodule, sets only the index entry. VV_EMISSING: blocks are missing; the file is unchanged.
 * VV_EREFUSED: the existing file is the last copy of a version that cannot be stored. */
vv_status vv_checkout_write(vv_checkout *c, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err);

/* Removes the file `path`, and its entry from the index in memory. Either may be missing.
 * VV_EREFUSED: as for vv_checkout_write. */
vv_status vv_checkout_remove(vv_checkout *c, const char *path, vv_error *err);

/* Sets *clean to true if the file of the index entry e can be replaced without loss: it equals the
 * entry, is missing, or has only the pointer; else to false. */
vv_status vv_checkout_is_clean(vv_checkout *c, const vv_index_entry *e, bool *clean, vv_error *err);

/* Checks that the file `path`, which exists, can be replaced without loss: it equals its version in
 * the index, and the store has that version's blocks, or they are stored now. VV_EREFUSED: data
 * would be lost, or the index does not have the path. */
vv_status vv_checkout_give_way(vv_repository *repo, vv_dataset_reader *reader, vv_index *index,
			       const char *path, vv_error *err);

#endif
