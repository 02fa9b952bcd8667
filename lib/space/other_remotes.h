/*
 * other_remotes: asks the remotes that a gc of a store does not work on, but that may write to the same store.
 */
#ifndef VV_LIB_SPACE_OTHER_REMOTES_H
#define VV_LIB_SPACE_OTHER_REMOTES_H

#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"
#include "lib/remotes/remote.h"
#include "repo/git/repository.h"

/* Adds to tips the commits of all refs of each Git host among the remotes of r, except the `count`
 * remotes of `known`, and fetches their history. Peers are left out: they have the rows of their own
 * versions. An error: a remote could not be asked. */
vv_status vv_other_remotes_ask(vv_oids *tips, vv_repository *r, const vv_remote *const *known,
			       size_t count, const vv_notes *notes, vv_error *err);

#endif
