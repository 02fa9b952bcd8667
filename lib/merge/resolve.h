/*
 * resolve: conflicts decided: whole paths, rows, single cells, columns and the key.
 */
#ifndef VV_LIB_MERGE_RESOLVE_H
#define VV_LIB_MERGE_RESOLVE_H

#include <stdbool.h>

#include "base/text.h"
#include "lib/merge/conflict_list.h"
#include "lib/names/pathspec.h"
#include "lib/worktree/checkout.h"

typedef struct vv_resolving {
	vv_repository *repo; /* borrowed, all four */
	vv_dataset_writer *writer;
	vv_dataset_reader *reader; /* the writer's */
	vv_index *index;
	vv_pathspec *paths; /* NULL: all in conflict */
	int side;           /* VV_BASE, VV_OURS, VV_THEIRS */
	/* in its place: this column's cells in conflict get set_value; NULL */
	const char *set_column;
	const char *set_value;
	vv_strings rows, columns; /* only these, as vv_conflict_row_put names rows; none: all */
	bool key;                 /* only the key, and what in the schema is of no single column */
	bool quiet;               /* no notes on what was resolved and what is left */
	/* Afterwards, the caller's: what was in conflict; of what is not resolved the record has what is left. */
	vv_conflict_list list;
	/* Its own: */
	vv_checkout checkout;
	bool changed; /* the index is to be written */
	bool merged;  /* paths that git merged as text were merged without a conflict */
} vv_resolving;

/* Writes files, records and, last, the index; a path without conflicts left is staged. VV_ENOTFOUND: no such conflict;
 * VV_EUSAGE: rows or columns of several tables, or of a path that is in conflict as a whole; VV_EREFUSED: the file was
 * edited beyond recognition of its rows. Resolved paths are staged also if a later path fails. */
vv_status vv_resolve(vv_resolving *r, vv_error *err);

#endif
