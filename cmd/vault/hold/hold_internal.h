/*
 * hold_internal: declarations that the files of hold share: the folder, and the current request.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_INTERNAL_H
#define VV_CMD_VAULT_HOLD_HOLD_INTERNAL_H

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/thread.h"
#include "cmd/vault/hold/hold.h"
#include "cmd/vault/hold/hold_message.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/places/place.h"

/*
 * hold_cache: caches vaults with their ledgers in memory, so that not every request reads a
 * ledger.
 *
 * It contains at most VV_HOLD_CACHE_VAULTS vaults, and at most VV_HOLD_CACHE_BYTES of records, not
 * counting the newest vault. Above these limits, the least recently used vault of the identity
 * with most vaults is dropped: a client that alternates between many vaults only makes the server
 * read that client's vaults again.
 */

#define VV_HOLD_CACHE_VAULTS 8u
#define VV_HOLD_CACHE_BYTES ((uint64_t)64 << 20)

typedef struct vv_hold_cache vv_hold_cache;

/* Makes a cache. All arguments are borrowed until free. NULL: out of memory. */
vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const char *dir);
void vv_hold_cache_free(vv_hold_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_hold_cache, vv_hold_cache_free)

/* Gets a vault, and reads it if it is not in memory. *out is borrowed until the next call with
 * this cache. */
vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err);
/* Adds a new vault, which the cache owns. */
void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault);
/* Drops a vault whose copy in memory differs from the disk. */
void vv_hold_cache_forget(vv_hold_cache *c, const vv_cid *vault);
void vv_hold_cache_forget_all(vv_hold_cache *c);

#define VV_HOLD_MARK_LEN 16u

struct vv_hold {
	char *dir;
	vv_hold_rules rules;
	vv_place place;
	vv_turn *turn; /* protects all members below, and writing */
	int file_lock;
	/* the content of the file "changed" when it was last read */
	char changed[2 * VV_HOLD_MARK_LEN + 1];
	vv_hold_room *room;
	uint64_t renewed_ms; /* time of the last computation of room; 0: never */
	vv_hold_cache *cache;
	/* the vault of this request, owned by the cache; set once it is needed */
	vv_hold_vault *vault;
};

/* The state of one request and its answer. */
typedef struct vv_hold_answering {
	vv_hold *h;
	const vv_hold_message *q;
	vv_hold_message a;
	vv_arena *arena;
	vv_buf bytes;
	uint8_t path[VV_LEAF_PATH_MAX * VV_LEAF_HASH];
} vv_hold_answering;

/* Sets out to the stat of a file or folder in the folder of copies. VV_ENOTFOUND. */
vv_status vv_hold_look(const vv_hold *h, const char *name, vv_stat *out, vv_error *err);
/* Call it before the first change: makes other processes read the folder again, even if this one
 * is killed. */
vv_status vv_hold_tell_others(vv_hold *h, vv_error *err);

/* Call with the lock (hold_records.c). */
vv_status vv_hold_take_records(vv_hold_answering *x, vv_error *err);
/* Call with or without the lock (hold_files.c). */
vv_status vv_hold_give_vaults(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_list(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_part(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_leaf(vv_hold_answering *x, vv_error *err);

#endif
