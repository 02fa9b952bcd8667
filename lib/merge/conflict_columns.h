/*
 * conflict_columns: conflicts of columns and of the key decided: the merge is made again
 * with what was decided, and what the work tree has by now is kept.
 */
#ifndef VV_LIB_MERGE_CONFLICT_COLUMNS_H
#define VV_LIB_MERGE_CONFLICT_COLUMNS_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/table/dataset_writer.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/tables.h"

typedef struct vv_columns_solution {
	vv_repository *repo; /* borrowed, all */
	vv_dataset_writer *writer;
	vv_conflict_path *path;       /* a table's; its record is brought up to date, not saved */
	const bool *chosen;           /* for each item; those that are not of columns stay */
	int side;                     /* VV_BASE, VV_OURS, VV_THEIRS */
	const vv_dataset_found *work; /* what lies in the work tree */
} vv_columns_solution;

/* *out: the blob (a pointer, or text) of what the work tree is to get; its blocks are the
 * stage writer's. Other conflicts may come by it (cells of a column that is there now).
 * VV_ENOSUPPORT: rows were decided or edited before, and they have no key. On failure the
 * record is of no use any more. */
vv_status vv_conflict_columns_solve(const vv_columns_solution *s, vv_oid *out, vv_error *err);

/* All of a merge's conflicts of columns and of the key for one version: *out is merged
 * anew. in: as it was merged, without decisions. */
vv_status vv_conflict_columns_take(vv_dataset_merged *out, const vv_dataset_merge *in,
				   vv_merge_take take, vv_error *err);

#endif
