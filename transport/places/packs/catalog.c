/*
 * catalog: one number for each CID: its pack and depth.
 */
#include "transport/places/packs/catalog.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"

struct vv_catalog {
	vv_cid_map blocks; /* pack << 8 | depth */
	vv_host_pack *packs;
	size_t count, cap;
};

vv_catalog *vv_catalog_new(void)
{
	return vv_calloc(1, sizeof(vv_catalog));
}

void vv_catalog_reset(vv_catalog *c)
{
	if (!c) return;
	vv_array_each(c->packs, c->count, pack) {
		vv_free_all(pack->bases, pack->came[0].items, pack->came[1].items);
	}
	vv_free(c->packs);
	vv_cid_map_reset(&c->blocks);
	memset(c, 0, sizeof(*c));
}

void vv_catalog_free(vv_catalog *c)
{
	vv_catalog_reset(c);
	vv_free(c);
}

/* again: also those that another pack has. */
static vv_status look_in(vv_catalog *c, size_t i, const vv_host_list *list, bool again,
			 vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t k = 0; rc == VV_OK && k < list->count; k++) {
		const vv_host_block b = vv_host_list_block(list, k);
		const uint64_t place = (uint64_t)i << 8 | b.depth;
		rc = again ? vv_cid_map_set(&c->blocks, &b.cid, place, err)
			   : vv_cid_map_put(&c->blocks, &b.cid, place, NULL, err);
	}
	return rc;
}

vv_status vv_catalog_prefer(vv_catalog *c, size_t i, const vv_host_list *list, vv_error *err)
{
	return look_in(c, i, list, true, err);
}

vv_status vv_catalog_add(vv_catalog *c, const vv_host_list *list, const vv_oid *blob, uint64_t max,
			 vv_error *err)
{
	if (vv_cid_map_count(&c->blocks) + list->count > max) {
		return vv_fail(err, VV_EREFUSED, "the host lists more than %s blocks",
			       vv_text_count(max));
	}
	vv_host_pack p = {
		.bases = vv_calloc(list->base_count + 1, sizeof(vv_cid)),
		.key = vv_pack_key(list->hash),
		.blob = *blob,
		.len = list->pack_len,
		.blocks = list->count,
		.base_count = list->base_count,
	};
	if (!vv_array_own(c->packs, c->count, c->cap, p.bases, p)) return vv_fail_nomem(err);
	for (size_t i = 0; i < list->base_count; i++) {
		p.bases[i] = vv_host_list_base(list, i);
	}
	return look_in(c, c->count - 1, list, false, err);
}

size_t vv_catalog_packs(const vv_catalog *c)
{
	return c->count;
}

vv_host_pack *vv_catalog_pack(vv_catalog *c, size_t i)
{
	assert(i < c->count);
	return &c->packs[i];
}

bool vv_catalog_next(vv_catalog *c, vv_host_pack **p)
{
	*p = *p ? *p + 1 : c->packs;
	return *p < c->packs + c->count;
}

bool vv_catalog_find(const vv_catalog *c, const vv_cid *cid, size_t *pack, unsigned *depth)
{
	uint64_t value;

	if (!vv_cid_map_get(&c->blocks, cid, &value)) return false;
	if (pack) {
		*pack = (size_t)(value >> 8);
	}
	if (depth) {
		*depth = (unsigned)(value & 0xff);
	}
	return true;
}

bool vv_catalog_has(vv_catalog *c, size_t i, unsigned marks)
{
	return (vv_catalog_pack(c, i)->marks & marks) != 0;
}

void vv_catalog_unmark(vv_catalog *c, unsigned marks)
{
	vv_array_each(c->packs, c->count, pack) {
		pack->marks &= ~marks;
	}
}
