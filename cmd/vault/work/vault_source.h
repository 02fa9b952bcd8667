/*
 * vault_source: blocks out of the vault, for the code that gathers them through supply.h: each holder is one source,
 * and a last one makes shards of the others of their stripe.
 *
 * A holder is asked for what it has according to the ledger, a shard at a time, over a line of its own. What
 * comes is opened with this machine's key, kept as long as the sources are, and checked like the blocks of
 * any peer.
 *
 * Called "vault:" where a peer can be named: the holders are met then, so that what others have written
 * lately is known. Where nobody named it the vault takes part as this repository's ledger knows it, if it can be
 * read without asking for a passphrase; nothing is opened before blocks are wanted, and what is wrong
 * with it is no trouble of who wants them.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_SOURCE_H
#define VV_CMD_VAULT_WORK_VAULT_SOURCE_H

#include "base/error.h"
#include "lib/remotes/transfer.h"
#include "transport/protocol/gather.h"

/* A vv_suppliers_open_fn. VV_ENOTFOUND: the repository has no vault; VV_EMISSING: no holder was reached. */
vv_status vv_vault_sources_open(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				const char *url, vv_error *err);

#endif
