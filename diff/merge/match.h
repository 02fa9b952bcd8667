/*
 * match: which row of base is which of a side, into the sides of the state.
 */
#ifndef VV_DIFF_MERGE_MATCH_H
#define VV_DIFF_MERGE_MATCH_H

#include "diff/merge/state.h"

vv_status merge_rows_match(merge *m, vv_error *err);

/* Has a side (nearly) nothing of base's rows? */
bool merge_is_other_table(merge *m, const merge_side *s);
/* rows that both added; after the columns are known */
vv_status merge_partners(merge *m, vv_error *err);

void merge_match_clear(merge *m);

#endif
