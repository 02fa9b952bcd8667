/*
 * writer_kinds: the writers there are, for the registry in writer.c only. Each is
 * defined in its write_<name>.c.
 */
#ifndef VV_DIFF_WRITE_WRITER_KINDS_H
#define VV_DIFF_WRITE_WRITER_KINDS_H

#include "diff/write/writer.h"

extern const vv_diff_writer_kind vv_diff_writer_csv;
extern const vv_diff_writer_kind vv_diff_writer_html;
extern const vv_diff_writer_kind vv_diff_writer_json;
extern const vv_diff_writer_kind vv_diff_writer_markdown;
extern const vv_diff_writer_kind vv_diff_writer_ndjson;
extern const vv_diff_writer_kind vv_diff_writer_sql;
extern const vv_diff_writer_kind vv_diff_writer_stat;
extern const vv_diff_writer_kind vv_diff_writer_summary;
extern const vv_diff_writer_kind vv_diff_writer_text;

#endif
