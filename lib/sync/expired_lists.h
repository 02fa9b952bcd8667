/*
 * expired_lists: exchanges the lists of expired versions (repo/git/history/expired.h) with a remote.
 */
#ifndef VV_LIB_SYNC_EXPIRED_LISTS_H
#define VV_LIB_SYNC_EXPIRED_LISTS_H

#include "base/error.h"
#include "lib/remotes/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/trust.h"
#include "repo/git/oid.h"

/* Adds the lists of the remote *from to those of r. Fetches their commit, unless r has it. url: the
 * remote's name in messages. from NULL: connects to the remote with this name or URL. Lists that cannot be read are left out, with a warning. */
vv_status vv_expired_lists_learn(vv_repository *r, const vv_reached *from, const char *url,
				 const vv_notes *notes, vv_error *err);

/* Sets *out to the lists of the remote *from, whose commit is fetched unless r has it; to NULL if it has none.
 * The caller closes *out with vv_expired_close. */
vv_status vv_expired_lists_open(vv_expired **out, vv_repository *r, const vv_reached *from,
				const char *url, vv_error *err);
/* Returns the commit of the lists of r; null: there are none. */
vv_oid vv_expired_lists_tip(vv_repository *r);
/* After vv_expired_lists_learn: lists of r count by these heads of the remote *from, which become trusted
 * later, and its lists are served with signed versions (vv_expired_set_signed). The other lists of r are too,
 * if all those of the commit *before, which r had before, were. */
vv_status vv_expired_lists_trust(vv_repository *r, const vv_reached *from, const vv_oid *before,
				 const vv_trust *t, vv_error *err);
/* Warns about lists of r that do not count (vv_expired_left_each), if r has others than in the commit *before. */
vv_status vv_expired_lists_tell_left(vv_repository *r, const vv_oid *before, const vv_notes *notes,
				     vv_error *err);

/* Sends the lists of r to the remote *to, which is open for pushing, if the remote lacks some of them. Call
 * vv_expired_lists_learn before. Warns if the remote refuses them. */
vv_status vv_expired_lists_send(vv_repository *r, const vv_reached *to, const vv_notes *notes,
				vv_error *err);

/* The same; fails if the remote refuses them. VV_EREFUSED: it does. */
vv_status vv_expired_lists_put(vv_repository *r, const vv_reached *to, vv_error *err);

#endif
