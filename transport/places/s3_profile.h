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

/* Strings are owned, and wiped by clear; NULL: not there. */
typedef struct vv_s3_profile {
	char *name; /* of the profile */
	char *file; /* of credentials, existing or not */
	char *id, *secret, *token;
	char *process; /* credential_process */
	/* A role: its ARN, the source of the credentials to assume it (a profile, credential_source, or a file with a token),
	 * and the parameters of the request. */
	char *role, *source, *source_kind, *web_token_file, *session, *external_id, *mfa;
	char *sso; /* sso_session or sso_start_url: the program aws has the keys */
	char *region,
		*endpoint; /* endpoint_url, also that of s3 in the section [services NAME] that it names */
	char *services;       /* NAME */
	bool has_file, found; /* one of the files; the profile in one of them */
} vv_s3_profile;

/* name NULL: the profile in AWS_PROFILE, or [default]. VV_OK also without files. */
vv_status vv_s3_profile_read(vv_s3_profile *out, const vv_env *env, const char *name,
			     vv_error *err);
void vv_s3_wipe(char **text); /* overwrites and frees a string that may be NULL */
void vv_s3_profile_clear(vv_s3_profile *p);
VV_AUTO_CLEAR(vv_s3_profile, vv_s3_profile_clear)

#endif
