/*
 * s3_sign: signs a request with AWS Signature Version 4, in the header Authorization.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, "Signature Calculations for the Authorization Header:
 * Transferring Payload in a Single Chunk"; its examples are in tests/unit/transport/s3_sign_test.c.
 */
#ifndef VV_TRANSPORT_PLACES_S3_SIGN_H
#define VV_TRANSPORT_PLACES_S3_SIGN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "transport/http/site.h"
#include "transport/places/s3_key.h"

/* Appends the header lines of a signed request `ask` to lines, each with "\n" at its end: Host,
 * x-amz-date, x-amz-security-token if the key has a token, and Authorization. The signature covers
 * these headers and the request's own headers. The request must have the header
 * x-amz-content-sha256 (vv_s3_put_digest), and the query in its URL must be encoded and sorted.
 * service: "s3" or "sts". now: seconds since 1970. VV_EINPUT: the headers or the time cannot be
 * signed. */
vv_status vv_s3_sign(vv_buf *lines, const http_ask *ask, const vv_s3_key *key, const char *service,
		     const char *region, int64_t now, vv_error *err);

/* Appends the header line "x-amz-content-sha256: ..." for a body of len bytes to line, without a
 * line end. */
vv_status vv_s3_put_digest(vv_buf *line, const void *body, size_t len, vv_error *err);

#endif
