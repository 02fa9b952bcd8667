/*
 * dropped: finds out whether a merge would bring back commits that a remote-tracking branch had and has no
 * more: its remote was rewritten.
 */
#ifndef VV_REPO_GIT_HISTORY_DROPPED_H
#define VV_REPO_GIT_HISTORY_DROPPED_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* The answer. */
typedef struct vv_dropped {
	vv_oid commit; /* the newest such commit that was the tip; null: none */
	bool ours;     /* the history of `ours` has it; false: that of `theirs` */
} vv_dropped;

/* Sets *out for a merge of the commits ours and theirs. ref: "refs/remotes/...", and tip, its commit. The
 * reflog of ref lists its earlier tips. A dropped one counts if only one side has it, and the other side
 * has a newer tip: a merge of both that was made before is not refused again. */
vv_status vv_dropped_find(vv_dropped *out, vv_repository *r, const char *ref, const vv_oid *tip,
			  const vv_oid *ours, const vv_oid *theirs, vv_error *err);

#endif
