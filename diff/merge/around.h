/*
 * around: merges the text around the rows: lines above and below a table, members of a JSON
 * document.
 */
#ifndef VV_DIFF_MERGE_AROUND_H
#define VV_DIFF_MERGE_AROUND_H

#include "diff/merge/state.h"

/* Into m->as.dialect, whose characters, row end and header are chosen. Lines are merged as Git merges those of a file, line ends
 * apart, members by name. What both changed differently is a conflict, and has what ours has. */
vv_status merge_around(merge *m, vv_error *err);

/* Lines of a version, their ends made the result's where the version has other ones. */
void merge_put_lines(const merge *m, int version, const char *text, size_t len, vv_buf *out);
/* The same of a header: line ends within its cells stay. */
void merge_put_header(const merge *m, int version, const vv_bytes *header, vv_buf *out);

#endif
