/*
 * row_set: sets, inserts or deletes one row of a table in the work tree, if a condition is true.
 */
#ifndef VV_LIB_EDIT_ROW_SET_H
#define VV_LIB_EDIT_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_row_set {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path; /* as the user wrote it */
	const char *row;  /* its key, the values parted by commas */
	/* COL=TEXT, as the column's type reads it, or COL:=JSON; none with remove */
	const char *const *values;
	size_t count;
	bool remove;
	bool all; /* every row with this key that fulfils the condition */
	/* a filter's, on the current row; NULL: none. It is false for a row that does not exist */
	const char *condition;
	char **made; /* as vv_row_file has it; NULL: the file is replaced */
} vv_row_set;

typedef enum vv_row_set_done {
	VV_SET_NOTHING, /* it was so already; a row to be removed is not there */
	VV_SET_CELLS,
	VV_SET_ADDED,
	VV_SET_REMOVED,
	VV_SET_NOT_SO /* the condition is false: nothing was done */
} vv_row_set_done;

/* The result. Cleared by the caller. */
typedef struct vv_row_set_result {
	vv_row_set_done done;
	size_t rows; /* set, put in or removed */
	vv_buf json; /* the first of them after the change (of a removed one: before), or the row that matched already; or
		      * empty */
	vv_buf warnings; /* a line each: new members of JSON, values that are not of their column's type */
} vv_row_set_result;
void vv_row_set_result_clear(vv_row_set_result *r);
VV_AUTO_CLEAR(vv_row_set_result, vv_row_set_result_clear)

/* The file is replaced in one step; all other bytes are unchanged. Other processes that set rows wait. VV_EUSAGE: no table with
 * a key, or an invalid value, or a new row with an empty key, or with one that a row has in another spelling; VV_ECONFLICT:
 * several rows have the key; VV_ENOTFOUND: no such column of CSV; VV_EINPUT: the condition, or a value that the file cannot
 * represent; VV_EREFUSED: the file changed meanwhile; VV_ELOCKED. */
vv_status vv_row_set_run(vv_row_set_result *out, const vv_row_set *s, vv_error *err);

#endif
