/*
 * replaced: finds rows of base that both sides replaced by different rows.
 *
 * A side replaces rows of base that follow one another if it removes them and adds rows at their
 * place. If both sides replace the same row, and their new rows differ, the result cannot have both:
 * all these rows, of base and of both sides, are in conflict (VV_CONFLICT_ROW_REPLACED). A new row
 * with a partner on the other side is not one of them.
 */
#ifndef VV_DIFF_MERGE_REPLACED_H
#define VV_DIFF_MERGE_REPLACED_H

#include "diff/merge/state.h"

/* Sets m->replaced, and the member `replaces` of m->side, unless rows have a declared key or that of an
 * id, or the rule "rows" keeps all rows that both sides added. Requires merge_partners. */
vv_status merge_replaced_find(merge *m, vv_error *err);

/* Is the row of base one of those that both replaced, or was it removed together with one? */
bool merge_is_replaced(const merge *m, uint64_t old_row);

#endif
