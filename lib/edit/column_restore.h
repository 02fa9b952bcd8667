/*
 * column_restore: columns of a table in the work tree, with the cells that another version has.
 */
#ifndef VV_LIB_EDIT_COLUMN_RESTORE_H
#define VV_LIB_EDIT_COLUMN_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_column_restore {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path;          /* as the user wrote it */
	const char *source;        /* a revision; NULL: the index */
	const vv_strings *columns; /* one or more */
	/* conditions on rows of the file, all of which must be true; none: every row */
	const vv_strings *where;
	bool force; /* also over cells that only the file has */
	bool dry_run;
} vv_column_restore;

typedef struct vv_column_restored {
	uint64_t rows, cells; /* that changed, or would */
	uint64_t unsaved;     /* of these cells: in no version before */
} vv_column_restored;

/* Rows are matched as a comparison matches them; those that only one version has stay. The file is replaced in one step, and all other
 * cells keep their bytes. With a source, cells that the index does not have are named to who listens to the repository: VV_EREFUSED
 * without force. VV_ENOTFOUND: no such version, or column in both; VV_EUSAGE: no table; VV_EREFUSED: the file changed meanwhile. */
vv_status vv_column_restore_run(vv_column_restored *out, const vv_column_restore *r, vv_error *err);

#endif
