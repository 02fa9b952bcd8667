/*
 * missing_blocks: which tables of the index lack the blocks of their version in the store: when varve's folder was
 * lost, or a part of it.
 */
#ifndef VV_LIB_STATUS_MISSING_BLOCKS_H
#define VV_LIB_STATUS_MISSING_BLOCKS_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* More tables are looked at only where some of this many, spread over all, lack blocks. */
#define VV_MISSING_SAMPLE 256u

/* at: places of tables in the index. *paths: those that lack blocks, in this order (vv_names_free). As
 * vv_last_copy_keep asks it: a root that is here counts for all below, unless the store is known to be
 * incomplete. A pointer that cannot be read is left out. */
vv_status vv_missing_blocks_look(char ***paths, size_t *count, vv_repository *r, const vv_index *x,
				 vv_dataset_reader *reader, const size_t *at, size_t at_count,
				 vv_error *err);

#endif
