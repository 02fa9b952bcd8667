/*
 * hash_index: an open-addressed table. A slot has the upper half of the hash, which also determines
 * the slot's position, so growing needs no help of the caller.
 */
#include "base/hash_index.h"

#include <stdatomic.h>
#include <string.h>

#include "base/sys.h"

#define FIRST_SLOTS 16u

uint64_t vv_hash_seed(void)
{
	static _Atomic uint64_t known; /* 0: not drawn yet */
	uint64_t seed = known, drawn;

	while (seed == 0) {
		vv_random(&drawn, sizeof(drawn));
		(void)atomic_compare_exchange_strong(&known, &seed, drawn);
		seed = known;
	}
	return seed;
}

void vv_hash_index_clear(vv_hash_index *ix)
{
	vv_free(ix->slots);
	*ix = (vv_hash_index){.slots = NULL};
}

void vv_hash_index_reset(vv_hash_index *ix)
{
	if (ix->slots) {
		memset(ix->slots, 0, (ix->mask + 1) * sizeof(*ix->slots));
	}
	ix->count = 0;
}

/* The stored 32 bits; all bits of the hash affect them. */
static uint32_t tag_of(uint64_t hash)
{
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(hash >> 32);
}

static size_t first_slot(uint32_t tag, size_t mask)
{
	return (size_t)tag & mask;
}

static void put_slot(uint64_t *slots, size_t mask, uint64_t slot)
{
	size_t i = first_slot((uint32_t)(slot >> 32), mask);

	while (slots[i] != 0) {
		i = (i + 1) & mask;
	}
	slots[i] = slot;
}

static bool grow_slots(vv_hash_index *ix, size_t slot_count)
{
	uint64_t *slots = vv_calloc(slot_count, sizeof(*slots));

	if (!slots) return false;
	for (size_t i = 0; ix->slots && i <= ix->mask; i++) {
		if (ix->slots[i] != 0) {
			put_slot(slots, slot_count - 1, ix->slots[i]);
		}
	}
	vv_free(ix->slots);
	ix->slots = slots;
	ix->mask = slot_count - 1;
	return true;
}

bool vv_hash_index_reserve(vv_hash_index *ix, size_t count)
{
	size_t slot_count = ix->slots ? ix->mask + 1 : FIRST_SLOTS;

	if (count >= UINT32_MAX) return false;
	while (count > slot_count / 4 * 3) {
		slot_count *= 2;
	}
	return (ix->slots && slot_count == ix->mask + 1) || grow_slots(ix, slot_count);
}

bool vv_hash_index_add(vv_hash_index *ix, uint64_t hash, size_t place)
{
	if (place >= UINT32_MAX || !vv_hash_index_reserve(ix, ix->count + 1)) return false;
	put_slot(ix->slots, ix->mask, (uint64_t)tag_of(hash) << 32 | (uint32_t)(place + 1));
	ix->count++;
	return true;
}

vv_hash_probe vv_hash_probe_begin(const vv_hash_index *ix, uint64_t hash)
{
	uint32_t tag = tag_of(hash);

	return (vv_hash_probe){ix->slots, ix->mask, first_slot(tag, ix->mask), tag};
}

bool vv_hash_probe_next(vv_hash_probe *p, size_t *place)
{
	uint64_t slot;

	/* Never full, so that each probe meets an empty slot. */
	while (p->slots && (slot = p->slots[p->at]) != 0) {
		p->at = (p->at + 1) & p->mask;
		if ((uint32_t)(slot >> 32) == p->tag) {
			*place = (size_t)(uint32_t)slot - 1;
			return true;
		}
	}
	return false;
}
