/*
 * vault_source: blocks out of the vault, for whoever gathers them: holders are one more kind of peer.
 *
 * Called "vault:" where a peer can be named. What comes from holders is opened with this machine's key,
 * and checked like the blocks of any peer.
 */
#ifndef VV_CMD_WORK_VAULT_VAULT_SOURCE_H
#define VV_CMD_WORK_VAULT_VAULT_SOURCE_H

#include "base/error.h"
#include "cmd/work/peers/transfer.h"
#include "transport/protocol/gather.h"

#define VV_VAULT_SOURCE "vault:"

/* A vv_supplier_open_fn. VV_ENOTFOUND: the repository has no vault; VV_EMISSING: no holder was reached. */
vv_status vv_vault_source_open(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err);

#endif
