/*
 * edited_pointers: warns of pointers that were edited by hand, before they are pushed to a host
 * that does not check them.
 */
#ifndef VV_LIB_REMOTES_EDITED_POINTERS_H
#define VV_LIB_REMOTES_EDITED_POINTERS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Compares the pointer of each version that is reachable from the commits `wants`, but not from
 * `haves`, with the version's root, and warns r's listener of differences; the warning lists only a
 * few. A version whose root is missing is skipped. */
vv_status vv_edited_pointers_warn(vv_repository *r, const vv_oid *wants, size_t want_count,
				  const vv_oid *haves, size_t have_count, vv_error *err);

#endif
