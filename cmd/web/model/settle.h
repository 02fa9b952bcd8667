/*
 * settle: resolves conflicts, and concludes a merge, on request of the owner of the work tree.
 *
 * Runs the commands `varve resolve` and `varve merge --continue`, so locks, hooks and notes are the
 * same as on the command line.
 */
#ifndef VV_CMD_WEB_MODEL_SETTLE_H
#define VV_CMD_WEB_MODEL_SETTLE_H

#include "cmd/web/model/visit.h"

/* A request. */
typedef struct vv_web_settling {
	/* the side whose values are used: "ours", "theirs" or "base"; or "continue": conclude the
	 * merge */
	const char *take;
	/* The members below are not used with "continue". */
	const char *path; /* the path in conflict */
	/* the values of the options --row and --column of `varve resolve`; NULL or "": not given */
	const char *row, *column;
	bool key; /* the option --key of `varve resolve`: a conflict of the table's key */
} vv_web_settling;

/* Resolves conflicts, or concludes the merge. VV_EUSAGE: the command failed, and err has its message; or s->take
 * is unknown. VV_ENOTFOUND: the client is not the owner of the work tree. */
vv_status vv_web_settle(vv_web_visit *v, const vv_web_settling *s, vv_error *err);

#endif
