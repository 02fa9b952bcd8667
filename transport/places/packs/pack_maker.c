/*
 * pack_maker: in which form a block is best kept on a host.
 */
#include "transport/places/packs/pack_maker.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/copy.h"
#include "repo/blocks/pack_writer.h"
#include "repo/blocks/record.h"

#define LAST_BYTES (VV_BLOCK_MAX + 4096u) /* of one more block */

struct vv_pack_maker {
	size_t max_bytes;
	vv_store *from;
	const vv_catalog *catalog;
	const char *dir;
	vv_pack_list *packs; /* of the store */
	vv_coder *coder;
	bool thorough;
	vv_buf raw, stored; /* of the block at hand */
	vv_pack_writer *writer;
	vv_cid_map sent; /* depth of all that was put, in this pack and those before */
	vv_host_block *blocks;
	size_t count, cap;
	vv_cid *bases;
	size_t base_count, base_cap;
};

vv_status vv_pack_maker_new(vv_pack_maker **out, vv_store *from, const vv_catalog *catalog,
			    const char *dir, size_t max_bytes, bool thorough, vv_error *err)
{
	vv_auto(vv_pack_maker) *m = vv_calloc(1, sizeof(*m));

	if (!m) return vv_fail_nomem(err);
	*m = (vv_pack_maker){
		.from = from,
		.catalog = catalog,
		.dir = dir,
		.max_bytes = max_bytes,
		.thorough = thorough,
		.coder = vv_coder_new(err),
		.writer = vv_pack_writer_new(dir, "tmp-"),
	};
	if (!m->coder || !m->writer) return vv_fail_nomem(err);
	const vv_status rc = vv_packs_renew(from, NULL, true, &m->packs, err);
	if (rc < 0) return rc;
	vv_coder_effort(m->coder, thorough ? VV_EFFORT_THOROUGH : VV_EFFORT_QUICK);
	vv_coder_allow_parts(m->coder, true);
	return vv_hand_over(out, &m);
}

void vv_pack_maker_free(vv_pack_maker *m)
{
	if (m) {
		vv_pack_writer_free(m->writer);
		vv_packs_unref(m->packs);
		vv_coder_free(m->coder);
		vv_cid_map_reset(&m->sent);
		vv_buf_clear_all(&m->raw, &m->stored);
		vv_free_all(m->blocks, m->bases, m);
	}
}

/* The length of a difference's chain on the host; 0: no such base. */
static unsigned depth_on(const vv_pack_maker *m, const vv_cid *base)
{
	uint64_t value;
	unsigned depth;

	if (vv_cid_map_get(&m->sent, base, &value)) return (unsigned)value + 1;
	return vv_catalog_find(m->catalog, base, NULL, &depth) ? depth + 1 : 0;
}

/* Packs the block alone; in its stored form if that is whole and `thorough` is not set. */
static vv_status pack_whole(vv_pack_maker *m, vv_pack_item *item, size_t diff,
			    const vv_block_form *stored, vv_error *err)
{
	if (m->thorough || !stored || vv_method_has_base(stored->packed.method) ||
	    stored->packed.len > item->raw_len) {
		return vv_coder_whole_beside(m->coder, item->raw, item->raw_len, diff,
					     &item->packed, err);
	}
	item->packed = stored->packed;
	return VV_OK;
}

/* Whole, or as the difference, whichever is smaller. */
static vv_status choose_form(vv_pack_maker *m, vv_pack_item *item, const vv_cid *like,
			     const vv_block_form *stored, vv_error *err)
{
	const vv_chain_packs src = {m->from, m->packs, m->writer, false};
	unsigned depth = like && !vv_cid_is_null(like) ? depth_on(m, like) : 0;
	vv_pack_item diff;
	size_t cost = 0;
	vv_status rc = VV_OK;

	if (depth > 0 && depth <= VV_HOST_CHAIN_MAX) {
		rc = vv_item_diff(item, &src, m->coder, like, &diff, &cost, err);
	}
	/* a difference that is small for any block spares compressing all of it */
	item->packed.len = SIZE_MAX;
	if (rc == VV_OK && (cost == 0 || cost > item->raw_len / VV_CLEARLY_SMALL)) {
		rc = pack_whole(m, item, cost, stored, err);
	}
	if (rc == VV_OK && cost > 0 && cost < item->packed.len) {
		*item = diff;
		item->depth = depth;
	}
	return rc;
}

