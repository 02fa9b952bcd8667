/*
 * named_store: adds and removes stores in .varveconfig of the work tree.
 */
#ifndef VV_LIB_REMOTES_NAMED_STORE_H
#define VV_LIB_REMOTES_NAMED_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/remotes/remote.h"
#include "repo/git/repository.h"
#include "transport/places/place.h"

typedef struct vv_store_naming {
	const char *name,     /* name of the store */
		*url;         /* its URL */
	const char *push_url; /* URL for pushes; NULL: url */
	bool usual;           /* make the store the destination of pushes */
} vv_store_naming;

/* Checks that the name is valid and unused, and that the URLs are allowed in .varveconfig.
 * VV_EUSAGE, VV_EINPUT: they are not. VV_EEXISTS: another store has the name. */
vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Adds the store to .varveconfig, for the next commit, and its sites to varve.trustedHost of this
 * repository. Fails as vv_store_name_check. */
vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Makes a store of .varveconfig the only destination of pushes; name NULL: removes all stores from
 * .varveconfig, so that blocks are pushed to the host itself. The change is for the next commit.
 * *changed is false if nothing had to be changed. If name is NULL, also removes the store from the
 * settings of the remote, at once. */
vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err);
/* Returns the store in the user's settings of a remote (remote.<name>.varveUrl), or NULL.
 * Borrowed. */
const char *vv_store_own(const vv_remote *m);

/* Removes a store from .varveconfig, or, if name is a remote, from the user's settings of this
 * remote. The files of the store are kept. VV_ENOTFOUND: no such store is named. */
vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err);

/*
 * store_trial: finds out which operations a store permits, by writing, reading and removing a small
 * file.
 */

/* The operations that succeeded. Listing and removing are not needed to push and fetch. */
typedef struct vv_store_trial {
	bool reads, ranges, writes, lists, removes;
	char who[160]; /* the user's identity at the store; "": unknown */
	uint64_t ms;   /* duration of the trial in milliseconds */
	/* error of the first operation that was refused; code VV_OK: no operation was refused */
	vv_error why;
} vv_store_trial;

/* Tries a store. Returns VV_OK even if operations are refused; fails if the store does not answer,
 * or answers incorrectly. */
vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err);

#endif
