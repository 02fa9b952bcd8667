/*
 * pack_list: a snapshot of a store's packs, and other files in its folder. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_PACK_LIST_H
#define VV_REPO_BLOCKS_PACK_LIST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/store_state.h"

/* The packs at one moment: first sound ones, then damaged ones, then those set aside; in each of these, the larger
 * ones first. Shared and never modified. */
struct vv_pack_list {
	atomic_uint refs;
	vv_pack **packs;
	size_t count;
	size_t own;                 /* number of the store's own packs; those of `under` follow */
	struct vv_pack_list *under; /* the list of the store below; or NULL */
	struct vv_small_packs
		*small;     /* the indexes of many small packs as one; NULL: they are few */
	vv_stat dir;        /* of the folder, before it was listed; mode 0: no folder */
	int64_t listed_sec; /* when */
	uint32_t listed_nsec;
};

/* The list last read; reads it the first time. */
vv_status vv_packs_get(vv_store *s, vv_pack_list **out, vv_error *err);

/* A list that is newer than seen (which may be NULL): another thread's, or a new
 * one. With force the folder is listed even when it seems unchanged. *out is
 * seen itself (with a new reference) when nothing changed. */
vv_status vv_packs_renew(vv_store *s, vv_pack_list *seen, bool force, vv_pack_list **out,
			 vv_error *err);
void vv_packs_unref(vv_pack_list *l); /* accepts NULL */

/* The packs that may have a block, in the order of the list. According to their indexes, other packs lack the block.
 *
 *	vv_pack_search s = vv_pack_search_begin(l, vv_cid_prefix(&cid));
 *	for (vv_pack *p; (p = vv_pack_search_next(&s));) ...
 */
typedef struct vv_pack_search {
	const vv_pack_list *list; /* NULL: no list */
	const struct vv_small_packs *small;
	uint64_t prefix;
	size_t next;     /* the next pack in the list, or among those that are not small */
	size_t at, last; /* of the small ones' entries */
} vv_pack_search;
vv_pack_search vv_pack_search_begin(const vv_pack_list *l, uint64_t prefix);
vv_pack *vv_pack_search_next(vv_pack_search *s); /* borrowed; NULL: no more packs */

/* The roll: a derived file with the names of all packs, so that lost ones are noticed. Call this before the first
 * write; the file need not exist. */
vv_status vv_store_keep_roll(vv_store *s, const char *file, vv_error *err);
/* Puts all current packs on the roll. */
vv_status vv_store_call_packs(vv_store *s, vv_error *err);
/* How many packs of the roll are gone, though neither a writer nor gc removed them. With forget, this call is the
 * last that counts them. Thread-safe. */
vv_status vv_store_lost_packs(vv_store *s, bool forget, size_t *lost, vv_error *err);

/* If the store has a roll (vv_store_keep_roll): packs were merged into one that now exists; this pack is about to be
 * removed. */
void vv_roll_merged(vv_store *s);
void vv_roll_take_off(const vv_store *s, const vv_pack_name *id);

/* Removes a pack's file and its index, and takes it off the roll. */
vv_status vv_store_remove_pack(vv_store *s, const vv_pack_name *id, vv_error *err);

/* Removes files of the packs folder whose names begin with prefix. */
vv_status vv_store_remove_temps(vv_store *s, const char *prefix, vv_error *err);

/* Under the writer lock: removes leftovers of killed writers. */
vv_status vv_store_remove_orphans(vv_store *s, vv_error *err);

#endif
