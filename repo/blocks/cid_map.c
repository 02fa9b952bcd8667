/*
 * cid_map: a dense array of entries and an open-addressed table of their places.
 *
 * Digests are uniform, but whoever makes the blocks can choose them, so the
 * table's order depends on a random seed.
 */
#include "repo/blocks/cid_map.h"

#include <string.h>

#include "base/sys.h"

#define FIRST_SLOTS 64u
#define FREE_SLOT 0u

typedef struct entry {
	uint64_t value;
	vv_cid cid;
} entry;

/* slots[i] is FREE_SLOT or 1 + the place in entries; slot_count is a power of
 * two and at least 4/3 of count. */
struct vv_cid_map {
	entry *entries;
	size_t count, cap;
	uint32_t *slots;
	size_t slot_count;
	uint64_t seed;
};

vv_cid_map *vv_cid_map_new(void)
{
	vv_cid_map *m = vv_calloc(1, sizeof *m);

	if (m) {
		vv_random(&m->seed, sizeof m->seed);
	}
	return m;
}

void vv_cid_map_free(vv_cid_map *m)
{
	if (m) {
		vv_free(m->entries);
		vv_free(m->slots);
		vv_free(m);
	}
}

void vv_cid_map_reset(vv_cid_map *m)
{
	vv_free(m->entries);
	vv_free(m->slots);
	m->entries = NULL;
	m->slots = NULL;
	m->count = m->cap = m->slot_count = 0;
}

size_t vv_cid_map_count(const vv_cid_map *m)
{
	return m->count;
}

static size_t first_slot(const vv_cid_map *m, uint64_t prefix)
{
	uint64_t h = prefix ^ m->seed;

	/* Each bit of the prefix reaches each bit of the slot. */
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
	return (size_t)(h ^ h >> 32) & (m->slot_count - 1);
}

/* The slot that holds cid, or the free one where it belongs. */
static size_t find_slot(const vv_cid_map *m, const vv_cid *cid)
{
	size_t i = first_slot(m, vv_cid_prefix(cid));

	while (m->slots[i] != FREE_SLOT && !vv_cid_equal(&m->entries[m->slots[i] - 1].cid, cid)) {
		i = (i + 1) & (m->slot_count - 1);
	}
	return i;
}

static bool grow_slots(vv_cid_map *m)
{
	size_t count = m->slot_count > 0 ? m->slot_count * 2 : FIRST_SLOTS;
	uint32_t *slots = vv_calloc(count, sizeof *slots);
	size_t i;

	if (!slots) {
		return false;
	}
	vv_free(m->slots);
	m->slots = slots;
	m->slot_count = count;
	for (i = 0; i < m->count; i++) {
		m->slots[find_slot(m, &m->entries[i].cid)] = (uint32_t)(i + 1);
	}
	return true;
}

static bool grow_entries(vv_cid_map *m)
{
	size_t cap = m->cap > 0 ? m->cap * 2 : FIRST_SLOTS;
	entry *entries = vv_realloc_array(m->entries, cap, sizeof *entries);

	if (entries) {
		m->entries = entries;
		m->cap = cap;
	}
	return entries != NULL;
}

vv_status vv_cid_map_put(vv_cid_map *m, const vv_cid *cid, uint64_t value, bool *added,
			 vv_error *err)
{
	size_t slot;

	if (added) {
		*added = false;
	}
	if ((m->count + 1) > m->slot_count / 4 * 3 && !grow_slots(m)) {
		return vv_fail_nomem(err);
	}
	slot = find_slot(m, cid);
	if (added) {
		*added = m->slots[slot] == FREE_SLOT;
	}
	if (m->slots[slot] != FREE_SLOT) {
		return VV_OK;
	}
	if (m->count >= UINT32_MAX - 1) {
		return vv_fail(err, VV_EREFUSED, "more than %u blocks at once", UINT32_MAX - 1);
	}
	if (m->count == m->cap && !grow_entries(m)) {
		return vv_fail_nomem(err);
	}
	m->entries[m->count] = (entry){value, *cid};
	m->slots[slot] = (uint32_t)++m->count;
	return VV_OK;
}

bool vv_cid_map_find(const vv_cid_map *m, const vv_cid *cid, size_t *at)
{
	size_t slot;

	if (m->count == 0) {
		return false;
	}
	slot = find_slot(m, cid);
	if (m->slots[slot] == FREE_SLOT) {
		return false;
	}
	*at = m->slots[slot] - 1;
	return true;
}

bool vv_cid_map_get(const vv_cid_map *m, const vv_cid *cid, uint64_t *value)
{
	size_t at;

	if (!vv_cid_map_find(m, cid, &at)) {
		return false;
	}
	*value = m->entries[at].value;
	return true;
}

const vv_cid *vv_cid_map_cid(const vv_cid_map *m, size_t at)
{
	return &m->entries[at].cid;
}

uint64_t vv_cid_map_value(const vv_cid_map *m, size_t at)
{
	return m->entries[at].value;
}

unsigned vv_cid_map_find_prefix(const vv_cid_map *m, uint8_t codec, uint64_t prefix, size_t *at)
{
	unsigned found = 0;
	size_t i;

	if (m->slot_count == 0) {
		return 0;
	}
	for (i = first_slot(m, prefix); m->slots[i] != FREE_SLOT && found < 2;
	     i = (i + 1) & (m->slot_count - 1)) {
		const vv_cid *cid = &m->entries[m->slots[i] - 1].cid;

		if (cid->codec == codec && vv_cid_prefix(cid) == prefix && found++ == 0) {
			*at = m->slots[i] - 1;
		}
	}
	return found;
}
