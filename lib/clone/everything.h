/*
 * everything: rewrites a whole history. Text files, and files stored by Git LFS or DVC, become
 * tables of varve; in an export, tables become text files.
 *
 *	vv_migrate_everything(&result, &options, repo, err);
 *	vv_migrate_result_clear(&result);
 */
#ifndef VV_LIB_CLONE_EVERYTHING_H
#define VV_LIB_CLONE_EVERYTHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/clone/migrated.h"
#include "repo/git/repository.h"

/* The options of vv_migrate_everything. */
typedef struct vv_migrate_options {
	/* patterns of the files to migrate, as in gitattributes(5). pattern_count 0: the patterns
	 * of vv_endings, except those for JSON; in an export, all files */
	const char *const *patterns;
	size_t pattern_count;
	const char *since; /* this commit and its ancestors are not rewritten; NULL: all are */
	bool export,       /* convert tables to text */
		dry;       /* only count what would change */
	const vv_progress *progress;
} vv_migrate_options;

/* The result of vv_migrate_everything. */
typedef struct vv_migrate_result {
	vv_migrated *contents; /* the migrated paths (vv_migrated_paths returns them) */
	size_t commits,        /* number of commits in branches and tags, after `since` */
		changed;       /* number of commits that get a new id */
	size_t refs;           /* number of refs that were moved, or would be */
	size_t unsigned_count; /* number of signatures that were dropped */
	/* number of versions of .dvc files and of outputs in dvc.lock that were not converted,
	 * because varve cannot interpret them, or because the patterns select only a part of the
	 * data that they name */
	size_t folders;
	char *map; /* path of the file with old and new ids; NULL: no history was written */
} vv_migrate_result;
void vv_migrate_result_clear(vv_migrate_result *r);
VV_AUTO_CLEAR(vv_migrate_result, vv_migrate_result_clear)

/* Rewrites the history of r, and sets *out. Branches, tags, HEAD, index and work tree are changed
 * only after all versions are stored and verified. Remote-tracking refs and the stash are not
 * changed. VV_EREFUSED: the clone is shallow, has no commits or a detached HEAD, the work tree has
 * uncommitted changes, or another work tree has a branch checked out. VV_EUSAGE: a pattern is not
 * valid. VV_EMISSING: this repository lacks contents of Git LFS or DVC. If the call fails before
 * refs are moved, history, index and files are unchanged. If it fails later, calling it again
 * completes the rewrite. vv_migrate_result_clear must be called also on failure. */
vv_status vv_migrate_everything(vv_migrate_result *out, const vv_migrate_options *opts,
				vv_repository *r, vv_error *err);

#endif
