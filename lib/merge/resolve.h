/*
 * resolve: resolves conflicts: of whole paths, rows, single cells, columns and the key.
 */
#ifndef VV_LIB_MERGE_RESOLVE_H
#define VV_LIB_MERGE_RESOLVE_H

#include <stdbool.h>

#include "base/text.h"
#include "lib/merge/conflict_list.h"
#include "lib/names/pathspec.h"
#include "lib/worktree/checkout.h"

/* A resolution: its options and its result. */
typedef struct vv_resolving {
	vv_repository *repo;       /* borrowed */
	vv_dataset_writer *writer; /* borrowed */
	vv_dataset_reader *reader; /* the reader of writer; borrowed */
	vv_index *index;           /* borrowed */
	vv_pathspec *paths;        /* paths to resolve; NULL: all paths in conflict */
	/* the side to take: VV_BASE, VV_OURS or VV_THEIRS; or, for rows that both sides added,
	 * VV_ONCE or VV_BOTH: only their conflicts are resolved */
	int side;
	/* if not NULL, no side is taken; instead, the cells in conflict in this column are
	 * set to set_value */
	const char *set_column;
	const char *set_value;
	/* rows: the rows to resolve, by the names that vv_conflict_row_put writes; columns: the
	 * names of the columns to resolve; empty: all */
	vv_strings rows, columns;
	/* resolve only the conflict of the key (VV_CONFLICT_KEY), which also stands for schema
	 * properties that belong to no single column */
	bool key;
	bool quiet; /* do not report the resolved and the remaining conflicts */
	/* Result, owned by the caller: the paths that were in conflict. If a path still has
	 * conflicts, its record contains only those. */
	vv_conflict_list list;
	/* The following members are private; initially zero. */
	vv_checkout checkout;      /* writes and removes whole files */
	bool changed;              /* the index must be written */
	vv_conflict_list followed; /* merged tables whose references follow new keys: theirs */
	vv_error torn; /* why a torn pointer could not be repaired; code VV_OK: all were */
	bool merged;   /* paths that git had merged as text were merged again, without conflicts */
} vv_resolving;

/* Resolves the conflicts that the options of r select. First repairs torn pointers (torn.h) at the
 * selected paths. Then writes the files, the records and, last, the index, and removes the records
 * of paths without conflicts. Stages each path without remaining conflicts, even if another path
 * fails. VV_ENOTFOUND: a selected conflict does not exist, nothing is in conflict, or a path is not
 * in the index. VV_EUSAGE: rows or columns are given for several tables, or for a path that is in
 * conflict as a whole; set_column is given without rows, and several of its cells are in conflict;
 * or the file in the work tree is only a pointer. VV_EREFUSED: git alone made the conflict, and the
 * file was edited, so that varve's merge cannot be written to it. VV_ENOSUPPORT: a selected
 * conflict can only be resolved as a whole, or there are too many conflicts to resolve one by
 * one. */
vv_status vv_resolve(vv_resolving *r, vv_error *err);
/* Passes a note for each of the first rows of p->removed to notes, and the number of the others. */
void vv_resolve_say_removed(const vv_conflict_path *p, const vv_notes *notes);

#endif
