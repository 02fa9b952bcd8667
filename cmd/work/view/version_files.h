/*
 * version_files: how the rooms of transport, which know no tables, get the bytes of a version's file.
 */
#ifndef VV_CMD_WORK_VIEW_VERSION_FILES_H
#define VV_CMD_WORK_VIEW_VERSION_FILES_H

#include "base/progress.h"
#include "base/thread.h"
#include "transport/ipfs/file_maker.h"

/* What pieces works with; both may be NULL. */
typedef struct vv_version_work {
	vv_pool *pool;
	const vv_progress *progress;
} vv_version_work;

/* Of datasets of any kind. work is borrowed; NULL: no threads, and nobody watches. */
vv_file_maker vv_version_files(const vv_version_work *work);

#endif