static vv_status note_block(vv_pack_maker *m, const vv_pack_item *item, vv_error *err)
{
	uint64_t offset = 0;

	(void)vv_pack_writer_find(m->writer, &item->cid, &offset);
	if (!vv_array_room(m->blocks, m->count, m->cap) ||
	    !vv_array_room(m->bases, m->base_count, m->base_cap)) {
		return vv_fail_nomem(err);
	}
	m->blocks[m->count++] = (vv_host_block){item->cid, item->depth, offset, item->base};
	if (!vv_cid_is_null(&item->base) && !vv_pack_writer_find(m->writer, &item->base, NULL)) {
		m->bases[m->base_count++] = item->base;
	}
	return vv_cid_map_put(&m->sent, &item->cid, item->depth, NULL, err);
}

static vv_status put_block(vv_pack_maker *m, const vv_cid *cid, const void *bytes, size_t len,
			   const vv_cid *like, const vv_block_form *stored, vv_error *err)
{
	vv_pack_item item = {.cid = *cid, .raw = bytes, .raw_len = len};
	uint64_t record_len;
	vv_status rc = choose_form(m, &item, like, stored, err);

	if (rc == VV_OK) {
		rc = vv_pack_writer_append(m->writer, m->coder, &item, &record_len, err);
	}
	return rc == VV_OK && record_len > 0 ? note_block(m, &item, err) : rc;
}

vv_status vv_pack_maker_put(vv_pack_maker *m, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	vv_block_form form;
	const vv_block_form *stored = &form;
	vv_status rc = vv_store_get_form(m->from, cid, &m->raw, &m->stored, &form, err);

	if (rc == VV_EMISSING) { /* another source may have it */
		stored = NULL;
		rc = vv_store_get(m->from, cid, &m->raw, err);
	}
	return rc < 0 ? rc : put_block(m, cid, vv_buf_cstr(&m->raw), m->raw.len, like, stored, err);
}

vv_status vv_pack_maker_salt(vv_pack_maker *m, vv_error *err)
{
	uint8_t salt[16];
	vv_cid cid;

	vv_random(salt, sizeof(salt));
	vv_status rc = vv_cid_of(&cid, VV_CODEC_RAW, salt, sizeof(salt), err);
	return rc < 0 ? rc : put_block(m, &cid, salt, sizeof(salt), NULL, NULL, err);
}

bool vv_pack_maker_is_full(const vv_pack_maker *m)
{
	return vv_pack_writer_len(m->writer) >= m->max_bytes - LAST_BYTES ||
	       m->count >= VV_HOST_LIST_MAX - 1;
}

bool vv_pack_maker_is_empty(const vv_pack_maker *m)
{
	return m->count == 0;
}

static vv_status read_pack(const vv_pack_maker *m, const vv_pack_name *id, vv_buf *out,
			   vv_error *err)
{
	static const char *const ways[] = {"pack", "index"};
	char name[VV_PACK_NAME_MAX];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		vv_pack_name_write(name, id, ways[i]);
		vv_auto(char) *path = vv_path_join(m->dir, name, (char *)NULL);
		if (!path) return vv_fail_nomem(err);
		if (rc == VV_OK && i == 0) {
			rc = vv_read_regular(out, path, VV_HOST_PACK_BYTES * 2u, err);
		}
		(void)vv_unlink(path, true, NULL);
	}
	return rc;
}

vv_status vv_pack_maker_take(vv_pack_maker *m, vv_buf *pack, vv_buf *list, vv_cid *key,
			     vv_error *err)
{
	vv_pack_name id;
	vv_status rc;

	vv_buf_reset(pack);
	vv_buf_reset(list);
	if ((rc = vv_pack_writer_end(m->writer, true, err)) < 0 ||
	    (rc = vv_pack_writer_publish(m->writer, -1, &id, err)) < 0 ||
	    (rc = read_pack(m, &id, pack, err)) < 0 ||
	    (rc = vv_host_list_write(list, id.hash, pack->len, m->blocks, m->count, m->bases,
				     m->base_count, err)) < 0) {
		return rc;
	}
	*key = vv_pack_key(id.hash);
	m->count = m->base_count = 0;
	return vv_pack_writer_reset(m->writer, err);
}
