/*
 * seen: fetches and judges the heads of a source (a peer, a Git host or a folder). This precedes
 * moving refs to the commits that the heads list.
 *
 * A correct caller calls vv_heads_see, moves the refs, and calls vv_heads_seen_keep. It calls
 * vv_heads_seen_clear, also on failure.
 */
#ifndef VV_LIB_HEADS_SEEN_H
#define VV_LIB_HEADS_SEEN_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/judge.h"
#include "lib/remotes/reach.h"

/* One value = the judged heads of one source. */
typedef struct vv_heads_seen {
	vv_judged judged; /* the result of judging the source's heads */
	vv_trust before;  /* the heads that were trusted before */
	bool any;         /* the source has heads, or some heads are trusted already */
} vv_heads_seen;

/* The relation of the source to this repository, which determines the accepted faults. */
typedef enum vv_heads_whose {
	/* the remote: it may have no heads, which causes only a warning, and its refs may be ahead
	 * of its heads */
	VV_HEADS_REMOTE,
	/* another copy of the remote's data: no trusted head may be missing, and refs must not be
	 * ahead of the heads */
	VV_HEADS_COPY,
	/* another repository in which this key signs: the head of this key that is trusted here is
	 * ignored */
	VV_HEADS_JOIN,
	VV_HEADS_PEER, /* another peer's own data: the data may be behind, and no owner is pinned */
	/* a URL that is not a remote's: if its heads are those of this repository, the data must
	 * not be behind; no owner is pinned */
	VV_HEADS_URL
} vv_heads_whose;

/* Fetches the heads of the source `from`, which has sent its first message (hello), judges them,
 * and sets *out to the result. url: URL of the source, for messages. Fails as vv_heads_judge does;
 * for VV_HEADS_PEER, of the faults only a fork is a failure, and for VV_HEADS_URL only a fork and a
 * rollback: otherwise, *out is empty. VV_EREFUSED, too: the newest head has expired, and varve.refuseExpired is set. */
vv_status vv_heads_see(vv_heads_seen *out, vv_repository *r, const vv_reached *from,
		       const char *url, vv_heads_whose whose, const vv_notes *notes, vv_error *err);
/* If the judged heads s differ from the trusted heads of r, writes them to the trusted heads, and
 * sets refs to them. Unless `quiet` is set, reports the signer of the data, and a newly pinned
 * owner. VV_EREFUSED: another process has meanwhile trusted another owner, or a head that is
 * neither an ancestor nor a descendant of that signer's head in s. */
vv_status vv_heads_seen_keep(const vv_heads_seen *s, vv_repository *r, const vv_notes *notes,
			     bool quiet, vv_error *err);
/* Adds newer heads of the repository at url, such as those that this key signed on another machine,
 * to the trusted heads of r. The caller calls this before it signs a head. VV_EREFUSED: a fork.
 * from: a connection to that repository; NULL: this function connects. own: if not NULL, the
 * trusted heads do not change, and *own is set to this key's head in that repository, which may be
 * a fork of this key's trusted head. VV_ENOTFOUND: own is not NULL, and that repository has no head
 * of this key. */
vv_status vv_heads_learn(vv_repository *r, const vv_reached *from, const char *url, vv_oid *own,
			 const vv_notes *notes, vv_error *err);
void vv_heads_seen_clear(vv_heads_seen *s);
VV_AUTO_CLEAR(vv_heads_seen, vv_heads_seen_clear)

#endif
