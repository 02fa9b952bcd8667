/*
 * everything: a whole history rewritten, with tables of varve in place of text, of pointers of Git LFS and of
 * files that DVC keeps, or text in place of tables.
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

typedef struct vv_migrate_options {
	const char *const
		*patterns; /* as in gitattributes(5); none: *.csv *.tsv *.ndjson *.jsonl, in an
				      * export all */
	size_t pattern_count;
	const char *since; /* commits up to this one stay; NULL: none do */
	bool export, dry;
	const vv_progress *progress;
} vv_migrate_options;

typedef struct vv_migrate_result {
	vv_migrated *contents;   /* vv_migrated_paths */
	size_t commits, changed; /* in the branches and tags; of these with another id */
	size_t refs;             /* that moved, or would */
	size_t unsigned_count;   /* signatures that were dropped */
	size_t folders; /* versions of files of DVC that stay: not all that they name is wanted, or can be read */
	char *map; /* the file with old and new ids; NULL: nothing changed */
} vv_migrate_result;
void vv_migrate_result_clear(vv_migrate_result *r);
VV_AUTO_CLEAR(vv_migrate_result, vv_migrate_result_clear)

/* Branches, tags, HEAD, index and work tree move once all versions are stored and compared. Remote-tracking refs and the
 * stash stay. VV_EREFUSED: a shallow clone, changes that are not committed, another work tree on a branch; VV_EMISSING:
 * contents of Git LFS or DVC that are missing here. On failure before the refs move everything is as before; after that
 * the same call finishes. */
vv_status vv_migrate_everything(vv_migrate_result *out, const vv_migrate_options *opts,
				vv_repository *r, vv_error *err);

#endif
