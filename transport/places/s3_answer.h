/*
 * s3_answer: parses the XML answers of S3 stores and of STS: a page of a list, temporary keys, or
 * an error.
 *
 * Source: docs.aws.amazon.com/AmazonS3/latest/API, ListObjectsV2, ListObjectVersions and "Error responses". The parser
 * accepts elements, at most 16 of them nested, attributes (which are ignored), text, character
 * references and the five entities. It does not accept document types, so that entities cannot
 * expand.
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

/* Parses xml as a page of ListObjectsV2. Calls fn for each key, and for each common prefix as a
 * folder; omits keys with a NUL. Replaces the content of token with the token of the next page;
 * empty: this is the last page. A negative result of fn ends the calls, and is returned.
 * VV_ECORRUPT: xml is not a page of a list. */
vv_status vv_s3_list_read(const char *xml, size_t len, vv_listed_fn fn, void *payload,
			  vv_buf *token, vv_error *err);

/* Parses xml as a page of ListObjectVersions. Calls fn for each version that is not the latest one of
 * its key, except for delete markers, which have no bytes. Replaces the content of key and version with
 * the markers of the next page; key is empty: this is the last page. Otherwise like vv_s3_list_read. */
vv_status vv_s3_versions_read(const char *xml, size_t len, vv_old_object_fn fn, void *payload,
			      vv_buf *key, vv_buf *version, vv_error *err);

/* Parses xml as temporary keys of STS into *out, which must be empty. The caller checks *out with
 * vv_s3_key_check, and clears it, also after a failure. VV_ECORRUPT: xml is invalid. */
vv_status vv_sts_keys_read(vv_s3_key *out, const char *xml, size_t len, vv_error *err);

/* An error of S3 or STS. Long texts are cut. */
typedef struct vv_s3_error {
	char code[64], message[160], region[48];
} vv_s3_error;
/* Parses xml as an error into *out. Returns false if xml is not an error, or is damaged. */
bool vv_s3_error_read(vv_s3_error *out, const char *xml, size_t len);

#endif
