/*
 * s3_key: the identity at an S3 store, and its expiry. Where keys come from: s3_sources.h.
 */
#ifndef VV_TRANSPORT_PLACES_S3_KEY_H
#define VV_TRANSPORT_PLACES_S3_KEY_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* Strings are owned, and wiped by clear. */
typedef struct vv_s3_key {
	char *id, *secret;
	char *token;  /* may be NULL */
	int64_t ends; /* seconds since 1970; 0: it does not */
} vv_s3_key;

void vv_s3_key_clear(vv_s3_key *k);
VV_AUTO_CLEAR(vv_s3_key, vv_s3_key_clear)

/* One member, by its name in AWS's services and programs: AccessKeyId, SecretAccessKey, SessionToken or Token,
 * Expiration; others are ignored. */
vv_status vv_s3_key_set(vv_s3_key *out, const char *name, const char *text, vv_error *err);
/* All of them, out of a JSON object; what: who wrote it, for messages. VV_EINPUT: it has no key. */
vv_status vv_s3_key_from_json(vv_s3_key *out, const vv_buf *text, const char *what, vv_error *err);
/* VV_EINPUT: incomplete, or has characters that a header cannot contain. Messages contain no part of
 * it. */
vv_status vv_s3_key_check(const vv_s3_key *k, const char *what, vv_error *err);

/* "2026-11-22T18:00:00Z", also with parts of a second or "+00:00", in seconds since 1970; 0: not a time. */
int64_t vv_s3_time(const char *text);

#endif
