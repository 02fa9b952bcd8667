/*
 * writer_kinds: the output forms of a difference. text.c, json.c (json, ndjson), markdown.c, sql.c
 * and summary.c (summary, stat) define them. lib/view/table_diff.c writes the form "patch". The
 * forms of lib/arrow/diff_writer.h are forms of `varve diff`, too.
 *
 * To add a form, add a row to VV_DIFF_FORMS: help and completion are made from this list, and the
 * manual page is checked against it.
 */
#ifndef VV_DIFF_WRITE_WRITER_KINDS_H
#define VV_DIFF_WRITE_WRITER_KINDS_H

#include "diff/write/writer.h"

/* For each form: name, kind, description in the manual page, and users (tests/check/needs.py). */
/* clang-format off */
#define VV_DIFF_FORMS(form) \
	form("text", vv_diff_writer_text, "") /* people at a terminal */ \
	form("json", vv_diff_writer_json, "") /* programs, as a whole */ \
	form("ndjson", vv_diff_writer_ndjson, "") /* programs, row by row */ \
	form("markdown", vv_diff_writer_markdown, "for a pull request") /* bots that comment on pull requests */ \
	form("sql", vv_diff_writer_sql, "for SQLite") /* databases that follow the table */ \
	form("patch", vv_diff_writer_patch, "ndjson with the lines of the files, to be applied") /* users who send a change to outsiders */ \
	form("summary", vv_diff_writer_summary, "") /* users who want an overview of a large change */ \
	form("stat", vv_diff_writer_stat, "") /* users who want only the counts */
/* clang-format on */

extern const vv_diff_writer_kind vv_diff_writer_text;
extern const vv_diff_writer_kind vv_diff_writer_json;
extern const vv_diff_writer_kind vv_diff_writer_ndjson;
extern const vv_diff_writer_kind vv_diff_writer_markdown;
extern const vv_diff_writer_kind vv_diff_writer_sql;
extern const vv_diff_writer_kind vv_diff_writer_patch;
extern const vv_diff_writer_kind vv_diff_writer_summary;
extern const vv_diff_writer_kind vv_diff_writer_stat;
/* the lines of "ndjson" without the first one, for vv_patch_write */
extern const vv_diff_writer_kind vv_diff_writer_lines;

/* Makes "|text|json" from the list; without the first bar, this is an argument of OPT_CHOICE. */
#define VV_DIFF_FORM_CHOICE(name, kind, about) "|" name
/* Makes "&vv_diff_writer_text, &vv_diff_writer_json, " from the list, for an array. */
#define VV_DIFF_FORM_KIND(name, kind, about) &(kind),

/* Returns the form with this name, a constant, or NULL if VV_DIFF_FORMS does not contain it. */
const vv_diff_writer_kind *vv_diff_writer_find(const char *name);

#endif
