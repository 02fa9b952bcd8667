/*
 * one_file: finds names that are one file in the work tree, because its file system folds case
 * ("Prices.csv", "prices.csv") or forms of Unicode (NFC, NFD). Git writes such files over each other.
 *
 *	vv_auto(vv_one_file) f = {.repo = repo};
 *
 *	rc = vv_one_file_add(&f, path, VV_NAME_COMES, err); ... for each path
 *	rc = rc < 0 ? rc : vv_one_file_warn(&f, err);
 */
#ifndef VV_LIB_WORKTREE_ONE_FILE_H
#define VV_LIB_WORKTREE_ONE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef enum vv_name_fate {
	VV_NAME_STAYS,
	VV_NAME_COMES, /* the file will be written */
	VV_NAME_GOES   /* the file will be removed */
} vv_name_fate;

/* Set `repo`, which is borrowed, and all else to zero. */
typedef struct vv_one_file {
	vv_repository *repo;
	struct vv_one_name *names;
	size_t count, cap;
} vv_one_file;

/* Sets *out to whether names may be one file in the work tree of r, as core.ignorecase and
 * core.precomposeunicode say, which Git sets. */
vv_status vv_one_file_folds(bool *out, vv_repository *r, vv_error *err);
/* Adds a path. One that is added twice has the greater fate. */
vv_status vv_one_file_add(vv_one_file *f, const char *path, vv_name_fate fate, vv_error *err);
/* Sends a warning for each two paths that are one file, if one of them comes and none of them goes. Names of
 * ASCII are compared; for others, files of these names are made in a temporary folder. */
vv_status vv_one_file_warn(vv_one_file *f, vv_error *err);
void vv_one_file_clear(vv_one_file *f);
VV_AUTO_CLEAR(vv_one_file, vv_one_file_clear)

#endif
