/*
 * pages: writes the HTML of the server's pages, and contains their assets: style sheet, script and
 * icon.
 */
#ifndef VV_CMD_WEB_PAGES_PAGES_H
#define VV_CMD_WEB_PAGES_PAGES_H

#include "cmd/web/reply.h"

/* The functions that write the pages, for vv_web_open. */
extern const vv_web_pages vv_pages;

/* A file that pages use. */
typedef struct vv_page_asset {
	const char *name; /* "style.css" */
	const char *type; /* the media type, "text/css" */
	const char *text; /* the content; ends with NUL */
} vv_page_asset;
/* Returns the asset with index i, from 0; a constant. NULL: i is not less than the number of
 * assets. */
const vv_page_asset *vv_page_asset_at(size_t i);

#endif
