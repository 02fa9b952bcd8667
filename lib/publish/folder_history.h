/*
 * folder_history: writes repo.git of a published folder. It has the history in the form that git's
 * dumb HTTP protocol reads.
 *
 * Each update adds a pack of new objects, and combines packs so that each pack is at least twice as
 * large as all newer ones together. Packs are written first, then the list of packs, then the refs.
 * Packs that are no longer listed are removed some time later, because readers may still use the
 * old list (folder_state.h, "gone").
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

/* The history of a folder during an update. All pointers are borrowed, except `before`. */
typedef struct vv_folder_history {
	vv_repository *repo;
	/* the folder's state; vv_folder_history_look and vv_folder_history_pack update its packs
	 * and `gone` */
	vv_folder_state *state;
	const char *dir;            /* absolute path of the folder */
	const vv_shared_refs *refs; /* refs to publish; refs->head must be set */
	int64_t now;                /* time of the update in seconds since 1970, for "gone" */
	/* Set by vv_folder_history_look; the member `dropped` is set by vv_folder_history_pack: */
	vv_oid *before; /* the ids in the folder's refs, with those of peeled tags; owned */
	size_t before_count;
	bool lost; /* packs were missing or incomplete, so all objects are packed again */
	bool same; /* the refs are unchanged, and the lists of refs and packs are up to date */
	/* some objects that were reachable from the folder's refs are not reachable from the new
	 * refs, or `lost` is set; all packs are replaced */
	bool dropped;
} vv_folder_history;
void vv_folder_history_clear(vv_folder_history *h);
VV_AUTO_CLEAR(vv_folder_history, vv_folder_history_clear)

/* Reads the refs of the folder h->dir, removes listed packs that are incomplete, checks the lists,
 * and sets the members of h from `before` on, except `dropped`. */
vv_status vv_folder_history_look(vv_folder_history *h, vv_error *err);
/* Appends to *back, which must be empty, a description of the first ref of the folder that
 * publishing would move back: its commit is in the folder but not in this repository, the branch of
 * this name in h->refs does not descend from it, or the tag of this name differs. Appends nothing
 * if there is none. Sets *heads to true if the folder has signed heads (lib/heads/head.h) that are
 * not in this repository, else to false. */
vv_status vv_folder_history_follows(const vv_folder_history *h, vv_buf *back, bool *heads,
				    vv_error *err);
/* Makes repo.git if necessary, and removes packs that neither the state nor its `gone` names.
 * Unless h->same is set, then packs the objects that are reachable from the refs and not in the
 * folder, and updates h->state; the caller then writes the state. */
vv_status vv_folder_history_pack(vv_folder_history *h, vv_error *err);
/* Writes the list of packs in h->state to the folder. */
vv_status vv_folder_history_list(vv_folder_history *h, vv_error *err);
/* Writes h->refs to the folder. The caller calls this last. */
vv_status vv_folder_history_move(vv_folder_history *h, vv_error *err);

#endif
