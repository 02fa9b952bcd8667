/*
 * row_set: one row of a table in the work tree set, put in or deleted, if a condition holds for it.
 */
#ifndef VV_LIB_EDIT_ROW_SET_H
#define VV_LIB_EDIT_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
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
	const char *
		condition; /* of a filter, about the row as it is; NULL: none. It holds for no row that is not there */
} vv_row_set;

typedef enum vv_row_set_done {
	VV_SET_NOTHING, /* it was so already; a row to be removed is not there */
	VV_SET_CELLS,
	VV_SET_ADDED,
	VV_SET_REMOVED,
	VV_SET_NOT_SO /* the condition does not hold: nothing was done */
} vv_row_set_done;

/* *json: the row as it is afterwards (removed: as it was) as a JSON object, appended; nothing where there is none. The file is
 * replaced in one step; all other bytes are as before. Other processes that set rows wait. VV_EUSAGE: no table with a key, or a
 * value that is none; VV_ENOTFOUND: no such column; VV_EINPUT: the condition, or a value that the file cannot hold;
 * VV_EREFUSED: the file changed meanwhile; VV_ELOCKED. */
vv_status vv_row_set_run(vv_row_set_done *out, vv_buf *json, const vv_row_set *s, vv_error *err);

#endif
