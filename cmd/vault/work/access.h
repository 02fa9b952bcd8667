/*
 * access: who may read a vault, and who may write to it.
 *
 * Every change begins an epoch, which only an owner can. A writer is a reader too.
 */
#ifndef VV_CMD_VAULT_WORK_ACCESS_H
#define VV_CMD_VAULT_WORK_ACCESS_H

#include <stdbool.h>

#include "cmd/vault/work/session.h"

typedef struct vv_access {
	const uint8_t *key; /* whose access changes */
	bool write, add;
} vv_access;

/* VV_EREFUSED: the session's key is not an owner's; VV_EEXISTS, VV_ENOTFOUND: nothing to change. The
 * session is connected; records still have to go out (sync). */
vv_status vv_access_change(const vv_access *x, vv_vault_session *s, vv_error *err);

#endif
