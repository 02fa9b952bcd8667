/*
 * store_state: an open store, as its reader, writer, gc and fsck see it, and what these share. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_STORE_STATE_H
#define VV_REPO_BLOCKS_STORE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/thread.h"
#include "repo/blocks/cache.h"
#include "repo/blocks/coder.h"

/* Names in its folders. */
#define VV_WRITER_LOCK "writer.lock"
#define VV_GC_LOCK "gc.lock"   /* gc's alone; shared by writers that wait for something else */
#define VV_UNSYNCED "unsynced" /* packs that are younger than this file may not be durable */
#define VV_TEMP_PREFIX "tmp-"
#define VV_GC_TEMP_PREFIX "gctmp-"

typedef struct vv_store vv_store;         /* store.h */
typedef struct vv_pack_list vv_pack_list; /* pack_list.h */

struct vv_store {
	char *dir, *packs_dir;
	char *roll;               /* a file; NULL: none is kept */
	vv_store *under;          /* where reads fall through to; borrowed, or NULL */
	vv_mutex *lock;           /* guards list */
	vv_mutex *list_lock;      /* one listing at a time */
	vv_pack_list *list;       /* NULL until first needed */
	atomic_bool whole;        /* after a write: check large indexes entirely */
	bool waits_later;         /* vv_store_wait_later */
	bool placed_unsynced;     /* since vv_store_wait */
	struct vv_writer *writer; /* open, of this process, or NULL */
	bool young_checked;       /* by this process, or they are its own */
	vv_coder_pool *coders;
	vv_block_cache *cache;
	/* fetches missing blocks, or NULL */
	vv_status (*absent)(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err);
	void *absent_payload;
	vv_mutex *absent_lock; /* one call at a time */
};

vv_status vv_store_make_dirs(vv_store *s, vv_error *err);

/* How many blocks have this codec and a digest that begins so (2: at least), and one of them. */
vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err);
uint64_t vv_prefix_of(const uint8_t bytes[8]);
vv_status vv_prefix_not_one(unsigned count, vv_error *err); /* VV_ENOTFOUND */

#endif
