/*
 * reach: the files of a work tree or package that a check may read.
 *
 * The sender of a pull request or a data package chooses the names of its files, and a report prints their content.
 * So a check reads nothing outside of its folder.
 */
#ifndef VV_LIB_CHECK_REACH_H
#define VV_LIB_CHECK_REACH_H

#include "base/error.h"

/* package: the package that names the file; NULL: none does. VV_EREFUSED, with the reason: the file is, with
 * symbolic links followed, outside of the package's folder or of the work tree that its path is in, or inside a
 * folder .git, /proc, /sys or /dev. A missing file is not refused. */
vv_status vv_check_may_read(const char *file, const char *package, vv_error *err);

#endif
