/*
 * page_files: the style sheet, script and picture of the pages, embedded by the build from style.css,
 * script.js and icon.svg. Each ends with a NUL. For pages.c only.
 */
#ifndef VV_CMD_WEB_PAGES_PAGE_FILES_H
#define VV_CMD_WEB_PAGES_PAGE_FILES_H

#include <stddef.h>

extern const char web_page_style[];
extern const size_t web_page_style_len;
extern const char web_page_script[];
extern const size_t web_page_script_len;
extern const char web_page_icon[];
extern const size_t web_page_icon_len;

#endif
