/*
 * policy: how many copies of everything are wanted, by .varveconfig (lib/remotes/vault_config.h).
 *
 *	[vault]
 *		id = bafyrei...
 *		copies = 2
 *		min = 1
 *
 * or, in the place of copies, "code = 4+2".
 */
#ifndef VV_CMD_VAULT_WORK_POLICY_H
#define VV_CMD_VAULT_WORK_POLICY_H

#include "base/error.h"
#include "cmd/vault/hold/code.h"
#include "lib/remotes/vault_config.h"
#include "repo/git/repository.h"

#define VV_COPIES_MAX 32u

typedef struct vv_vault_policy {
	vv_cid vault;    /* null: there is none yet */
	unsigned copies; /* 0: nobody said; with a code: of what is in no stripe, parity + 1 */
	unsigned min;
	vv_code code; /* data 0: none */
} vv_vault_policy;

/* "4+2"; VV_EUSAGE says what a code is. */
vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err);

/* VV_EINPUT: the file makes no sense. */
vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err);
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err);

#endif
