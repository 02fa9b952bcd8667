/*
 * signed_plan: applies the rules of signed heads to the refs that a fetch will move.
 *
 * A correct caller has judged the heads. vv_signed_only and vv_signed_follow require
 * judged->has_newest.
 */
#ifndef VV_LIB_SYNC_SIGNED_PLAN_H
#define VV_LIB_SYNC_SIGNED_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/heads/judge.h"
#include "lib/sync/fetch_refs.h"

typedef struct vv_signed_plan {
	vv_ref_plan *plan;
	vv_repository *repo;
	const vv_judged *judged;
	const vv_remote *remote; /* the remote whose tracking branches are moved */
	const char *url;         /* source of the heads, for messages */
	const vv_notes *notes;   /* NULL: report nothing */
} vv_signed_plan;

/* Checks that all refs are as the heads name them. VV_EREFUSED: a ref is not. If HEAD is on no
 * branch, its commit, which heads do not name, is removed from the plan: a clone works without
 * it. */
vv_status vv_signed_check(const vv_signed_plan *s, vv_error *err);
/* Restricts the moves with index `from` and above to the refs of the newest head, at the ids that
 * it names. Tags may be created; branches are left to vv_signed_follow. */
void vv_signed_only(const vv_signed_plan *s, size_t from);
/* Call if another copy is used instead of the remote: moves the remote's tracking branches to the
 * signed ids, and sets the ids that pull merges. merges: this is a pull. VV_EREFUSED: the copy does
 * not have the signed commit that a pull needs. */
vv_status vv_signed_follow(const vv_signed_plan *s, bool merges, vv_error *err);
/* Reports how many commits branches are ahead of their signed ids. */
vv_status vv_signed_tell_ahead(const vv_signed_plan *s, vv_error *err);

#endif
