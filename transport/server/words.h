/*
 * words: parses untrusted values in HTTP requests: paths, ranges, entity tags, credentials.
 *
 * The functions depend only on their arguments. Source: RFC 9110 and RFC 3986.
 */
#ifndef VV_TRANSPORT_SERVER_WORDS_H
#define VV_TRANSPORT_SERVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends len bytes of text to out, with %XX decoded. Returns false if a '%' is not followed by two
 * hex digits, if the decoded text has control characters (including NUL), or if memory runs out. */
bool vv_http_decode(vv_buf *out, const char *text, size_t len);

/* Decodes as vv_http_decode does, but accepts all characters except NUL: for values of
 * parameters. */
bool vv_http_decode_value(vv_buf *out, const char *text, size_t len);

/* Appends len bytes to out, encoded as a segment of a path: each byte becomes %XX, except letters,
 * digits and "-._~". */
void vv_http_encode(vv_buf *out, const char *bytes, size_t len);

/* The part of a body to send. */
typedef enum vv_http_range_kind {
	/* the whole body: the request has no range, an invalid range, or several ranges */
	VV_HTTP_WHOLE,
	VV_HTTP_PART, /* len bytes from offset `from` */
	/* the range begins at or after the end of the body, or has no bytes */
	VV_HTTP_UNSATISFIABLE
} vv_http_range_kind;
/* The bytes [from, from + len) of a body. */
typedef struct vv_http_range {
	vv_http_range_kind kind;
	uint64_t from, len;
} vv_http_range;
/* Parses value, the value of a Range header (NULL: no header), for a body of `size` bytes, and sets
 * *out. */
void vv_http_range_read(vv_http_range *out, const char *value, uint64_t size);

/* Returns true if value, the value of an If-None-Match header, contains this tag. tag has its
 * quotes, and may have the prefix W/. Uses weak comparison; "*" matches every tag. Returns false if
 * value is NULL (no header). */
bool vv_http_tag_named(const char *value, const char *tag);
/* Returns true if value, the value of an If-Match header, contains this tag. Uses strong
 * comparison, so a tag with W/ never matches; "*" matches every other tag. Returns true if value is
 * NULL (no header). */
bool vv_http_tag_matched(const char *value, const char *tag);
/* Returns true if value, the value of an If-Range header, is this tag. Uses strong comparison.
 * Returns true if value is NULL (no header). A date never matches. */
bool vv_http_tag_same(const char *value, const char *tag);

/* Returns the media type for the extension of name, a constant string; for an unknown extension
 * "application/octet-stream". */
const char *vv_http_type_of(const char *name);

/* Parses header, the value of an Authorization header, and appends to the buffers name and secret.
 * Basic: both are decoded. Bearer: name is the part of the token before the first '.', and secret
 * is the part after it. The caller wipes both buffers. Returns false for another scheme, for a
 * malformed value, and if header is NULL. */
bool vv_http_credentials(const char *header, vv_buf *name, vv_buf *secret);

/* Chooses one of the content codings in names, a list that ends with NULL and has the best coding
 * first. value: the value of an Accept-Encoding header, or NULL. Returns the index of the first
 * coding in names that value lists, or -1 if it lists none. A coding with q=0 is not accepted;
 * other q-values are ignored. */
int vv_http_coding_of(const char *value, const char *const *names);

#endif
