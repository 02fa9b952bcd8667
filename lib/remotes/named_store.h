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
	bool usual;           /* make it the destination of pushes */
} vv_store_naming;

/* Checks that the name and the URLs are allowed in .varveconfig, and that the name is unused. VV_EUSAGE,
 * VV_EINPUT, VV_EEXISTS. */
vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Writes it for the next commit; the user thereby trusts the places (varve.trustedHost of this repository). Fails as the check
 * does. */
vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Makes this store the only destination of pushes (name NULL: the host itself, without a named store). *changed false: it
 * was that already. Writes it for the next commit. A store in the remote's own settings (rclone) is removed at once. */
vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err);
/* The store in the user's own settings of a remote (remote.<name>.varveUrl); NULL: there is none. Borrowed. */
const char *vv_store_own(const vv_remote *m);

/* Not any more; its files stay. name: of .varveconfig, else of a remote that has one in the user's settings. VV_ENOTFOUND. */
vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err);

/*
 * store_trial: finds out the permissions on a store by writing, reading and removing one small file.
 */

/* Lists and removes: not needed to push and fetch. */
typedef struct vv_store_trial {
	bool reads, ranges, writes, lists, removes;
	char who[160]; /* our identity at the place; "": unknown */
	uint64_t ms;
	vv_error why; /* of the first that failed; code VV_OK: none did */
} vv_store_trial;

/* A store: VV_OK whatever it refuses; else it does not answer, or answers wrongly. */
vv_status vv_store_try(vv_store_trial *out, const vv_place *p, vv_error *err);

#endif
