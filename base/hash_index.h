/*
 * hash_index: maps a hash to places: indices of items in the caller's array.
 *
 * The caller stores the items. The index stores 32 bits of each hash and the place of the item, in
 * slots of 8 bytes; at most 3/4 of the slots are used. To look up an item and add it if it is missing:
 *
 * 	if (!vv_hash_find(items, &ix, hash, i, strcmp(i->name, name) == 0) &&
 * 	    !vv_hash_add(items, count, cap, &ix, hash, new_item)) {
 * 		out of memory
 * 	}
 *
 * Use vv_hash_seed() as the seed for hashes of data from outside, so that an attacker cannot choose
 * keys that collide.
 */
#ifndef VV_BASE_HASH_INDEX_H
#define VV_BASE_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/auto.h"

/* An index; empty if all members are 0. */
typedef struct vv_hash_index {
	/* each slot: 0: free; else 32 bits of the hash, and 1 + the place; NULL: no memory
	 * allocated yet */
	uint64_t *slots;
	size_t mask;  /* number of slots, a power of two, minus 1 */
	size_t count; /* places in the index */
} vv_hash_index;

/* Returns a random seed for hashes, which is the same for the life of this process. Threads may call
 * this at the same time. */
uint64_t vv_hash_seed(void);
/* Frees the memory. Afterwards, the index is empty. */
void vv_hash_index_clear(vv_hash_index *ix);
VV_AUTO_CLEAR(vv_hash_index, vv_hash_index_clear)
void vv_hash_index_reset(vv_hash_index *ix); /* empties the index, and keeps the memory */

/* Makes room for a total of count places. Returns false if memory runs out. */
bool vv_hash_index_reserve(vv_hash_index *ix, size_t count);

/* Adds a place under a hash. A place may be added under several hashes, and several places under one
 * hash. Returns false if memory runs out, or if place is 2^32 - 1 or more. */
bool vv_hash_index_add(vv_hash_index *ix, uint64_t hash, size_t place);

/* An iteration over the places of one hash. Its members are private. */
typedef struct vv_hash_probe {
	const uint64_t *slots;
	size_t mask, at;
	uint32_t tag;
} vv_hash_probe;

/* Begins an iteration over the places that were added under the hash, in no particular order. The
 * iteration can also return a few places of other hashes, so the caller compares the items. A probe is
 * valid until the index changes. */
vv_hash_probe vv_hash_probe_begin(const vv_hash_index *ix, uint64_t hash);
/* Sets *place to the next place of the iteration. Returns false after the last place. */
bool vv_hash_probe_next(vv_hash_probe *p, size_t *place);

/* Evaluates to the address of an item that was added under the hash and for which the expression is_it
 * is true, or NULL if there is none. In is_it, `item` points to the item. */
#define vv_hash_find(items, index, hash, item, is_it)                                              \
	__extension__({                                                                            \
		vv_hash_probe probe_ = vv_hash_probe_begin(index, hash);                           \
		__typeof__(*(items)) *found_ = NULL;                                               \
		for (size_t at_; !found_ && vv_hash_probe_next(&probe_, &at_);) {                  \
			__typeof__(found_) item = &(items)[at_];                                   \
			found_ = (is_it) ? item : NULL;                                            \
		}                                                                                  \
		found_;                                                                            \
	})
/* Like vv_array_add, and adds the place of the item to the index under the hash. */
#define vv_hash_add(items, count, cap, index, hash, ...)                                           \
	(vv_array_room(items, count, cap) && vv_hash_index_add(index, hash, count) &&              \
	 (((items)[(count)++] = __VA_ARGS__), true))

#endif
