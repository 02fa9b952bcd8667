/*
 * named_store: adds and removes stores in .varveconfig of the work tree.
 */
#ifndef VV_LIB_REMOTES_NAMED_STORE_H
#define VV_LIB_REMOTES_NAMED_STORE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* A store to add. */
typedef struct vv_store_naming {
	const char *name,     /* name of the store */
		*url;         /* its URL */
	const char *push_url; /* URL for pushes; NULL: url */
	bool usual;           /* make the store the destination of pushes */
} vv_store_naming;

/* Returns VV_OK if n->name is valid, no other store has it, and the URLs are allowed in
 * .varveconfig. VV_EUSAGE: the name is not valid. VV_EINPUT: a URL is not allowed. VV_EEXISTS: a
 * store has the name, but other values. A store with the same values is allowed. */
vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Adds the store *n to .varveconfig of the work tree, and its sites to varve.trustedHost of r.
 * Fails as vv_store_name_check does. */
vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err);
/* Changes the destination of pushes in .varveconfig of the work tree. name: the store of
 * .varveconfig, which must exist there, that becomes the only destination; NULL: removes all
 * stores, so that blocks are pushed to the host itself. Sets *changed to true if .varveconfig was
 * changed. If name is NULL, and `remote` is not, also removes the store from the user's settings of
 * this remote, which takes effect at once. */
vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err);
/* Removes the store `name` from .varveconfig, or, if name is that of a remote, the store from the
 * user's settings of this remote. The files of the store are not removed. VV_ENOTFOUND: the store
 * does not exist. */
vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err);

#endif
