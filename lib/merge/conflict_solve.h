/*
 * conflict_solve: resolves some or all conflicts of a table, and makes the resulting table.
 */
#ifndef VV_LIB_MERGE_CONFLICT_SOLVE_H
#define VV_LIB_MERGE_CONFLICT_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "lib/merge/conflict_file.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/repository.h"

typedef struct vv_solution {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_writer *writer;
	vv_conflict_record *record;
	const bool *chosen; /* for each item: resolve it? NULL: resolve all items */
	int side;           /* VV_BASE, VV_OURS, VV_THEIRS */
	const char *column; /* not NULL: this cell of the chosen items' rows gets value instead */
	vv_cell value;
} vv_solution;

/* Writes the resulting file of table t to fn. If the record's row numbers are of another version
 * than t, rows are found by their keys. VV_ENOSUPPORT: conflicts that are not of rows (columns, the
 * key) are for conflict_columns.h. VV_ENOTFOUND: a row no longer exists. Updates the row numbers of
 * the record's other items. */
vv_status vv_conflict_solve(const vv_solution *s, vv_table *t, vv_bytes_fn fn, void *payload,
			    vv_error *err);

/* Resolves all conflicts of the merged version in favour of one side. *blob is set to the pointer
 * of the resulting table; its blocks are passed to the writer. */
vv_status vv_conflict_solve_all(vv_repository *r, vv_dataset_writer *writer,
				vv_conflict_record *record, int side, vv_oid *blob, vv_error *err);

#endif
