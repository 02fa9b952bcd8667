/*
 * version_files: gives transport, which does not know tables, the bytes of a version's file.
 */
#ifndef VV_LIB_NAMES_VERSION_FILES_H
#define VV_LIB_NAMES_VERSION_FILES_H

#include "base/progress.h"
#include "base/thread.h"
#include "lib/names/ordered_files.h"
#include "repo/git/objects/file_maker.h"

/* What pieces works with, and what keeps the files of versions in key order for ranges of them; all may be NULL. */
typedef struct vv_version_work {
	vv_pool *pool;
	const vv_progress *progress;
	vv_ordered_files *ordered;
	const struct vv_address *client; /* who pays for putting them together; NULL: nobody */
} vv_version_work;

/* Of datasets of any kind. work is borrowed; NULL: no threads, nobody watches, nothing is kept. */
vv_file_maker vv_version_files(const vv_version_work *work);

#endif
