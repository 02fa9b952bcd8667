/*
 * expire_places: frees the data of expired versions, and of erased ones (erase_places.h), at remotes: in their refs of blocks, and in the
 * stores that pushes write to.
 *
 * The order of the steps, for each remote; if any step fails or is interrupted, the call can be
 * repeated:
 *
 * 	1. The lists of expired versions, with the new one, are at the remote. From now on, a push of
 * 	   an older clone sends no expired rows (vv_new_root_is_left).
 * 	2. Packs without the blocks of the expired versions are written.
 * 	3. The names of the packs are replaced: at a Git host the tip of the ref, by compare-and-swap;
 * 	   in a store the files of the versions that stay (sweep.c).
 * 	4. The earlier packs go: at a Git host with its next garbage collection; in a store they are
 * 	   condemned, and removed by a later run, so that writers need no lock.
 * 	5. The remote's refs are read again. If another user brought an expired version back
 * 	   meanwhile, it is sent again: so call this before the data is removed here.
 *
 * A correct caller calls vv_expire_places_open, then vv_expire_find with the tips, vv_expire_list,
 * vv_expire_places_free, and vv_expire_places_close.
 */
#ifndef VV_LIB_SPACE_EXPIRE_PLACES_H
#define VV_LIB_SPACE_EXPIRE_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/remotes/reach.h"
#include "lib/space/remote_gc.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* The result at one place of a remote. */
typedef struct vv_expire_freed {
	const char *remote, *place; /* name of the remote; the ref, or the URL of the store */
	const char *left;           /* the reason why the place was skipped; NULL: it was freed */
	const vv_remote_gc *gc;     /* else the result */
} vv_expire_freed;
typedef vv_status (*vv_expire_freed_fn)(void *payload, const vv_expire_freed *f, vv_error *err);

/* A remote, connected for pushing. Zero it first. */
typedef struct vv_expire_place {
	vv_remote remote;
	vv_transfer transfer;
	vv_reached there; /* there.host is set */
	vv_oids tips;     /* commits of its refs, which are here; empty before a fetch */
} vv_expire_place;
/* Connects to the remote with this name, and fetches nothing. The caller closes *to, also after a
 * failure. */
vv_status vv_expire_place_connect(vv_expire_place *to, vv_repository *r, const char *name,
				  const vv_notes *notes, bool quiet, vv_error *err);
void vv_expire_place_close(vv_expire_place *p);
VV_AUTO_CLEAR(vv_expire_place, vv_expire_place_close)
/* Returns why this source of a remote is not a place that is freed; NULL: it is one. */
const char *vv_expire_place_why_left(const vv_blocks_source *s);

typedef struct vv_expire_places vv_expire_places;

/* Connects to the count remotes, unites their lists of expired versions with those of r,
 * and fetches all of their refs. Appends the tips to `tips`. VV_EUSAGE: one is not a Git host or has
 * no such place. Errors otherwise as for vv_reach. */
vv_status vv_expire_places_open(vv_expire_places **out, vv_repository *r,
				const char *const *remotes, size_t count, const vv_notes *notes,
				bool quiet, vv_oids *tips, vv_error *err);
/* Removes the blocks that only the versions how->drop need at each place, and calls fn for each
 * place, and for each store that only the .varveconfig of other branches names, which is skipped.
 * how: the options of a run. VV_EREFUSED: a remote does
 * not accept the list. VV_ECORRUPT: a place lacks data of versions that stay. VV_ECONFLICT, VV_ELOCKED:
 * others were faster; the call can be repeated. */
vv_status vv_expire_places_free(vv_expire_places *p, const vv_remote_gc *how, vv_expire_freed_fn fn,
				void *payload, vv_error *err);
/* Returns the remote at which vv_expire_places_free ended. */
const vv_expire_place *vv_expire_places_now(const vv_expire_places *p);
/* Returns the remote i; NULL: there are not as many. */
vv_expire_place *vv_expire_places_at(vv_expire_places *p, size_t i);
void vv_expire_places_close(vv_expire_places *p); /* accepts NULL */
VV_AUTO_FREE(vv_expire_places, vv_expire_places_close)

#endif
