/*
 * names: the map's hashing. Seeded, since the names come from outside. Not a vv_hash_index: it
 * lives in an arena and needs no clearing.
 */
#include "dataset/schema/names.h"

#include <stdint.h>
#include <string.h>

#include "base/hash.h"

bool vv_names_init(vv_names *n, vv_arena *arena, size_t count)
{
	size_t size = 8;

	while (size < 2 * count) {
		size *= 2;
	}
	n->slots = vv_arena_calloc(arena, size, sizeof(*n->slots));
	n->mask = size - 1;
	return n->slots != NULL;
}

static size_t slot_of(const vv_names *n, const char *text, size_t len)
{
	size_t i = (size_t)vv_xxh3(text, len, (uint64_t)(uintptr_t)n->slots) & n->mask;

	while (n->slots[i].text &&
	       (n->slots[i].len != len || memcmp(n->slots[i].text, text, len) != 0)) {
		i = (i + 1) & n->mask;
	}
	return i;
}

vv_name *vv_names_put(vv_names *n, const char *text, size_t len, size_t value, bool *added)
{
	vv_name *slot = &n->slots[slot_of(n, text, len)];

	if (added) {
		*added = slot->text == NULL;
	}
	if (!slot->text) {
		*slot = (vv_name){text, len, value};
	}
	return slot;
}

const vv_name *vv_names_find(const vv_names *n, const char *text, size_t len)
{
	const vv_name *slot = n->slots ? &n->slots[slot_of(n, text, len)] : NULL;

	return slot && slot->text ? slot : NULL;
}
