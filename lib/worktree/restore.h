/*
 * restore: paths as an earlier version (or the index) has them.
 *
 * What is overwritten is not kept, so once begun it is carried through: a journal has what will change, and the next
 * command finishes what a killed one left.
 */
#ifndef VV_LIB_WORKTREE_RESTORE_H
#define VV_LIB_WORKTREE_RESTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "lib/names/pathspec.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_restore {
	vv_repository *repo; /* borrowed, all four */
	vv_dataset_reader *reader;
	vv_index *index;
	vv_pathspec *paths; /* which; each pattern has to match */
	const char *source; /* a revision; NULL: the index, with staged HEAD */
	bool staged;        /* the index becomes what the source has */
	bool worktree;      /* so do the files; always without staged */
} vv_restore;

typedef struct vv_restored {
	uint64_t datasets, files; /* written */
} vv_restored;

/* What the source does not have is removed. *out is set on failure, too. VV_ENOTFOUND: a pattern matches nothing.
 * VV_EUSAGE: a path is in conflict. VV_EMISSING: blocks are not here and cannot be had; that file is as it was. */
vv_status vv_restore_run(vv_restored *out, const vv_restore *o, vv_error *err);

#endif
