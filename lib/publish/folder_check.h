/*
 * folder_check: verifies the blocks and the history of a published folder on this machine, and
 * reports damage.
 *
 * Blocks are verified by their hashes, the store's lists of blocks and of versions by the checksums
 * in them, packs of Git by git, tables by the hashes in the state (folder_state.h), and web pages
 * by the hashes in their own state. A file that the last run wrote is also reported if it is
 * missing or has another length.
 */
#ifndef VV_LIB_PUBLISH_FOLDER_CHECK_H
#define VV_LIB_PUBLISH_FOLDER_CHECK_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"

/* The result of a check. */
typedef struct vv_folder_checked {
	/* paths of damaged or missing files relative to the folder, one per line */
	vv_buf damaged;
	uint64_t blocks; /* number of blocks that were read and are valid */
} vv_folder_checked;
void vv_folder_checked_clear(vv_folder_checked *c);
VV_AUTO_CLEAR(vv_folder_checked, vv_folder_checked_clear)

/* Checks the folder `dir`, an absolute path, and sets *out to the result. r provides the folder for
 * temporary files. The caller clears *out, also after a failure. VV_ENOSUPPORT: a newer version of
 * varve wrote some of the files. */
vv_status vv_folder_check(vv_folder_checked *out, vv_repository *r, const char *dir,
			  const vv_notes *notes, vv_error *err);

#endif
