/*
 * conflicts: lists the conflicts of the merge in progress in the work tree, for its owner.
 *
 * Only the merge's records are shown: a visit does not merge again.
 */
#ifndef VV_CMD_WEB_MODEL_CONFLICTS_H
#define VV_CMD_WEB_MODEL_CONFLICTS_H

#include "cmd/web/model/visit.h"
#include "lib/merge/conflict_list.h"

enum { VV_WEB_SIDES = 3 }; /* VV_BASE, VV_OURS, VV_THEIRS */

typedef struct vv_web_conflict {
	const vv_conflict_item *item;
	bool same_row;        /* the conflict is in the same row as the previous item */
	const char *row_name; /* the row's key, for people; or NULL */
	const char *place;    /* the row's key, for the address of the row's page; or NULL */
	/* the row's key, for `resolve --row`; NULL: the row cannot be named so */
	const char *select;
	vv_web_cell cells[VV_WEB_SIDES];
	/* for a row without a key that one side removed: its values in each version */
	struct vv_web_conflict_value *values;
	size_t value_count;
} vv_web_conflict;

/* One column of such a row. */
typedef struct vv_web_conflict_value {
	const char *column;
	bool has[VV_WEB_SIDES];
	vv_web_cell cells[VV_WEB_SIDES];
} vv_web_conflict_value;

typedef struct vv_web_conflict_path {
	const vv_conflict_path *at;
	const char *words; /* "3 cells of 2 rows", "removed here, changed there" */
	/* number of conflicts of the table, including those not in items; 1 for a file */
	uint64_t total;
	vv_web_conflict *items;
	size_t count;
	uint64_t from, next;
	bool complete; /* no conflicts follow the items */
} vv_web_conflict_path;

typedef struct vv_web_conflicts {
	const char *state; /* "merge", "rebase", "cherry-pick", "revert" ...; "" */
	vv_web_conflict_path *paths;
	size_t count;
	uint64_t total;    /* number of all known conflicts */
	bool complete;     /* all paths are listed */
	const char *words; /* "3 conflicts in 1 table"; "" if there are none */
} vv_web_conflicts;

/* Reads the conflicts of path, or of all paths if path is NULL. For each table, lists at most
 * `limit` conflicts from `from` on; limit 0: only their number. VV_ENOTFOUND: path is not in
 * conflict, or the user is not the owner of a work tree. */
vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err);

#endif
