/*
 * html: writes HTML so that no value can become markup.
 *
 * HTML is appended to a vv_html by the parts in cmd/web/pages/parts: HTML files that
 * tests/cmake/html_parts.py compiles into parts.h. Each part has a struct of values; the type of a
 * value and its place in the part determine how it is escaped. Apart from the parts, only the
 * functions below append to a vv_html; only vv_html_put_part accepts markup.
 *
 * In text, the special characters of HTML become entities. Invisible and direction-changing
 * characters (control characters, bidi marks) and bytes that are not UTF-8 are shown escaped (\x1b,
 * \u{202e}), in an element of their own if elements are allowed at that place.
 *
 * A correct caller: VV_HTML_INIT, parts, vv_html_take or vv_html_clear.
 */
#ifndef VV_CMD_WEB_PAGES_HTML_H
#define VV_CMD_WEB_PAGES_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* A piece of HTML. */
typedef struct vv_html {
	vv_buf markup; /* only html.c appends to it */
} vv_html;

#define VV_HTML_INIT                                                                               \
	{                                                                                          \
		VV_BUF_INIT                                                                        \
	}

void vv_html_clear(vv_html *h);
VV_AUTO_CLEAR(vv_html, vv_html_clear)
bool vv_html_is_empty(const vv_html *h); /* returns true if nothing was written to h */
/* Appends the HTML to out, and empties h, also on failure. VV_ENOMEM: memory ran out in this or an
 * earlier call. */
vv_status vv_html_take(vv_html *h, vv_buf *out, vv_error *err);

/* A text for a value of a part: data, or a text by varve. May have any bytes; borrowed. s NULL: no
 * value. */
typedef struct vv_html_text {
	const char *s;
	size_t len;
} vv_html_text;
vv_html_text vv_html_words(const char *s); /* may be NULL */
vv_html_text vv_html_bytes(const char *s, size_t len);

/* --- for parts.c, and markup that a module writes itself (markdown.c) --------------------- */

/* Appends markup, without escaping it. */
void vv_html_put_part(vv_html *h, const char *s, size_t len);
/* Appends text between tags. */
void vv_html_put_text(vv_html *h, vv_html_text t);
/* Appends text in an attribute, or in an element that allows only text (title, option). */
void vv_html_put_plain(vv_html *h, vv_html_text t);
/* Appends text in an attribute that is sent back (value, data-...): the browser reads every
 * character unchanged, except NUL and bytes that are not UTF-8, which become U+FFFD. */
void vv_html_put_exact(vv_html *h, vv_html_text t);
/* Appends the address of a link. An address must begin with '/', '#', '?', '.', "http://" or
 * "https://"; other addresses, such as "javascript:...", are replaced by "#". So are addresses that
 * begin with "//" or "/\", which lead to another host. If u is NULL, appends nothing. */
void vv_html_put_url(vv_html *h, const char *u);
/* Appends a JSON text in a script element of data, where entities are not decoded: '<', which could end
 * the element, becomes \u003c. json NULL: nothing. */
void vv_html_put_json(vv_html *h, const char *json);
void vv_html_put_count(vv_html *h, uint64_t n);          /* 1,204 */
void vv_html_put_number(vv_html *h, int64_t n);          /* -1204 */
void vv_html_put_html(vv_html *h, const vv_html *piece); /* appends nothing if piece is NULL */

#endif
