/*
 * room: the newest versions of a lazy clone, as many as fit into so many bytes.
 */
#ifndef VV_LIB_CLONE_ROOM_H
#define VV_LIB_CLONE_ROOM_H

#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"

typedef struct vv_room_sum {
	uint64_t versions, taken; /* of datasets that the refs reach; that are here */
	uint64_t used;            /* bytes of packs */
} vv_room_sum;

/* Fetches versions from the remotes, the newest first, without those whose file is larger than the room that is left, as
 * their blocks may be, too. Versions that no remote has are passed over. */
vv_status vv_room_fill(vv_room_sum *out, vv_repository *r, uint64_t room,
		       const vv_progress *progress, vv_error *err);

#endif
