/*
 * vault_serve: the vault as a peer: answers what programs of varve ask of it (lib/sync/vault_peer.h).
 *
 * Blocks are read out of shards of whichever holders have them, opened with this machine's key. The vault is opened
 * when something is asked of it first.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_SERVE_H
#define VV_CMD_VAULT_WORK_VAULT_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "transport/line/channel.h"

typedef struct vv_vault_serve {
	const char *gitdir; /* of the repository */
	const vv_env *env;  /* borrowed; as for vv_repository_open */
	bool named; /* the user named the vault, and may be asked for a passphrase; else it has no blocks
			     * where it cannot be opened */
	uint64_t idle_sec;     /* how long a holder may be silent; 0: as long as usual */
	const vv_notes *notes; /* NULL: quiet */
} vv_vault_serve;

/* Greets, and answers until the other side ends the line. What a question fails with is its answer. */
vv_status vv_vault_serve_run(const vv_vault_serve *o, vv_channel *line, vv_error *err);

#endif
