/*
 * room: a limit to the bytes that the data of versions uses in a repository that has only a part of
 * its versions, such as one that is lent to others (lib/remotes/lent.h).
 *
 * The setting varve.room has the limit; 'varve clone --room' sets it. The clone, and each later fetch,
 * fetch the data of the newest versions that fit, and make room first by removing old versions (drop.h):
 * those that remotes or the vault prove to store, and that no branch, tag or tracking ref has at its tip.
 */
#ifndef VV_LIB_SPACE_ROOM_H
#define VV_LIB_SPACE_ROOM_H

#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"

/* The result of vv_room_fill and vv_room_look. */
typedef struct vv_room_sum {
	/* versions: number of versions that the refs reach; taken: number of these versions whose
	 * data is all stored here; of vv_room_look, both are 0 */
	uint64_t versions, taken;
	uint64_t used; /* bytes of the packs in this repository */
	uint64_t room; /* the limit; 0: none */
} vv_room_sum;

/* Sets out->room to the limit of r, and out->used. */
vv_status vv_room_look(vv_room_sum *out, vv_repository *r, vv_error *err);
/* Fetches versions from the remotes, the newest first, into a new clone with the limit `room`, without
 * those whose file is larger than the room that is left, as their data may be, too. Versions that no
 * remote has are passed over. */
vv_status vv_room_fill(vv_room_sum *out, vv_repository *r, uint64_t room,
		       const vv_progress *progress, vv_error *err);
/* After a fetch: if r has a limit, fetches the versions that are newer than those that are stored here,
 * as vv_room_fill does, and makes room for them. If that fails or is not enough, warns, fetches only
 * what fits, and removes nothing else. */
vv_status vv_room_keep(vv_repository *r, const vv_notes *notes, bool quiet, vv_error *err);

#endif
