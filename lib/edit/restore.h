/*
 * restore: restores rows, cells and whole paths of the work tree from another version.
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

/*
 * restore: restores paths from an earlier version, or from the index.
 *
 * git writes the files. Overwritten content is lost. If the command is killed, running it again
 * completes the restoration.
 */

/* One value = the options of one restoration of paths. All pointers are borrowed. */
typedef struct vv_restore {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_index *index;
	vv_pathspec *paths; /* the paths to restore; each pattern must match a path */
	const char *source; /* a revision; NULL: the index, or HEAD if staged is set */
	bool staged;        /* restore the index */
	bool worktree;      /* restore the files in the work tree; implied if staged is false */
} vv_restore;

/* One value = the result of one restoration of paths. */
typedef struct vv_restored {
	uint64_t datasets, files; /* numbers of written datasets and files */
} vv_restored;

/* Restores the paths o->paths from o->source, and removes those that the source lacks. Sets *out,
 * also on failure. If only the index is restored, *out is 0. VV_ENOTFOUND: the revision does not
 * exist, or a pattern matches no path. VV_EUSAGE: a path is in conflict and o->staged is not set,
 * or all paths are outside of the sparse checkout. VV_EMISSING: blocks are missing and cannot be
 * fetched; the file with these blocks is unchanged. */
vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err);

#endif
