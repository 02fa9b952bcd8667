/*
 * words: writes findings, counts and data as text, escaped for the format of the report. Private to
 * check/report.
 */
#ifndef VV_CHECK_REPORT_WORDS_H
#define VV_CHECK_REPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json/json_list.h"
#include "check/report/items.h"

/* returns a name such as "error"; a constant */
const char *vv_severity_name(vv_severity s);
/* returns the title of the group's rule; borrowed */
const char *vv_report_title(const vv_report_group *g);

/* Appends one line about an item, such as "row 12 (id=5): price 'N/A' is not an integer; expected:
 * ...", without a line end. If Git has a pointer in place of the table, the line begins with the line
 * number in the table's file. Data is escaped for a terminal. */
void vv_report_put_item(vv_buf *b, const vv_report_group *g, const vv_report_item *i);
/* Appends the result of the check, such as "invalid: 3 errors, 1 warning in 1 of 2 tables; ...",
 * without a line end. */
void vv_report_put_verdict(vv_buf *b, const vv_check_report *r);
/* Appends "3 errors, 1 warning", or "nothing wrong". */
void vv_report_put_counts(vv_buf *b, uint64_t errors, uint64_t warnings);
/* Returns the number, from 1, of the line at which a Git host displays an item of the group. If Git has
 * a pointer in place of the table, this is the line of the item's column in the pointer. Otherwise, it
 * is the item's line in the file, or 1 if i is NULL or the item has no line. */
uint64_t vv_report_shown_line(const vv_report_group *g, const vv_report_item *i);

/* Appends a value or key, escaped, in at most `width` columns of a terminal; width 0: no limit.
 * cut: s is only the beginning of the value; with width 0, an ellipsis is then appended. */
void vv_report_put_value(vv_buf *b, const char *s, size_t len, bool cut, size_t width);
/* Returns true if a terminal can safely display the code point; false for control characters, marks
 * that change the direction of text, unusual blanks, and code points that are not characters. */
bool vv_report_is_plain(uint32_t cp);
/* Writes a text as a JSON string in which characters that are unsafe on a terminal are escaped. If the
 * text is not UTF-8, writes {"base64": ...} instead. cut: s is only the beginning of the value; the
 * string then ends with an ellipsis, and the object has "more": true. */
void vv_report_put_json(vv_json_out *w, const char *s, size_t len, bool cut);
/* Writes `text`, which ends with a NUL, as vv_report_put_json does. */
void vv_report_put_text(vv_json_out *w, const void *text);
/* An entry for vv_json_put_members: a member with the name n and the text s, written by
 * vv_report_put_text. If s is NULL, the member is left out. */
#define REPORT_TEXT(n, s) JSON_BY(vv_report_put_text, (const char *)(s) != NULL ? (n) : NULL, s)
/* Appends a text for XML, HTML and Markdown tables. Escapes the text as for a terminal. In addition, &,
 * <, >, quotes and the characters with a meaning in Markdown become entities. */
void vv_report_put_markup(vv_buf *b, const char *s, size_t len);
/* Appends a text that ends with a NUL, such as a message, as vv_report_put_markup does, but without
 * escaping backslashes for a terminal: the data in the text is escaped already. */
void vv_report_put_markups(vv_buf *b, const char *s);
/* Appends a text that is already escaped for a terminal. Each character that occurs in `marks` becomes
 * an entity, and U+FFFE and U+FFFF, which XML does not allow, become U+FFFD. */
void vv_report_put_marks(vv_buf *b, const char *s, size_t len, const char *marks);

#endif
