/*
 * timestamp: requests and checks time-stamp tokens (RFC 3161), an authority's proof that a digest existed at a time.
 *
 * A token is the DER of a CMS message with a TSTInfo. OpenSSL parses and verifies it, against the certificates that
 * the caller names: never those of the system. A certificate must be valid at the token's time, not today, so a token
 * stays valid when its authority's certificate expires. Nothing here contacts a server.
 */
#ifndef VV_BASE_SIGNATURE_TIMESTAMP_H
#define VV_BASE_SIGNATURE_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"

#define VV_TIMESTAMP_MAX ((size_t)24 << 10) /* bytes of a token */
/* bytes of an authority's answer: the token, and the words of its status */
#define VV_TIMESTAMP_ANSWER_MAX ((size_t)32 << 10)
#define VV_AUTHORITIES_MAX ((size_t)1 << 20) /* bytes of a file of certificates */

/* The certificates of the authorities that a user named. */
typedef struct vv_authorities vv_authorities;
/* Reads the certificates in the PEM text, which has len bytes, and sets *out to them. Each of them may be an
 * authority's root, or that of its clock. VV_EINPUT: the text has no certificate, or a damaged one. */
vv_status vv_authorities_read(vv_authorities **out, const char *text, size_t len, vv_error *err);
void vv_authorities_free(vv_authorities *a); /* accepts NULL */
VV_AUTO_FREE(vv_authorities, vv_authorities_free)

/* The content of a token. */
typedef struct vv_timestamp {
	/* the time, and the latest time that its accuracy allows, in seconds since 1970 */
	int64_t time, latest;
	char authority[256]; /* the subject of the certificate; "": the token has none */
} vv_timestamp;

/* Checks that the len bytes are a token for this SHA-256, and sets *out to its content. If authorities is not NULL,
 * also checks that one of them signed it, with a certificate that was valid then. VV_ECORRUPT: not a token, or one for
 * other bytes, or its signature is false. VV_EREFUSED: another authority's, or its certificate was not valid then, or
 * not for time stamps. */
vv_status vv_timestamp_check(vv_timestamp *out, const void *token, size_t len,
			     const uint8_t sha256[VV_SHA256_LEN], const vv_authorities *authorities,
			     vv_error *err);

/* Appends a request for a token for this SHA-256, with a random nonce, to out. */
vv_status vv_timestamp_ask(vv_buf *out, const uint8_t sha256[VV_SHA256_LEN], vv_error *err);
/* Appends the token in an authority's answer to a request of vv_timestamp_ask, after checking it as vv_timestamp_check
 * does, and sets *says to its content. VV_EREJECTED: the authority refused. VV_ECORRUPT, too: not an answer, or the
 * answer to another request. VV_EREFUSED: as vv_timestamp_check. */
vv_status vv_timestamp_take(vv_buf *out, vv_timestamp *says, const vv_buf *request,
			    const vv_buf *answer, const vv_authorities *authorities, vv_error *err);

#endif
