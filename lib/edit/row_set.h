/*
 * row_set: sets, inserts or deletes the row with a given key in a table of the work tree. A
 * condition may restrict this.
 */
#ifndef VV_LIB_EDIT_ROW_SET_H
#define VV_LIB_EDIT_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* One value = the options of one call of vv_row_set_run. */
typedef struct vv_row_set {
	/* repo and reader are borrowed */
	vv_repository *repo;
	vv_dataset_reader *reader;
	const char *path; /* path of the table, as the user wrote it */
	/* key of the row; values of several columns are separated by commas; NULL: set the values in every row that
	 * meets `condition`, of a table that need not have a key */
	const char *row;
	/* the count values to set: COL=TEXT, converted to the column's type, or COL:=JSON;
	 * empty if remove is set */
	const char *const *values;
	size_t count;
	bool remove;   /* delete the row */
	bool insert;   /* insert the row even if another row has a similar key (vv_key_rows) */
	bool only_new; /* an existing row with the key is not changed: VV_SET_NOT_SO */
	bool all;      /* apply to every row that has the key and meets the condition */
	/* filter expression that an existing row with the key must meet; if no row meets it,
	 * nothing is changed. NULL: no condition */
	const char *condition;
	/* if not NULL, the new file is left in a temporary folder, and *made is set to its path
	 * (as in vv_row_file); NULL: the file is replaced */
	char **made;
	bool dry_run; /* change nothing; only with row NULL */
} vv_row_set;

/* The change that was made. */
typedef enum vv_row_set_done {
	/* no change: the row has the values already, or a row to be deleted does not exist */
	VV_SET_NOTHING,
	VV_SET_CELLS,   /* cells of existing rows were set */
	VV_SET_ADDED,   /* a row was inserted */
	VV_SET_REMOVED, /* rows were deleted */
	VV_SET_NOT_SO   /* no row with the key meets the condition; nothing was changed */
} vv_row_set_done;

/* One value = the result of one call of vv_row_set_run; the caller clears it. */
typedef struct vv_row_set_result {
	vv_row_set_done done;
	size_t rows; /* number of rows that were set, inserted or deleted */
	/* the first of these rows as JSON: after it was set or inserted, or before it was deleted;
	 * if nothing was changed, the row with the key; empty if no row has the key */
	vv_buf json;
	/* one line for each new member of JSON, and for each JSON value, and value of a new row's key,
	 * that does not fit its column's type */
	vv_buf warnings;
	/* if no row with the key could be deleted: a similar key of another row, or NULL; if the key was
	 * COLUMN=VALUE of the key's column (VV_EUSAGE): the value; owned */
	char *near;
} vv_row_set_result;
void vv_row_set_result_clear(vv_row_set_result *r);
VV_AUTO_CLEAR(vv_row_set_result, vv_row_set_result_clear)

/* Sets, inserts or deletes the row s->row in the file s->path, and sets *out to the result. The
 * file is replaced in one step; all other bytes are unchanged. Waits for other processes that set
 * rows. VV_EUSAGE: the path is not a table with a key; a value is invalid, is for a column of
 * the key, or is a text that does not have the type of its column; or a new row has an empty key, or a key that another row has in a different spelling or,
 * without s->insert, in a similar one.
 * VV_ECONFLICT: several rows have the key, and s->all is not set. VV_ENOTFOUND: a CSV file does not
 * have the column. VV_EINPUT: the condition is invalid, or the file cannot represent a value.
 * VV_EREFUSED: the file was changed meanwhile, or a pattern of the condition takes too many steps.
 * VV_ELOCKED: waited too long. Call vv_row_set_result_clear also on failure. */
vv_status vv_row_set_run(vv_row_set_result *out, const vv_row_set *s, vv_error *err);

#endif
