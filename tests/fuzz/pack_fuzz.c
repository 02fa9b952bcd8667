/*
 * Reads the input as a pack: as it is, and with a trailer made for it, so that
 * the records are trusted so far. Each returned block must have the
 * right checksum twice: no two reads differ. Then reads it as one record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "tests/fuzz/fuzz.h"

#define CIDS_MAX 64u

static char folder[64];

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void remove_folder(void)
{
	(void)vv_remove_tree(folder, NULL);
}

static void make_folder(void)
{
	if (folder[0] == '\0') {
		char packs[80];

		(void)snprintf(folder, sizeof folder, "/tmp/varve-pack-XXXXXX");
		require(mkdtemp(folder) != NULL);
		(void)snprintf(packs, sizeof packs, "%s/packs", folder);
		require(vv_mkdirs(packs, NULL) == VV_OK);
		(void)atexit(remove_folder);
	}
}

typedef struct found {
	vv_cid cids[CIDS_MAX];
	vv_status states[CIDS_MAX];
	size_t count;
} found;

static vv_status note(void *payload, const char *pack, uint64_t offset, const vv_cid *cid,
		      vv_status state, const char *what, vv_error *err)
{
	found *f = payload;

	(void)offset;
	(void)err;
	require(pack[0] != '\0' && (state == VV_OK || what[0] != '\0'));
	if (!vv_cid_is_null(cid) && f->count < CIDS_MAX) {
		f->cids[f->count] = *cid;
		f->states[f->count++] = state;
	}
	return VV_OK;
}

/* The same bytes piece by piece, from the end on. */
static void ask_parts(vv_store *s, const vv_cid *cid, const vv_buf *block)
{
	vv_parted p = {0};
	vv_error err;

	require(vv_store_get_parted(s, cid, &p, &err) == VV_OK && p.block.len == block->len);
	for (size_t at = block->len; at > 0;) {
		const size_t len = at % 100 + 1;

		at -= len < at ? len : at;
		require(vv_parted_need(&p, at, len, &err) == VV_OK);
		require(memcmp(p.block.data + at, block->data + at,
			       len < block->len - at ? len : block->len - at) == 0);
	}
	vv_parted_clear(&p);
}

/* What fsck found good can be read; and whatever can be read is the same again. */
static void ask(vv_store *s, const found *f)
{
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_error err;
	size_t i;

	for (i = 0; i < f->count; i++) {
		vv_status rc = vv_store_get(s, &f->cids[i], &first, &err);

		require(rc == VV_OK || f->states[i] < 0 || rc == VV_EMISSING);
		if (rc == VV_OK) {
			require(vv_store_get(s, &f->cids[i], &second, &err) == VV_OK);
			require(first.len <= VV_BLOCK_MAX && first.len == second.len &&
				memcmp(first.data, second.data, first.len) == 0);
			ask_parts(s, &f->cids[i], &first);
		}
	}
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

static void try_pack(const uint8_t *bytes, size_t size, const uint8_t hash[16])
{
	char name[VV_PACK_NAME_MAX], path[256];
	vv_store_stats stats;
	vv_store *s = NULL;
	vv_pack_name id;
	found f = {.count = 0};
	vv_error err;

	memset(&id, 0, sizeof id);
	memcpy(id.hash, hash, sizeof id.hash);
	vv_pack_name_write(name, &id, "pack");
	(void)snprintf(path, sizeof path, "%s/packs/%s", folder, name);
	require(vv_write_file(path, bytes, size, false, &err) == VV_OK);
	require(vv_store_open(&s, folder, false, &err) == VV_OK);
	if (vv_store_fsck(s, true, note, &f, NULL, &err) == VV_OK) {
		ask(s, &f);
		require(vv_store_stats_get(s, &stats, &err) == VV_OK);
	}
	vv_store_close(s);
	require(vv_unlink(path, false, &err) == VV_OK);
}

static size_t count_records(const uint8_t *data, size_t size)
{
	size_t count = 0, at = 0;
	vv_record r;

	while (at < size && !vv_record_parse(&r, data + at, size - at, VV_PACK_HEADER_LEN + at) &&
	       vv_record_len(&r) <= size - at) {
		at += (size_t)vv_record_len(&r);
		count++;
	}
	return count;
}

static void try_with_trailer(const uint8_t *data, size_t size)
{
	size_t len = VV_PACK_HEADER_LEN + size + VV_PACK_TRAILER_LEN;
	uint8_t *bytes = vv_malloc(len), *end;
	vv_hash128 sum;

	if (!bytes) return;
	memcpy(bytes, VV_PACK_HEADER, VV_PACK_HEADER_LEN);
	if (size > 0) {
		memcpy(bytes + VV_PACK_HEADER_LEN, data, size);
	}
	end = bytes + VV_PACK_HEADER_LEN + size;
	memcpy(end, VV_PACK_END, 8);
	vv_put_le64(end + 8, count_records(data, size));
	vv_put_le64(end + 16, len);
	sum = vv_xxh3_128(bytes, len - 16, 0);
	vv_put_le64(end + 24, sum.lo);
	vv_put_le64(end + 32, sum.hi);
	try_pack(bytes, len, end + 24);
	vv_free(bytes);
}

static void try_record(const uint8_t *data, size_t size)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_coder *c = pool ? vv_coder_take(pool, NULL) : NULL;
	uint8_t header[VV_RECORD_HEADER_MAX];
	vv_record r;
	vv_error err;
	uint8_t *raw;

	if (c && !vv_record_parse(&r, data, size, 1000) && vv_record_len(&r) <= size) {
		require(r.raw_len <= VV_BLOCK_MAX && r.header_len <= VV_RECORD_HEADER_MAX);
		require(vv_record_write(header, &r) == r.header_len &&
			memcmp(header, data, r.header_len) == 0);
		raw = vv_malloc(r.raw_len);
		if (raw) {
			(void)vv_coder_unpack(c, &r, data, data + r.header_len, data, size, raw,
					      &err);
		}
		vv_free(raw);
	}
	if (pool) {
		vv_coder_give(pool, c);
	}
	vv_coder_pool_free(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t nothing[16];

	make_folder();
	try_record(data, size);
	try_pack(data, size, size >= 16 ? data + size - 16 : nothing);
	if (size <= 65536) {
		try_with_trailer(data, size);
	}
	return 0;
}
