/*
 * pair_memo: what to forget: when it is full, half of the pairs, the oldest of those that nobody has asked
 * for since the last time; where most were asked for, an eighth, the oldest.
 *
 * The content of its file: the pairs (49 bytes each: key, le64 length, le64 hash, first byte).
 */
#include "dataset/proof/pair_memo.h"

#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVPAIR\x01\n"
#define PAIR_LEN (VV_SHA256_LEN + 17u)

struct vv_pair_memo {
	vv_pair *items; /* oldest first */
	size_t count, cap, max;
	vv_hash_index index;
};

vv_pair_memo *vv_pair_memo_new(size_t max)
{
	vv_pair_memo *m = vv_calloc(1, sizeof(*m));

	if (m) {
		m->max = max > 8 ? max : 8;
		vv_hash_index_init(&m->index);
	}
	return m;
}

void vv_pair_memo_free(vv_pair_memo *m)
{
	if (m) {
		vv_free(m->items);
		vv_hash_index_clear(&m->index);
		vv_free(m);
	}
}

/* The index has room for them: it had more. */
static void index_again(vv_pair_memo *m)
{
	vv_hash_index_reset(&m->index);
	for (size_t i = 0; i < m->count; i++) {
		(void)vv_hash_index_add(&m->index, vv_get_le64(m->items[i].key), i);
	}
}

static void forget(vv_pair_memo *m)
{
	size_t dropped = 0, kept = 0;
	const size_t few = m->max / 8;

	for (size_t i = 0; i < m->count; i++) {
		if (!m->items[i].asked && dropped < m->max / 2) {
			dropped++;
		} else {
			m->items[kept] = m->items[i];
			m->items[kept++].asked = false;
		}
	}
	if (dropped < few) {
		memmove(m->items, m->items + (few - dropped),
			(kept - (few - dropped)) * sizeof(*m->items));
		kept -= few - dropped;
	}
	m->count = kept;
	index_again(m);
}

const vv_pair *vv_pair_memo_find(vv_pair_memo *m, const uint8_t key[VV_SHA256_LEN])
{
	vv_hash_probe p = vv_hash_probe_begin(&m->index, vv_get_le64(key));
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (memcmp(m->items[at].key, key, VV_SHA256_LEN) == 0) {
			m->items[at].asked = true;
			return &m->items[at];
		}
	}
	return NULL;
}

vv_status vv_pair_memo_add(vv_pair_memo *m, const vv_pair *p, vv_error *err)
{
	if (vv_pair_memo_find(m, p->key)) return VV_OK;
	if (m->count >= m->max) {
		forget(m);
	}
	if (!vv_array_room(m->items, m->count, m->cap) ||
	    !vv_hash_index_add(&m->index, vv_get_le64(p->key), m->count)) {
		return vv_fail_nomem(err);
	}
	m->items[m->count] = *p;
	m->items[m->count++].asked = false;
	return VV_OK;
}

size_t vv_pair_memo_count(const vv_pair_memo *m)
{
	return m->count;
}

/* ---- the file ---- */

vv_status vv_pair_memo_load(vv_pair_memo *m, const char *file, uint64_t secret, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = vv_derived_read(&b, file, MARK, secret, VV_DERIVED_FRAME + m->max * PAIR_LEN,
				       err);

	if (rc < 0) return rc;
	for (size_t n = 0; n + PAIR_LEN <= b.len; n += PAIR_LEN) {
		const uint8_t *at = (const uint8_t *)b.data + n;
		vv_pair pair = {.raw_len = vv_get_le64(at + VV_SHA256_LEN),
				.raw_hash = vv_get_le64(at + VV_SHA256_LEN + 8),
				.first = (char)at[VV_SHA256_LEN + 16]};

		memcpy(pair.key, at, VV_SHA256_LEN);
		if ((rc = vv_pair_memo_add(m, &pair, err)) < 0) return rc;
	}
	return VV_OK;
}

static void put_pairs(vv_buf *b, const vv_pair_memo *m, bool asked)
{
	for (size_t i = 0; i < m->count; i++) {
		const vv_pair *p = &m->items[i];
		uint8_t le[17];
		if (p->asked != asked) {
			continue;
		}
		vv_put_le64(le, p->raw_len);
		vv_put_le64(le + 8, p->raw_hash);
		le[16] = (uint8_t)p->first;
		vv_buf_put(b, p->key, sizeof(p->key));
		vv_buf_put(b, le, sizeof(le));
	}
}

vv_status vv_pair_memo_save(const vv_pair_memo *m, const char *file, uint64_t secret, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_derived_begin(&b, MARK);
	put_pairs(&b, m, false); /* those that were asked for come last, and stay */
	put_pairs(&b, m, true);
	return vv_derived_write(&b, file, secret, err);
}
