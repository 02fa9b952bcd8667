/*
 * tables_internal: functions shared by the merge of tables and the search for copies of a change.
 */
#ifndef VV_LIB_MERGE_TABLES_INTERNAL_H
#define VV_LIB_MERGE_TABLES_INTERNAL_H

#include "diff/merge/rules.h"
#include "lib/merge/tables.h"

/* Sets *why to the reason (a literal) to suppose that both sides have the same change of a column with the rule `sum`, which would
 * then count twice. NULL: there is no such reason, or no such cell was changed on both sides. */
vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_error *err);

/* Picks the change between the first two of three versions of the table (blobs) onto the third, and calls show with the result;
 * a conflict leaves the third's cells. Stores nothing. */
vv_status vv_merge_pick(const vv_dataset_merge *in, const vv_merge_rules *rules,
			const vv_oid *const versions[3],
			vv_status (*show)(void *payload, vv_table *picked, vv_error *err),
			void *payload, vv_error *err);

#endif
