/*
 * around: merges the text around the rows: lines above and below a table, members of a JSON
 * document.
 */
#ifndef VV_DIFF_MERGE_AROUND_H
#define VV_DIFF_MERGE_AROUND_H

#include "diff/merge/state.h"

/* Merges into m->as.dialect, whose characters, row end and header are already chosen. Lines are merged like lines of a file in
 * Git, without line ends, members by name. Different changes of both sides are a conflict, with ours as the result. */
vv_status merge_around(merge *m, vv_error *err);

/* Appends lines of a version, with the line ends of the result. */
void merge_put_lines(const merge *m, int version, const char *text, size_t len, vv_buf *out);
/* The same for a header, whose cells keep their line ends. */
void merge_put_header(const merge *m, int version, const vv_bytes *header, vv_buf *out);

#endif
