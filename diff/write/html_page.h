/*
 * html_page: the parts of the page that are the same for every difference, embedded by the build
 * from page.css, page.js and page.html. Nothing in them depends on the data, so that the page
 * can forbid every other script and style. For html.c only.
 */
#ifndef VV_DIFF_WRITE_HTML_PAGE_H
#define VV_DIFF_WRITE_HTML_PAGE_H

#include <stddef.h>

extern const char html_page_style[]; /* page.css */
extern const size_t html_page_style_len;
extern const char html_page_script[]; /* page.js */
extern const size_t html_page_script_len;
extern const char html_page_controls[]; /* page.html: the bar above the tables */
extern const size_t html_page_controls_len;

#endif
