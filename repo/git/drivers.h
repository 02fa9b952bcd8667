/*
 * drivers: the settings of Git's configuration that make git call varve: the filter, the drivers for
 * differences and merges. 'varve init' writes them into a repository, 'varve install' for a user.
 */
#ifndef VV_REPO_GIT_DRIVERS_H
#define VV_REPO_GIT_DRIVERS_H

#include <stddef.h>

#include "base/buf.h"

/* The merge driver for lines of .gitattributes. */
#define VV_ATTR_MERGE_DRIVER "varve-lines"

/* Appends a setting for git -c: a branch that was not migrated yet has its lines for Git LFS, which has no merge driver. */
#define VV_LFS_MERGE_DRIVER "merge.lfs.driver"
void vv_lfs_merge_setting(vv_buf *b);

extern const size_t vv_drivers_count;

/* "filter.varve.process"; a constant. */
const char *vv_driver_key(size_t i);

/* Appends its value; program: what to call varve there, quoted for the shell where need be. */
void vv_driver_value(vv_buf *b, size_t i, const char *program);

#endif
