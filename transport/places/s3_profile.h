/*
 * s3_profile: reads the profile that AWS_PROFILE names, or [default], from AWS's own files: keys, a program that
 * prints keys, region and endpoint.
 *
 * The files: AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials with [NAME], which comes first, and AWS_CONFIG_FILE or
 * ~/.aws/config with [profile NAME]. Source: docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
 */
#ifndef VV_TRANSPORT_PLACES_S3_PROFILE_H
#define VV_TRANSPORT_PLACES_S3_PROFILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"

/* A profile. vv_s3_profile_clear wipes and frees the strings. NULL: the profile does not set the
 * value. */
typedef struct vv_s3_profile {
	char *name; /* of the profile */
	char *file; /* path of the credentials file, which may not exist */
	char *id, *secret, *token;
	char *process; /* credential_process */
	/* A role: its ARN, the source of the credentials to assume it (a profile, credential_source, or a file with a token),
	 * and the parameters of the request. */
	char *role, *source, *source_kind, *web_token_file, *session, *external_id, *mfa;
	char *sso; /* sso_session or sso_start_url; the program aws then provides the keys */
	char *region,
		/* endpoint_url, also of s3 in the section [services NAME] that the profile names */
		*endpoint;
	char *services;       /* NAME of this section */
	bool has_file, found; /* has_file: one of the files exists; found: a file has the profile */
} vv_s3_profile;

/* Reads the profile. name NULL: the profile in AWS_PROFILE, or [default]. Returns VV_OK even if no
 * file exists. */
vv_status vv_s3_profile_read(vv_s3_profile *out, const vv_env *env, const char *name,
			     vv_error *err);
void vv_s3_wipe(char **text); /* overwrites and frees a string that may be NULL */
void vv_s3_profile_clear(vv_s3_profile *p);
VV_AUTO_CLEAR(vv_s3_profile, vv_s3_profile_clear)

#endif
