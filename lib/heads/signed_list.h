/*
 * signed_list: signs lists of expired versions, which count only then (repo/git/history/expired_signers.h).
 */
#ifndef VV_LIB_HEADS_SIGNED_LIST_H
#define VV_LIB_HEADS_SIGNED_LIST_H

#include "repo/git/history/expired.h"
#include "repo/git/repository.h"

/* Returns how lists of r are signed: with the key for signing in r, if r trusts signed heads; else they get no
 * signature. The function of the result fails with VV_ENOTFOUND if there is no key, and with VV_EREFUSED if it is
 * not the owner's, nor one that the owner authorized. */
vv_expired_signing vv_signed_list_of(vv_repository *r);

#endif
