/*
 * vault_list: reads and extends the list of the vaults that this user's repositories have audited,
 * with the folders of their ledgers.
 *
 * The list is the file "vaults" in the user's configuration folder (key_ring.h). It has a line
 * "VAULT FOLDER" for each vault. If a repository is moved, its next audit adds a line with the new
 * folder. The old line remains, and names a folder that no longer exists.
 */
#ifndef VV_CMD_VAULT_HOLD_VAULT_LIST_H
#define VV_CMD_VAULT_HOLD_VAULT_LIST_H

#include "base/env.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef vv_status (*vv_vault_list_fn)(void *payload, const vv_cid *vault, const char *folder,
				      vv_error *err);
/* Calls fn for each valid line, including lines whose folders no longer exist. folder is valid only
 * during the call. If fn fails, stops and returns the code of fn. */
vv_status vv_vault_list_each(const vv_env *env, vv_vault_list_fn fn, void *payload, vv_error *err);

/* Adds a line with a vault and the folder of its ledger, unless the list already has this line.
 * Does nothing if the folder's name contains a newline. err must not be NULL. */
vv_status vv_vault_list_note(const vv_env *env, const vv_cid *vault, const char *folder,
			     vv_error *err);

#endif
