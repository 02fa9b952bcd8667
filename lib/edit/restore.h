/*
 * restore: restores paths from an earlier version, or from the index.
 *
 * git writes the files. Overwritten content is lost. If the command is killed, running it again
 * completes the restoration.
 */
#ifndef VV_LIB_EDIT_RESTORE_H
#define VV_LIB_EDIT_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

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
