/*
 * hold: sealed copies that this machine stores for others, and the answers to their requests.
 *
 * A folder in the layout of holders (docs/formats/vault.md), so that rsync moves a vault from here to any other holder;
 * beside the vaults "lock", which the writer locks, and "changed", by which processes notice each other's changes. Only
 * a request's content determines the action: a record is accepted if its signature is valid and its author may write in
 * a vault with an admitted writer; a shard if a place record here names it; and it is removed if a retire or drop
 * record here allows it, after the term. So clients need no authentication, and a replayed request has no effect.
 * Reading requires only the vault's id, which is known only from its records; a client with only a key gets the list of
 * its vaults for a signature.
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

/* The folder is made if there is none. rules are copied. */
vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err);
void vv_hold_close(vv_hold *h); /* accepts NULL */
VV_AUTO_FREE(vv_hold, vv_hold_close)

/* bytes: a request's message, which was read to its end. Writes the answer, without the end frame; a
 * failure becomes the answer. */
vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err);

#endif
