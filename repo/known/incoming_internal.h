/*
 * incoming_internal: the folders of incoming/, and takeover of those whose transfers have ended.
 *
 * .git/varve/incoming/<16 hex>/ is a store over the repository's own. Its writer.lock is locked
 * during the transfer: a process that gets the lock may take over or remove everything.
 */
#ifndef VV_REPO_KNOWN_INCOMING_INTERNAL_H
#define VV_REPO_KNOWN_INCOMING_INTERNAL_H

#include "base/error.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

char *vv_leftover_folder(vv_repository *r, const char *name); /* owned; NULL: out of memory */

/* Calls fn, under the folder's lock, for each folder without a running transfer, except the folder
 * at the path `except` (NULL: none is left out). Before fn is called, the unfinished file of a
 * killed transfer becomes a pack without an end. */
typedef vv_status (*vv_leftover_fn)(void *payload, const char *folder, vv_error *err);
vv_status vv_leftovers_each(vv_repository *r, const char *except, vv_leftover_fn fn, void *payload,
			    vv_error *err);

/* Removes a locked folder all of whose blocks are in main. */
vv_status vv_leftover_tidy(vv_store *main, const char *folder, vv_error *err);

/* Calls fn for each record of a pack, and reads only the records' headers. base: for a difference
 * whose base is in another pack, that base; else NULL. VV_ECORRUPT. */
typedef vv_status (*vv_record_fn)(void *payload, const vv_place *place, const vv_record *r,
				  const vv_cid *base, vv_error *err);
vv_status vv_pack_each_record(vv_pack *p, vv_record_fn fn, void *payload, vv_error *err);

#endif
