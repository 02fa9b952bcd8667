/*
 * rowdiff: iterates over the rows that differ between two versions.
 *
 * A caller calls vv_rowdiff_open, then vv_rowdiff_next until it returns false, then
 * vv_rowdiff_stats_get and vv_rowdiff_close:
 *
 *	while (vv_rowdiff_next(d, &change, &rc, err)) {
 *		rc = use_change(&change, err);
 *	}
 *	return rc;
 *
 * Groups and list nodes that both versions have are recognised by CID and not read, so that the
 * cost depends on the size of the change. Memory is bounded: digests (hashes of the key and the
 * cells) of differing rows are sorted in parts, which are on disk beyond a limit.
 *
 * With a key, rows are matched by key: a moved row is not a change unless moves are requested. Rows
 * with repeated keys are matched in order of occurrence, and counted in the statistics. On request
 * (`rekeyed`), a removed and an added row count as one row whose key changed, if all their other
 * cells have the same values, and these values identify the row. Values identify a row if not all
 * of them are empty, no other row that was read has the same values, and nearly all rows that were
 * read differ in these values. If nine in ten keys were removed and as many were added, the keys
 * were probably spelled differently. The remaining rows are then paired by a text column whose
 * values are unique in each version, and mostly the same in both versions.
 *
 * Without a key, rows are compared as a sequence, and equal rows are matched by the number of their
 * occurrences. Of the remaining rows, a removed and an added row at the same place are paired as a
 * changed row if at least half of their cells are equal.
 *
 * The results are in the order of the new version. A removed row is returned after the nearest row
 * that precedes it in the old version and that both versions have.
 */
#ifndef VV_DIFF_ROWS_ROWDIFF_H
#define VV_DIFF_ROWS_ROWDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "diff/rows/row_change.h"

typedef struct vv_columns vv_columns;
typedef struct vv_table vv_table;

/* A comparison. */
typedef struct vv_rowdiff vv_rowdiff;
/* Opens a comparison of a (old) with b (new) as *out, and matches all rows. The tables, and the
 * pointers of opts, must remain valid until vv_rowdiff_close. VV_ENOTFOUND: a column of opts->key
 * is missing; the message names the side. */
vv_status vv_rowdiff_open(vv_rowdiff **out, vv_table *a, vv_table *b,
			  const vv_rowdiff_options *opts, vv_error *err);
/* Sets *out to the next row that differs. Returns false at the end, if *rc is negative at the call,
 * and after a failure, which sets *rc. */
bool vv_rowdiff_next(vv_rowdiff *d, vv_row_change *out, vv_status *rc, vv_error *err);
/* Returns the statistics, borrowed. They are complete at the end of the rows. */
const vv_rowdiff_stats *vv_rowdiff_stats_get(const vv_rowdiff *d);
/* Returns the indexes of the key's columns in the new version, borrowed, and sets *count to their
 * number, which is 0 without a key. */
const size_t *vv_rowdiff_key(const vv_rowdiff *d, size_t *count);
void vv_rowdiff_close(vv_rowdiff *d); /* accepts NULL */
VV_AUTO_FREE(vv_rowdiff, vv_rowdiff_close)

/* Sets *cells to the number of cells of both versions that a comparison of a and b would read at
 * most. Reads only the lists of groups. */
vv_status vv_rowdiff_cost(uint64_t *cells, vv_table *a, vv_table *b, const vv_columns *columns,
			  vv_error *err);

/* Returns true if both tables have the same list of row groups, so that only form, schema or key
 * can differ. Reads no rows. */
bool vv_tables_same_data(const vv_table *a, const vv_table *b);

#endif
