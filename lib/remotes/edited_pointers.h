/*
 * edited_pointers: a warning of pointers that were edited by hand, before they go to a host that does not look.
 */
#ifndef VV_LIB_REMOTES_EDITED_POINTERS_H
#define VV_LIB_REMOTES_EDITED_POINTERS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Of each version that the wants bring and the haves do not: does its pointer say what its root is? If not,
 * whoever listens to r hears of it, of a few of many. A root that is not here is left out. */
vv_status vv_edited_pointers_warn(vv_repository *r, const vv_oid *wants, size_t want_count,
				  const vv_oid *haves, size_t have_count, vv_error *err);

#endif
