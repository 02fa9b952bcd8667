/*
 * row_hashes: whether two small tables have rows in common.
 *
 * For finding renames: a table of one row group has a single block, which any edit changes, so
 * that its rows are compared instead of its blocks.
 */
#ifndef VV_DIFF_ROWS_ROW_HASHES_H
#define VV_DIFF_ROWS_ROW_HASHES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"

#define VV_ROW_HASHES_MAX 8000u

/* A hash for each row's cells, ascending; *out is the caller's. VV_EREFUSED: no table, or one of
 * more than VV_ROW_HASHES_MAX rows. */
vv_status vv_row_hashes(vv_store *store, const vv_cid *root, uint64_t **out, size_t *count,
			vv_error *err);

#endif
