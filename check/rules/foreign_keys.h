/*
 * foreign_keys: has every key that a row refers to a row of its own? For this room alone.
 */
#ifndef VV_CHECK_RULES_FOREIGN_KEYS_H
#define VV_CHECK_RULES_FOREIGN_KEYS_H

#include "check/rules/emit.h"

/* Follows all foreign keys of the plan; findings and totals go to e. */
vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err);

#endif
