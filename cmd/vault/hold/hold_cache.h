/*
 * hold_cache: caches vaults and their ledgers in memory, so that a ledger is not read again for
 * every request.
 *
 * The cache contains at most VV_HOLD_CACHE_VAULTS vaults, and at most VV_HOLD_CACHE_BYTES of
 * records, not counting those of the vault that was requested last. If a limit is exceeded, the
 * identity with most vaults in the cache loses its least recently used vault. So if a client
 * alternates between many vaults, the server reads only that client's vaults again.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_CACHE_H
#define VV_CMD_VAULT_HOLD_HOLD_CACHE_H

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/hold/hold_vault.h"

#define VV_HOLD_CACHE_VAULTS 8u
#define VV_HOLD_CACHE_BYTES ((uint64_t)64 << 20)

typedef struct vv_hold_cache vv_hold_cache;

/* Makes a cache for the folder dir. All arguments are borrowed until vv_hold_cache_free. Returns
 * NULL if out of memory. */
vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const char *dir);
void vv_hold_cache_free(vv_hold_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_hold_cache, vv_hold_cache_free)

/* Sets *out to the vault with the id `vault`, from the cache or else from the disk. Damaged records
 * are skipped. *out is borrowed until the next call with this cache. */
vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err);
/* Adds the vault take_vault, which the cache then owns. It replaces a vault with the same id. */
void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault);
/* Drops a vault from memory. Call this if its copy in memory differs from the disk. */
void vv_hold_cache_forget(vv_hold_cache *c, const vv_cid *vault);
/* Drops all vaults from memory. */
void vv_hold_cache_forget_all(vv_hold_cache *c);

#endif
