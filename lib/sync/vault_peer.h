/*
 * vault_peer: the repository's vault as one more peer: the program varve-vault, which reads it, at the end of a pipe.
 *
 * It answers the protocol of peers for blocks, and two questions more. It ends with whoever asks, and gets no secret.
 *
 * Called "vault:" where a peer can be named: holders are met then, so that what others have written lately is known.
 * Where nobody named it the vault takes part as this repository's ledger knows it, if it can be read without asking
 * for a passphrase; nothing is started before blocks are wanted, and what is wrong with it is no trouble of who wants
 * them.
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
#define VV_VAULT_UNASKED_IDLE 10u /* seconds: so long a holder that nobody named may be silent */

/* Makes it a kind of suppliers (lib/remotes/reach.h); once, when the program begins. To open one gives VV_ENOTFOUND
 * where the repository has no vault, VV_EPROGRAM where its program is not installed, VV_EMISSING where no holder was
 * reached. */
void vv_vault_peer_register(void);

/* VV_EPROGRAM with a hint: the program is not installed. */
vv_status vv_vault_installed(const vv_env *env, vv_error *err);

/* "keeps": which of these versions every block of the vault shows to be there, each proved again:
 *	{"copies": 2, "keeps": "0110"}
 * "where": which holders have the one version; ask false: by the ledger alone. As vault_where.h reads it. */
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
