/*
 * rowdiff: returns the differing rows of two versions, one after the other.
 *
 * A correct caller: vv_rowdiff_open; vv_rowdiff_next until 0; vv_rowdiff_stats; vv_rowdiff_close.
 * Groups and list nodes that both versions have are recognised by CID and never read, so the cost
 * depends on the size of the change. Memory is bounded: digests of differing rows are sorted in
 * parts, on disk beyond the limit (a re-sorted table of 10 M rows works).
 *
 * With a key, rows are matched by key: a moved row is not a change unless moves are requested.
 * Repeated keys are matched in order of occurrence and counted in the statistics. On request
 * (`rekeyed`), a removed and an added row count as one row whose key changed, if all their other
 * cells have the same values and these values identify the row: not all of the cells are empty, no
 * other row that was read has these values, and nearly all rows that were read differ in them. If
 * nine in ten keys were removed and as many added, the keys were respelled: the remaining rows are
 * paired by the text column whose values are unique in both versions and mostly common. Without a
 * key, rows are compared as a sequence, and equal rows are matched by whole-row counts; of the
 * remaining rows, neighbours that share at least half their cells are paired as changes.
 *
 * The results are in the order of the new version. A removed row follows the nearest row above it,
 * in the old version, that both versions have.
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
/* Opens a comparison of a (old) with b (new). VV_ENOTFOUND: a key column is missing; the message
 * names the side. */
vv_status vv_rowdiff_open(vv_rowdiff **out, vv_table *a, vv_table *b,
			  const vv_rowdiff_options *opts, vv_error *err);
int vv_rowdiff_next(vv_rowdiff *d, vv_row_change *out, vv_error *err); /* 1, 0, <0 */
/* Returns the statistics, borrowed. They are complete once vv_rowdiff_next has returned 0. */
const vv_rowdiff_stats *vv_rowdiff_stats_get(const vv_rowdiff *d);
/* Returns the places of the key's columns in the new version, borrowed. *count 0: no key. */
const size_t *vv_rowdiff_key(const vv_rowdiff *d, size_t *count);
void vv_rowdiff_close(vv_rowdiff *d); /* accepts NULL */
VV_AUTO_FREE(vv_rowdiff, vv_rowdiff_close)

/* Sets *cells to the number of cells, of both sides, that the comparison would read. Reads only the
 * lists of groups. */
vv_status vv_rowdiff_cost(uint64_t *cells, vv_table *a, vv_table *b, const vv_columns *columns,
			  vv_error *err);

/* Do both tables have the same data list? If true, at most form, schema or key differ. Reads no
 * rows. */
bool vv_tables_same_data(const vv_table *a, const vv_table *b);

#endif
