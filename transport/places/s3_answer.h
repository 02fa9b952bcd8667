/*
 * s3_answer: the answers of an S3 store in XML: a page of a list, or an error.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, ListObjectsV2 and "Error responses". The reader accepts
 * elements, attributes (ignored), text and the five entities; no document types, so nothing expands; at most 16
 * nested elements.
 */
#ifndef VV_TRANSPORT_PLACES_S3_ANSWER_H
#define VV_TRANSPORT_PLACES_S3_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "transport/places/place.h"
#include "transport/places/s3_key.h"

/* A page of ListObjectsV2: keys, and common prefixes as folders; a key with a NUL inside is not given. token
 * is set to the place where the next page begins; empty: this is the last page. VV_ECORRUPT: not such a page.
 * Fails as fn fails. */
vv_status vv_s3_list_read(const char *xml, size_t len, vv_listed_fn fn, void *payload,
			  vv_buf *token, vv_error *err);

/* Reads temporary keys of STS into an empty key. VV_ECORRUPT: a different answer. */
vv_status vv_sts_keys_read(vv_s3_key *out, const char *xml, size_t len, vv_error *err);

/* An error of S3 or STS; longer texts are cut. */
typedef struct vv_s3_error {
	char code[64], message[160], region[48];
} vv_s3_error;
/* False: a different answer, or damaged. */
bool vv_s3_error_read(vv_s3_error *out, const char *xml, size_t len);

#endif
