/*
 * rowdiff: returns the differing rows of two versions, one after the other.
 *
 * A correct caller: vv_rowdiff_open; vv_rowdiff_next until 0; vv_rowdiff_stats;
 * vv_rowdiff_close. Groups (and whole list nodes) that both versions have are skipped
 * by CID and never read; cost follows the change. Memory is bounded: digests of differing
 * rows are partitioned, on disk past the limit (a re-sorted table of 10 M rows works).
 *
 * With a key rows are joined by it: a moved row is not a change unless moves are requested. Repeated
 * keys are matched in order of occurrence and named in the statistics. On request (`rekeyed`), a
 * removed and an added row are one row whose key changed, when all their other cells have the same
 * values and these cells are conclusive: not all are empty, no other row that was read has them, and
 * nearly all rows that were read differ in them. If nine in ten keys were removed and as many added,
 * the key was respelled: the remaining rows are paired by the text column whose values are unique in
 * both versions and mostly common. Without a key rows are compared as a sequence, equal rows by
 * whole-row counts; of the rest, neighbours that share at least half their cells are paired as
 * changes.
 *
 * Order of the results: by place in the new version; a removed row comes at its old place: after the
 * nearest row above it (in the old version) that both have.
 */
#ifndef VV_DIFF_ROWS_ROWDIFF_H
#define VV_DIFF_ROWS_ROWDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"

typedef struct vv_rowdiff vv_rowdiff;
/* VV_ENOTFOUND: a key column is missing: the message names the side. */
vv_status vv_rowdiff_open(vv_rowdiff **out, vv_table *a, vv_table *b,
			  const vv_rowdiff_options *opts, vv_error *err);
int vv_rowdiff_next(vv_rowdiff *d, vv_row_change *out, vv_error *err); /* 1, 0, <0 */
/* Complete once next has answered 0. */
const vv_rowdiff_stats *vv_rowdiff_stats_get(const vv_rowdiff *d);
/* Key columns in use: places in the new version; *count 0 without key. */
const size_t *vv_rowdiff_key(const vv_rowdiff *d, size_t *count);
void vv_rowdiff_close(vv_rowdiff *d); /* accepts NULL */
VV_AUTO_FREE(vv_rowdiff, vv_rowdiff_close)

/* The number of cells, of both sides, that the comparison would read, by the lists of groups. */
vv_status vv_rowdiff_cost(uint64_t *cells, vv_table *a, vv_table *b, const vv_columns *columns,
			  vv_error *err);

/* Equal without looking at rows: same data list (only form, schema or key differ)? */
bool vv_tables_same_data(const vv_table *a, const vv_table *b);

#endif
