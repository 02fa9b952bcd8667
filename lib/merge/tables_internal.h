/*
 * tables_internal: functions that the merge of tables and the search for copies of a change share.
 */
#ifndef VV_LIB_MERGE_TABLES_INTERNAL_H
#define VV_LIB_MERGE_TABLES_INTERNAL_H

#include "diff/merge/rules.h"
#include "lib/merge/tables.h"

/* Finds out whether both sides probably contain the same change of a column with the rule `sum`; a
 * merge would add this change twice. Sets *why to the evidence, a literal; NULL: no evidence was
 * found, or both sides changed no cell of such a column. */
vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_error *err);

/* Applies the change between the first two of three versions (blobs of the table) to the third
 * version, and calls show with the result. Cells in conflict have the value of the third version.
 * Stores nothing. */
vv_status vv_merge_pick(const vv_dataset_merge *in, const vv_merge_rules *rules,
			const vv_oid *const versions[3],
			vv_status (*show)(void *payload, vv_table *picked, vv_error *err),
			void *payload, vv_error *err);

#endif
