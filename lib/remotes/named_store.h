/*
 * named_store: stores that the .varveconfig of the work tree names.
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
	const char *name, *url;
	const char *push_url; /* NULL: url */
	bool usual;           /* from now on pushes go to it, and not to another one */
} vv_store_naming;

/* Is it a name, and are these URLs, that .varveconfig may have, and is there no store of that name? VV_EUSAGE,
 * VV_EINPUT, VV_EEXISTS. */
vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Written for the next commit; whoever does so trusts the places, too (varve.trustedHost of this repository). Fails as the check
 * does. */
vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* From now on pushes go to this one, and to no other (name NULL: to the host itself: no store is named any more). *changed
 * false: they did before. Written for the next commit. A store in the remote's own settings (rclone) goes at once. */
vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err);
/* The store in the user's own settings of a remote (remote.<name>.varveUrl); NULL: there is none. Borrowed. */
const char *vv_store_own(const vv_remote *m);

/* Not any more; its files stay. name: of .varveconfig, else of a remote that has one in the user's settings. VV_ENOTFOUND. */
vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err);

/*
 * store_trial: what a store lets us do, found out by doing it with one small file that is removed again.
 */

/* Lists and removes: not needed to push and fetch. */
typedef struct vv_store_trial {
	bool reads, ranges, writes, lists, removes;
	char who[160]; /* whom the place takes us for; "": not known */
	uint64_t ms;
	vv_error why; /* of the first that failed; code VV_OK: none did */
} vv_store_trial;

/* A store: VV_OK whatever it refuses; else it does not answer, or answers wrongly. */
vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err);

#endif
