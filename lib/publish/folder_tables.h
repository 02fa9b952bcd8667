/*
 * folder_tables: the tables of the newest version as files of a published folder.
 *
 * A file that varve did not write is never replaced. A correct caller: fills the first members; plan; writes the state,
 * which has every file as unknown that is going to be written; write; moves the refs; remove; writes the state.
 */
#ifndef VV_LIB_PUBLISH_FOLDER_TABLES_H
#define VV_LIB_PUBLISH_FOLDER_TABLES_H

#include <stdint.h>

#include "base/auto.h"
#include "base/progress.h"
#include "dataset/table/dataset_reader.h"
#include "lib/publish/folder_state.h"
#include "repo/git/repository.h"

typedef struct vv_folder_table {
	char *path; /* owned */
	vv_oid blob;
	uint64_t bytes;
} vv_folder_table;

typedef struct vv_folder_tables {
	vv_repository *repo;
	vv_dataset_reader *reader;
	const vv_notes *notes;
	vv_folder_state *state;
	const char *dir;
	int64_t now;
	uint64_t bytes_max;
	/* After: */
	vv_folder_table *items; /* to be written */
	size_t count, cap;
	vv_oid commit;
	uint64_t written, too_long;
} vv_folder_tables;

vv_status vv_folder_tables_plan(vv_folder_tables *t, const vv_oid *commit, vv_error *err);
vv_status vv_folder_tables_write(vv_folder_tables *t, vv_error *err);
/* Those of the state that the commit does not have any more. */
vv_status vv_folder_tables_remove(vv_folder_tables *t, vv_error *err);
void vv_folder_tables_clear(vv_folder_tables *t);

#endif
