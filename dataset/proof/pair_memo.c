/*
 * pair_memo: knows what to forget: when it is full, half of the pairs, the oldest of those that nobody has asked
 * for since the last time; where most were asked for, an eighth, the oldest.
 *
 * The file: "VVPAIR" 01 0A, le64 check of the repository's secret, le64 count, the pairs (49 bytes
 * each: key, le64 length, le64 hash, first byte), le64 XXH3 over all before.
 */
#include "dataset/proof/pair_memo.h"

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
		if (rc < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_pair_memo_load(vv_pair_memo *m, const char *file, uint64_t secret, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	size_t max = HEAD_LEN + 8 + m->max * PAIR_LEN;
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
	vv_buf b = VV_BUF_INIT;
	uint8_t le[8];
	vv_status rc;

	vv_buf_put(&b, magic, sizeof(magic));
	vv_put_le64(le, check_of(secret));
	vv_buf_put(&b, le, sizeof(le));
	vv_put_le64(le, vv_pair_memo_count(m));
	vv_buf_put(&b, le, sizeof(le));
	put_pairs(&b, m, false); /* those that were asked for come last, and stay */
	put_pairs(&b, m, true);
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
