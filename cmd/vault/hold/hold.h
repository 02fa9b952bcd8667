/*
 * hold: stores vaults, the sealed copies of repositories of other machines, in a folder, and
 * answers their requests.
 *
 * The folder has the layout of holders (docs/formats/vault.md), so rsync can move a vault to any other holder. Beside
 * the vaults, the folder has the file "lock", which a writing process locks, and the file "changed", by which processes
 * notice the changes of other processes.
 *
 * Clients need no authentication: only the content of a request determines whether it is accepted. A record
 * (ledger_record.h) is accepted if its signature is valid, its author may write in the vault, and an identity that the
 * server admits may write in the vault, too (hold_vault.h). A shard is accepted if a stored place record names the
 * shard. A shard is removed if a stored retire or drop record allows this, and the term of the server's receipt is
 * over: the time for which the server promised to keep the shard. So a replayed request has no effect.
 *
 * To read, a client needs only the vault's id, which is known only to those who have the vault's records; a client that
 * has only a key gets the list of its vaults if it signs the request.
 *
 * The functions may be called by several threads at the same time.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_H
#define VV_CMD_VAULT_HOLD_HOLD_H

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/line/channel.h"

typedef struct vv_hold vv_hold;

/* Opens the folder dir, and makes it if it does not exist. rules is copied, with its array of
 * identities. */
vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err);
void vv_hold_close(vv_hold *h); /* accepts NULL */
VV_AUTO_FREE(vv_hold, vv_hold_close)

/* Answers the request in the message `bytes`, of len bytes. Writes the answer to line, without the
 * end frame. If the request fails, the answer is an error message. */
vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err);

#endif
