/*
 * cid_map: a dense array of entries and an index of their places.
 *
 * Digests are uniform, but the maker of the blocks can choose them, so the table's order depends on
 * a random seed.
 */
#include "repo/blocks/cid_map.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

vv_cid_map *vv_cid_map_new(void)
{
	return vv_calloc(1, sizeof(vv_cid_map));
}

void vv_cid_map_free(vv_cid_map *m)
{
	if (m) {
		vv_cid_map_reset(m);
		vv_free(m);
	}
}

void vv_cid_map_reset(vv_cid_map *m)
{
	vv_hash_index_clear(&m->index);
	vv_free(vv_take(&m->entries));
	m->count = m->cap = 0;
}

size_t vv_cid_map_count(const vv_cid_map *m)
{
	return m->count;
}

/* Each bit of the prefix reaches each bit of the hash. */
static uint64_t hash_of(uint64_t prefix)
{
	uint64_t h = prefix ^ vv_hash_seed();

	h = (h ^ h >> 32) * 0xbf58476d1ce4e5b9u;
	return h ^ h >> 29;
}

static vv_cid_map_entry *find_entry(const vv_cid_map *m, const vv_cid *cid, uint64_t hash)
{
	return vv_hash_find(m->entries, &m->index, hash, e, vv_cid_equal(&e->cid, cid));
}

vv_status vv_cid_map_put(vv_cid_map *m, const vv_cid *cid, uint64_t value, bool *added,
			 vv_error *err)
{
	uint64_t hash = hash_of(vv_cid_prefix(cid));
	bool known = find_entry(m, cid, hash) != NULL;

	if (added) {
		*added = !known;
	}
	if (known) return VV_OK;
	if (m->count >= UINT32_MAX - 1) {
		return vv_fail(err, VV_EREFUSED, "more than %u blocks in one operation",
			       UINT32_MAX - 1);
	}
	return vv_hash_add(m->entries, m->count, m->cap, &m->index, hash,
			   (vv_cid_map_entry){value, *cid})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_cid_map_set(vv_cid_map *m, const vv_cid *cid, uint64_t value, vv_error *err)
{
	vv_cid_map_entry *e = find_entry(m, cid, hash_of(vv_cid_prefix(cid)));

	if (!e) return vv_cid_map_put(m, cid, value, NULL, err);
	e->value = value;
	return VV_OK;
}

bool vv_cid_map_find(const vv_cid_map *m, const vv_cid *cid, size_t *at)
{
	const vv_cid_map_entry *e = find_entry(m, cid, hash_of(vv_cid_prefix(cid)));

	if (e && at) {
		*at = (size_t)(e - m->entries);
	}
	return e != NULL;
}

bool vv_cid_map_get(const vv_cid_map *m, const vv_cid *cid, uint64_t *value)
{
	const vv_cid_map_entry *e = find_entry(m, cid, hash_of(vv_cid_prefix(cid)));

	if (e && value) {
		*value = e->value;
	}
	return e != NULL;
}

const vv_cid *vv_cid_map_cid(const vv_cid_map *m, size_t at)
{
	assert(at < m->count);
	return &m->entries[at].cid;
}

uint64_t vv_cid_map_value(const vv_cid_map *m, size_t at)
{
	assert(at < m->count);
	return m->entries[at].value;
}

unsigned vv_cid_map_find_prefix(const vv_cid_map *m, uint8_t codec, uint64_t prefix, size_t *at)
{
	vv_hash_probe p = vv_hash_probe_begin(&m->index, hash_of(prefix));
	unsigned found = 0;
	size_t place;

	while (found < 2 && vv_hash_probe_next(&p, &place)) {
		const vv_cid *cid = &m->entries[place].cid;

		if (cid->codec == codec && vv_cid_prefix(cid) == prefix && found++ == 0) {
			*at = place;
		}
	}
	return found;
}
