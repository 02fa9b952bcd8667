/*
 * erased: finds erased data (repo/known/erased.h) that a vault still has.
 */
#ifndef VV_CMD_VAULT_WORK_ERASED_H
#define VV_CMD_VAULT_WORK_ERASED_H

#include "cmd/vault/work/session.h"
#include "lib/sync/vault_erased.h"

/* Counts erased data in the runs and at the holders of the session's vault, and removes old
 * indexes here. The session must be connected and readable. A holder or a run that cannot be read
 * is a result, not an error. The caller clears *out. */
vv_status vv_vault_erased_find(vv_vault_erased *out, vv_vault_session *s, vv_error *err);

#endif
