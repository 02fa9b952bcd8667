/*
 * signing: signatures on commits and tags, as Git's settings want them. Internal.
 */
#ifndef VV_REPO_GIT_HISTORY_SIGNING_H
#define VV_REPO_GIT_HISTORY_SIGNING_H

#include "repo/git/repository_internal.h"

/* Signs len bytes with gpg, gpgsm or ssh-keygen (gpg.format) and appends the armoured
 * signature, which ends in a newline. ident: "Name <mail>", whose key it is when
 * user.signingKey does not say. Any failure is an error: nothing is left unsigned
 * that should be signed. */
vv_status vv_sign(vv_repository *r, const void *bytes, size_t len, const char *ident,
		  vv_buf *signature, vv_error *err);

#endif
