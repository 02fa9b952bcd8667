/*
 * around: what surrounds the rows: lines above and below a table, members of a JSON document.
 */
#ifndef VV_DIFF_MERGE_AROUND_H
#define VV_DIFF_MERGE_AROUND_H

#include "diff/merge/state.h"

/* Into m->as.dialect, whose characters, row end and header are chosen. Lines are merged as Git merges those of a file, line ends
 * apart, members by name. What both changed differently is a conflict, and has what ours has. */
vv_status merge_around(merge *m, vv_error *err);

#endif
