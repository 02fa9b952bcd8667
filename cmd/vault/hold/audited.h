/*
 * audited: the results of this machine's audits: the ledgers of this user's repositories
 * (vault_list.h), and the standing of each holder by them. Two folders with records of one vault
 * are read together. Results are not kept: they are made from the records each time.
 */
#ifndef VV_CMD_VAULT_HOLD_AUDITED_H
#define VV_CMD_VAULT_HOLD_AUDITED_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/hold/standing.h"

typedef struct vv_audited {
	uint8_t self[VV_KEY_PUBLIC];
	vv_standing standing;
	uint64_t gone;    /* folders of this user that are not there any more */
	uint64_t damaged; /* records that do not match their names */
} vv_audited;

/* env: the user's. VV_ENOTFOUND: this machine has no key. */
vv_status vv_audited_open(vv_audited *out, const vv_env *env, vv_error *err);
void vv_audited_clear(vv_audited *a);
VV_AUTO_CLEAR(vv_audited, vv_audited_clear)

#endif
