/*
 * settle: resolves conflicts, and concludes a merge, on request of the owner of the work tree.
 *
 * Runs `varve resolve`, or `varve merge --continue` (or cherry-pick, or revert, whichever is in
 * progress), so locks, hooks and notes are the same as on the command line.
 */
#ifndef VV_CMD_WEB_MODEL_SETTLE_H
#define VV_CMD_WEB_MODEL_SETTLE_H

#include "cmd/web/model/visit.h"

/* A request. */
typedef struct vv_web_settling {
	/* the side whose values are used: "ours", "theirs" or "base"; or "continue": conclude the
	 * operation in progress, which must not be a rebase */
	const char *take;
	/* The members below are not used with "continue". */
	const char *path; /* the path in conflict */
	/* the values of the options --row and --column of `varve resolve`; NULL or "": not given */
	const char *row, *column;
	bool key; /* the option --key of `varve resolve`: a conflict of the table's key */
} vv_web_settling;

/* Resolves conflicts, or concludes the merge. VV_EUSAGE: the command failed, and err has the first
 * line of its message; or s->take is not allowed. VV_ENOTFOUND: the visit may not show the work
 * tree. */
vv_status vv_web_settle(vv_web_visit *v, const vv_web_settling *s, vv_error *err);

#endif
