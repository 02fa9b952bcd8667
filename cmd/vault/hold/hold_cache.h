/*
 * hold_cache: the vaults whose ledgers are in memory, so that not every request reads one.
 *
 * At most VV_HOLD_CACHE_VAULTS, and so many bytes of records besides the last one. What is too much goes from whoever
 * has most there, the vault that was asked for longest ago: who goes to and fro between many vaults makes the server read
 * his own again, and nobody else's.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_CACHE_H
#define VV_CMD_VAULT_HOLD_HOLD_CACHE_H

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/places/place.h"

#define VV_HOLD_CACHE_VAULTS 8u
#define VV_HOLD_CACHE_BYTES ((uint64_t)64 << 20)

typedef struct vv_hold_cache vv_hold_cache;

/* All are borrowed until free. NULL: out of memory. */
vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const vv_place *place);
void vv_hold_cache_free(vv_hold_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_hold_cache, vv_hold_cache_free)

/* The vault, read where it is not in memory. Borrowed until something else is asked of the cache. */
vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err);
/* One that begins. */
void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault);
/* What is in memory of it is not what is on the disk. */
void vv_hold_cache_forget(vv_hold_cache *c, const vv_cid *vault);
void vv_hold_cache_forget_all(vv_hold_cache *c);

#endif
