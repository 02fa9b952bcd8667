/*
 * git_signed: runs git to verify signatures of commits and tags (gpg, ssh, x509).
 *
 * varve does not verify these signatures itself, because git's settings determine which keys the
 * user trusts (gpg.ssh.allowedSignersFile, the keyring).
 */
#ifndef VV_LIB_HEADS_GIT_SIGNED_H
#define VV_LIB_HEADS_GIT_SIGNED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Appends to `said` the output of git verify-commit, or of git verify-tag if `tag` is set, for *id.
 * Sets *good to true if git accepts the signature, else to false. If *id is not signed, appends
 * nothing, and leaves *good unchanged. */
vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err);

/* Sets name and *id to the name ("refs/tags/...") and id of the newest annotated tag of r.
 * VV_ENOTFOUND: r has no annotated tag. */
vv_status vv_git_signed_tag(vv_buf *name, vv_oid *id, vv_repository *r, vv_error *err);

#endif
