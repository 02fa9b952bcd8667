/*
 * words: findings, counts and data in words, escaped for where they are put. For this room alone.
 */
#ifndef VV_CHECK_REPORT_WORDS_H
#define VV_CHECK_REPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json/json_list.h"
#include "check/report/items.h"

const char *vv_severity_name(vv_severity s); /* "error" */
const char *vv_report_title(const vv_report_group *g);

/* One line about an item, without line number: "row 12, id=5: price 'N/A' is not an
 * integer; expected ...". Data is escaped for a terminal. */
void vv_report_put_item(vv_buf *b, const vv_report_group *g, const vv_report_item *i);
/* "invalid: 3 errors, 1 warning in 1 of 2 tables; ..." without line end. */
void vv_report_put_verdict(vv_buf *b, const vv_check_report *r);
/* "3 errors, 1 warning"; "nothing wrong". */
void vv_report_put_counts(vv_buf *b, uint64_t errors, uint64_t warnings);
/* The line, from 1, at which hosts show a finding of the group (NULL: a finding about all of them): if Git has a
 * pointer, its column's line there, else the line of the file. */
uint64_t vv_report_shown_line(const vv_report_group *g, const vv_report_item *i);

/* Value or key, escaped, with an ellipsis where it was cut; at most width columns (0: all). */
void vv_report_put_value(vv_buf *b, const char *s, size_t len, bool cut, size_t width);
/* May a terminal display the code point? Not controls, marks that change direction, and code points
 * that are not characters. */
bool vv_report_is_plain(uint32_t cp);
/* A JSON string that drives no terminal either; {"base64": ...} where it is not UTF-8. cut: there is more. */
void vv_report_put_json(vv_json_out *w, const char *s, size_t len, bool cut);
void vv_report_put_text(vv_json_out *w, const void *text);
/* A member with such a string; NULL leaves it out. */
#define REPORT_TEXT(n, s) JSON_BY(vv_report_put_text, (const char *)(s) != NULL ? (n) : NULL, s)
/* Text for XML, HTML and Markdown tables: escaped, then & < > " ' and what Markdown reads as
 * entities. */
void vv_report_put_markup(vv_buf *b, const char *s, size_t len);
void vv_report_put_markups(vv_buf *b, const char *s);
/* Text that is escaped already: these marks become entities. */
void vv_report_put_marks(vv_buf *b, const char *s, size_t len, const char *marks);

#endif
