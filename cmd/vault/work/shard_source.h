/*
 * shard_source: the bytes of a shard of the vault, from a holder that has it, or made of others of its stripe.
 */
#ifndef VV_CMD_VAULT_WORK_SHARD_SOURCE_H
#define VV_CMD_VAULT_WORK_SHARD_SOURCE_H

#include "base/buf.h"
#include "base/error.h"
#include "cmd/vault/work/session.h"

/* The whole shard in the place of bytes' content. VV_EMISSING: no holder that can be reached has it, nor
 * enough others of its stripe; the message says what the last one answered, and how many there are. Making
 * it reads as many shards as the stripe has data, and the session keeps the stripe until VV_MADE_BYTES of others were
 * made whole. */
#define VV_MADE_BYTES ((size_t)96 << 20)
vv_status vv_vault_shard_bytes(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* The same, but only from a holder. */
vv_status vv_vault_shard_held(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err);

/* What is in it, in the place of content's. VV_EREFUSED: it was sealed in an epoch that the key cannot read. */
vv_status vv_vault_shard_content(vv_vault_session *s, const vv_kept *k, vv_buf *content,
				 vv_error *err);

#endif
