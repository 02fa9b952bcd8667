/*
 * verdict: compares a ref of a remote with the newest signed head (head.h) of its repository.
 *
 * The newest version of a ref is the commit (for a tag, the id) in the list of refs of the newest
 * head. A remote may be ahead of it, as commits are pushed before they are signed. If a remote's
 * ref is behind or has diverged, the remote does not offer the newest version, even if it has the
 * head. A ref that no head lists is unsigned: any copy can add one, with rows of its own.
 *
 * A correct caller fetches the commits of the remote, and calls vv_verdict_of for each ref. If
 * out->is is VV_BEFORE_SIGNED or VV_NOT_SIGNED, and out->here is set, it uses out->named instead of
 * the remote's id.
 */
#ifndef VV_LIB_HEADS_VERDICT_H
#define VV_LIB_HEADS_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/judge.h"

/* The relation of a remote's ref to the id of the ref in the newest head (the signed commit). */
typedef enum vv_verdict_is {
	VV_AS_SIGNED,     /* the ids are equal, also if only another accepted head lists this id */
	VV_AFTER_SIGNED,  /* the signed commit is an ancestor of the remote's ref */
	VV_UNSIGNED,      /* no accepted head lists the ref: its commits are not signed */
	VV_BEFORE_SIGNED, /* the remote's ref is an ancestor of the signed commit */
	/* a branch: the remote's ref and the signed commit have diverged, or a commit is missing
	 * here, so that their relation is unknown; a tag: the ids differ */
	VV_NOT_SIGNED
} vv_verdict_is;
/* The result of a comparison. */
typedef struct vv_verdict {
	vv_verdict_is is; /* relation of the remote's ref to `named` */
	vv_oid named;     /* the id of the ref in the newest head */
	/* unless `is` is VV_AS_SIGNED or VV_UNSIGNED: this repository has the commit `named` and
	 * all commits that are reachable from it */
	bool here;
	/* number of commits by which the remote's ref is ahead of or behind `named`; else 0 */
	uint64_t commits;
} vv_verdict;

/* Compares `shown`, the id of `ref` in a remote, with the newest head in j (j->has_newest must be
 * set), and sets *out to the result. */
vv_status vv_verdict_of(vv_verdict *out, const vv_judged *j, vv_repository *r, const char *ref,
			const vv_oid *shown, vv_error *err);
/* Appends to out a description of *v, such as "main 2 commits before its signed head, number 7". */
void vv_verdict_put(vv_buf *out, const vv_verdict *v, const vv_judged *j, const char *ref);

#endif
