/*
 * loose_check: can Git's loose objects be read, and is everything there that refs reach?
 *
 * git reads them itself (git fsck --no-full), large ones in pieces. Of packs the checksums are compared (pack_check.h).
 */
#ifndef VV_REPO_GIT_OBJECTS_LOOSE_CHECK_H
#define VV_REPO_GIT_OBJECTS_LOOSE_CHECK_H

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* An object that is missing or damaged: its id in hex, and the line of git. A failure ends the check. */
typedef vv_status (*vv_loose_fn)(void *payload, const char *id, const char *what, vv_error *err);

vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err);

/* Appends what brings a missing or damaged object back: git does not fetch what it has a file of. */
void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out);

#endif
