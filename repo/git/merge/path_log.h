/*
 * path_log: the commits that changed one file or folder, newest first, as git log has them; below a rename under the
 * name that it had there (lineage.h), and also those before it was removed and came back.
 */
#ifndef VV_REPO_GIT_MERGE_PATH_LOG_H
#define VV_REPO_GIT_MERGE_PATH_LOG_H

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/history/log.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

typedef struct vv_path_log vv_path_log;

typedef struct vv_path_log_entry {
	vv_oid commit;
	const char *path; /* in the commit; NULL: it removed it */
	/* NULL-ended: the path, or the removed one, and the name in a parent if it differs; valid as long as the log */
	const char *paths[3];
	size_t tails[2];   /* of these (vv_lineage_file) */
	bool only_renamed; /* its content is a parent's */
} vv_path_log_entry;

/* Uses only the options ranges, first_parent and the first of the paths. All are borrowed. */
vv_status vv_path_log_open(vv_path_log **out, vv_repository *r, const vv_log_options *opts,
			   vv_lineage_tables tables, vv_error *err);
int vv_path_log_next(vv_path_log *l, vv_path_log_entry *out, vv_error *err); /* 1, 0, <0 */
void vv_path_log_close(vv_path_log *l);                                      /* accepts NULL */
VV_AUTO_FREE(vv_path_log, vv_path_log_close)

#endif
