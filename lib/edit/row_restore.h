/*
 * row_restore: one row of a table in the work tree, or some of its cells, as another version has them.
 */
#ifndef VV_LIB_EDIT_ROW_RESTORE_H
#define VV_LIB_EDIT_ROW_RESTORE_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_row_restore {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path;          /* as the user wrote it */
	const char *source;        /* a revision; NULL: the index */
	const char *row;           /* its key, the values parted by commas */
	const vv_strings *columns; /* of the cells; none: the whole row, which may come or go */
} vv_row_restore;

typedef enum vv_row_restored {
	VV_RESTORED_NOTHING, /* the file was left as it is */
	VV_RESTORED_CELLS,
	VV_RESTORED_ROW,
	VV_RESTORED_NO_ROW
} vv_row_restored;

/* The file is replaced in one step; all other rows keep their bytes. *cells: how many changed. VV_ENOTFOUND: no such row or
 * column. VV_EUSAGE: the table has no key, or is not one. VV_EREFUSED: the file changed meanwhile. */
vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err);

#endif
