/*
 * s3_sources: finds S3 keys. The sources are tried in this order: AWS_ACCESS_KEY_ID and related
 * variables; the role of the profile (s3_profile.h); AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN;
 * the profile's keys, credential_process or SSO (by running the program aws); the container's
 * credentials; the machine's metadata. URLs and repositories cannot choose the source.
 */
#ifndef VV_TRANSPORT_PLACES_S3_SOURCES_H
#define VV_TRANSPORT_PLACES_S3_SOURCES_H

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/places/s3_key.h"

/* Sets *out to a key from the first source that has one. region: the region of the bucket.
 * VV_ENOTFOUND: no source has a key. VV_EINPUT: a file or an answer is invalid. VV_EREFUSED: a
 * service refuses to provide keys. Messages contain no keys. */
vv_status vv_s3_key_find(vv_s3_key *out, const vv_connect_options *connect, const char *region,
			 vv_error *err);

#endif
