/*
 * pages: the HTML of the server's pages, their style sheet, script and picture.
 */
#ifndef VV_CMD_WEB_PAGES_PAGES_H
#define VV_CMD_WEB_PAGES_PAGES_H

#include "cmd/web/reply.h"

/* For vv_web_open. */
extern const vv_web_pages vv_pages;

typedef struct vv_page_asset {
	const char *name; /* "style.css" */
	const char *type;
	const char *text; /* with a NUL after it */
} vv_page_asset;
/* The i-th file that pages need; NULL after the last. Static. */
const vv_page_asset *vv_page_asset_at(size_t i);

#endif
