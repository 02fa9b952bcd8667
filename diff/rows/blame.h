/*
 * blame: which commit last set each row, or each cell.
 *
 * Goes from a version to those before it, through all parents of a merge. A row that a parent has
 * the same, in the same columns, is wholly that parent's, of several the first's; else each
 * cell is the first parent's that has it. What no parent has was set by the commit. A column that is new sets
 * cells, and no row. Equal groups are skipped, so that the cost follows the changes.
 *
 * What is still to be explained by a version is a part: rows of the first version, the cells
 * that are looked for there, and where they stand.
 */
#ifndef VV_DIFF_ROWS_BLAME_H
#define VV_DIFF_ROWS_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/thread.h"
#include "dataset/table/table.h"

typedef struct vv_blame vv_blame;
typedef struct vv_blame_part vv_blame_part; /* belongs to the vv_blame */

typedef struct vv_blame_options {
	const char *const *key; /* NULL: the table's own */
	const uint64_t *rows;   /* only these, ascending; NULL: all */
	size_t row_count;
	bool cells; /* by cell, else by row */
	/* for temporary files, borrowed as long as the vv_blame; NULL: /tmp */
	const char *temp_dir;
	vv_pool *pool;
} vv_blame_options;

/* Begins with the version to be explained; *all of it. */
vv_status vv_blame_new(vv_blame **out, vv_blame_part **all, vv_table *table,
		       const vv_blame_options *opts, vv_error *err);

/* Explains a part in the version `newer` by the versions before it, one for each parent of the commit
 * (NULL: that has none; newer may be NULL where count is 0); `commit` is a number of the caller's, below 2^31. parts[i] is what came from
 * older[i] (NULL: nothing); the part that was given is gone. *named: something was the commit's. */
vv_status vv_blame_step(vv_blame *b, vv_blame_part *part, vv_table *newer, vv_table *const *older,
			size_t count, uint32_t commit, vv_blame_part **parts, bool *named,
			vv_error *err);

/* Two parts of one version: *joined when `into` took over all of `more`, which is gone then. */
vv_status vv_blame_join(vv_blame *b, vv_blame_part *into, vv_blame_part *more, bool *joined,
			vv_error *err);

/* Rows (cells) not yet explained. */
uint64_t vv_blame_left(const vv_blame *b);

/* The commit number of a row (column ignored) or cell; index: which of the rows that were asked for. */
uint32_t vv_blame_of(const vv_blame *b, uint64_t index, size_t column);
void vv_blame_free(vv_blame *b); /* accepts NULL */
VV_AUTO_FREE(vv_blame, vv_blame_free)

#endif
