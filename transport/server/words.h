/*
 * words: parses untrusted values in HTTP requests: paths, ranges, entity tags, credentials.
 *
 * The functions depend only on their arguments. Source: RFC 9110 and RFC 3986; for IPFS, the
 * trustless gateway specification (specs.ipfs.tech/http-gateways/trustless-gateway).
 */
#ifndef VV_TRANSPORT_SERVER_WORDS_H
#define VV_TRANSPORT_SERVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends len bytes of text to out, with %XX decoded. Returns false if a '%' is not followed by two
 * hex digits, or if the text or the decoded text has control characters (including NUL). */
bool vv_http_decode(vv_buf *out, const char *text, size_t len);

/* Decodes like vv_http_decode, but accepts all characters except NUL: for values of parameters. */
bool vv_http_decode_value(vv_buf *out, const char *text, size_t len);

/* Appends len bytes, encoded as a segment of a path: every byte becomes %XX, except letters, digits
 * and "-._~". */
void vv_http_encode(vv_buf *out, const char *bytes, size_t len);

/* The part of a body to send. */
typedef enum vv_http_range_kind {
	/* the whole body: the request has no range, an invalid range, or several ranges */
	VV_HTTP_WHOLE,
	VV_HTTP_PART,         /* len bytes from offset `from` */
	VV_HTTP_UNSATISFIABLE /* the range begins after the end of the body */
} vv_http_range_kind;
/* The bytes [from, from + len) of a body. */
typedef struct vv_http_range {
	vv_http_range_kind kind;
	uint64_t from, len;
} vv_http_range;
/* Parses value, the value of a Range header (NULL: no header), for a body of `size` bytes, and sets
 * *out. */
void vv_http_range_read(vv_http_range *out, const char *value, uint64_t size);

/* Returns true if the value of an If-None-Match header contains this tag, which may have the prefix
 * W/. Uses weak comparison; "*" matches every tag. Returns false if value is NULL (no header). */
bool vv_http_tag_named(const char *value, const char *tag);
/* Returns true if the value of an If-Match header contains this tag. Uses strong comparison; "*"
 * matches every tag. Returns true if value is NULL (no header). */
bool vv_http_tag_matched(const char *value, const char *tag);
/* Returns true if the value of an If-Range header is this tag. Uses strong comparison. Returns true
 * if value is NULL (no header). */
bool vv_http_tag_same(const char *value, const char *tag);

/* Returns the media type for a file called name, a constant, without examining the content. */
const char *vv_http_type_of(const char *name);

/* Parses header, the value of an Authorization header, and sets the content of name and secret.
 * With the scheme Basic, decodes both. With Bearer, name is the part of the token before the first
 * '.', and secret is the part after it. The caller wipes both buffers. Returns false for another
 * scheme or a malformed value. */
bool vv_http_credentials(const char *header, vv_buf *name, vv_buf *secret);

/* Parses value, the value of an Accept-Encoding header (NULL: no header), and chooses one of the
 * content codings in names, which ends with NULL and has the best coding first: the one that value
 * prefers. Returns its index in names, or -1 if value does not accept any of them. */
int vv_http_coding_of(const char *value, const char *const *names);

#endif
