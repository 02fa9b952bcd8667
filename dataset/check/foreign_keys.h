/*
 * foreign_keys: has every key that a row refers to a row of its own? For this room alone.
 */
#ifndef VV_DATASET_CHECK_FOREIGN_KEYS_H
#define VV_DATASET_CHECK_FOREIGN_KEYS_H

#include "dataset/check/emit.h"

/* Follows all foreign keys of the plan; findings and totals go to e. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

#endif
