/*
 * s3_sources: looks for S3 keys, in this order: AWS_ACCESS_KEY_ID and its like; the role of the
 * profile (s3_profile.h); AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN; the profile's keys,
 * credential_process or SSO (by the program aws); the container; the machine's metadata. Neither a
 * URL nor a repository chooses the source.
 */
#ifndef VV_TRANSPORT_PLACES_S3_SOURCES_H
#define VV_TRANSPORT_PLACES_S3_SOURCES_H

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/places/s3_key.h"

/* VV_ENOTFOUND: there are none; VV_EINPUT: a file or an answer makes no sense; VV_EREFUSED: a service lends none. No
 * message has a key. */
vv_status vv_s3_key_find(vv_s3_key *out, const vv_connect_options *connect, const char *region,
			 vv_error *err);

#endif
