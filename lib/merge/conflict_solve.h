/*
 * conflict_solve: resolves some or all conflicts of rows and cells in a table, and makes the
 * resulting table.
 */
#ifndef VV_LIB_MERGE_CONFLICT_SOLVE_H
#define VV_LIB_MERGE_CONFLICT_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/table/bytes.h"
#include "lib/merge/conflict_file.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/repository.h"

/* A row of theirs that gets another key; pointers are valid only during the call. */
typedef struct vv_renumbered {
	const char *const *names;  /* the key's columns */
	const vv_cell *const *key; /* the key so far */
	size_t count;              /* number of the key's columns */
	const vv_cell *next;       /* the new last cell of the key */
} vv_renumbered;

/* The options of a call of vv_conflict_solve. */
typedef struct vv_solution {
	vv_repository *repo;        /* borrowed */
	vv_dataset_writer *writer;  /* borrowed */
	vv_conflict_record *record; /* borrowed */
	/* one element for each item of the record: true to resolve it; NULL: all items are
	 * resolved */
	const bool *chosen;
	/* the side to choose: VV_BASE, VV_OURS, VV_THEIRS; or, only for rows that both sides added,
	 * VV_ONCE or VV_BOTH */
	int side;
	bool quiet; /* do not report rows that get another key */
	/* receives each row that gets another key; may be NULL */
	vv_status (*renumbered)(void *payload, const vv_renumbered *row, vv_error *err);
	void *payload;
	/* only determine the new keys: nothing is passed to fn, and the record does not change */
	bool plan;

	/* if not NULL, no side is taken; instead, this column is set to `value` in the rows of the
	 * chosen items */
	const char *column;
	vv_cell value; /* the new cell, if `column` is set */
} vv_solution;

/* Resolves the chosen conflicts in the table t, and passes the bytes of the resulting file to fn.
 * If the row numbers in the record refer to a version other than t, finds rows by their keys. If
 * s->chosen is set, updates the row numbers in the items to those of the resulting file, but leaves
 * the resolved items in the record; the caller removes them. VV_ENOSUPPORT: the conflict is not
 * about rows, but about columns or the key, which conflict_columns.h resolves; or a removed row
 * cannot be restored alone. VV_ENOTFOUND: a row no longer exists. */
vv_status vv_conflict_solve(const vv_solution *s, vv_table *t, vv_bytes_fn fn, void *payload,
			    vv_error *err);

/* Resolves all conflicts of `record` in the merged version in favour of `side`. Sets *blob to the
 * pointer of the resulting table; its blocks are stored and committed by the writer. VV_ENOSUPPORT:
 * the record does not have all conflicts, the merged version is not a pointer, or vv_conflict_solve
 * returns it. */
vv_status vv_conflict_solve_all(vv_repository *r, vv_dataset_writer *writer,
				vv_conflict_record *record, int side, vv_oid *blob, vv_error *err);

#endif
