/*
 * noted: finds the commits at which a place was found whole: it had the rows of all versions in
 * their history.
 *
 * A place is noted by the URL at which its rows are: of the store, of the Git host with its ref of
 * blocks, or of the peer. A push, a fetch and a clone write the notes. A push need not contact a
 * place about the history of a noted commit, if git reports that one of its refs is there.
 */
#ifndef VV_LIB_REMOTES_NOTED_H
#define VV_LIB_REMOTES_NOTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "repo/git/objects/send.h"

/* One value = the notes about one place. */
typedef struct vv_noted {
	char *file;
	bool of_peers; /* peers have the rows; else a store or a Git host has them */
	vv_oids tips;  /* sorted */
} vv_noted;

/* Sets *out to the notes about the place to which a push to the remote m sends rows, without
 * contacting it. */
vv_status vv_noted_read(vv_noted *out, vv_transfer *t, const vv_remote *m, vv_error *err);
void vv_noted_clear(vv_noted *n);
VV_AUTO_CLEAR(vv_noted, vv_noted_clear)

bool vv_noted_has(const vv_noted *n, const vv_oid *id); /* true if the commit id is noted */

/* Notes the count commits ids, if peers have the rows of m, and all
 * below these commits. For a store or a Git host, vv_host_send and vv_git_host_note do
 * that. */
vv_status vv_noted_add(vv_transfer *t, const vv_remote *m, const vv_oid *ids, size_t count,
		       vv_error *err);

#endif
