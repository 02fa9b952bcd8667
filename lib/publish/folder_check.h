/*
 * folder_check: reads blocks and history of a published folder on this machine, and reports damage.
 *
 * Blocks are hashed, lists and versions have sums of their own, git checks its packs, and tables have their hashes in the
 * state, pages in their list of sums. Files that the last publish wrote and that are missing are reported, too.
 */
#ifndef VV_LIB_PUBLISH_FOLDER_CHECK_H
#define VV_LIB_PUBLISH_FOLDER_CHECK_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"

typedef struct vv_folder_checked {
	vv_buf damaged;  /* paths within the folder, a line each */
	uint64_t blocks; /* that were read, and are sound */
} vv_folder_checked;
void vv_folder_checked_clear(vv_folder_checked *c);
VV_AUTO_CLEAR(vv_folder_checked, vv_folder_checked_clear)

/* r: for its folder of temporary files. dir is absolute. *out is to be cleared in any case. VV_ENOSUPPORT: a newer varve
 * wrote some of it. */
vv_status vv_folder_check(vv_folder_checked *out, vv_repository *r, const char *dir,
			  const vv_notes *notes, vv_error *err);

#endif
