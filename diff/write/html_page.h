/*
 * html_page: the parts of the page that are the same for every difference. For
 * html.c only.
 */
#ifndef VV_DIFF_WRITE_HTML_PAGE_H
#define VV_DIFF_WRITE_HTML_PAGE_H

extern const char *const html_page_style[]; /* NULL-ended: to be written one behind the other */
extern const char *const html_page_script[];
extern const char html_page_controls[]; /* the bar above the tables */

#endif
