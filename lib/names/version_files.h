/*
 * version_files: makes the bytes of a version's file for the code in transport/, which does not
 * depend on tables.
 */
#ifndef VV_LIB_NAMES_VERSION_FILES_H
#define VV_LIB_NAMES_VERSION_FILES_H

#include "base/progress.h"
#include "base/thread.h"
#include "lib/names/ordered_files.h"
#include "repo/git/objects/file_maker.h"

/* One value = the options for making files; all members may be NULL. */
typedef struct vv_version_work {
	vv_pool *pool;
	const vv_progress *progress;
	vv_ordered_files *ordered; /* caches files whose rows are stored in key order */
	/* the client whose credit pays for making a file (ordered_files.h) */
	const struct vv_address *client;
} vv_version_work;

/* Returns the functions that make the files of datasets of any kind. They borrow work, which may be
 * NULL. */
vv_file_maker vv_version_files(const vv_version_work *work);

#endif
