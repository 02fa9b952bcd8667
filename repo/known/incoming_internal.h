/*
 * incoming_internal: visits the folders in incoming/ whose transfers have ended.
 *
 * A folder .git/varve/incoming/<16 hex>/ is a store that also reads the repository's own store. Its
 * file writer.lock is locked during the transfer. A process that gets the lock may move or remove
 * everything in the folder.
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
/* Calls fn for each folder without a running transfer, with the folder's lock taken. Omits the
 * folder with the path `except`, which may be NULL. Before the call, renames the unfinished file of
 * a killed transfer, so that it is a pack without an end. A negative result of fn ends the calls,
 * and is returned. */
vv_status vv_leftovers_each(vv_repository *r, const char *except, vv_leftover_fn fn, void *payload,
			    vv_error *err);

/* Removes the folder if the store `main` has all of its blocks that can be read. The caller has the
 * folder's lock. */
vv_status vv_leftover_tidy(vv_store *main, const char *folder, vv_error *err);

typedef vv_status (*vv_record_fn)(void *payload, const vv_place *place, const vv_record *r,
				  const vv_cid *base, vv_error *err);
/* Calls fn for each record of the pack p. Reads only the headers of the records. If the record is a
 * difference from a block in another pack, base is the CID of this block; else, base is NULL. A
 * negative result of fn ends the calls, and is returned. VV_ECORRUPT: the pack is damaged. */
vv_status vv_pack_each_record(vv_pack *p, vv_record_fn fn, void *payload, vv_error *err);

#endif
