/*
 * s3_key: parses and checks access keys for S3 stores. (s3_sources.h finds keys.)
 */
#ifndef VV_TRANSPORT_PLACES_S3_KEY_H
#define VV_TRANSPORT_PLACES_S3_KEY_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* An access key. vv_s3_key_clear wipes and frees the strings, which the key owns. */
typedef struct vv_s3_key {
	char *id, *secret;
	char *token;  /* session token; may be NULL */
	int64_t ends; /* time of expiry, seconds since 1970; 0: never */
} vv_s3_key;

void vv_s3_key_clear(vv_s3_key *k);
VV_AUTO_CLEAR(vv_s3_key, vv_s3_key_clear)

/* Sets the member of *out that AWS's services and programs call `name` to a copy of text:
 * AccessKeyId, SecretAccessKey, SessionToken or Token, Expiration. Ignores other names and an empty
 * text. */
vv_status vv_s3_key_set(vv_s3_key *out, const char *name, const char *text, vv_error *err);
/* Sets the members of *out from text, a JSON object with these names, and checks the key
 * (vv_s3_key_check). what: the source of the object, for messages. VV_EINPUT: the object does not
 * have a valid key. */
vv_status vv_s3_key_from_json(vv_s3_key *out, const vv_buf *text, const char *what, vv_error *err);
/* Checks that a key has an id and a secret, and only characters that a header can have. what: the
 * source of the key, for messages, which have no part of the key. VV_EINPUT: the key is not
 * valid. */
vv_status vv_s3_key_check(const vv_s3_key *k, const char *what, vv_error *err);

/* Parses a time such as "2026-11-22T18:00:00Z" or "2026-11-22T20:00:00.5+02:00". Ignores fractions
 * of seconds; a time without a zone is in UTC. Returns seconds since 1970, or 0 if text is not a
 * time. */
int64_t vv_s3_time(const char *text);

#endif
