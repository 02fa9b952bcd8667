/*
 * conflict_list: the paths in conflict, with their records.
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
	bool dataset;   /* tables on both sides: record tells of rows and cells */
	bool found_out; /* just now: nothing says what the work tree was given */
	bool resolved;  /* by vv_resolve, whole */
	bool unknown;   /* of vv_conflict_list_known: no record tells of the rows and cells */
	vv_conflict_record record; /* names are set in any case */
} vv_conflict_path;

typedef struct vv_conflict_list {
	vv_conflict_path *paths; /* by path */
	size_t count, cap;
} vv_conflict_list;

/* paths: only these; NULL: all. If a table's record is missing (git made the conflict without
 * varve), or belongs to another conflict, merges again to determine it; keep: put its blocks into
 * the writer. A damaged record is an error (VV_EINPUT), but with again it is determined again as
 * well. */
vv_status vv_conflict_list_read(vv_conflict_list *out, vv_repository *r, vv_dataset_writer *s,
				vv_index *x, vv_pathspec *paths, bool keep, bool again,
				vv_error *err);
/* Only existing records: merges nothing, and reads no block. A table without a record, or with a
 * damaged or newer one, is `unknown`. only: this path alone; NULL: all. */
vv_status vv_conflict_list_known(vv_conflict_list *out, vv_repository *r, vv_dataset_reader *reader,
				 vv_index *x, const char *only, vv_error *err);
/* Why a file that is not a table is in conflict: "changed on both sides". */
const char *vv_conflict_file_reason(const vv_conflict_path *p);
/* VV_ECONFLICT, with the paths named, when anything is in conflict. For commit. */
vv_status vv_conflicts_refuse(vv_repository *r, const vv_index *x, vv_error *err);
void vv_conflict_list_clear(vv_conflict_list *l);
VV_AUTO_CLEAR(vv_conflict_list, vv_conflict_list_clear)

#endif
