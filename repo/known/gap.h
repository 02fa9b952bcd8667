/*
 * gap: determines why a version of a table cannot be read in this repository, without a
 * remote.
 */
#ifndef VV_REPO_KNOWN_GAP_H
#define VV_REPO_KNOWN_GAP_H

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Sets *out to the reason why the version with this root cannot be read: VV_GAP_NONE if the root is
 * stored; VV_GAP_EXPIRED if a list names it (repo/git/history/expired.h); VV_GAP_FETCHABLE if it is recorded
 * as stored elsewhere (elsewhere.h), or if a remote exists that might have it; else VV_GAP_LOST. */
vv_status vv_gap_of(vv_gap *out, vv_repository *r, const vv_cid *root, vv_error *err);

/* Returns a text for a column: "expired", "not here" or "lost". */
const char *vv_gap_word(vv_gap gap);
/* Adds the gap `more` to *gap: rows that a fetch may get, or that are lost, come before those that have expired. */
void vv_gap_add(vv_gap *gap, vv_gap more);

#endif
