/*
 * key_set: open addressing; the hashes are good enough to be places themselves.
 */
#include "diff/rows/key_set.h"

#include "base/sys.h"

#define FIRST_SLOTS 1024u

/* A key that would look like a free slot is taken for another one. */
static uint64_t storable(uint64_t key)
{
	return key != 0 ? key : 1;
}

/* Where the key is, or would go. There is always a free slot. */
static uint64_t *find(const vv_key_set *s, uint64_t key)
{
	size_t at = (size_t)key & s->mask;

	while (s->slots[at] != 0 && s->slots[at] != key) {
		at = (at + 1) & s->mask;
	}
	return &s->slots[at];
}

/* VV_KEY_NEW: there is room now. */
static vv_key_put grow(vv_key_set *s, size_t memory)
{
	size_t slots = s->slots ? 2 * (s->mask + 1) : FIRST_SLOTS;
	vv_key_set wider = {.mask = slots - 1, .count = s->count};

	if (slots > memory / sizeof(*wider.slots)) return VV_KEY_FULL;
	wider.slots = vv_calloc(slots, sizeof(*wider.slots));
	if (!wider.slots) return VV_KEY_NO_MEMORY;
	for (size_t i = 0; s->slots && i <= s->mask; i++) {
		if (s->slots[i] != 0) {
			*find(&wider, s->slots[i]) = s->slots[i];
		}
	}
	vv_free(s->slots);
	*s = wider;
	return VV_KEY_NEW;
}

vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory)
{
	bool room = s->slots && s->count < (s->mask + 1) / 4 * 3;

	vv_key_put grown = room ? VV_KEY_NEW : grow(s, memory);
	if (grown != VV_KEY_NEW) return grown;
	key = storable(key);
	uint64_t *slot = find(s, key);
	if (*slot != 0) return VV_KEY_THERE;
	*slot = key;
	s->count++;
	return VV_KEY_NEW;
}

bool vv_key_set_has(const vv_key_set *s, uint64_t key)
{
	return s->slots && *find(s, storable(key)) != 0;
}

void vv_key_set_clear(vv_key_set *s)
{
	vv_free(s->slots);
	*s = (vv_key_set){0};
}
