/*
 * work_id: what the files of a work tree, or of the index, hold, in one hash: by it results are kept.
 */
#ifndef VV_LIB_CHECK_WORK_ID_H
#define VV_LIB_CHECK_WORK_ID_H

#include <stdbool.h>

#include "base/error.h"
#include "base/hash.h"
#include "repo/git/repository.h"

/* Of all files in the index, and of each datapackage.json above one of them; work: as the work tree has them, of which only
 * those are read whose stat is not that of the index. *has: path, or the document of path, is among them. */
vv_status vv_work_id(vv_hash128 *out, bool *has, vv_repository *r, const char *path, bool work,
		     vv_error *err);

#endif
