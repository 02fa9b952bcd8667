/*
 * blame: which commit last set each row, or each cell.
 *
 * Walks from the newest version to older ones; a row (cell) that a parent already had
 * the same is the parent's. Equal groups are skipped, so that the cost follows the changes.
 */
#ifndef VV_DIFF_ROWS_BLAME_H
#define VV_DIFF_ROWS_BLAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"

typedef struct vv_blame vv_blame;

/* Begins with the version to be explained. cells: by cell, else by row. */
vv_status vv_blame_new(vv_blame **out, vv_table *table, const char *const *key, bool cells,
		       const char *temp_dir, vv_error *err);

/* Tells of the next older version: what `older` does not have the same was last set by
 * `commit`, a number of the caller's. newer is the version that was given before (or the
 * first). NULL older: everything left is commit's. *left: rows (cells) not yet explained. */
vv_status vv_blame_step(vv_blame *b, vv_table *newer, vv_table *older, uint32_t commit,
			uint64_t *left, vv_error *err);

/* The commit number of a row (column ignored) or cell of the first version. */
uint32_t vv_blame_of(const vv_blame *b, uint64_t row, size_t column);
void vv_blame_free(vv_blame *b); /* accepts NULL */

#endif
