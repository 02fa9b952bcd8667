/*
 * conflict_columns: resolves conflicts of columns, of the key and of the lines around a table. To
 * resolve them, the table is merged again with the decisions; then changes in the work tree are
 * merged into the result.
 */
#ifndef VV_LIB_MERGE_CONFLICT_COLUMNS_H
#define VV_LIB_MERGE_CONFLICT_COLUMNS_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/tables.h"
#include "lib/tables/dataset_writer.h"

/* One value = the options of one call of vv_conflict_columns_solve. */
typedef struct vv_columns_solution {
	vv_repository *repo;       /* borrowed */
	vv_dataset_writer *writer; /* borrowed */
	/* the path of a table; borrowed; its record is updated, but not saved */
	vv_conflict_path *path;
	/* one element for each item of the record: true to resolve it; items for which
	 * vv_conflict_is_of_columns returns false are not resolved */
	const bool *chosen;           /* borrowed */
	int side;                     /* the side to take: VV_BASE, VV_OURS or VV_THEIRS */
	const vv_dataset_found *work; /* the table in the work tree; borrowed */
} vv_columns_solution;

/* Resolves the chosen conflicts by merging again, and sets *out to the new blob (a pointer, or
 * text) for the work tree; the writer has its blocks. The record gets the conflicts of the new
 * merge, which may include new ones: of cells in a column that the decision added. VV_ENOSUPPORT:
 * rows were resolved or edited before, and the table has no key. After a failure, the record must
 * not be used. */
vv_status vv_conflict_columns_solve(const vv_columns_solution *s, vv_oid *out, vv_error *err);

/* Resolves all conflicts for which vv_conflict_is_of_columns returns true in favour of the side
 * `take`, by merging again. A new merge may have further such conflicts, so the function merges up
 * to 16 times. in: the merge without decisions. Before the call, *out is the result of that merge;
 * afterwards, *out is the new result. VV_ENOSUPPORT: conflicts remain after the last merge. */
vv_status vv_conflict_columns_take(vv_dataset_merged *out, const vv_dataset_merge *in,
				   vv_merge_take take, vv_error *err);

#endif
