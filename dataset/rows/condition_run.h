/*
 * condition_run: evaluates compiled conditions (condition.h) for rows.
 *
 * A correct caller compiles the condition (vv_condition_new), makes scratch memory for each thread
 * (vv_condition_scratch_new), and calls vv_condition_eval for each row.
 */
#ifndef VV_DATASET_ROWS_CONDITION_RUN_H
#define VV_DATASET_ROWS_CONDITION_RUN_H

#include <stdbool.h>

#include "base/auto.h"
#include "dataset/format/cell.h"
#include "dataset/rows/condition.h"

/* The result of a condition. */
typedef enum vv_truth { VV_FALSE = 0, VV_TRUE = 1, VV_UNKNOWN = 2 } vv_truth;

/* Scratch memory of one thread. Can be used for several conditions, one after the other. */
typedef struct vv_condition_scratch vv_condition_scratch;
vv_condition_scratch *vv_condition_scratch_new(void);    /* returns NULL if out of memory */
void vv_condition_scratch_free(vv_condition_scratch *s); /* accepts NULL */
VV_AUTO_FREE(vv_condition_scratch, vv_condition_scratch_free)

/* Evaluates the condition for one row. cells: one cell for each column of the schema; only those of
 * vv_condition_columns must be set. If memory runs out, returns VV_UNKNOWN, and vv_condition_failed
 * returns true from then on. */
vv_truth vv_condition_eval(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells);
/* Returns true if memory ran out in an evaluation with s. */
bool vv_condition_failed(const vv_condition_scratch *s);
/* Returns true if a result since the last call of this function was unknown because matching a
 * pattern needed too many steps. */
bool vv_condition_undecided(vv_condition_scratch *s);

/* Evaluates the condition for a changed row, like vv_condition_eval. old: the row's cells before
 * the change, one for each column of the schema `old` in vv_condition_how. */
vv_truth vv_condition_eval_change(const vv_condition *c, vv_condition_scratch *s,
				  const vv_cell *old, const vv_cell *cells);

#endif
