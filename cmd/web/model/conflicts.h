/*
 * conflicts: lists the conflicts of the merge in progress in the work tree, for its owner.
 *
 * The conflicts are read from the records that the merge wrote. The merge is not repeated.
 */
#ifndef VV_CMD_WEB_MODEL_CONFLICTS_H
#define VV_CMD_WEB_MODEL_CONFLICTS_H

#include "cmd/web/model/visit.h"
#include "lib/merge/conflict_list.h"

enum { VV_WEB_SIDES = 3 }; /* the number of sides: VV_BASE, VV_OURS and VV_THEIRS */

/* A conflict. */
typedef struct vv_web_conflict {
	const vv_conflict_item *item; /* the conflict in the record of the merge */
	bool same_row;                /* the conflict is in the same row as the previous item */
	const char *row_name;         /* the row's key, in a form for people; may be NULL */
	/* the row's key, in the form for the address of the row's page; may be NULL */
	const char *place;
	/* the row's key or number, in the form for `varve resolve --row`; NULL: this option cannot
	 * select the row */
	const char *select;
	vv_web_cell cells[VV_WEB_SIDES]; /* the cell in conflict, on each side with item->has */
	/* for a row without a key that one side removed: its values in each version; else
	 * value_count is 0 */
	struct vv_web_conflict_value *values;
	size_t value_count;
} vv_web_conflict;

/* The values of a row without a key in one column (vv_web_conflict.values). */
typedef struct vv_web_conflict_value {
	const char *column;              /* the column's name */
	bool has[VV_WEB_SIDES];          /* true for each side that has the value */
	vv_web_cell cells[VV_WEB_SIDES]; /* the value on each side */
} vv_web_conflict_value;

/* The conflicts of a path. */
typedef struct vv_web_conflict_path {
	const vv_conflict_path *at; /* the record of the path */
	const char *words; /* such as "3 cells of 2 rows" or "removed here, changed there" */
	/* number of conflicts of the table, including those that are not in items; 1 for a file,
	 * and for a table whose conflicts were not recorded */
	uint64_t total;
	vv_web_conflict *items;
	size_t count;
	/* from: number of the first item; next: `from` for the following items */
	uint64_t from, next;
	bool complete; /* items contains the last recorded conflict */
} vv_web_conflict_path;

/* All conflicts of the work tree. */
typedef struct vv_web_conflicts {
	/* "merge", "rebase", "cherry-pick", "revert" ...; "": no operation is in progress */
	const char *state;
	vv_web_conflict_path *paths;
	size_t count;
	uint64_t total;    /* number of all known conflicts */
	bool complete;     /* all paths are listed */
	const char *words; /* such as "3 conflicts in 1 table"; "" if there are no conflicts */
} vv_web_conflicts;

/* Sets *out to the conflicts of path, or of all paths (at most 500) if path is NULL. For each
 * table, lists at most `limit` conflicts, beginning with number `from`. limit 0: only counts them.
 * VV_ENOTFOUND: path is not in conflict, or the visit may not show a work tree. */
vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err);
/* Sets *place and *name to a row's key in the form for the address of the row's page, and for people. select: as
 * in vv_web_conflict; not the number of a row. */
void vv_web_selected_row(vv_web_visit *v, const char *select, const char **place,
			 const char **name);
/* Sets *names to the files whose conflicts in the merge in progress are all decided, count of them. */
vv_status vv_web_decided_files(vv_web_visit *v, const char *const **names, size_t *count,
			       vv_error *err);
/* A cell that both sides of the merge changed, to different values, and whose conflict is not open. */
typedef struct vv_web_decision {
	const char *place;  /* the row's key, in the form for the address of the row's page */
	const char *column; /* the column's name */
	vv_web_cell ours, theirs, now; /* the cell on each side, and in the work tree */
	const char *whose;             /* the side that has the value of now; "": neither */
} vv_web_decision;
/* Sets *out to such cells of the file, count of them, and *complete to false if there are more: only the first
 * 2,000 changed rows of each side are read, and none of large tables. A person or a rule decided them. */
vv_status vv_web_decisions_read(vv_web_visit *v, const char *path, vv_web_decision **out,
				size_t *count, bool *complete, vv_error *err);
/* Returns the author of the versions that the merge in progress brings; "": there are several, or none. */
const char *vv_web_merge_author(vv_web_visit *v);
/* Sets *out to true if the file is, or was, in conflict in the merge in progress. */
vv_status vv_web_was_in_conflict(vv_web_visit *v, const char *path, bool *out, vv_error *err);

#endif
