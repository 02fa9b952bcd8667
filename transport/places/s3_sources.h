/*
 * s3_sources: finds S3 keys. The sources are, in this order: AWS_ACCESS_KEY_ID and related
 * variables; the role of the profile (s3_profile.h); AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN;
 * the profile's keys, credential_process or SSO (with the program aws); and, unless AWS_PROFILE is
 * set, the container's credentials and the machine's metadata. URLs and repositories cannot choose
 * the source.
 */
#ifndef VV_TRANSPORT_PLACES_S3_SOURCES_H
#define VV_TRANSPORT_PLACES_S3_SOURCES_H

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/places/s3_key.h"

/* Sets *out to a key from the first source that has one; the caller clears it with vv_s3_key_clear.
 * If a source is set, but fails, no other source is tried. region: the region of the bucket.
 * VV_ENOTFOUND: no source has a key. VV_EINPUT: a file or an answer is invalid, or the profile has
 * no key. VV_EREFUSED: a service or program refuses to provide keys. Messages have no keys. */
vv_status vv_s3_key_find(vv_s3_key *out, const vv_connect_options *connect, const char *region,
			 vv_error *err);

#endif
