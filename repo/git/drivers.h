/*
 * drivers: lists the settings in Git's configuration that make git call varve: the filter, the diff
 * driver, the merge drivers and the difftool. 'varve init' writes them to a repository's
 * configuration, 'varve install' to the user's.
 */
#ifndef VV_REPO_GIT_DRIVERS_H
#define VV_REPO_GIT_DRIVERS_H

#include <stddef.h>

#include "base/buf.h"

/* The name of the merge driver for .gitattributes files. */
#define VV_ATTR_MERGE_DRIVER "varve-lines"

#define VV_LFS_MERGE_DRIVER "merge.lfs.driver" /* the key of the setting */

/* Appends a setting for git -c that makes varve the merge driver `lfs`. Branches that were not migrated from Git LFS
 * yet name this driver in .gitattributes, but Git LFS does not define it. */
void vv_lfs_merge_setting(vv_buf *b);

/* The number of settings. */
extern const size_t vv_drivers_count;

/* Returns the key of the i-th setting ("filter.varve.process"); a constant. */
const char *vv_driver_key(size_t i);

/* Appends the value of the i-th setting. program: the command that runs varve; it is quoted for the shell if
 * needed. */
void vv_driver_value(vv_buf *b, size_t i, const char *program);

#endif
