/*
 * s3_key: who we are at an S3 store: from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or
 * from the profile (s3_profile.h): its keys, or what the program prints that its credential_process names.
 */
#ifndef VV_TRANSPORT_PLACES_S3_KEY_H
#define VV_TRANSPORT_PLACES_S3_KEY_H

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"

/* Strings are owned, and wiped by clear. */
typedef struct vv_s3_key {
	char *id, *secret;
	char *token; /* NULL: none */
} vv_s3_key;

/* VV_ENOTFOUND: there are none; VV_EINPUT: the file makes no sense. No message has any of them. */
vv_status vv_s3_key_read(vv_s3_key *out, const vv_env *env, vv_error *err);
void vv_s3_key_clear(vv_s3_key *k);
VV_AUTO_CLEAR(vv_s3_key, vv_s3_key_clear)

#endif
