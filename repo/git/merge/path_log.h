/*
 * path_log: lists the commits that changed a file or folder, newest first, as git log does. Follows renames
 * (lineage.h). If the path was removed and added again, also lists the commits before the removal.
 */
#ifndef VV_REPO_GIT_MERGE_PATH_LOG_H
#define VV_REPO_GIT_MERGE_PATH_LOG_H

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/history/log.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

typedef struct vv_path_log vv_path_log;

/* A commit that changed the path. */
typedef struct vv_path_log_entry {
	vv_oid commit;
	const char *path; /* the path in the commit; NULL: the commit removed the path */
	/* ended by NULL: the path, or the removed path; then its name in a parent, if the name
	 * differs. The strings are valid until vv_path_log_close. */
	const char *paths[3];
	size_t tails[2];   /* for each of paths: vv_lineage_file.tail */
	bool only_renamed; /* the commit renamed the file without changing it */
} vv_path_log_entry;

/* Opens a log of the path opts->paths[0]. Uses only the members ranges, range_count, first_parent
 * and paths of opts; the arrays are borrowed until vv_path_log_close. If no commit has the path,
 * the log is empty. */
vv_status vv_path_log_open(vv_path_log **out, vv_repository *r, const vv_log_options *opts,
			   vv_lineage_tables tables, vv_error *err);
/* Reads the next entry into *out, valid until the next call. Returns 1, 0 at the end, or a negative
 * status. */
int vv_path_log_next(vv_path_log *l, vv_path_log_entry *out, vv_error *err);
void vv_path_log_close(vv_path_log *l); /* accepts NULL */
VV_AUTO_FREE(vv_path_log, vv_path_log_close)

#endif
