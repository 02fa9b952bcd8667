/*
 * blame: walks back through the commits that changed a table, and finds the commit that last set
 * each row or cell.
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
#include "lib/names/gaps.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/*
 * The walk leads from a version to earlier ones, through all parents of a merge. If a parent has a
 * row, unchanged and with the same columns, the row is attributed to that parent (the first one, if
 * there are several); otherwise, each of its cells is attributed to the first parent that has the
 * cell. All other rows and cells were set by the commit itself. A new column sets cells, but not
 * rows. Equal row groups are skipped, so that the cost depends on the size of the changes.
 *
 * A part is the remaining work for one version. A part lists the rows that this version and the
 * first version of the walk have in common, by their numbers in this version. For these rows, a
 * part lists the cells whose commit is not known yet.
 */

/* One value = the commits of all rows or cells of one table. */
typedef struct vv_blame vv_blame;
/* One value = one part; owned by a vv_blame. */
typedef struct vv_blame_part vv_blame_part;

/* One value = the options of one blame. */
typedef struct vv_blame_options {
	const char *const *key; /* names of the key's columns; NULL: the table's own key */
	/* numbers, from 0, of the only rows to include, ascending; NULL: all rows */
	const uint64_t *rows;
	size_t row_count;
	bool cells; /* find the commits of cells instead of rows */
	/* folder for temporary files, borrowed until vv_blame_free; NULL: /tmp */
	const char *temp_dir;
	vv_pool *pool; /* threads; may be NULL */
} vv_blame_options;

/* Returns the commit that set a row or, if the option `cells` was set, a cell of this row, as an
 * index in vv_blame_walk.commits. index: index of the row among the requested rows. column: index
 * of the cell's column; ignored for rows. UINT32_MAX: the commit is unknown. */
uint32_t vv_blame_of(const vv_blame *b, uint64_t index, size_t column);
void vv_blame_free(vv_blame *b); /* accepts NULL */
VV_AUTO_FREE(vv_blame, vv_blame_free)

/* One value = one blame: its input and its result. */
typedef struct vv_blame_walk {
	vv_repository *repo;         /* borrowed */
	vv_dataset_reader *reader;   /* borrowed */
	const char *path;            /* path of the table; borrowed */
	const vv_progress *progress; /* counts commits; may be NULL */
	/* Set by vv_blame_walk_run; freed by vv_blame_walk_clear: */
	vv_blame *blame; /* for vv_blame_of */
	vv_oid *commits; /* indexed by the numbers of vv_blame_of */
	/* for each commit: the walk ends there, because the rows of a version before it are not
	 * here; its rows and cells were set by it or by a commit before it */
	bool *edge;
	size_t count; /* number of commits */
	vv_gaps gaps; /* the versions whose rows are not here, for vv_gaps_end */
} vv_blame_walk;

/* Finds the commits that set the rows or cells of `table`, the version of w->path in the commit
 * *start, and sets w->blame, w->commits, w->edge and w->gaps. table remains open. The walk ends at
 * versions whose rows are not here. VV_EREFUSED: the table has too many rows or cells. The caller clears *w, also after
 * a failure. */
vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err);
void vv_blame_walk_clear(vv_blame_walk *w);

#endif
