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
#include "dataset/table/table.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/*
 * blame: finds the commit that last set each row, or each cell.
 *
 * Walks from a version to earlier ones, through all parents of a merge. A row that a parent also has,
 * unchanged and with the same columns, is attributed to that parent (the first, if there are several); else
 * each cell to the first parent that has it. Other rows and cells were set by the commit. A new column sets
 * cells, but not rows. Equal groups are skipped, so that the cost follows the changes.
 *
 * A part is the work left for a version: rows of the first version, the unexplained cells of these, and
 * their places in this version.
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

/* The commit number of a row (column ignored) or cell; index: of the requested rows. */
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
	vv_oid *commits; /* by the numbers of vv_blame_of */
	size_t count;
} vv_blame_walk;

/* table: what path has in the commit start; stays open. VV_EMISSING: an older version is missing here. */
vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err);
void vv_blame_walk_clear(vv_blame_walk *w);

#endif
