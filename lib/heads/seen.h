/*
 * seen: the heads that a peer, a Git host or a folder shows, fetched and judged, before anything that they name is moved.
 *
 * A correct caller: vv_heads_seen; moves its refs; vv_heads_seen_keep.
 */
#ifndef VV_LIB_HEADS_SEEN_H
#define VV_LIB_HEADS_SEEN_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/judge.h"
#include "lib/remotes/reach.h"

typedef struct vv_heads_seen {
	vv_judged judged;
	vv_trust before; /* the trust that it was judged by */
	bool any;        /* it shows some, or some were seen before */
} vv_heads_seen;

typedef enum vv_heads_whose {
	VV_HEADS_REMOTE, /* the remote itself: it may have lost its heads, and be ahead of them */
	VV_HEADS_COPY,   /* another copy in its place: it may not */
	VV_HEADS_JOIN, /* what this key signed elsewhere: its head that is trusted here counts for nothing */
	VV_HEADS_PEER /* another peer's own data: it may be behind, and pins no owner */
} vv_heads_whose;

/* from has sent its hello; url: for messages. As vv_heads_judge; for a peer only a fork is a failure, other faults
 * are warnings. Also VV_EREFUSED: the newest head expired and varve.refuseExpired is set. */
vv_status vv_heads_see(vv_heads_seen *out, vv_repository *r, const vv_reached *from,
		       const char *url, vv_heads_whose whose, const vv_notes *notes, vv_error *err);
/* Trusts these heads, and stores their refs. Notes a newly pinned owner. VV_EREFUSED: another process trusted a
 * head meanwhile that these do not descend from. */
vv_status vv_heads_seen_keep(const vv_heads_seen *s, vv_repository *r, const vv_notes *notes,
			     bool quiet, vv_error *err);
/* Before a head is signed: what this key signed on another machine, and was taken there, is followed. VV_EREFUSED: a fork.
 * from NULL: url is reached. own: instead, the head of this key there, which does not follow the one that is trusted here. */
vv_status vv_heads_learn(vv_repository *r, const vv_reached *from, const char *url, vv_oid *own,
			 const vv_notes *notes, vv_error *err);
void vv_heads_seen_clear(vv_heads_seen *s);
VV_AUTO_CLEAR(vv_heads_seen, vv_heads_seen_clear)

#endif
