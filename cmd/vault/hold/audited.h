/*
 * audited: computes the standing of each holder (standing.h) from the audits that this machine
 * made.
 *
 * It reads the ledgers of all repositories that this user has audited (vault_list.h). If several
 * folders have records of the same vault, these records are read together. Results are not stored:
 * they are computed from the records each time.
 */
#ifndef VV_CMD_VAULT_HOLD_AUDITED_H
#define VV_CMD_VAULT_HOLD_AUDITED_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/hold/standing.h"

/* The standings of holders for this machine. A vv_audited must not be copied or moved: standing
 * points to self. */
typedef struct vv_audited {
	uint8_t self[VV_KEY_PUBLIC]; /* this machine's public key */
	vv_standing standing;
	uint64_t gone; /* number of listed folders that no longer exist */
	/* number of files that are damaged, cannot be read, or have a record of another vault; they
	 * were skipped */
	uint64_t damaged;
} vv_audited;

/* Reads the ledgers, and computes *out, which the caller clears. env: the user's environment
 * (key_ring.h). VV_ENOTFOUND: this machine has no key. */
vv_status vv_audited_open(vv_audited *out, const vv_env *env, vv_error *err);
void vv_audited_clear(vv_audited *a);
VV_AUTO_CLEAR(vv_audited, vv_audited_clear)

#endif
