/*
 * expired_lists: exchanges the lists of expired versions (repo/git/history/expired.h) with a remote.
 */
#ifndef VV_LIB_SYNC_EXPIRED_LISTS_H
#define VV_LIB_SYNC_EXPIRED_LISTS_H

#include "base/error.h"
#include "lib/remotes/reach.h"

/* Adds the lists of the remote *from to those of r. Fetches their commit, unless r has it. url: the
 * remote's name in messages. from NULL: connects to the remote with this name or URL. Lists that cannot be read are left out, with a warning. */
vv_status vv_expired_lists_learn(vv_repository *r, const vv_reached *from, const char *url,
				 const vv_notes *notes, vv_error *err);

/* Sends the lists of r to the remote *to, which is open for pushing, if the remote lacks some of them. Call
 * vv_expired_lists_learn before. Warns if the remote refuses them. */
vv_status vv_expired_lists_send(vv_repository *r, const vv_reached *to, const vv_notes *notes,
				vv_error *err);

/* The same; fails if the remote refuses them. VV_EREFUSED: it does. */
vv_status vv_expired_lists_put(vv_repository *r, const vv_reached *to, vv_error *err);

#endif
