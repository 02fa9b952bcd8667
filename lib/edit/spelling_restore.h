/*
 * spelling_restore: restores the spelling of a table that a spreadsheet program has changed.
 *
 *	vv_spelling_restore_run(&done, &options, err);
 */
#ifndef VV_LIB_EDIT_SPELLING_RESTORE_H
#define VV_LIB_EDIT_SPELLING_RESTORE_H

#include <stdint.h>

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* One value = the options of one restoration of spellings. */
typedef struct vv_spelling_restore {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *path;          /* the path as the user wrote it */
	/* the base, a revision: the table before Excel changed it */
	const char *source;
} vv_spelling_restore;

/* One value = the result of one restoration of spellings. */
typedef struct vv_spelling_restored {
	uint64_t cells; /* number of cells whose old text was restored */
	/* cells among them that show only a part of their value, such as 10 for 9.99: an edit to
	 * this text would look the same. Each of the first ones is a warning */
	uint64_t undecided;
	/* other differences from the base; edited: number of cells; added, removed: numbers of
	 * rows */
	uint64_t edited, added, removed;
} vv_spelling_restored;

/* Writes the base r->source, with the edits in the file r->path applied to it, to the file r->path.
 * Form, encoding and order of rows are then those of the base. Sets *out to the result. The file is
 * replaced in one step. VV_EREFUSED: most rows match no row of the base, or another process changed
 * the file meanwhile. VV_ENOSUPPORT: the columns of the file are not those of the base. VV_EINPUT:
 * the encoding of a changed cell is unknown, or the encoding of the base cannot represent the cell.
 * VV_EUSAGE: the file is not a CSV file. */
vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err);

#endif
