/*
 * conflict_columns: resolves conflicts of columns and of the key, by merging again with the
 * decisions. Changes in the work tree are not lost.
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
	/* one element for each item of the record: true to resolve it; only conflicts of
	 * columns and of the key are resolved */
	const bool *chosen;           /* borrowed */
	int side;                     /* the side to take: VV_BASE, VV_OURS or VV_THEIRS */
	const vv_dataset_found *work; /* the table in the work tree; borrowed */
} vv_columns_solution;

/* Resolves the chosen conflicts by merging again, and sets *out to the new blob (a pointer, or
 * text) for the work tree; its blocks are in the writer. The new merge may have new conflicts, of
 * cells in an added column. VV_ENOSUPPORT: rows were resolved or edited before, and the table has
 * no key. After a failure, the record must not be used. */
vv_status vv_conflict_columns_solve(const vv_columns_solution *s, vv_oid *out, vv_error *err);

/* Resolves all conflicts of columns and of the key in favour of the side `take`, by merging again.
 * in: the merge without decisions. Before the call, *out is the result of that merge; afterwards,
 * *out is the new result. */
vv_status vv_conflict_columns_take(vv_dataset_merged *out, const vv_dataset_merge *in,
				   vv_merge_take take, vv_error *err);

#endif
