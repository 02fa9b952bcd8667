/*
 * s3_url: where an S3 URL points: s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&style=path|virtual].
 *
 * Without endpoint: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, that of the profile, or AWS itself. Without region: AWS_REGION, AWS_DEFAULT_REGION, that of the profile, or us-east-1. The bucket
 * stands in the host's name at AWS (style virtual), and in the path elsewhere (style path).
 */
#ifndef VV_TRANSPORT_PLACES_S3_URL_H
#define VV_TRANSPORT_PLACES_S3_URL_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "transport/line/url.h"

/* Strings are owned (vv_s3_url_clear). */
typedef struct vv_s3_url {
	char *name; /* the URL, for messages */
	char *bucket;
	char *prefix; /* "" or "a/b/" */
	char *region;
	bool assumed; /* nobody named the region */
	char *base; /* of all requests, without a slash at its end: "https://bucket.s3.eu-west-1.amazonaws.com" */
	char *host; /* of the endpoint, without the bucket */
} vv_s3_url;

/* answered: the region that the bucket named itself, which holds where nobody names one; or NULL. */
vv_status vv_s3_url_read(vv_s3_url *out, const vv_url *url, const vv_env *env, const char *answered,
			 vv_error *err); /* VV_EUSAGE */
void vv_s3_url_clear(vv_s3_url *p);
VV_AUTO_CLEAR(vv_s3_url, vv_s3_url_clear)

#endif
