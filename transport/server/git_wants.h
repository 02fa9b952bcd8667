/*
 * git_wants: reads which objects a request of git's own protocol asks for, before git is started. The bytes are untrusted.
 *
 * Source: gitprotocol-common(5), gitprotocol-v2(5).
 */
#ifndef VV_TRANSPORT_SERVER_GIT_WANTS_H
#define VV_TRANSPORT_SERVER_GIT_WANTS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

/* Adds to *out the ids of all lines "want ID" in the len bytes of a request. Lines of other words are
 * skipped. VV_EINPUT: the bytes are not lines of git, or a line wants no valid id. */
vv_status vv_git_wants_read(vv_oids *out, const char *body, size_t len, vv_error *err);

#endif
