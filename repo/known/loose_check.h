/*
 * loose_check: checks that Git's loose objects can be read, and that no reachable object is
 * missing.
 *
 * The check is git fsck --no-full, which reads large objects in pieces. Packs are checked by
 * pack_check.h.
 */
#ifndef VV_REPO_KNOWN_LOOSE_CHECK_H
#define VV_REPO_KNOWN_LOOSE_CHECK_H

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Is called for a missing or damaged object. id: the object's id in hex. what: the line of git's
 * output. A negative result ends the check, and is returned. */
typedef vv_status (*vv_loose_fn)(void *payload, const char *id, const char *what, vv_error *err);

/* Checks the objects, and calls fn for each missing or damaged object. */
vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err);

/* Appends advice on how to restore the missing or damaged object to out. id: the object's id in
 * hex. The advice is to remove a damaged file first, since git does not fetch an object whose file
 * exists. */
void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out);

#endif
