/*
 * store_internal: what the store's reader, writer, gc and fsck share.
 */
#ifndef VV_REPO_BLOCKS_STORE_INTERNAL_H
#define VV_REPO_BLOCKS_STORE_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/thread.h"
#include "repo/blocks/cache.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/pack_writer.h"
#include "repo/blocks/store.h"

#define VV_WRITER_LOCK "writer.lock"
#define VV_TEMP_PREFIX "tmp-"
#define VV_GC_TEMP_PREFIX "gctmp-"

/* The packs at one moment, sound ones first, then damaged ones, then those set
 * aside; the larger first. Shared and never modified. */
typedef struct vv_pack_list {
	atomic_uint refs;
	vv_pack **packs;
	size_t count;
	size_t own;                 /* so many are the store's own; behind them its under's */
	struct vv_pack_list *under; /* the list these are from; NULL */
	vv_stat dir;        /* of the folder, before it was listed; mode 0: there was none */
	int64_t listed_sec; /* when */
	uint32_t listed_nsec;
} vv_pack_list;

struct vv_store {
	char *dir, *packs_dir;
	vv_store *under;     /* where reads fall through to; borrowed, or NULL */
	vv_mutex *lock;      /* guards list */
	vv_mutex *list_lock; /* one listing at a time */
	vv_pack_list *list;  /* NULL until first needed */
	atomic_bool whole;   /* a writer was here: check large indexes entirely */
	vv_coder_pool *coders;
	vv_block_cache *cache;
};

/* A list that is newer than seen (which may be NULL): another thread's, or a new
 * one. With force the folder is listed even when it seems unchanged. *out is
 * seen itself (with a new reference) when nothing changed. */
vv_status vv_packs_renew(vv_store *s, vv_pack_list *seen, bool force, vv_pack_list **out,
			 vv_error *err);
void vv_packs_unref(vv_pack_list *l); /* accepts NULL */

vv_status vv_store_make_dirs(vv_store *s, vv_error *err);

/* Removes a pack's file and its index. */
vv_status vv_store_remove_pack(vv_store *s, const vv_pack_name *id, vv_error *err);

/* Removes files of the packs folder whose names begin with prefix. */
vv_status vv_store_remove_temps(vv_store *s, const char *prefix, vv_error *err);

/* Under the writer lock: removes what a killed writer has left. */
vv_status vv_store_remove_orphans(vv_store *s, vv_error *err);

/* Where blocks are looked for: first the pack in the making (or NULL). */
typedef struct vv_source {
	vv_store *store;
	const vv_pack_list *packs;
	vv_pack_writer *own;
	bool live_only; /* neither damaged packs nor those set aside */
} vv_source;

typedef struct vv_place {
	vv_pack *pack; /* NULL: the pack in the making */
	uint64_t offset;
} vv_place;

/* Where cid lies and its record's header. VV_EMISSING; VV_ECORRUPT when the only
 * record that could be it is damaged. */
vv_status vv_source_find(const vv_source *src, const vv_cid *cid, vv_place *place, vv_record *r,
			 vv_error *err);

/* The block, following its chain of differences. Where one copy is damaged
 * others are tried. VV_EMISSING only when no pack has cid itself. */
vv_status vv_source_get(const vv_source *src, const vv_cid *cid, vv_buf *out, vv_error *err);

/* The block of this very record. *r gets its header. */
vv_status vv_source_get_at(const vv_source *src, const vv_place *place, vv_buf *out, vv_record *r,
			   vv_error *err);

/* The bytes of a record that stand behind its header, the checksum left out;
 * borrowed from the coder until its next use for reading. */
vv_status vv_place_stored(const vv_source *src, const vv_place *place, const vv_record *r,
			  vv_coder *c, const uint8_t **out, vv_error *err);

/* The item as a difference against base. *cost: its stored bytes and what its
 * header has more, to be compared with the stored bytes of another form; 0 when
 * there is none: the base cannot be had (no reason to fail), its chain is as long
 * as allowed, or the difference is as large as the block. */
vv_status vv_item_diff(const vv_pack_item *item, const vv_source *src, vv_coder *c,
		       const vv_cid *base, vv_pack_item *out, size_t *cost, vv_error *err);

/* How many blocks have this codec and a digest that begins so (2: at least), and one of them. */
vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err);
uint64_t vv_prefix_of(const uint8_t bytes[8]);
vv_status vv_prefix_not_one(unsigned count, vv_error *err); /* VV_ENOTFOUND */

/* The CID of the base of the difference at place. VV_ECORRUPT. */
vv_status vv_place_base(const vv_place *place, const vv_record *r, vv_cid *out, vv_error *err);

/* What a store's writer can do for incoming. */

/* vv_writer_put, telling whether the block was kept (else it was here already). */
vv_status vv_writer_put_told(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, bool *kept, vv_error *err);

/* The same in the form that it has already: r (cid, method, both lengths, base) and its
 * stored bytes, which the caller has unpacked to bytes and checked. A difference whose base
 * is not here, or whose chain would get too long, is stored as if it were put. */
vv_status vv_writer_put_stored(vv_writer *w, const vv_record *r, const void *stored,
			       const void *bytes, bool *kept, vv_error *err);

/* Of the blocks put and not yet committed: how many have this codec and begin so (2: at
 * least), and the first of these. */
unsigned vv_writer_find_prefix(vv_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* Bytes of the pack that the blocks put and not yet committed will be; 0: there are none. */
uint64_t vv_writer_pending(vv_writer *w);

/* Calls fn for each of them, in the order in which they were put, with its base (or NULL). */
typedef vv_status (*vv_pending_fn)(void *payload, const vv_cid *cid, const vv_cid *base,
				   vv_error *err);
vv_status vv_writer_each_pending(vv_writer *w, vv_pending_fn fn, void *payload, vv_error *err);

/* The packs were changed by others than this writer (by the caller). */
vv_status vv_writer_renew(vv_writer *w, vv_error *err);

/* Takes all own packs of another store over as one, durably, all or nothing; they must be
 * sound (VV_ECORRUPT). A single one is moved, several are copied. */
vv_status vv_writer_take_packs(vv_writer *w, const vv_pack_list *packs, vv_error *err);

/* Copies a block into a pack in the making: as the difference that it is when
 * its base went there before, else for itself or as a difference against
 * resembles (may be NULL), whichever is smaller. hints remembers reversals:
 * the base of a difference that comes later may be stored as a difference
 * against this one. *record_len 0: the block is there already, or (VV_OK all the
 * same) cannot be read anywhere; *lost tells. */
vv_status vv_copy_block(const vv_source *from, vv_pack_writer *to, vv_cid_map *hints,
			const vv_cid *cid, const vv_cid *resembles, uint64_t *record_len,
			bool *lost, vv_error *err);

#endif
