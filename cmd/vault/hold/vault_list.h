/*
 * vault_list: reads and extends the list of the vaults that this user's repositories have audited,
 * with the folders of their ledgers.
 *
 * The file "vaults" in the user's configuration folder (key_ring.h) has a line "VAULT FOLDER" for
 * each vault. If a repository is moved, its next audit adds a line with the new folder; the old
 * line then names a folder that no longer exists. vv_vault_list_each passes it to fn as well.
 */
#ifndef VV_CMD_VAULT_HOLD_VAULT_LIST_H
#define VV_CMD_VAULT_HOLD_VAULT_LIST_H

#include "base/env.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef vv_status (*vv_vault_list_fn)(void *payload, const vv_cid *vault, const char *folder,
				      vv_error *err);
/* Calls fn for each valid line. folder is valid only during the call. If fn fails, stops and
 * returns the code of fn. */
vv_status vv_vault_list_each(const vv_env *env, vv_vault_list_fn fn, void *payload, vv_error *err);

/* Adds a vault and the folder of its ledger to the list, unless a line already has both. A folder
 * whose name has a newline is not added. err must not be NULL. */
vv_status vv_vault_list_note(const vv_env *env, const vv_cid *vault, const char *folder,
			     vv_error *err);

#endif
