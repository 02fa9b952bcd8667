/*
 * changes_internal: sets the facts in the entry of one changed path. Used by changes.c.
 */
#ifndef VV_LIB_STATUS_CHANGES_INTERNAL_H
#define VV_LIB_STATUS_CHANGES_INTERNAL_H

#include "lib/status/changes.h"

typedef struct vv_dataset_found vv_dataset_found;

/* Sets e->staged_facts and e->table by comparing the pointers in HEAD and in the index. groups:
 * also sets the numbers of row groups and stored bytes. If blocks are missing, only the numbers in
 * the pointers are set. */
vv_status vv_change_staged_facts(vv_change_entry *e, vv_repository *r, vv_dataset_reader *s,
				 bool groups, vv_error *err);

/* Sets e->work_facts and e->table from `staged`, the result of a dry import of the file in the work
 * tree; does nothing if the file was not imported. blocks: the blocks that the import made, which
 * are compared with the version in the index; may be NULL if that version is not a table. Uses only
 * the path of e, so that other threads may call it. */
vv_status vv_change_work_facts(vv_change_entry *e, const vv_dataset_found *staged,
			       vv_mem_sink *blocks, const char *temp_dir, vv_error *err);
/* Sets e->work_facts if the file in the work tree is the pointer found->pointer, of another version than `index`. */
vv_status vv_change_other_pointer(vv_change_entry *e, const vv_index_entry *index,
				  const vv_dataset_found *found, vv_repository *r,
				  vv_dataset_reader *s, vv_error *err);

/* Sets pointer_only, table, root and blocks_here of e for a file in the work tree that is the
 * pointer, not the data. index_blob: the pointer in the index. */
vv_status vv_change_pointer_only(vv_change_entry *e, const vv_oid *index_blob, vv_repository *r,
				 vv_dataset_reader *s, vv_error *err);

/* Sets the counts of e if its path is a table that Git stores as text, and e->table if it could be
 * compared; does nothing for other files. work: compare the file in the work tree with the index,
 * and set work_facts; otherwise compare the index with HEAD, and set staged_facts. */
vv_status vv_change_text_facts(vv_change_entry *e, bool work, vv_repository *r,
			       vv_dataset_reader *s, vv_error *err);

/* Sets the member `problem` of e->work_facts to the message of *why: the file cannot be added. */
vv_status vv_change_problem(vv_change_entry *e, const vv_error *why, vv_error *err);

#endif
