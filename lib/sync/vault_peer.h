/*
 * vault_peer: uses the repository's vault as a peer: runs the program varve-vault, which reads the
 * vault, and exchanges messages with it through a pipe.
 *
 * The program implements the peers' protocol for blocks, and two further requests. It ends with the
 * process that started it, and gets no secrets.
 *
 * If the user gives the vault as the peer "vault:", the program first contacts the holders, to read
 * recent writes. Otherwise, the program uses this repository's ledger (its list of the holders'
 * shards), if that can be read without a passphrase. The program is then not started before blocks
 * are needed, and its errors do not make a request fail.
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

#define VV_VAULT_SHOWN "the vault" /* name of the vault in messages */
/* Time-out of a holder in seconds, if the user has not given the vault. */
#define VV_VAULT_UNASKED_IDLE 10u

/* Registers vaults as suppliers (lib/remotes/reach.h); call once at the start of the program.
 * Opening the supplier "vault:" fails with VV_ENOTFOUND if the repository has no vault, VV_EPROGRAM
 * if varve-vault is not installed, and VV_EMISSING if no holder was reached. */
void vv_vault_peer_register(void);

/* Returns VV_OK if varve-vault is installed, else VV_EPROGRAM, with a hint. */
vv_status vv_vault_installed(const vv_env *env, vv_error *err);

/* One value = one question to the program. "keeps": which of the versions does the vault store? The
 * holders prove every block again. The answer has the form {"copies": 2, "keeps": "0110"}, with a
 * digit 1 for each version that the vault stores. "where": which holders have the version?
 * vv_vault_where_ask (vault_where.h) asks this question and reads the answer. "erase": remove the
 * erased data, and report the rest. For vv_vault_erased_prune (vault_erased.h). */
typedef struct vv_vault_question {
	const char *word;    /* "keeps", "where" or "erase" */
	const vv_cid *roots; /* the versions: at most VV_VAULT_ROOTS_MAX; one for "where" */
	size_t count;
	bool ask;              /* contact the holders; false: only use the ledger */
	const vv_notes *notes; /* NULL: report nothing */
} vv_vault_question;
#define VV_VAULT_ROOTS_MAX 32768u /* maximum number of versions in a question */

/* Starts the program, sends the question q to it, and sets *out to the answer, which is allocated
 * in the arena. o NULL: default options. */
vv_status vv_vault_ask(vv_json **out, vv_arena *arena, vv_repository *r,
		       const vv_connect_options *o, const vv_vault_question *q, vv_error *err);

#endif
