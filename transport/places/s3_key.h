/*
 * s3_key: parses and checks access keys for S3 stores. s3_sources.h finds keys.
 */
#ifndef VV_TRANSPORT_PLACES_S3_KEY_H
#define VV_TRANSPORT_PLACES_S3_KEY_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* An access key. vv_s3_key_clear wipes and frees the strings. */
typedef struct vv_s3_key {
	char *id, *secret;
	char *token;  /* may be NULL */
	int64_t ends; /* time of expiry, seconds since 1970; 0: never */
} vv_s3_key;

void vv_s3_key_clear(vv_s3_key *k);
VV_AUTO_CLEAR(vv_s3_key, vv_s3_key_clear)

/* Sets the member of *out with the given name to text, as in AWS's services and programs:
 * AccessKeyId, SecretAccessKey, SessionToken or Token, Expiration. Ignores other names. */
vv_status vv_s3_key_set(vv_s3_key *out, const char *name, const char *text, vv_error *err);
/* Sets all members of *out from text, a JSON object with these names. `what` is the source of the
 * object, for messages. VV_EINPUT: the object does not contain a key. */
vv_status vv_s3_key_from_json(vv_s3_key *out, const vv_buf *text, const char *what, vv_error *err);
/* Checks that a key is complete, and has only characters that a header can contain. VV_EINPUT: it
 * is not. Messages contain no part of the key; `what` is its source, for messages. */
vv_status vv_s3_key_check(const vv_s3_key *k, const char *what, vv_error *err);

/* Parses a time such as "2026-11-22T18:00:00Z", also with fractions of a second or "+00:00".
 * Returns seconds since 1970, or 0 if text is not a time. */
int64_t vv_s3_time(const char *text);

#endif
