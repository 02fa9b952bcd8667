/*
 * vault_peer: the repository's vault as one more peer: the program varve-vault, which reads it, connected by a pipe.
 *
 * It implements the peers' protocol for blocks, and two further requests. It ends with the process that started it,
 * and receives no secrets.
 *
 * A user can name it as the peer "vault:": it then contacts the holders first, to learn of recent writes. Otherwise
 * the vault takes part with this repository's ledger, if it can be read without a passphrase; nothing is started
 * before blocks are needed, and its errors do not fail the request.
 */
#ifndef VV_LIB_SYNC_VAULT_PEER_H
#define VV_LIB_SYNC_VAULT_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/env.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/progress.h"
#include "lib/remotes/vault_config.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/line/options.h"

#define VV_VAULT_SHOWN "the vault"
#define VV_VAULT_UNASKED_IDLE 10u /* seconds: the time-out of a holder that the user did not name */

/* Makes it a kind of suppliers (lib/remotes/reach.h); once, when the program begins. Opening one fails with
 * VV_ENOTFOUND if the repository has no vault, VV_EPROGRAM if its program is not installed, VV_EMISSING if no holder
 * was reached. */
void vv_vault_peer_register(void);

/* VV_EPROGRAM with a hint: the program is not installed. */
vv_status vv_vault_installed(const vv_env *env, vv_error *err);

/* "keeps": which of these versions the vault stores, with every block proved again: {"copies": 2, "keeps":
 *"0110"} "where": which holders have the one version; ask false: only from the ledger. The answer is read by
 *vault_where.h. */
typedef struct vv_vault_question {
	const char *word;
	const vv_cid *roots; /* at most VV_VAULT_ROOTS_MAX */
	size_t count;
	bool ask;
	const vv_notes *notes; /* NULL: quiet */
} vv_vault_question;
#define VV_VAULT_ROOTS_MAX 32768u

/* The answer, which lives in the arena. */
vv_status vv_vault_ask(vv_json **out, vv_arena *arena, vv_repository *r,
		       const vv_connect_options *o, const vv_vault_question *q, vv_error *err);

#endif
