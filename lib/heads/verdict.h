/*
 * verdict: compares a ref of a remote with the newest signed head of its data set.
 *
 * The newest version is the one that the newest head names. A remote may be ahead of it, as commits
 * are pushed before they are signed. If a remote's ref is behind or has diverged, the remote does
 * not offer the newest version, even if it has the head.
 *
 * A correct caller: fetches the commits of the remote; calls vv_verdict_of for each ref; if out->is
 * is VV_BEFORE_SIGNED or VV_NOT_SIGNED, and out->here is set, uses out->named instead of the
 * remote's id.
 */
#ifndef VV_LIB_HEADS_VERDICT_H
#define VV_LIB_HEADS_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/judge.h"

typedef enum vv_verdict_is {
	VV_AS_SIGNED,     /* the ref is as the head names it, or no head names it */
	VV_AFTER_SIGNED,  /* the named commit is an ancestor of the ref */
	VV_BEFORE_SIGNED, /* the ref is an ancestor of the named commit */
	/* a branch: the ref and the named commit have diverged, or a commit is missing here, so
	 * that their relation is unknown; a tag: the ids differ */
	VV_NOT_SIGNED
} vv_verdict_is;
typedef struct vv_verdict {
	vv_verdict_is is;
	vv_oid named; /* the id that the newest head names for the ref */
	/* this repository has the named commit and all commits that are reachable from it */
	bool here;
	/* number of commits by which the ref is after or before the named commit; else 0 */
	uint64_t commits;
} vv_verdict;

/* Compares the id `shown` of a ref with the newest head in j (j->has_newest must be set). */
vv_status vv_verdict_of(vv_verdict *out, const vv_judged *j, vv_repository *r, const char *ref,
			const vv_oid *shown, vv_error *err);
/* Appends a description, such as "main 2 commits before its signed head, number 7". */
void vv_verdict_put(vv_buf *out, const vv_verdict *v, const vv_judged *j, const char *ref);

#endif
