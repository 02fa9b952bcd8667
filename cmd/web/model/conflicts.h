/*
 * conflicts: conflicts of the merge in progress in the work tree, for its owner.
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
	bool same_row;        /* as the conflict before it in this answer */
	const char *row_name; /* the key as people write it; NULL */
	const char *place;    /* the key as the page of a row takes it; NULL */
	const char *select;   /* what `resolve --row` takes; NULL: it cannot name the row */
	vv_web_cell cells[VV_WEB_SIDES];
	/* of a row without a key that one side removed: what each version has of it */
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
	uint64_t total;    /* conflicts of the table, those left out too; a file: 1 */
	vv_web_conflict *items;
	size_t count;
	uint64_t from, next;
	bool complete; /* nothing follows the items */
} vv_web_conflict_path;

typedef struct vv_web_conflicts {
	const char *state; /* "merge", "rebase", "cherry-pick", "revert" ...; "" */
	vv_web_conflict_path *paths;
	size_t count;
	uint64_t total;    /* conflicts of all that are known */
	bool complete;     /* all paths are listed */
	const char *words; /* "3 conflicts in 1 table"; "" if there are none */
} vv_web_conflicts;

/* path: this one alone (VV_ENOTFOUND if it is not in conflict); NULL: all. For each table the conflicts from
 * `from` on, at most limit of them; 0: only their number. VV_ENOTFOUND for everyone but the owner of a work
 * tree. */
vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err);

#endif
