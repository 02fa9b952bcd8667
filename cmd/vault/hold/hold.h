/*
 * hold: stores vaults in a folder, and answers requests about them. A vault is the sealed copy of a
 * repository of another machine.
 *
 * The folder has the layout of holders (docs/formats/vault.md), so rsync can move a vault to any
 * other holder. Beside the vaults, the folder has two files: a writing process locks the file
 * "lock", and processes notice the changes of other processes by the file "changed".
 *
 * Clients need no authentication: only the content of a request determines whether it is accepted.
 * A record (ledger_record.h) is accepted if its signature is valid, its author may write in the
 * vault, and an identity that the server admits has signed a record of the vault and may write in
 * it, too (hold_vault.h). Records that release data of a stored vault are accepted even if no
 * admitted identity may write in it any longer. A shard is accepted if a stored place record names
 * the shard, and the server admits the record's author. A shard is removed if a stored retire or
 * drop record allows this, this record has been here for 14 days or the server's term if that is
 * shorter, and the term since the shard arrived is over: the server's receipts promise to keep a
 * shard for this term. So a replayed request has no effect.
 *
 * To read, a client needs only the vault's id, which is known only to those who have the vault's
 * records. A client that has only a key gets the list of its vaults if it signs the request.
 *
 * Several threads may call vv_hold_serve at the same time.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_H
#define VV_CMD_VAULT_HOLD_HOLD_H

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/line/channel.h"

typedef struct vv_hold vv_hold;

/* Opens the folder dir, and makes it if it does not exist. rules and its array of identities are
 * copied; rules->payload is borrowed until vv_hold_close. */
vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err);
void vv_hold_close(vv_hold *h); /* accepts NULL */
VV_AUTO_FREE(vv_hold, vv_hold_close)

/* Answers the request in the message `bytes`, which has len bytes. Writes the answer to line, without
 * the end frame. On failure writes no answer: the caller sends err as the answer. */
vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err);

#endif
