/*
 * folder_history: repo.git of a published folder: history as git's dumb HTTP protocol reads it.
 *
 * Each update adds a pack of new objects, and combines packs so that each is at least twice as long as all after it.
 * Packs come first, then the list of packs, then the refs; unlisted packs stay for readers that began before
 * (folder_state.h, "gone").
 */
#ifndef VV_LIB_PUBLISH_FOLDER_HISTORY_H
#define VV_LIB_PUBLISH_FOLDER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "lib/heads/shared_refs.h"
#include "lib/publish/folder_state.h"
#include "repo/git/history/refs.h"
#include "repo/git/repository.h"

typedef struct vv_folder_history {
	vv_repository *repo;
	vv_folder_state *state;
	const char *dir; /* the folder, absolute */
	const vv_shared_refs *refs;
	int64_t now;
	/* After packs: */
	vv_oid *before; /* what its refs were; also of tags; owned */
	size_t before_count;
	bool lost;    /* packs were missing or cut: all are made again */
	bool same;    /* unchanged, and everything that names them exists */
	bool dropped; /* something that they reached is reached no more */
} vv_folder_history;
void vv_folder_history_clear(vv_folder_history *h);
VV_AUTO_CLEAR(vv_folder_history, vv_folder_history_clear)

/* Reads the refs of the folder. */
vv_status vv_folder_history_look(vv_folder_history *h, vv_error *err);
/* Are the refs here descendants of those of the folder? *back names one that is not, or stays empty; *heads: it has signed
 * heads that are new here. */
vv_status vv_folder_history_follows(const vv_folder_history *h, vv_buf *back, bool *heads,
				    vv_error *err);
/* All that refs reach is in the packs of the state; the caller writes that. */
vv_status vv_folder_history_pack(vv_folder_history *h, vv_error *err);
/* The list of packs. */
vv_status vv_folder_history_list(vv_folder_history *h, vv_error *err);
/* The refs; the last step. */
vv_status vv_folder_history_move(vv_folder_history *h, vv_error *err);

#endif
