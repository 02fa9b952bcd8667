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

/* One of two rows with one key, which vv_resolve removed, or which got another key. */
typedef struct vv_decided_row {
	char *row;  /* its name, as vv_conflict_row_put writes it */
	int side;   /* VV_OURS or VV_THEIRS: it was this side's row */
	char *text; /* removed: the row as a JSON object; else its new key */
} vv_decided_row;

typedef struct vv_decided_rows {
	vv_decided_row *rows;
	size_t count, cap;
} vv_decided_rows;

/* A path in conflict. */
typedef struct vv_conflict_path {
	char *path;
	vv_index_side sides[3]; /* base, ours and theirs */
	const char *kind;       /* vv_content_kind of ours, else of theirs, else of base */
	/* ours and theirs are files; and varve stores one of them, or their merge driver is varve.
	 * `record` then has the conflicts */
	bool dataset;
	/* the record was missing or damaged, or was that of another conflict, and was made again;
	 * the content of the work tree may differ from it */
	bool found_out;
	bool resolved; /* vv_resolve has resolved the whole path */
	/* vv_resolve: the rows that it removed, and those that got another key */
	vv_decided_rows removed, renumbered;
	bool unknown; /* vv_conflict_list_known found no record that it can use */
	/* vv_conflict_list_read: why the conflicts of this path could not be determined; code
	 * VV_OK: they were. vv_resolve: also why it was not resolved */
	vv_error failure;
	vv_conflict_record record; /* empty, except for tables; its names are always set */
} vv_conflict_path;

/* A list of paths in conflict. */
typedef struct vv_conflict_list {
	vv_conflict_path *paths; /* sorted by path */
	size_t count, cap;
} vv_conflict_list;

/* Sets *out to the paths in conflict in the index x. The caller clears *out, also after a failure.
 * paths: list only these; NULL: list all. If git made the conflict without running varve, the table
 * has no record, or has that of an earlier conflict; this function then merges again and makes the
 * record. keep: pass the blocks of these merges to the writer s. again: also make damaged records
 * again. If this fails for a path, sets its `failure`, and continues with the next path: VV_EINPUT: a
 * record is damaged, and `again` is false; VV_ENOSUPPORT: a newer varve wrote a record. */
vv_status vv_conflict_list_read(vv_conflict_list *out, vv_repository *r, vv_dataset_writer *s,
				vv_index *x, vv_pathspec *paths, bool keep, bool again,
				vv_error *err);
/* Returns true if after this error of one path, the other paths would fail as well: memory or the
 * disk is exhausted, or the user cancelled. */
bool vv_conflict_stops(const vv_error *why);
/* Returns VV_OK, or the first failure in the list, whose message names the path; warns of the
 * others. */
vv_status vv_conflict_list_failure(const vv_conflict_list *l, vv_repository *r, vv_error *err);
/* Sets *out to the paths in conflict in the index x, and reads the existing records. Unlike
 * vv_conflict_list_read, merges nothing and reads no blocks. `unknown` is true for a table whose
 * record is missing, belongs to another conflict, is damaged, or was written by a newer varve. The
 * caller clears *out, also after a failure. only: list only this path; NULL: all. */
vv_status vv_conflict_list_known(vv_conflict_list *out, vv_repository *r, vv_dataset_reader *reader,
				 vv_index *x, const char *only, vv_error *err);
/* Returns the reason, a constant, for the conflict of *p, a file that is not a table, such as
 * "changed on both sides". */
const char *vv_conflict_file_reason(const vv_conflict_path *p);
/* Returns VV_ECONFLICT if a path is in conflict in x; the message names the first three paths, and
 * says that nothing was committed. Else returns VV_OK. Called before a commit. */
vv_status vv_conflicts_refuse(vv_repository *r, const vv_index *x, vv_error *err);
void vv_conflict_list_clear(vv_conflict_list *l);
VV_AUTO_CLEAR(vv_conflict_list, vv_conflict_list_clear)

#endif
