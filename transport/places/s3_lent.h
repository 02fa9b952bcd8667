/*
 * s3_lent: keys that a service lends for a time: STS (for a role), the container's agent, the machine's metadata.
 *
 * Sources: docs.aws.amazon.com/STS/latest/APIReference (AssumeRole, AssumeRoleWithWebIdentity),
 * docs.aws.amazon.com/sdkref/latest/guide (feature-container-credentials, feature-imds-credentials).
 */
#ifndef VV_TRANSPORT_PLACES_S3_LENT_H
#define VV_TRANSPORT_PLACES_S3_LENT_H

#include "base/error.h"
#include "transport/line/options.h"
#include "transport/places/s3_key.h"

/* What is asked of STS: at AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, else AWS itself. Borrowed. */
typedef struct vv_s3_role {
	const char *arn;
	const char *session;     /* NULL: one is made up */
	const char *external_id; /* NULL: none */
	const vv_s3_key *by;     /* who takes the role; NULL: who has the token */
	const char *token_file;  /* without by */
	const char *region;
} vv_s3_role;

/* All into an empty key. VV_EREFUSED: STS does not lend it; VV_EIO, VV_EINPUT. No message has a key or token. */
vv_status vv_s3_lent_role(vv_s3_key *out, const vv_s3_role *role, const vv_connect_options *connect,
			  vv_error *err);
/* As AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI says. VV_ENOTFOUND: neither is set. */
vv_status vv_s3_lent_container(vv_s3_key *out, const vv_connect_options *connect, vv_error *err);
/* Of the machine's metadata, version 2, within about a second. VV_ENOTFOUND: it has none. */
vv_status vv_s3_lent_machine(vv_s3_key *out, const vv_connect_options *connect, vv_error *err);

#endif
