/*
 * erased: removes erased data (repo/known/erased.h) from a vault, and counts the rest.
 */
#ifndef VV_CMD_VAULT_WORK_ERASED_H
#define VV_CMD_VAULT_WORK_ERASED_H

#include "cmd/vault/work/session.h"
#include "lib/sync/vault_erased.h"

/* Prunes the session's vault without a grace period (prune.h), if it has erased data; then counts the
 * erased data in its runs and at its holders, and removes old indexes here. The session must be
 * connected and readable. A prune that fails is a result, not an error, and so is a holder or a run
 * that cannot be read. The caller clears *out. */
vv_status vv_vault_erased_remove(vv_vault_erased *out, vv_vault_session *s, vv_error *err);

#endif
