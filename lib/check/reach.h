/*
 * reach: decides which files a check may read.
 *
 * The author of a pull request or data package chooses the paths of the files to check, and a
 * report prints their content. So a check must not read files outside of the folder that it checks.
 */
#ifndef VV_LIB_CHECK_REACH_H
#define VV_LIB_CHECK_REACH_H

#include "base/error.h"

/* Decides whether a check may read the file at the path `file`; VV_OK: it may. package: path of the
 * data package that names the file; may be NULL. VV_EREFUSED: after following symbolic links, the
 * file is outside of the package's folder (without a package: outside of the work tree that
 * contains the path), or it is in .git, /proc, /sys or /dev. /dev/shm, whose files are in memory,
 * is not refused; nor is a missing file. */
vv_status vv_check_may_read(const char *file, const char *package, vv_error *err);

#endif
