/*
 * conflict_list: lists the paths in conflict, with their records.
 */
#ifndef VV_LIB_MERGE_CONFLICT_LIST_H
#define VV_LIB_MERGE_CONFLICT_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/merge/conflict_file.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/index/index.h"

typedef struct vv_conflict_path {
	char *path;
	vv_merge_side sides[3];
	bool dataset; /* tables on both sides: record has the conflicts of rows and cells */
	/* the record was missing and was made again, so the content of the work tree is unknown */
	bool found_out;
	bool resolved;             /* vv_resolve has resolved the whole path */
	bool unknown;              /* vv_conflict_list_known: there is no usable record */
	vv_conflict_record record; /* empty, except for tables; its names are always set */
} vv_conflict_path;

typedef struct vv_conflict_list {
	vv_conflict_path *paths; /* sorted by path */
	size_t count, cap;
} vv_conflict_list;

/* Lists paths in conflict; paths: only these, or NULL for all. If the record of a table is missing,
 * since git made the conflict without varve, or belongs to another conflict, merges again to make
 * the record. keep: put blocks of these merges into the writer. again: replace damaged records,
 * too. VV_EINPUT: a record is damaged, and `again` is not set. */
vv_status vv_conflict_list_read(vv_conflict_list *out, vv_repository *r, vv_dataset_writer *s,
				vv_index *x, vv_pathspec *paths, bool keep, bool again,
				vv_error *err);
/* Lists paths in conflict with existing records: merges nothing, and reads no blocks. Tables
 * without a record, or with a damaged or newer one, have `unknown` set. only: list only this path;
 * NULL: all. */
vv_status vv_conflict_list_known(vv_conflict_list *out, vv_repository *r, vv_dataset_reader *reader,
				 vv_index *x, const char *only, vv_error *err);
/* Returns why a file that is not a table is in conflict, such as "changed on both sides". */
const char *vv_conflict_file_reason(const vv_conflict_path *p);
/* Fails with VV_ECONFLICT if a path is in conflict; the message names the paths. For commit. */
vv_status vv_conflicts_refuse(vv_repository *r, const vv_index *x, vv_error *err);
void vv_conflict_list_clear(vv_conflict_list *l);
VV_AUTO_CLEAR(vv_conflict_list, vv_conflict_list_clear)

#endif
