/*
 * missing_blocks: finds tables of the index whose versions lack blocks in the store, as after
 * varve's folder was lost.
 */
#ifndef VV_LIB_STATUS_MISSING_BLOCKS_H
#define VV_LIB_STATUS_MISSING_BLOCKS_H

#include <stddef.h>

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Sets *paths to the paths of tables that lack blocks, in the order of the index, and *count to
 * their number; the caller frees *paths with vv_names_free. at: the places of at_count tables in x,
 * ascending. Checks about 256 of them, and all if one of these lacks blocks. Skips unreadable
 * pointers. */
vv_status vv_missing_blocks_find(char ***paths, size_t *count, vv_repository *r, const vv_index *x,
				 vv_dataset_reader *reader, const size_t *at, size_t at_count,
				 vv_error *err);

#endif
