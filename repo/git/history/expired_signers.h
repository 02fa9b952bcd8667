/*
 * expired_signers: the keys whose lists of expired versions count (expired.h).
 *
 * If the repository trusts signed heads (trust.h), a list counts only if the owner signed it, or a key that
 * the owner's newest trusted head authorizes at the time of the list. A signed list ends with the lines
 *
 * 	repository <key of the owner>/<name>
 * 	signature <base64>       an SSH signature of all lines above, for VV_EXPIRED_PURPOSE
 *
 * so a list of another repository of the same owner does not count.
 */
#ifndef VV_REPO_GIT_HISTORY_EXPIRED_SIGNERS_H
#define VV_REPO_GIT_HISTORY_EXPIRED_SIGNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/trust.h"
#include "repo/git/repository.h"

#define VV_EXPIRED_PURPOSE "varve-expired" /* the purpose (namespace) of the signature */

typedef struct vv_expired_signers {
	vv_trust trust;          /* trust.known false: heads are not signed, and each list counts */
	vv_head_record of_owner; /* the owner's newest trusted record; number 0: it is not here */
	vv_stat file;            /* of the file of trusted heads; zeros: it does not exist */
	uint64_t set;            /* calls of vv_expired_signers_set before */
} vv_expired_signers;

/* From now on, and until the file of trusted heads changes, these heads determine the keys for r: they are
 * written to the file later. */
vv_status vv_expired_signers_set(vv_repository *r, const vv_trust *t, vv_error *err);
/* Sets *out to the keys for r. Clear it in any case. Errors as for vv_trust_read. */
vv_status vv_expired_signers_read(vv_expired_signers *out, vv_repository *r, vv_error *err);
void vv_expired_signers_clear(vv_expired_signers *s);
VV_AUTO_CLEAR(vv_expired_signers, vv_expired_signers_clear)
/* Returns true if s was read from the trusted heads that determine the keys for r now. */
bool vv_expired_signers_are_new(const vv_expired_signers *s, vv_repository *r);

/* Returns the reason why this key may not sign a list of this time, such as "the owner revoked its
 * signer"; NULL: it may. s->trust.known is true. */
const char *vv_expired_signers_refuse(const vv_expired_signers *s, const uint8_t key[VV_KEY_PUBLIC],
				      int64_t time);
/* Returns true if a list with these len bytes has a line "signature ...". */
bool vv_expired_is_signed(const char *text, size_t len);
/* Returns the reason why a list with these len bytes and this time does not count, such as "it is not signed"; NULL: it
 * counts. */
const char *vv_expired_signers_judge(const vv_expired_signers *s, const char *text, size_t len,
				     int64_t time);

/* Appends the line "repository ...". */
void vv_expired_put_repository(vv_buf *list, const vv_trust *t);
/* Appends the line "signature ..." that has this armoured signature. VV_ECORRUPT: it is not armoured. */
vv_status vv_expired_put_signature(vv_buf *list, const vv_buf *armoured, vv_error *err);

#endif
