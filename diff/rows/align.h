/*
 * align: rows found equal side by side, in the groups that only one version has.
 */
#ifndef VV_DIFF_ROWS_ALIGN_H
#define VV_DIFF_ROWS_ALIGN_H

#include "diff/rows/digest.h"

/* Goes over the groups that only one side has. Rows found equal on the
 * way become segments of d->changed (or are put into kept); all others are put into out. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

#endif
