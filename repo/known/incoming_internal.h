/*
 * incoming_internal: visits the folders in incoming/, and takes over folders whose transfers have
 * ended.
 *
 * .git/varve/incoming/<16 hex>/ is a store over the repository's own store. Its writer.lock is
 * locked during the transfer. A process that gets the lock may take over or remove everything in
 * the folder.
 */
#ifndef VV_REPO_KNOWN_INCOMING_INTERNAL_H
#define VV_REPO_KNOWN_INCOMING_INTERNAL_H

#include "base/error.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

/* Returns the path of the folder called name in incoming/, which the caller frees with vv_free.
 * NULL: out of memory. */
char *vv_leftover_folder(vv_repository *r, const char *name);

typedef vv_status (*vv_leftover_fn)(void *payload, const char *folder, vv_error *err);
/* Calls fn for each folder without a running transfer, and holds the folder's lock during the call.
 * Leaves out the folder with the path `except`, which may be NULL. Before fn is called, the
 * unfinished file of a killed transfer becomes a pack without an end. */
vv_status vv_leftovers_each(vv_repository *r, const char *except, vv_leftover_fn fn, void *payload,
			    vv_error *err);

/* Removes a folder, whose lock the caller holds, if the store `main` has all of the folder's
 * blocks. */
vv_status vv_leftover_tidy(vv_store *main, const char *folder, vv_error *err);

typedef vv_status (*vv_record_fn)(void *payload, const vv_place *place, const vv_record *r,
				  const vv_cid *base, vv_error *err);
/* Calls fn for each record of the pack p. Reads only the headers of the records. fn's base: if the
 * record is a difference from a block in another pack, this block; else NULL. VV_ECORRUPT: the pack
 * is damaged. */
vv_status vv_pack_each_record(vv_pack *p, vv_record_fn fn, void *payload, vv_error *err);

#endif
