/*
 * audited: what this machine's user, and those whom he trusts, have audited: all ledgers at hand, and the standing
 * of each holder by them.
 *
 * The ledgers are those of the vaults that a served repository keeps for others (in its hold folder), of which
 * somebody who is trusted is an author, and those of this user's own repositories (vault_list.h). Two
 * folders with records of one vault are read together. Nothing is kept of what comes out: it is worked
 * out of the records each time.
 */
#ifndef VV_CMD_VAULT_KEEP_AUDITED_H
#define VV_CMD_VAULT_KEEP_AUDITED_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "cmd/vault/hold/standing.h"
#include "cmd/vault/keep/key_ring.h"

typedef struct vv_audited {
	uint8_t self[VV_KEY_PUBLIC];
	vv_trusted_keys trusted;
	vv_standing standing; /* settled */
	uint64_t vaults;      /* that were read */
	uint64_t gone;        /* folders of this user that are not there any more */
	uint64_t damaged;     /* records that are not what their names say */
} vv_audited;

/* env: the user's. hold: the folder with vaults of others; NULL: none. VV_ENOTFOUND: this machine has no key. */
vv_status vv_audited_open(vv_audited *out, const vv_env *env, const char *hold, vv_error *err);
void vv_audited_clear(vv_audited *a);
VV_AUTO_CLEAR(vv_audited, vv_audited_clear)

#endif
