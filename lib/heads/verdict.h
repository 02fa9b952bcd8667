/*
 * verdict: compares a place's ref with the newest known head of its data set.
 *
 * The refs that a head names are those of the newest version. A place may be ahead of it, since commits are pushed before they
 * are signed; a ref that is behind it or elsewhere is not the newest version, even if the place also has that head.
 *
 * A correct caller: fetch the commits of the place; vv_verdict_of each ref; use the named id if `is` is neither of the first
 * two and `here` is set.
 */
#ifndef VV_LIB_HEADS_VERDICT_H
#define VV_LIB_HEADS_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/judge.h"

typedef enum vv_verdict_is {
	VV_AS_SIGNED,     /* or no head names the ref */
	VV_AFTER_SIGNED,  /* it has commits that descend from the named one */
	VV_BEFORE_SIGNED, /* by commits that the head has */
	VV_NOT_SIGNED     /* neither; or one of the commits is missing here, so it is unknown */
} vv_verdict_is;
typedef struct vv_verdict {
	vv_verdict_is is;
	vv_oid named;     /* by the newest head */
	bool here;        /* with all that it reaches */
	uint64_t commits; /* after, or before */
} vv_verdict;

/* The newest head of j is set. */
vv_status vv_verdict_of(vv_verdict *out, const vv_judged *j, vv_repository *r, const char *ref,
			const vv_oid *shown, vv_error *err);
/* Appends "main 2 commits before its signed head, number 7". */
void vv_verdict_put(vv_buf *out, const vv_verdict *v, const vv_judged *j, const char *ref);

#endif
