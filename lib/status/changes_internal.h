/*
 * changes_internal: sets the members of the entry of one changed dataset. Used by changes.c.
 */
#ifndef VV_LIB_STATUS_CHANGES_INTERNAL_H
#define VV_LIB_STATUS_CHANGES_INTERNAL_H

#include "lib/status/changes.h"

/* Sets e->staged_facts by comparing HEAD with the index. If blocks are missing, leaves the facts
 * unknown. groups: also sets the numbers of row groups and stored bytes. */
vv_status vv_change_staged_facts(vv_change_entry *e, vv_repository *r, vv_dataset_reader *s,
				 bool groups, vv_error *err);

/* Sets e->work_facts from `staged`, the result of a dry import of the file in the work tree.
 * blocks: the blocks that the import made; NULL if they were not kept. */
vv_status vv_change_work_facts(vv_change_entry *e, const vv_dataset_found *staged,
			       vv_mem_sink *blocks, const char *temp_dir, vv_error *err);

/* Sets pointer_only, table, root and blocks_here of e for a file in the work tree that is only the
 * pointer. index_blob: the pointer in the index. */
vv_status vv_change_pointer_only(vv_change_entry *e, const vv_oid *index_blob, vv_repository *r,
				 vv_dataset_reader *s, vv_error *err);

/* Sets the counts of e, a table that Git stores as text. work: compare the file in the work tree
 * with the index; otherwise the index with HEAD. */
vv_status vv_change_text_facts(vv_change_entry *e, bool work, vv_repository *r,
			       vv_dataset_reader *s, vv_error *err);

/* Sets the member `problem` of e->work_facts to the message of *err: the file cannot be added. */
vv_status vv_change_problem(vv_change_entry *e, vv_error *err);

#endif
