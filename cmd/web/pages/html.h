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
/* Moves the page to the end of out; h is empty then. VV_ENOMEM also for what failed before. */
vv_status vv_html_take(vv_html *h, vv_buf *out, vv_error *err);

/* A value of the data, or a word of ours: borrowed bytes of any kind. NULL: there is none. */
typedef struct vv_html_text {
	const char *s;
	size_t len;
} vv_html_text;
vv_html_text vv_html_words(const char *s); /* may be NULL */
vv_html_text vv_html_bytes(const char *s, size_t len);

/* --- what parts.c is made of ------------------------------------------------------------------- */

/* The text of a part, which is ours. */
void vv_html_put_part(vv_html *h, const char *s, size_t len);
/* Between tags. */
void vv_html_put_text(vv_html *h, vv_html_text t);
/* For attributes, and elements with only text (title, option): makes no element. */
void vv_html_put_plain(vv_html *h, vv_html_text t);
/* For an attribute that is sent back (value, data-...): every character unchanged, except NUL and
 * bytes that are not UTF-8, which become U+FFFD. */
void vv_html_put_exact(vv_html *h, vv_html_text t);
/* An address that a page leads to. What does not begin with '/', '#', '?', '.', "http:" or "https:",
 * or names another host by "//", leads to "#" instead: "javascript:" among them. NULL: nothing. */
void vv_html_put_url(vv_html *h, const char *u);
void vv_html_put_count(vv_html *h, uint64_t n);          /* 1,204 */
void vv_html_put_number(vv_html *h, int64_t n);          /* -1204 */
void vv_html_put_html(vv_html *h, const vv_html *piece); /* NULL: nothing */

#endif
