/*
 * signed_plan: applies the rules of signed heads to the refs that a fetch will move.
 *
 * A correct caller has judged the heads. vv_signed_only requires judged->has_newest; without it,
 * vv_signed_follow, vv_signed_mark and vv_signed_tell_ahead do nothing.
 */
#ifndef VV_LIB_SYNC_SIGNED_PLAN_H
#define VV_LIB_SYNC_SIGNED_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/heads/judge.h"
#include "lib/sync/fetch_refs.h"

/* One value = the plan of one fetch, and the judged heads. All pointers are borrowed. */
typedef struct vv_signed_plan {
	vv_ref_plan *plan; /* the plan to change */
	vv_repository *repo;
	const vv_judged *judged; /* the judged heads */
	const vv_remote *remote; /* the remote whose tracking branches are moved */
	const char *url;         /* source of the heads, for messages */
	const vv_notes *notes;   /* NULL: report nothing */
} vv_signed_plan;

/* VV_EREFUSED: a ref in s->plan has an id that the heads do not list. */
vv_status vv_signed_check(const vv_signed_plan *s, vv_error *err);
/* Restricts the moves with index `from` and above to the refs of the newest head, with their ids in
 * this head. Of these, only tags keep a local ref to move; vv_signed_follow moves the branches. */
void vv_signed_only(const vv_signed_plan *s, size_t from);
/* Fast-forwards the remote's tracking branches to the signed ids, and sets the ids that pull
 * merges. Call this if another copy is used instead of the remote. merges: this is a pull.
 * VV_EREFUSED: the branch that a pull needs does not contain its signed commit at that copy. */
vv_status vv_signed_follow(const vv_signed_plan *s, bool merges, vv_error *err);
/* Sends a note for each branch that is ahead of its signed id, with the number of commits, and a
 * warning that lists the unsigned refs: with `all`, all of them, else those that move a local ref or
 * are to be merged. */
vv_status vv_signed_tell_ahead(const vv_signed_plan *s, bool all, vv_error *err);
/* Sets the member unsigned_ref of the moves with index `from` and above. */
vv_status vv_signed_mark(const vv_signed_plan *s, size_t from, vv_error *err);

#endif
