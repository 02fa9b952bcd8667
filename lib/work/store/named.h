/*
 * named: stores that the .varveconfig of the work tree names.
 */
#ifndef VV_LIB_WORK_STORE_NAMED_H
#define VV_LIB_WORK_STORE_NAMED_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

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
/* Not any more; its files stay. VV_ENOTFOUND. */
vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err);

#endif
