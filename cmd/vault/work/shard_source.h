/*
 * shard_source: reads the bytes of a shard of the vault from a holder, or computes the bytes from
 * other shards of its stripe.
 */
#ifndef VV_CMD_VAULT_WORK_SHARD_SOURCE_H
#define VV_CMD_VAULT_WORK_SHARD_SOURCE_H

#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/work/session.h"

/* The maximum number of bytes of computed stripes that a session caches. */
#define VV_MADE_BYTES ((size_t)96 << 20)
/* Sets *bytes to the whole shard k. If no holder sends the shard, reads as many other shards of its
 * stripe as the code has data shards, computes all missing shards of the stripe, and caches the
 * stripe in the session. VV_EMISSING: no reachable holder sent the shard, and too few other shards
 * of its stripe could be read; the message has the reason. VV_ECORRUPT: the computed shards do not
 * match their CIDs. */
vv_status vv_vault_shard_bytes(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* Sets *bytes to the whole shard k, read from a holder. VV_EMISSING: no reachable holder sent the
 * shard. */
vv_status vv_vault_shard_held(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* Appends the unsealed content of the shard k to `content`, which must be empty. VV_EREFUSED: the
 * shard was sealed in an epoch that the key cannot open. Other errors are those of
 * vv_vault_shard_bytes and vv_shard_open. */
vv_status vv_vault_shard_content(vv_vault_session *s, const vv_kept *k, vv_buf *content,
				 vv_error *err);

#endif
