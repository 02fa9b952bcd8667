/*
 * blame: the walk back through the commits that changed a table, which explains who set its rows or cells.
 */
#ifndef VV_LIB_VIEW_BLAME_H
#define VV_LIB_VIEW_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/table/dataset_reader.h"
#include "dataset/table/table.h"
#include "repo/git/repository.h"

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

/* The commit number of a row (column ignored) or cell; index: which of the rows that were asked for. */
uint32_t vv_blame_of(const vv_blame *b, uint64_t index, size_t column);
void vv_blame_free(vv_blame *b); /* accepts NULL */
VV_AUTO_FREE(vv_blame, vv_blame_free)

typedef struct vv_blame_walk {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_reader *reader;
	const char *path;
	const vv_progress *progress; /* of commits; or NULL */
	/* After the run, for vv_blame_walk_clear: */
	vv_blame *blame;
	vv_oid *commits; /* by the numbers that vv_blame_of gives */
	size_t count;
} vv_blame_walk;

/* table: what path has in the commit start; stays open. VV_EMISSING: an older version is missing here. */
vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err);
void vv_blame_walk_clear(vv_blame_walk *w);

#endif
