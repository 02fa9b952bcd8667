/*
 * seen: the heads that a Git host or a folder shows, fetched and judged, before anything that they name is moved.
 *
 * A correct caller: vv_heads_seen; moves its refs; vv_heads_seen_keep.
 */
#ifndef VV_LIB_HEADS_SEEN_H
#define VV_LIB_HEADS_SEEN_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/judge.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/host_refs.h"

typedef struct vv_heads_seen {
	vv_judged judged;
	bool any; /* it shows some, or some were seen before */
} vv_heads_seen;

/* from: its URL. owner: it is the remote itself, which may have lost its heads, and be ahead of them; else another copy,
 * which may not. As vv_heads_judge; also VV_EREFUSED: the newest head expired and varve.refuseExpired is set. */
vv_status vv_heads_see(vv_heads_seen *out, vv_repository *r, vv_git_host *host, const char *from,
		       bool owner, const vv_notes *notes, vv_error *err);
/* From now on these are trusted, and their refs are here. Says who was pinned. */
vv_status vv_heads_seen_keep(const vv_heads_seen *s, vv_repository *r, const vv_notes *notes,
			     bool quiet, vv_error *err);
void vv_heads_seen_clear(vv_heads_seen *s);
VV_AUTO_CLEAR(vv_heads_seen, vv_heads_seen_clear)

#endif
