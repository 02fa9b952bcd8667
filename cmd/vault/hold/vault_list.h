/*
 * vault_list: the vaults of this user's repositories in which audits were made, and where their ledgers are.
 *
 * "vaults" in the user's configuration folder (key_ring.h) has a line "VAULT FOLDER" for each. A repository
 * that was moved is listed again with its next audit; the old line means nothing then.
 */
#ifndef VV_CMD_VAULT_HOLD_VAULT_LIST_H
#define VV_CMD_VAULT_HOLD_VAULT_LIST_H

#include "base/env.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef vv_status (*vv_vault_list_fn)(void *payload, const vv_cid *vault, const char *folder,
				      vv_error *err);
vv_status vv_vault_list_each(const vv_env *env, vv_vault_list_fn fn, void *payload, vv_error *err);

/* An audit was made in this vault, whose ledger is in the folder. */
vv_status vv_vault_list_note(const vv_env *env, const vv_cid *vault, const char *folder,
			     vv_error *err);

#endif
