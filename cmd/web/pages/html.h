/*
 * html: writes HTML so that no value can become markup.
 *
 * A vv_html is written by the parts of cmd/web/pages/parts (HTML in files of its own, compiled by
 * tests/cmake/html_parts.py into parts.h): each has a struct of values, and the type of a value and its
 * place in the part determine its escaping. Nothing else appends to a vv_html but the functions below,
 * and none of them takes markup.
 *
 * Text is a value of the data: marks of HTML become entities; invisible and direction-changing text
 * (control characters, bidi marks, bytes that are not UTF-8) is shown escaped (\x1b, \u{202e}), in an
 * element of its own if one is allowed there.
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

typedef struct vv_html {
	vv_buf markup; /* appended to by html.c alone */
} vv_html;

#define VV_HTML_INIT                                                                               \
	{                                                                                          \
		VV_BUF_INIT                                                                        \
	}

void vv_html_clear(vv_html *h);
VV_AUTO_CLEAR(vv_html, vv_html_clear)
bool vv_html_is_empty(const vv_html *h);
/* Appends the HTML to out, and empties h. VV_ENOMEM: memory ran out now or in an earlier call. */
vv_status vv_html_take(vv_html *h, vv_buf *out, vv_error *err);

/* A value of the data, or a text of varve: any bytes; borrowed. s NULL: no value. */
typedef struct vv_html_text {
	const char *s;
	size_t len;
} vv_html_text;
vv_html_text vv_html_words(const char *s); /* may be NULL */
vv_html_text vv_html_bytes(const char *s, size_t len);

/* --- what parts.c is made of ------------------------------------------------------------------- */

/* Appends a part's own markup. */
void vv_html_put_part(vv_html *h, const char *s, size_t len);
/* Appends text between tags. */
void vv_html_put_text(vv_html *h, vv_html_text t);
/* Appends text in attributes, and in elements that allow only text (title, option). */
void vv_html_put_plain(vv_html *h, vv_html_text t);
/* Appends text in an attribute that is sent back (value, data-...): every character is
 * unchanged, except NUL and bytes that are not UTF-8, which become U+FFFD. */
void vv_html_put_exact(vv_html *h, vv_html_text t);
/* Appends the address of a link. An address that does not begin with '/', '#', '?', '.', "http:"
 * or "https:" (such as "javascript:"), or that names another host by "//", is replaced by "#".
 * NULL: appends nothing. */
void vv_html_put_url(vv_html *h, const char *u);
void vv_html_put_count(vv_html *h, uint64_t n);          /* 1,204 */
void vv_html_put_number(vv_html *h, int64_t n);          /* -1204 */
void vv_html_put_html(vv_html *h, const vv_html *piece); /* NULL: nothing */

#endif
