/*
 * incoming_internal: the folders of transfers, those at work and those that ended.
 *
 * .git/varve/incoming/<16 hex>/ is a store over the repository's own. Its writer.lock is held
 * as long as the transfer lasts: who gets it may take all over, or away.
 */
#ifndef VV_REPO_TRANSFER_INCOMING_INTERNAL_H
#define VV_REPO_TRANSFER_INCOMING_INTERNAL_H

#include "repo/blocks/store_internal.h"
#include "repo/transfer/incoming.h"

#define VV_INCOMING_DIR "incoming"

/* The names of the transfers' folders; free with vv_names_free. */
vv_status vv_incoming_folders(vv_repository *r, char ***names, size_t *count, vv_error *err);
char *vv_incoming_folder(vv_repository *r, const char *name); /* NULL: out of memory */

/* The folder's lock: a descriptor for vv_unlock, or VV_ELOCKED; VV_ENOTFOUND: it is gone. */
int vv_incoming_lock(const char *folder, vv_error *err);

/* Moves what ended transfers have left into the packs folder of this one. */
vv_status vv_incoming_take_over(vv_repository *r, const char *own_folder, const char *packs_dir,
				vv_error *err);

/* Every record of a pack, by its headers alone; base: of a difference whose base lies
 * elsewhere, else NULL. VV_ECORRUPT. */
typedef vv_status (*vv_incoming_record_fn)(void *payload, const vv_place *place, const vv_record *r,
					   const vv_cid *base, vv_error *err);
vv_status vv_incoming_records(vv_pack *p, vv_incoming_record_fn fn, void *payload, vv_error *err);

#endif
