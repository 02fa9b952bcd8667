/*
 * markdown: converts Markdown (CommonMark, with GitHub's tables) to HTML.
 *
 * HTML tags in the text are left out, and headings become one level lower. For every link and image
 * in the text, a function of the caller returns the link to use. If it returns NULL, only the words
 * of the link or image remain.
 */
#ifndef VV_CMD_WEB_PAGES_MARKDOWN_H
#define VV_CMD_WEB_PAGES_MARKDOWN_H

#include "cmd/web/pages/html.h"

/* The function that returns links. */
typedef struct vv_markdown_links {
	/* Returns the link for a URL in the text, valid until vv_markdown_put returns. NULL: no
	 * link. picture: the URL is that of an image. */
	const char *(*to)(void *payload, const char *address, bool picture);
	void *payload;
} vv_markdown_links;

/* Appends the HTML of a text of len bytes to h. */
vv_status vv_markdown_put(vv_html *h, const char *text, size_t len, const vv_markdown_links *links,
			  vv_error *err);

#endif
