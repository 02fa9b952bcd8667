/*
 * words: parses untrusted values in HTTP requests: paths, ranges, entity tags, credentials.
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

/* Like vv_http_decode, for values of parameters, which may contain any character except NUL. */
bool vv_http_decode_value(vv_buf *out, const char *text, size_t len);

/* Appends the bytes encoded for one segment of a path: all bytes but letters, digits and "-._~" as
 * %XX. */
void vv_http_encode(vv_buf *out, const char *bytes, size_t len);

typedef enum vv_http_range_kind {
	VV_HTTP_WHOLE,        /* no range, several ranges, or an invalid one */
	VV_HTTP_PART,         /* len bytes from offset `from` */
	VV_HTTP_UNSATISFIABLE /* the range begins past the end */
} vv_http_range_kind;
typedef struct vv_http_range {
	vv_http_range_kind kind;
	uint64_t from, len;
} vv_http_range;
/* Parses the value of a Range header for a body of `size` bytes. value NULL: no header. */
void vv_http_range_read(vv_http_range *out, const char *value, uint64_t size);

/* Does an If-None-Match header name this tag ("\"...\"", or with W/ before)? Weak comparison; "*"
 * names every tag. value NULL: no header, false. */
bool vv_http_tag_named(const char *value, const char *tag);
/* Does an If-Match header name this tag? Strong comparison; "*" names every tag. value NULL: no
 * header, true. */
bool vv_http_tag_matched(const char *value, const char *tag);
/* Is the value of an If-Range header this tag? Strong comparison. value NULL: no header, true. */
bool vv_http_tag_same(const char *value, const char *tag);

/* Returns the media type for a file's name, without examining the content. The string is static. */
const char *vv_http_type_of(const char *name);

/* Parses an Authorization header. Basic: decodes name and secret. Bearer: name is the part before
 * the first '.', secret the rest. The caller wipes both buffers. False: another scheme, or
 * malformed. */
bool vv_http_credentials(const char *header, vv_buf *name, vv_buf *secret);

/* Returns the index in names of the content coding that an Accept-Encoding header prefers; -1: none
 * of them. names: NULL-ended, best first. value NULL: no header. */
int vv_http_coding_of(const char *value, const char *const *names);

#endif
