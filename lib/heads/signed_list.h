/*
 * signed_list: signs lists of expired versions, which count only then (repo/git/history/expired_signers.h).
 */
#ifndef VV_LIB_HEADS_SIGNED_LIST_H
#define VV_LIB_HEADS_SIGNED_LIST_H

#include "repo/git/history/expired.h"
#include "repo/git/repository.h"

/* Returns how lists of r are signed: with the signing key of r, if r trusts signed heads; otherwise not at all. Signing fails
 * with VV_ENOTFOUND if there is no key, and with VV_EREFUSED if the key does not belong to the owner and the owner has not
 * authorized it. */
vv_expired_signing vv_signed_list_of(vv_repository *r);

#endif
