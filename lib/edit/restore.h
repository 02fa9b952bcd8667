/*
 * restore: restores rows, cells, spellings and whole paths of the work tree from another version.
 */
#ifndef VV_LIB_EDIT_RESTORE_H
#define VV_LIB_EDIT_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_row_restore {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path;   /* as the user wrote it */
	const char *source; /* a revision; NULL: the index */
	const char *row;    /* the row's key: values separated by commas */
	/* columns of the cells to restore; empty: the whole row, which may be added or removed */
	const vv_strings *columns;
} vv_row_restore;

typedef enum vv_row_restored {
	VV_RESTORED_NOTHING, /* the file was not changed */
	VV_RESTORED_CELLS,
	VV_RESTORED_ROW,
	VV_RESTORED_NO_ROW
} vv_row_restored;

/* Restores a row or its cells. The file is replaced in one step; all other rows keep their
 * bytes. *cells: number of changed cells. VV_ENOTFOUND: no such row or column; VV_EUSAGE: the
 * table has no key, or the path is not a table; VV_EREFUSED: another process changed the file
 * meanwhile. */
vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err);

/* ---- spelling_restore: restores the spelling of a table in the work tree that Excel rewrote
 * ---- */

typedef struct vv_spelling_restore {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *path;   /* as the user wrote it */
	const char *source; /* the base: a revision */
} vv_spelling_restore;

typedef struct vv_spelling_restored {
	uint64_t cells; /* cells whose old text was restored */
	uint64_t edited, added,
		/* edited: cells, added and removed: rows, that differ from the base for other
		 * reasons */
		removed;
} vv_spelling_restored;

/* Writes the base with all edits of the file: form, encoding and row order are those of the
 * base. The file is replaced in one step. VV_EREFUSED: most rows match no row of the base, or
 * another process changed the file meanwhile; VV_ENOSUPPORT: the file has other columns;
 * VV_EINPUT: the base's encoding cannot represent a new cell; VV_EUSAGE: not a CSV file. */
vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err);

/*
 * restore: restores paths from an earlier version (or the index).
 *
 * git writes the files. Overwritten content is lost: if the command is killed, running it again
 * completes it.
 */

typedef struct vv_restore {
	vv_repository *repo; /* all pointers are borrowed */
	vv_dataset_reader *reader;
	vv_index *index;
	vv_pathspec *paths; /* the paths to restore; each pattern must match */
	const char *source; /* a revision; NULL: the index, with staged HEAD */
	bool staged;        /* restore the index */
	bool worktree;      /* restore the files; implied if staged is false */
} vv_restore;

typedef struct vv_restored {
	uint64_t datasets, files; /* written */
} vv_restored;

/* Restores the paths, and removes those that the source lacks. *out is set on failure, too.
 * VV_ENOTFOUND: a pattern matches nothing; VV_EUSAGE: a path is in conflict; VV_EMISSING: blocks
 * are missing and cannot be fetched; that file is unchanged. */
vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err);

#endif
