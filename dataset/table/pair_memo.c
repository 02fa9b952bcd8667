/*
 * pair_memo: knows what to forget: there are two halves; when the young one is full the old one
 * goes and the young one becomes old. What is found in the old half becomes young again.
 *
 * The file: "VVPAIR" 01 0A, le64 check of the repository's secret, le64 count, the pairs (49 bytes
 * each: key, le64 length, le64 hash, first byte), le64 XXH3 over all before.
 */
#include "dataset/table/pair_memo.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/sys.h"

static const char magic[8] = {'V', 'V', 'P', 'A', 'I', 'R', 1, '\n'};
#define HEAD_LEN 24u
#define PAIR_LEN (VV_SHA256_LEN + 17u)

typedef struct half {
	vv_pair *items;
	size_t count, cap;
	vv_hash_index index;
} half;

struct vv_pair_memo {
	half young, old;
	size_t half_max;
};

vv_pair_memo *vv_pair_memo_new(size_t max)
{
	vv_pair_memo *m = vv_calloc(1, sizeof(*m));

	if (m) {
		m->half_max = max / 2 > 0 ? max / 2 : 1;
		vv_hash_index_init(&m->young.index);
		vv_hash_index_init(&m->old.index);
	}
	return m;
}

static void half_clear(half *h)
{
	vv_free(h->items);
	vv_hash_index_clear(&h->index);
	h->items = NULL;
	h->count = h->cap = 0;
}

void vv_pair_memo_free(vv_pair_memo *m)
{
	if (m) {
		half_clear(&m->young);
		half_clear(&m->old);
		vv_free(m);
	}
}

static const vv_pair *half_find(const half *h, const uint8_t key[VV_SHA256_LEN])
{
	vv_hash_probe p = vv_hash_probe_begin(&h->index, vv_get_le64(key));
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (memcmp(h->items[at].key, key, VV_SHA256_LEN) == 0) {
			return &h->items[at];
		}
	}
	return NULL;
}

static void grow_older(vv_pair_memo *m)
{
	half_clear(&m->old);
	m->old = m->young;
	memset(&m->young, 0, sizeof(m->young));
	vv_hash_index_init(&m->young.index);
}

/* Not there yet. False: out of memory. */
static bool add_young(vv_pair_memo *m, const vv_pair *p)
{
	half *h = &m->young;

	if (h->count >= m->half_max) {
		grow_older(m);
	}
	if (!vv_array_room(h->items, h->count, h->cap) ||
	    !vv_hash_index_add(&h->index, vv_get_le64(p->key), h->count)) {
		return false;
	}
	h->items[h->count++] = *p;
	return true;
}

const vv_pair *vv_pair_memo_find(vv_pair_memo *m, const uint8_t key[VV_SHA256_LEN])
{
	const vv_pair *p = half_find(&m->young, key);

	if (p || !(p = half_find(&m->old, key))) {
		return p;
	}
	const vv_pair kept = *p; /* the old half may go while it becomes young */
	return add_young(m, &kept) ? half_find(&m->young, key) : half_find(&m->old, key);
}

vv_status vv_pair_memo_add(vv_pair_memo *m, const vv_pair *p, vv_error *err)
{
	if (vv_pair_memo_find(m, p->key)) {
		return VV_OK;
	}
	return add_young(m, p) ? VV_OK : vv_fail_nomem(err);
}

size_t vv_pair_memo_count(const vv_pair_memo *m)
{
	size_t count = m->young.count;

	for (size_t i = 0; i < m->old.count; i++) {
		count += half_find(&m->young, m->old.items[i].key) == NULL;
	}
	return count;
}

/* ---- the file ---- */

static uint64_t check_of(uint64_t secret)
{
	uint8_t b[8];

	vv_put_le64(b, secret);
	return vv_xxh3(b, sizeof(b), 0x70616972u);
}

static vv_status take_file(vv_pair_memo *m, const uint8_t *p, size_t len, uint64_t secret,
			   vv_error *err)
{
	if (len < HEAD_LEN + 8 || memcmp(p, magic, sizeof(magic)) != 0 ||
	    vv_get_le64(p + 8) != check_of(secret) ||
	    vv_xxh3(p, len - 8, 0) != vv_get_le64(p + len - 8) ||
	    vv_get_le64(p + 16) != (len - HEAD_LEN - 8) / PAIR_LEN ||
	    (len - HEAD_LEN - 8) % PAIR_LEN != 0) {
		return VV_OK;
	}
	for (const uint8_t *at = p + HEAD_LEN; at + PAIR_LEN <= p + len - 8; at += PAIR_LEN) {
		vv_pair pair = {.raw_len = vv_get_le64(at + VV_SHA256_LEN),
				.raw_hash = vv_get_le64(at + VV_SHA256_LEN + 8),
				.first = (char)at[VV_SHA256_LEN + 16]};
		memcpy(pair.key, at, VV_SHA256_LEN);
		vv_status rc = vv_pair_memo_add(m, &pair, err);
		if (rc < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_pair_memo_load(vv_pair_memo *m, const char *file, uint64_t secret, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	size_t max = HEAD_LEN + 8 + 2 * m->half_max * PAIR_LEN;
	vv_error ignored;
	vv_status rc = vv_read_file(&b, file, max, &ignored);

	if (rc == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	} else {
		rc = rc < 0 ? VV_OK : take_file(m, (const uint8_t *)b.data, b.len, secret, err);
	}
	vv_buf_clear(&b);
	return rc;
}

static void put_half(vv_buf *b, const half *h, const half *but)
{
	for (size_t i = 0; i < h->count; i++) {
		const vv_pair *p = &h->items[i];
		uint8_t le[17];
		if (but && half_find(but, p->key)) {
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
	vv_buf b = VV_BUF_INIT;
	uint8_t le[8];
	vv_status rc;

	vv_buf_put(&b, magic, sizeof(magic));
	vv_put_le64(le, check_of(secret));
	vv_buf_put(&b, le, sizeof(le));
	vv_put_le64(le, vv_pair_memo_count(m));
	vv_buf_put(&b, le, sizeof(le));
	put_half(&b, &m->old, &m->young); /* those that were asked for last come last, and stay */
	put_half(&b, &m->young, NULL);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_put_le64(le, vv_xxh3(b.data, b.len, 0));
		vv_buf_put(&b, le, sizeof(le));
		rc = vv_buf_ok(&b, err);
	}
	if (rc == VV_OK && (rc = vv_mkdirs_above(file, err)) == VV_OK) {
		rc = vv_write_file(file, b.data, b.len, false, err);
	}
	vv_buf_clear(&b);
	return rc;
}
