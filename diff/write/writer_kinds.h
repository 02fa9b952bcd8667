/*
 * writer_kinds: the writers there are. Each is defined in a file of its name.
 */
#ifndef VV_DIFF_WRITE_WRITER_KINDS_H
#define VV_DIFF_WRITE_WRITER_KINDS_H

#include "diff/write/writer.h"

extern const vv_diff_writer_kind vv_diff_writer_json;
extern const vv_diff_writer_kind vv_diff_writer_markdown;
extern const vv_diff_writer_kind vv_diff_writer_ndjson;
extern const vv_diff_writer_kind vv_diff_writer_sql;
extern const vv_diff_writer_kind vv_diff_writer_stat;
extern const vv_diff_writer_kind vv_diff_writer_summary;
extern const vv_diff_writer_kind vv_diff_writer_text;

/* NULL for an unknown name. */
const vv_diff_writer_kind *vv_diff_writer_find(const char *name);

#endif
