/*
 * words: the words of HTTP that come from strangers: paths, ranges, entity tags, credentials.
 *
 * Pure functions over text; source: RFC 9110 and RFC 3986; for IPFS the trustless gateway
 * specification (specs.ipfs.tech/http-gateways/trustless-gateway).
 */
#ifndef VV_TRANSPORT_SERVER_WORDS_H
#define VV_TRANSPORT_SERVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends text with %XX decoded. False: a '%' without two hex digits, or control
 * characters (NUL among them), in the text or decoded. */
bool vv_http_decode(vv_buf *out, const char *text, size_t len);

/* The same for values of parameters, which may contain any character except NUL. */
bool vv_http_decode_value(vv_buf *out, const char *text, size_t len);

/* Appends bytes so that they may be in one part of a path: all but letters, digits and
 * "-._~" as %XX. */
void vv_http_encode(vv_buf *out, const char *bytes, size_t len);

typedef enum vv_http_range_kind {
	VV_HTTP_WHOLE,        /* no range, several, or one that is not understood */
	VV_HTTP_PART,         /* from, len */
	VV_HTTP_UNSATISFIABLE /* begins past the end */
} vv_http_range_kind;
typedef struct vv_http_range {
	vv_http_range_kind kind;
	uint64_t from, len;
} vv_http_range;
/* The value of a Range header (NULL: none) for something of size bytes. */
void vv_http_range_read(vv_http_range *out, const char *value, uint64_t size);

/* Does an If-None-Match header (NULL: none) name this tag ("\"...\"", perhaps W/)? Weak
 * comparison; "*" names every tag. */
bool vv_http_tag_named(const char *value, const char *tag);
/* Does an If-Match header (NULL: yes) name this tag? Strong comparison; "*" names every tag. */
bool vv_http_tag_matched(const char *value, const char *tag);
/* Is an If-Range header (NULL: yes) this tag? Strong comparison. */
bool vv_http_tag_same(const char *value, const char *tag);

/* The media type that a file's name promises; never guessed from its bytes. Static. */
const char *vv_http_type_of(const char *name);

/* An Authorization header: Basic is decoded into name and secret; of Bearer, name is the part
 * before the first '.', secret the rest. False: neither, or malformed. The caller wipes both. */
bool vv_http_credentials(const char *header, vv_buf *name, vv_buf *secret);

/* Which of these codings (NULL-ended, best first) does an Accept-Encoding header (NULL: none) prefer? The
 * name's place, or -1: none of them. */
int vv_http_coding_of(const char *value, const char *const *names);

#endif
