/*
 * writer_kinds: the forms of a difference. Each is defined in a file of its name; those of lib/arrow/diff_writer.h are
 * forms of `varve diff`, too.
 *
 * A line of the list is the whole registration: help, completion, the manual page and needs.txt are checked against
 * it.
 */
#ifndef VV_DIFF_WRITE_WRITER_KINDS_H
#define VV_DIFF_WRITE_WRITER_KINDS_H

#include "diff/write/writer.h"

/* Its name, its kind, and its words in the manual page. */
/* clang-format off */
#define VV_DIFF_FORMS(form) \
	form("text", vv_diff_writer_text, "") \
	form("json", vv_diff_writer_json, "") \
	form("ndjson", vv_diff_writer_ndjson, "") \
	form("markdown", vv_diff_writer_markdown, "for a pull request") \
	form("sql", vv_diff_writer_sql, "for SQLite") \
	form("patch", vv_diff_writer_patch, "ndjson with the lines of the files, to be applied") \
	form("summary", vv_diff_writer_summary, "") \
	form("stat", vv_diff_writer_stat, "")
/* clang-format on */

extern const vv_diff_writer_kind vv_diff_writer_text;
extern const vv_diff_writer_kind vv_diff_writer_json;
extern const vv_diff_writer_kind vv_diff_writer_ndjson;
extern const vv_diff_writer_kind vv_diff_writer_markdown;
extern const vv_diff_writer_kind vv_diff_writer_sql;
extern const vv_diff_writer_kind vv_diff_writer_patch;
extern const vv_diff_writer_kind vv_diff_writer_summary;
extern const vv_diff_writer_kind vv_diff_writer_stat;

/* "|text|json": as OPT_CHOICE has them, after the first bar. */
#define VV_DIFF_FORM_CHOICE(name, kind, about) "|" name
#define VV_DIFF_FORM_KIND(name, kind, about) &(kind),

/* NULL for a name that is none of VV_DIFF_FORMS. */
const vv_diff_writer_kind *vv_diff_writer_find(const char *name);

#endif
