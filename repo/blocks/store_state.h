/*
 * store_state: the state of an open store, shared by its reader, writer, gc and fsck. Internal to repo.
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

/* Names of files in the store's folders. */
#define VV_WRITER_LOCK "writer.lock"
#define VV_GC_LOCK "gc.lock"   /* exclusive for gc; shared for settled writers (vv_writer_settle) */
#define VV_UNSYNCED "unsynced" /* packs that are not older than this file may not be durable */
#define VV_TEMP_PREFIX "tmp-"
#define VV_GC_TEMP_PREFIX "gctmp-"

typedef struct vv_store vv_store;         /* store.h */
typedef struct vv_pack_list vv_pack_list; /* pack_list.h */

struct vv_store {
	char *dir, *packs_dir; /* the store's folder, and its folder "packs" */
	char *roll;            /* path of the roll (pack_list.h); NULL: the store has no roll */
	/* the store to search for blocks that this store does not have; borrowed; may be NULL */
	vv_store *under;
	vv_mutex *lock;      /* guards list */
	vv_mutex *list_lock; /* held while packs are listed */
	vv_pack_list *list;  /* NULL: not listed yet */
	/* check large indexes completely, because this process has written packs */
	atomic_bool whole;
	bool waits_later;         /* vv_store_wait_later was called */
	bool placed_unsynced;     /* some placed packs are not durable until vv_store_wait */
	struct vv_writer *writer; /* this process's open writer, or NULL */
	/* the packs that may not be durable (VV_UNSYNCED) were checked, or this process wrote all
	 * of them */
	bool young_checked;
	vv_coder_pool *coders; /* coders of threads */
	vv_block_cache *cache; /* bases of differences */
	/* fetches missing blocks (vv_store_on_absent); NULL: missing blocks are not fetched */
	vv_status (*absent)(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err);
	void *absent_payload;
	vv_mutex *absent_lock; /* held during a call of absent */
};

/* Creates the store's folders if they do not exist. */
vv_status vv_store_make_dirs(vv_store *s, vv_error *err);

/* Sets *count to the number of blocks with this codec whose digest begins with prefix: 0, 1, or 2
 * for two or more. Sets *out to one of these blocks. */
vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err);
/* Returns the 8 bytes as a number, as vv_cid_prefix does. */
uint64_t vv_prefix_of(const uint8_t bytes[8]);
/* Sets the error for a prefix that does not identify exactly one block. count: the number of blocks
 * whose digests begin with the prefix: 0, or 2 for two or more. Returns VV_ENOTFOUND. */
vv_status vv_prefix_not_one(unsigned count, vv_error *err);

#endif
