/*
 * key_set: hashes of keys, to see whether one comes twice.
 *
 * Of millions of keys two may have one hash by chance: a caller for which a key is there already looks closer.
 */
#ifndef VV_DIFF_ROWS_KEY_SET_H
#define VV_DIFF_ROWS_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

/* 8 bytes a slot, at most 3/4 full. Zeroed storage is empty. */
typedef struct vv_key_set {
	uint64_t *slots; /* 0: free */
	size_t mask, count;
} vv_key_set;

typedef enum vv_key_put {
	VV_KEY_NEW,
	VV_KEY_THERE, /* it is in the set already */
	VV_KEY_FULL,  /* the set would take more than it may: nothing was added */
	VV_KEY_NO_MEMORY
} vv_key_put;

/* memory: the most bytes that the set may take. */
vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory);
bool vv_key_set_has(const vv_key_set *s, uint64_t key);

/* Says that the key will be put or looked for soon: its place is fetched meanwhile, since a large
 * set lies outside of the caches. */
static inline void vv_key_set_soon(const vv_key_set *s, uint64_t key)
{
	if (s->slots) {
		__builtin_prefetch(&s->slots[(size_t)key & s->mask]);
	}
}

void vv_key_set_clear(vv_key_set *s);
VV_AUTO_CLEAR(vv_key_set, vv_key_set_clear)

#endif
