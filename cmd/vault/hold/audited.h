/*
 * audited: computes the standing of each holder (standing.h) from the audits that this machine
 * made.
 *
 * Reads the ledgers of all repositories of this user that vault_list.h lists. If several folders
 * have records of the same vault, these records are read together. Results are not stored: they are
 * computed from the records each time.
 */
#ifndef VV_CMD_VAULT_HOLD_AUDITED_H
#define VV_CMD_VAULT_HOLD_AUDITED_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/hold/standing.h"

/* The result: the standings of holders for this machine. */
typedef struct vv_audited {
	uint8_t self[VV_KEY_PUBLIC]; /* this machine's public key */
	vv_standing standing;
	uint64_t gone;    /* number of listed folders that no longer exist */
	uint64_t damaged; /* number of records that do not match their names */
} vv_audited;

/* Reads the ledgers, and computes *out, which the caller clears. env: the user's environment
 * (key_ring.h). VV_ENOTFOUND: this machine has no key. */
vv_status vv_audited_open(vv_audited *out, const vv_env *env, vv_error *err);
void vv_audited_clear(vv_audited *a);
VV_AUTO_CLEAR(vv_audited, vv_audited_clear)

#endif
