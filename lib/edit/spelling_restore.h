/*
 * spelling_restore: a table in the work tree that Excel wrote, spelled again as in its base.
 */
#ifndef VV_LIB_EDIT_SPELLING_RESTORE_H
#define VV_LIB_EDIT_SPELLING_RESTORE_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_spelling_restore {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path;   /* as the user wrote it */
	const char *source; /* the base: a revision */
} vv_spelling_restore;

typedef struct vv_spelling_restored {
	uint64_t cells; /* have their old text again */
	uint64_t edited, added,
		removed; /* cells and rows that differ from the base for other reasons */
} vv_spelling_restored;

/* The file becomes its base with all edits: its form, encoding and the order of its rows are the base's. It is replaced in one step.
 * VV_EREFUSED: most rows have no partner in the base, or the file changed meanwhile; VV_ENOSUPPORT: it has other columns;
 * VV_EINPUT: the base's encoding cannot hold a new cell; VV_EUSAGE: it is not a CSV file. */
vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err);

#endif
