/*
 * match: which row is which.
 */
#ifndef VV_DIFF_ROWS_MATCH_H
#define VV_DIFF_ROWS_MATCH_H

#include "diff/rows/digest.h"

/* Joins the digests and fills d->entries. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

#endif
