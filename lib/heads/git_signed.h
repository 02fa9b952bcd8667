/*
 * git_signed: commits and tags that Git signed (gpg, ssh, x509): what git says of them.
 *
 * Git knows the keys and whom its user trusts (gpg.ssh.allowedSignersFile, the keyring): nothing is judged here.
 */
#ifndef VV_LIB_HEADS_GIT_SIGNED_H
#define VV_LIB_HEADS_GIT_SIGNED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Appends what `git verify-commit` (verify-tag) says of a commit or tag that is here; nothing where it is not signed. *good: git
 * accepts the signature. */
vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err);

/* The newest annotated tag here. VV_ENOTFOUND: there is none. */
vv_status vv_git_signed_tag(vv_buf *name, vv_oid *id, vv_repository *r, vv_error *err);

#endif
