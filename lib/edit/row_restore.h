/*
 * row_restore: restores a row of a file of the work tree, or cells of the row, from another version.
 */
#ifndef VV_LIB_EDIT_ROW_RESTORE_H
#define VV_LIB_EDIT_ROW_RESTORE_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* One value = the options of one restoration of a row or of its cells. */
typedef struct vv_row_restore {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *path;          /* the path as the user wrote it */
	const char *source;        /* a revision; NULL: the index */
	const char *row;           /* the row's key: values separated by commas */
	/* columns of the cells to restore; empty (not NULL): the whole row is restored, added or
	 * removed */
	const vv_strings *columns;
} vv_row_restore;

/* The change that a restoration made. */
typedef enum vv_row_restored {
	VV_RESTORED_NOTHING, /* the file was not changed */
	VV_RESTORED_CELLS,   /* cells of the row were changed */
	VV_RESTORED_ROW,     /* the row was added */
	VV_RESTORED_NO_ROW   /* the row was removed, since the source lacks it */
} vv_row_restored;

/* Restores the row r->row or some of its cells. Sets *out to the change, and *cells to the number
 * of changed cells, or to 0 if *out is not VV_RESTORED_CELLS. The file is replaced in one step; the
 * bytes of all other rows are unchanged. VV_ENOTFOUND: the revision, the row or a column does not
 * exist. VV_EUSAGE: the table has no key, or the path is not a table. VV_ECONFLICT: several rows
 * have the key. VV_EREFUSED: another process changed the file meanwhile. */
vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err);

#endif
