/*
 * signed_plan: the rules of signed heads for the refs that a fetch is to move.
 *
 * A correct caller: the heads were judged, and name something (judged->has_newest) where only and follow are called.
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
	const vv_remote *remote; /* whose tracking branches follow */
	const char *url;         /* of who shows the heads, for messages */
	const vv_notes *notes;   /* NULL: nothing is reported */
} vv_signed_plan;

/* VV_EREFUSED: a ref is not where a head that counts has it. The commit of a HEAD on no branch, which heads do not name, gets
 * the null id: a clone does without it. */
vv_status vv_signed_check(const vv_signed_plan *s, vv_error *err);
/* From move `from` on: only refs of the newest head are fetched, with its ids. Tags may be made, branches are left to
 * vv_signed_follow. */
void vv_signed_only(const vv_signed_plan *s, size_t from);
/* Uses another copy instead of the remote: the signed ids move the remote's branches, and pull merges them. VV_EREFUSED: the
 * copy lacks a commit that a pull needs. */
vv_status vv_signed_follow(const vv_signed_plan *s, bool merges, vv_error *err);
/* Notes how far branches are ahead of their signed ids. */
vv_status vv_signed_tell_ahead(const vv_signed_plan *s, vv_error *err);

#endif
