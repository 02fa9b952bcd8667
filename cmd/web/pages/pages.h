/*
 * pages: the HTML of the server's pages, their style sheet, script and picture.
 */
#ifndef VV_CMD_WEB_PAGES_PAGES_H
#define VV_CMD_WEB_PAGES_PAGES_H

#include "cmd/web/reply.h"

/* For vv_web_open. */
extern const vv_web_pages vv_pages;

#endif
