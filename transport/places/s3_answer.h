/*
 * s3_answer: parses the XML answers of an S3 store: a page of a list, or an error.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, ListObjectsV2 and "Error responses". The parser
 * accepts elements, attributes (which are ignored), text and the five entities, with at most 16
 * nested elements. It accepts no document types, so entities cannot expand.
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

/* Parses xml as a page of ListObjectsV2, and calls fn for its keys, and for its common prefixes as
 * folders. Leaves out keys that contain a NUL. Sets the content of token to the position of the
 * next page; empty: this is the last page. If fn returns a negative status, returns this status.
 * VV_ECORRUPT: xml is not a page of a list. */
vv_status vv_s3_list_read(const char *xml, size_t len, vv_listed_fn fn, void *payload,
			  vv_buf *token, vv_error *err);

/* Parses xml as temporary keys of STS into *out, which must be empty. VV_ECORRUPT: xml is another
 * answer. */
vv_status vv_sts_keys_read(vv_s3_key *out, const char *xml, size_t len, vv_error *err);

/* An error of S3 or STS. Long texts are cut. */
typedef struct vv_s3_error {
	char code[64], message[160], region[48];
} vv_s3_error;
/* Parses xml as an error into *out. Returns false if xml is not an error, or is damaged. */
bool vv_s3_error_read(vv_s3_error *out, const char *xml, size_t len);

#endif
