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
	const char *path;         /* not used by "continue", nor are the members below */
	const char *row, *column; /* as `varve resolve` takes them; NULL or "": all */
	bool key;                 /* the table's key */
} vv_web_settling;

/* Resolves conflicts, or concludes the merge. VV_EUSAGE: the command failed, with its error, or `take` is unknown;
 * VV_ENOTFOUND: the client is not the owner. */
vv_status vv_web_settle(vv_web_visit *v, const vv_web_settling *s, vv_error *err);

#endif
