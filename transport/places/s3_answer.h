/*
 * s3_answer: the answers of an S3 store in XML: a page of a list, or what went wrong.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, ListObjectsV2 and "Error responses". The reader takes
 * elements, attributes (passed over), text and the five entities; no document types, so nothing expands; at most
 * 16 elements stand in each other.
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

/* A page of ListObjectsV2: keys, and common prefixes as folders; a key with a NUL inside is not given. token, in the place of its content: where the next one begins; empty: there is
 * none. VV_ECORRUPT: it is not such a page; as fn fails. */
vv_status vv_s3_list_read(const char *xml, size_t len, vv_listed_fn fn, void *payload,
			  vv_buf *token, vv_error *err);

/* Keys that STS lends, into an empty key. VV_ECORRUPT: it is no such answer. */
vv_status vv_sts_keys_read(vv_s3_key *out, const char *xml, size_t len, vv_error *err);

/* What went wrong, at S3 or STS; longer texts are cut. */
typedef struct vv_s3_error {
	char code[64], message[160], region[48];
} vv_s3_error;
/* False: it is no such answer, or is damaged. */
bool vv_s3_error_read(vv_s3_error *out, const char *xml, size_t len);

#endif
