/*
 * version_files: makes the bytes of a version's file for transport, which is independent of tables.
 */
#ifndef VV_LIB_NAMES_VERSION_FILES_H
#define VV_LIB_NAMES_VERSION_FILES_H

#include "base/progress.h"
#include "base/thread.h"
#include "lib/names/ordered_files.h"
#include "repo/git/objects/file_maker.h"

/* The tools of `pieces`, and the cache of files in key order for `range`; all may be NULL. */
typedef struct vv_version_work {
	vv_pool *pool;
	const vv_progress *progress;
	vv_ordered_files *ordered;
	const struct vv_address *client; /* whose credit is used, or NULL */
} vv_version_work;

/* For datasets of any kind. work is borrowed; NULL: no threads, progress or cache. */
vv_file_maker vv_version_files(const vv_version_work *work);

#endif
