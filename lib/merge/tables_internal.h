/*
 * tables_internal: functions that the merge of tables and the search for copies of a change share.
 */
#ifndef VV_LIB_MERGE_TABLES_INTERNAL_H
#define VV_LIB_MERGE_TABLES_INTERNAL_H

#include "diff/merge/rules.h"
#include "lib/merge/tables.h"

/* Searches for evidence that both sides contain the same change of a column with the rule `sum`; a
 * merge would then add this change twice. Sets *why to the evidence, or to the reason why the
 * search was not possible, such as a missing version; both are constants. Sets *why to NULL if the
 * search found nothing, or if no cell of such a column was changed by both sides. */
vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_error *err);

/* Applies to versions[2] the change that leads from versions[0] to versions[1]; all three are
 * blobs of the table. Calls show with the result, which is valid only during the call; cells in
 * conflict have the value of versions[2]. Returns the status of show. Stores nothing. */
vv_status vv_merge_pick(const vv_dataset_merge *in, const vv_merge_rules *rules,
			const vv_oid *const versions[3],
			vv_status (*show)(void *payload, vv_table *picked, vv_error *err),
			void *payload, vv_error *err);

#endif
