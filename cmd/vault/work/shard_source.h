/*
 * shard_source: the bytes of a shard of the vault, from a holder that has it, or made of others of its stripe.
 */
#ifndef VV_CMD_VAULT_WORK_SHARD_SOURCE_H
#define VV_CMD_VAULT_WORK_SHARD_SOURCE_H

#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/work/session.h"

/* The whole shard, replacing bytes' content. VV_EMISSING: no reachable holder has it, or enough others of its stripe;
 * the message has the last answer, and the number of holders. Making it reads as many shards as the stripe has data,
 * and the session keeps the stripe until VV_MADE_BYTES of others were made whole. */
#define VV_MADE_BYTES ((size_t)96 << 20)
vv_status vv_vault_shard_bytes(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* The same, but only from a holder. */
vv_status vv_vault_shard_held(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* The unsealed content, replacing that of `content`. VV_EREFUSED: it was sealed in an epoch that the key cannot
 * read. */
vv_status vv_vault_shard_content(vv_vault_session *s, const vv_kept *k, vv_buf *content,
				 vv_error *err);

#endif
