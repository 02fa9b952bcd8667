/*
 * rekey: rows whose key alone changed.
 */
#ifndef VV_DIFF_ROWS_REKEY_H
#define VV_DIFF_ROWS_REKEY_H

#include "diff/rows/digest.h"

/* Takes out of gone and added (row numbers, 8 bytes each; finished) the pairs
 * that are one row whose key changed, and puts them into kept. Both are then read anew from
 * their beginnings, or are other sorters. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

#endif
