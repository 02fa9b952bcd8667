/*
 * column_restore: restores columns of a table in the work tree from another version.
 */
#ifndef VV_LIB_EDIT_COLUMN_RESTORE_H
#define VV_LIB_EDIT_COLUMN_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* One value = the options of one restoration of columns. */
typedef struct vv_column_restore {
	/* repo and reader are borrowed */
	vv_repository *repo;
	vv_dataset_reader *reader;
	const char *path;          /* path of the table, as the user wrote it */
	const char *source;        /* revision to restore from; NULL: the index */
	const vv_strings *columns; /* names of the columns; at least one */
	/* conditions on rows of the file; only rows for which all are true are restored; empty (not
	 * NULL): restore every row */
	const vv_strings *where;
	bool force;   /* also overwrite values that the index lacks */
	bool dry_run; /* do not change the file */
} vv_column_restore;

/* One value = the result of one restoration of columns. */
typedef struct vv_column_restored {
	/* numbers of changed rows and changed cells; with dry_run, of those that would change */
	uint64_t rows, cells;
	/* with r->source: how many of these cells have a value that the index lacks; else 0 */
	uint64_t unsaved;
} vv_column_restored;

/* Restores the columns r->columns in the rows that both versions have, matched as in a comparison;
 * other rows are unchanged. Sets *out to the result. The file is replaced in one step, and all
 * other cells keep their bytes. With r->source, reports the first few values that would be lost
 * because the index does not have them. VV_EREFUSED: values would be lost and neither r->force nor
 * r->dry_run is set, or the file was changed meanwhile. VV_ENOTFOUND: the revision does not exist,
 * or a column is not in both versions. VV_EUSAGE: the path is not a table. */
vv_status vv_column_restore_run(vv_column_restored *out, const vv_column_restore *r, vv_error *err);

#endif
