/*
 * s3_profile: reads a profile from the files of AWS's own programs: keys (or a program that prints
 * them), a role, a region and an endpoint.
 *
 * The first file is AWS_SHARED_CREDENTIALS_FILE, or else ~/.aws/credentials; the profile is its
 * section [NAME]. The second file is AWS_CONFIG_FILE, or else ~/.aws/config; the profile is its
 * section [profile NAME], or [default]. If both files set a value, that of the first file counts.
 * Source: docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
 */
#ifndef VV_TRANSPORT_PLACES_S3_PROFILE_H
#define VV_TRANSPORT_PLACES_S3_PROFILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"

/* A profile. A string is NULL if the profile does not set the value. vv_s3_profile_clear overwrites
 * and frees the strings, which the profile owns. */
typedef struct vv_s3_profile {
	char *name; /* name of the profile */
	char *file; /* path of the credentials file, which may not exist */
	/* aws_access_key_id, aws_secret_access_key and aws_session_token */
	char *id, *secret, *token;
	char *process; /* credential_process */
	/* A role: its ARN; the source of the credentials for the role (a profile,
	 * credential_source, or a file with a token); and parameters of the request. */
	char *role, *source, *source_kind, *web_token_file, *session, *external_id, *mfa;
	/* sso_session or sso_start_url: the program aws then provides the keys */
	char *sso;
	/* endpoint: endpoint_url of s3 in the section [services NAME], where NAME is the value of
	 * `services` in the profile; or else endpoint_url of the profile */
	char *region, *endpoint;
	char *services; /* the NAME of the section [services NAME] */
	/* has_file: at least one of the files exists; found: at least one file has the profile */
	bool has_file, found;
} vv_s3_profile;

/* Reads the profile called name into *out, which the caller clears. name NULL: the profile that
 * AWS_PROFILE names, or else "default". Returns VV_OK even if the files or the profile do not
 * exist. */
vv_status vv_s3_profile_read(vv_s3_profile *out, const vv_env *env, const char *name,
			     vv_error *err);
void vv_s3_wipe(char **text); /* overwrites and frees a string that may be NULL */
void vv_s3_profile_clear(vv_s3_profile *p);
VV_AUTO_CLEAR(vv_s3_profile, vv_s3_profile_clear)

#endif
