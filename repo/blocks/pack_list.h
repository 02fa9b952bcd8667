/*
 * pack_list: makes snapshots of the list of a store's packs, keeps the roll, and removes files from
 * the store's folder. The roll is a derived file with the names of all packs; a pack on the roll
 * that no longer exists is lost. Internal to repo.
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

/* The packs of a store at one moment: first the store's own packs, then those of the store below.
 * The own packs are ordered: first the valid packs, then the damaged packs, then packs that were
 * set aside; in each of these groups, larger packs are first. A list is shared by reference
 * counting, and never modified. */
struct vv_pack_list {
	atomic_uint refs;
	vv_pack **packs;
	size_t count;
	size_t own; /* number of the store's own packs; the packs of `under` follow them */
	struct vv_pack_list *under; /* list of the store below; may be NULL */
	/* the indexes of all small packs combined into one; NULL: the list has only few small
	 * packs */
	struct vv_small_packs *small;
	/* metadata of the folder before it was listed; mode 0: the folder does not exist */
	vv_stat dir;
	/* time at which the folder was listed */
	int64_t listed_sec;
	uint32_t listed_nsec;
};

/* Sets *out to a new reference to the store's current list. The first call lists the folder. */
vv_status vv_packs_get(vv_store *s, vv_pack_list **out, vv_error *err);

/* Sets *out to a new reference to the current list, which is renewed if needed. If another thread has
 * renewed the store's list since `seen`, *out is that list. Otherwise it is `seen` itself if the folder
 * is unchanged, else a new list. `seen` may be NULL. force: *out is always a new list. */
vv_status vv_packs_renew(vv_store *s, vv_pack_list *seen, bool force, vv_pack_list **out,
			 vv_error *err);
void vv_packs_unref(vv_pack_list *l); /* removes a reference; accepts NULL */
VV_AUTO_FREE(vv_pack_list, vv_packs_unref)
/* Returns true if the list has a pack of this name. */
bool vv_packs_have(const vv_pack_list *l, const vv_pack_name *id);

/* An iteration over the packs of a list that may have a block, in the order of the list. According
 * to their indexes, the other packs do not have the block.
 *
 * 	vv_pack_search s = vv_pack_search_begin(l, vv_cid_prefix(&cid));
 * 	for (vv_pack *p; (p = vv_pack_search_next(&s));) ...
 * */
typedef struct vv_pack_search {
	const vv_pack_list *list;           /* NULL: the store has no packs */
	const struct vv_small_packs *small; /* the list's `small` */
	uint64_t prefix;                    /* the prefix of the block's digest */
	size_t next; /* next pack in the list, or, with small, next pack that is not small */
	/* range of the entries in small that are still to be returned */
	size_t at, last;
} vv_pack_search;
/* Begins an iteration over the packs of l that may have a block with this prefix. */
vv_pack_search vv_pack_search_begin(const vv_pack_list *l, uint64_t prefix);
vv_pack *vv_pack_search_next(vv_pack_search *s); /* borrowed; NULL: no more packs */

/* Sets the path of the store's roll. Call this once, before the first write. The file need not
 * exist. */
vv_status vv_store_keep_roll(vv_store *s, const char *file, vv_error *err);
/* Adds all current packs that are not set aside to the roll, if the store has one. */
vv_status vv_store_call_packs(vv_store *s, vv_error *err);
/* Sets *lost to the number of lost packs: packs on the roll that no longer exist, although neither
 * a writer nor gc removed them. forget: removes lost packs from the roll. Thread-safe. */
vv_status vv_store_lost_packs(vv_store *s, bool forget, size_t *lost, vv_error *err);

/* Adds new packs to the roll if the file of the roll exists. Call this after packs were merged into
 * a new pack. Ignores failures. */
void vv_roll_merged(vv_store *s);
/* Removes the pack id from the roll, if the file of the roll exists. If this fails, removes the whole
 * roll, since it would be wrong. Call this before the pack is removed. Returns the lock of the roll, a
 * descriptor (vv_fd) that the caller closes when the pack is gone: until then, no other process lists
 * the packs for the roll. -1: no lock. */
int vv_roll_take_off(const vv_store *s, const vv_pack_name *id);

/* Removes the file and the index of the pack id, and removes the pack from the roll. */
vv_status vv_store_remove_pack(vv_store *s, const vv_pack_name *id, vv_error *err);

/* Removes files in the packs folder whose names begin with prefix. */
vv_status vv_store_remove_temps(vv_store *s, const char *prefix, vv_error *err);

/* Removes files left behind by writers that were killed. The caller holds the writer lock. */
vv_status vv_store_remove_orphans(vv_store *s, vv_error *err);

#endif
