/*
 * restore: rows, cells, spellings and whole paths of the work tree, as another version has them.
 */
#ifndef VV_LIB_EDIT_RESTORE_H
#define VV_LIB_EDIT_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "dataset/table/dataset_reader.h"
#include "lib/names/pathspec.h"
#include "repo/git/index/index.h"
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
	VV_RESTORED_NOTHING, /* the file was not changed */
	VV_RESTORED_CELLS,
	VV_RESTORED_ROW,
	VV_RESTORED_NO_ROW
} vv_row_restored;

/* The file is replaced in one step; all other rows keep their bytes. *cells: how many changed. VV_ENOTFOUND: no such row or
 * column. VV_EUSAGE: the table has no key, or is not one. VV_EREFUSED: the file changed meanwhile. */
vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err);

/* ---- spelling_restore: a table in the work tree that Excel wrote, spelled again as in its base ---- */

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

/* The file becomes its base with all edits: its form, encoding and the order of its rows are the base's. It is replaced in one
 * step. VV_EREFUSED: most rows have no partner in the base, or the file changed meanwhile; VV_ENOSUPPORT: it has other columns;
 * VV_EINPUT: the base's encoding cannot represent a new cell; VV_EUSAGE: it is not a CSV file. */
vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err);

/*
 * restore: restores paths from an earlier version (or the index).
 *
 * git writes the files. Overwritten content is not kept: after a kill, repeating the command completes it.
 */

typedef struct vv_restore {
	vv_repository *repo; /* borrowed, all four */
	vv_dataset_reader *reader;
	vv_index *index;
	vv_pathspec *paths; /* which; each pattern has to match */
	const char *source; /* a revision; NULL: the index, with staged HEAD */
	bool staged;        /* sets the index to the source */
	bool worktree;      /* so do the files; always without staged */
} vv_restore;

typedef struct vv_restored {
	uint64_t datasets, files; /* written */
} vv_restored;

/* Removes paths that the source does not have. *out is set on failure, too. VV_ENOTFOUND: a pattern matches nothing.
 * VV_EUSAGE: a path is in conflict. VV_EMISSING: blocks are missing and cannot be fetched; that file is unchanged. */
vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err);

#endif
