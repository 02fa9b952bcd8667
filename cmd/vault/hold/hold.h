/*
 * hold: sealed copies that this machine keeps for others, and answers their requests about.
 *
 * A folder in the layout of holders (docs/formats/vault.md), so that rsync moves a vault from here to any other holder;
 * beside the vaults "lock", which the writer holds, and "changed", by which processes notice each
 * other's changes. What is asked decides alone what is done: a record is taken when its signature holds
 * and its author writes in a vault in which somebody who is admitted writes too; a shard when a place
 * record here names it; and it goes when a retire or drop record here lets it, after the term. So nobody
 * needs to be asked who he is, and a request that somebody recorded does nothing a second time. Reading
 * asks for no more than the vault's id, which only those know who have its records; who keeps nothing but
 * a key is told of its vaults for a signature.
 *
 * May be called by several threads.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_H
#define VV_CMD_VAULT_HOLD_HOLD_H

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/line/channel.h"

typedef struct vv_hold vv_hold;

/* The folder is made where there is none. rules are copied. */
vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err);
void vv_hold_close(vv_hold *h); /* accepts NULL */
VV_AUTO_FREE(vv_hold, vv_hold_close)

/* bytes: a request's message, which was read to its end. Writes the answer, but for the end frame; what it
 * fails with is the answer then. */
vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err);

#endif
