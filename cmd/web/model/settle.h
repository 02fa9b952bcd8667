/*
 * settle: decisions of conflicts, and the end of the merge, for the owner of the work tree.
 *
 * `varve resolve` and `varve merge --continue` do it, as if they had been typed: with their locks, hooks and note.
 */
#ifndef VV_CMD_WEB_MODEL_SETTLE_H
#define VV_CMD_WEB_MODEL_SETTLE_H

#include "cmd/web/model/visit.h"

typedef struct vv_web_settling {
	const char *take;         /* "ours", "theirs", "base"; "continue": the merge is concluded */
	const char *path;         /* the rest is not of "continue" */
	const char *row, *column; /* as `varve resolve` takes them; NULL or "": all */
	bool key;                 /* the table's key */
} vv_web_settling;

/* VV_EUSAGE, with the command's error, or for another `take`; VV_ENOTFOUND for everyone but the owner. */
vv_status vv_web_settle(vv_web_visit *v, const vv_web_settling *s, vv_error *err);

#endif
