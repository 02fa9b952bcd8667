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
 * hold_cache: caches vaults with their ledgers in memory, so that not every request reads one.
 *
 * At most VV_HOLD_CACHE_VAULTS, and VV_HOLD_CACHE_BYTES of records besides the last one. Above that, the least recently
 * used vault of the identity with the most is dropped: a client that alternates between many vaults makes the server read
 * only its own again.
 */

#define VV_HOLD_CACHE_VAULTS 8u
#define VV_HOLD_CACHE_BYTES ((uint64_t)64 << 20)

typedef struct vv_hold_cache vv_hold_cache;

/* All are borrowed until free. NULL: out of memory. */
vv_hold_cache *vv_hold_cache_new(const vv_hold_rules *rules, const vv_hold_room *room,
				 const char *dir);
void vv_hold_cache_free(vv_hold_cache *c); /* accepts NULL */
VV_AUTO_FREE(vv_hold_cache, vv_hold_cache_free)

/* The vault, read if it is not in memory. Borrowed until the next call for the cache. */
vv_status vv_hold_cache_need(vv_hold_cache *c, const vv_cid *vault, vv_hold_vault **out,
			     vv_error *err);
/* One that begins. */
void vv_hold_cache_take(vv_hold_cache *c, vv_hold_vault *take_vault);
/* Its copy in memory differs from the disk. */
void vv_hold_cache_forget(vv_hold_cache *c, const vv_cid *vault);
void vv_hold_cache_forget_all(vv_hold_cache *c);

#define VV_HOLD_MARK_LEN 16u

struct vv_hold {
	char *dir;
	vv_hold_rules rules;
	vv_place place;
	vv_turn *turn; /* of all below, and of who writes */
	int file_lock;
	char changed[2 * VV_HOLD_MARK_LEN + 1]; /* the last content of the file of that name */
	vv_hold_room *room;
	uint64_t renewed_ms; /* when room was worked out last; 0: never */
	vv_hold_cache *cache;
	vv_hold_vault *vault; /* of this request, in the cache; once it is needed */
};

/* The objects needed for an answer. */
typedef struct vv_hold_answering {
	vv_hold *h;
	const vv_hold_message *q;
	vv_hold_message a;
	vv_arena *arena;
	vv_buf bytes;
	uint8_t path[VV_LEAF_PATH_MAX * VV_LEAF_HASH];
} vv_hold_answering;

/* A file or folder below the one that keeps copies. VV_ENOTFOUND. */
vv_status vv_hold_look(const vv_hold *h, const char *name, vv_stat *out, vv_error *err);
/* Before the first change: who comes after a process that was killed looks again. */
vv_status vv_hold_tell_others(vv_hold *h, vv_error *err);

/* Call with the lock (hold_records.c). */
vv_status vv_hold_take_records(vv_hold_answering *x, vv_error *err);
/* Call with or without the lock (hold_files.c). */
vv_status vv_hold_give_vaults(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_list(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_part(vv_hold_answering *x, vv_error *err);
vv_status vv_hold_give_leaf(vv_hold_answering *x, vv_error *err);

#endif
