/*
 * markdown: text in Markdown (CommonMark, with GitHub's tables) as HTML.
 *
 * Markup of HTML in the text is left out, headings are one level lower, and every address is passed to a function of
 * the caller: only addresses that it accepts are linked or shown.
 */
#ifndef VV_CMD_WEB_PAGES_MARKDOWN_H
#define VV_CMD_WEB_PAGES_MARKDOWN_H

#include "cmd/web/pages/html.h"

typedef struct vv_markdown_links {
	/* The link for an address of the text, borrowed until the end; NULL: none, only the words are shown. */
	const char *(*to)(void *payload, const char *address, bool picture);
	void *payload;
} vv_markdown_links;

vv_status vv_markdown_put(vv_html *h, const char *text, size_t len, const vv_markdown_links *links,
			  vv_error *err);

#endif
