/*
 * erase_free: removes the objects and blocks of the history before an erasure from this repository,
 * and checks that they are gone.
 *
 * 	vv_erase_free(&freed, &plan, repo, err);
 * 	... freed.objects_left, freed.blocks_left ...
 * 	vv_erase_freed_clear(&freed);
 *
 * It removes ORIG_HEAD, FETCH_HEAD, drafts of messages, recorded resolutions of conflicts, all
 * caches, Git's unreachable objects, and blocks that no version needs, and withdraws published versions. Then it checks for each old
 * object, and each block of the old versions, whether it is gone.
 */
#ifndef VV_LIB_SPACE_ERASE_FREE_H
#define VV_LIB_SPACE_ERASE_FREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "lib/space/erase_plan.h"
#include "lib/space/erase_published.h"
#include "lib/space/gc.h"
#include "repo/git/repository.h"

/* The result. */
typedef struct vv_erase_freed {
	vv_gc_run gc;                       /* gc.result.dropped_bytes: bytes of blocks */
	uint64_t objects, blocks;           /* numbers of those that are gone */
	uint64_t objects_left, blocks_left; /* of those that are still here */
	vv_erase_withdrawn withdrawn;
	vv_string_list unread; /* files and folders that may have values, and were not searched */
} vv_erase_freed;
void vv_erase_freed_clear(vv_erase_freed *f);
VV_AUTO_CLEAR(vv_erase_freed, vv_erase_freed_clear)

/* Removes everything that the applied plan p names. VV_ELOCKED: another gc or drop is running. */
vv_status vv_erase_free(vv_erase_freed *out, const vv_erase_plan *p, vv_repository *r,
			vv_error *err);

#endif
