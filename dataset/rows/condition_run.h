/*
 * condition_run: tests whether a row meets a condition.
 *
 * A correct caller: vv_condition_new; vv_condition_scratch_new for each thread; vv_condition_eval
 * for each row.
 */
#ifndef VV_DATASET_ROWS_CONDITION_RUN_H
#define VV_DATASET_ROWS_CONDITION_RUN_H

#include <stdbool.h>

#include "base/auto.h"
#include "dataset/format/cell.h"
#include "dataset/rows/condition.h"

typedef enum vv_truth { VV_FALSE = 0, VV_TRUE = 1, VV_UNKNOWN = 2 } vv_truth;

/* Scratch memory of one thread. Can be used for several conditions, one after the other. */
typedef struct vv_condition_scratch vv_condition_scratch;
vv_condition_scratch *vv_condition_scratch_new(void);    /* NULL when out of memory */
void vv_condition_scratch_free(vv_condition_scratch *s); /* accepts NULL */
VV_AUTO_FREE(vv_condition_scratch, vv_condition_scratch_free)

/* Evaluates the condition for one row. cells: the row's cells by column; those of
 * vv_condition_columns must be decoded. If out of memory, returns VV_UNKNOWN, and
 * vv_condition_failed returns true from then on. */
vv_truth vv_condition_eval(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells);
bool vv_condition_failed(const vv_condition_scratch *s);
/* Returns true if a result was unknown because a pattern took too many steps. Counts only results
 * since the last call of this function. */
bool vv_condition_undecided(vv_condition_scratch *s);

/* Evaluates the condition for a changed row. old: the row's cells before the change, by column of
 * how.old. */
vv_truth vv_condition_eval_change(const vv_condition *c, vv_condition_scratch *s,
				  const vv_cell *old, const vv_cell *cells);

#endif
