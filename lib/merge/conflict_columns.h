/*
 * conflict_columns: resolves conflicts of columns and of the key: merges again with the decisions,
 * and keeps the changes in the work tree.
 */
#ifndef VV_LIB_MERGE_CONFLICT_COLUMNS_H
#define VV_LIB_MERGE_CONFLICT_COLUMNS_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/tables.h"
#include "lib/tables/dataset_writer.h"

typedef struct vv_columns_solution {
	vv_repository *repo; /* borrowed, all */
	vv_dataset_writer *writer;
	vv_conflict_path *path;       /* a table's; its record is brought up to date, not saved */
	const bool *chosen;           /* for each item; those that are not of columns stay */
	int side;                     /* VV_BASE, VV_OURS, VV_THEIRS */
	const vv_dataset_found *work; /* the work tree's table */
} vv_columns_solution;

/* *out: the blob (a pointer, or text) for the work tree; its blocks are the stage writer's. New
 * conflicts may arise (cells of an added column). VV_ENOSUPPORT: rows were resolved or edited
 * before, and they have no key. After a failure the record must not be used. */
vv_status vv_conflict_columns_solve(const vv_columns_solution *s, vv_oid *out, vv_error *err);

/* Resolves all of a merge's conflicts of columns and of the key for one version: merges again into
 * *out. in: the merge without decisions. */
vv_status vv_conflict_columns_take(vv_dataset_merged *out, const vv_dataset_merge *in,
				   vv_merge_take take, vv_error *err);

#endif
