/*
 * match_steps: how rows of two versions are matched.
 */
#ifndef VV_DIFF_ROWS_MATCH_STEPS_H
#define VV_DIFF_ROWS_MATCH_STEPS_H

#include "diff/rows/digest.h"

/* ---- match: which row is which ---- */

/* Joins the digests and fills d->entries. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

/* ---- align: rows found equal side by side, in the groups that only one version has ---- */

/* Goes over the groups that only one side has. Rows found equal on the
 * way become segments of d->changed (or are put into kept); all others are put into out. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

/* ---- rekey: rows whose key alone changed ---- */

/* Takes out of gone and added (row numbers, 8 bytes each; finished) the pairs
 * that are one row whose key changed, and puts them into kept. Both are then read anew from
 * their beginnings, or are other sorters. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

#endif
