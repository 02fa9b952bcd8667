/*
 * around: merges the text around the rows: lines above and below a table, and members of a JSON
 * document.
 */
#ifndef VV_DIFF_MERGE_AROUND_H
#define VV_DIFF_MERGE_AROUND_H

#include "diff/merge/state.h"

/* Merges the text around the rows, and writes the result to m->as.dialect, whose delimiter, quote,
 * line end and header must already be chosen. Lines are merged without their line ends, like lines
 * of a file in Git; members are merged by name. Reports a conflict if both sides changed the same
 * lines or members in different ways; the result then has the text of ours. VV_EREFUSED: the sides
 * have the rows under different members of the JSON document. */
vv_status merge_around(merge *m, vv_error *err);

/* Appends text[0 .. len), lines of a version (0, 1: a side; 2: base), to out, and replaces the
 * version's line ends by those of the result. */
void merge_put_lines(const merge *m, int version, const char *text, size_t len, vv_buf *out);
/* Appends the header of a version like merge_put_lines, but leaves line ends inside quoted cells
 * unchanged. */
void merge_put_header(const merge *m, int version, const vv_bytes *header, vv_buf *out);

#endif
