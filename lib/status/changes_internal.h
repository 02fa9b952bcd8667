/*
 * changes_internal: finding out about one changed dataset. Used by changes.c.
 */
#ifndef VV_LIB_STATUS_CHANGES_INTERNAL_H
#define VV_LIB_STATUS_CHANGES_INTERNAL_H

#include "lib/status/changes.h"

/* HEAD against the index; unknown when blocks are missing. groups: these and stored bytes too. */
vv_status vv_change_staged_facts(vv_change_entry *e, vv_repository *r, vv_dataset_reader *s,
				 bool groups, vv_error *err);

/* From the results of a dry import; blocks: those that it made, as far as they were stored. */
vv_status vv_change_work_facts(vv_change_entry *e, const vv_dataset_found *staged,
			       vv_mem_sink *blocks, const char *temp_dir, vv_error *err);

vv_status vv_change_pointer_only(vv_change_entry *e, const vv_oid *index_blob, vv_repository *r,
				 vv_dataset_reader *s, vv_error *err);

/* Counts the changes of a table that Git stores as text and varve compares. work: the file against the
 * index; else the index against HEAD. */
vv_status vv_change_text_facts(vv_change_entry *e, bool work, vv_repository *r,
			       vv_dataset_reader *s, vv_error *err);

/* Keeps err's message as the reason why the file cannot be taken. */
vv_status vv_change_problem(vv_change_entry *e, vv_error *err);

#endif
