/*
 * incomplete: a mark on a repository some of whose versions lack blocks.
 *
 * Where it stands, "the store has a node" does not mean that all below it is there too: a
 * fetch from peers that did not have everything leaves it. fsck takes it away when it finds
 * nothing missing. It is the file "incomplete" in varve's folder.
 */
#ifndef VV_REPO_INCOMPLETE_H
#define VV_REPO_INCOMPLETE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/repository.h"

vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err);
vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err);

/* Commits below which every version of a dataset is known to be complete here: what a fetch
 * found (commits may also come by git itself, without blocks). Derived: the file cache/complete;
 * one that is missing or makes no sense gives none. *out is the caller's (vv_free). */
vv_status vv_complete_tips_read(vv_repository *r, vv_oid **out, size_t *count, vv_error *err);
vv_status vv_complete_tips_write(vv_repository *r, const vv_oid *tips, size_t count, vv_error *err);

#endif
