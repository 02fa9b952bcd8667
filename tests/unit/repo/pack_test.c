/*
 * pack: what a pack and its index look like, and what damage to them costs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "repo/blocks/pack.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

#define BLOCKS 4u

/* A store with one pack of a few small blocks: whole ones and differences. */
static const char *small_store(const char *name)
{
	const char *dir = vv_test_path("%s", name);

	fx_commit(dir, 0, BLOCKS, true);
	return dir;
}

static void overwrite(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static char *copy_of(const char *path, size_t *len, size_t more)
{
	const char *bytes = vv_test_read(path, len);
	char *copy = malloc(*len + more);

	assert_non_null(copy);
	memcpy(copy, bytes, *len);
	return copy;
}

/* Opens the store and asks for every block: each must be right, or fail with
 * damage that names a pack. *bad: how many failed. Missing blocks are allowed
 * only where the caller says so. */
static void ask_all(const char *dir, bool may_miss, unsigned *bad)
{
	vv_store *s = fx_open(dir);
	vv_error err;
	unsigned i;

	*bad = 0;
	for (i = 0; i < BLOCKS; i++) {
		vv_status rc = fx_get(s, i, &err);

		if (rc == VV_OK) {
			continue;
		}
		(*bad)++;
		if (rc == VV_EMISSING && may_miss) {
			continue;
		}
		if (rc != VV_ECORRUPT && rc != VV_ENOSUPPORT) {
			print_error("block %u: %d %s\n", i, (int)rc, err.message);
		}
		assert_true(rc == VV_ECORRUPT || rc == VV_ENOSUPPORT);
		vv_assert_contains(err.message, "pack-");
	}
	vv_store_close(s);
}

/* ---- the format ---- */

static void a_pack_of_one_stored_block_has_these_bytes(void **state)
{
	static const uint8_t before_checksum[] = {
		'V',  'V',  'P',  'A',  'C',  'K',  0x01, 0x0a, 0x00, 0x5e, 0x32, 0x35, 0xa8,
		0x34, 0x6e, 0x5a, 0x45, 0x85, 0xf8, 0xc5, 0x85, 0x62, 0xf5, 0x05, 0x2b, 0x8f,
		0xe2, 0x6a, 0x3b, 0xb1, 0x22, 0xe1, 0xe9, 0x6c, 0x76, 0x78, 0x49, 0x64, 0xdf,
		0xc4, 0x61, 0x06, 0x06, 'h',  'e',  'l',  'l',  'o',  ' ',
	};
	const size_t header = 8, record_header = 35;
	const char *dir = vv_test_path("one");
	uint8_t summed[64], end[24] = {'V', 'V', 'E', 'N', 'D', 0, 0, 0x0a, 1};
	const char *path, *bytes;
	vv_pack_name id;
	vv_hash128 sum;
	size_t len;

	(void)state;
	(void)fx_commit_bytes(dir, VV_CODEC_RAW, "hello ", 6);
	path = fx_one(dir, "pack-", ".pack");
	bytes = vv_test_read(path, &len);
	assert_int_equal(len, sizeof before_checksum + 8 + 40);
	assert_memory_equal(bytes, before_checksum, sizeof before_checksum);
	memcpy(summed, before_checksum + header, record_header);
	memcpy(summed + record_header, "hello ", 6);
	assert_true(vv_get_le64((const uint8_t *)bytes + sizeof before_checksum) ==
		    vv_xxh3(summed, record_header + 6, 0));
	vv_put_le64(end + 16, len);
	assert_memory_equal(bytes + len - 40, end, sizeof end);
	sum = vv_xxh3_128(bytes, len - 16, 0);
	assert_true(vv_get_le64((const uint8_t *)bytes + len - 16) == sum.lo);
	assert_true(vv_get_le64((const uint8_t *)bytes + len - 8) == sum.hi);
	assert_true(vv_pack_name_read(&id, vv_test_path("%s", strrchr(path, '/') + 1) +
						   strlen(vv_test_dir()) + 1));
	assert_memory_equal(id.hash, bytes + len - 16, 16);
}

static void an_index_of_one_block_has_these_bytes(void **state)
{
	const char *dir = vv_test_path("one");
	const char *pack, *index;
	size_t pack_len, len;

	(void)state;
	(void)fx_commit_bytes(dir, VV_CODEC_RAW, "hello ", 6);
	pack = vv_test_read(fx_one(dir, "pack-", ".pack"), &pack_len);
	index = vv_test_read(fx_one(dir, "pack-", ".index"), &len);
	assert_int_equal(len, 8 + 16 + 8 + 4 + 8 + 4 + 8);
	assert_memory_equal(index, "VVINDX\x01\x0a", 8);
	assert_memory_equal(index + 8, pack + pack_len - 16, 16);
	assert_memory_equal(index + 24, "\x01\0\0\0\0\0\0\0\x04\0\0\0", 12);
	assert_memory_equal(index + 36, "\x5e\x32\x35\xa8\x34\x6e\x5a\x45\x08\0\0\0", 12);
	assert_true(vv_get_le64((const uint8_t *)index + 48) == vv_xxh3(index, 48, 0));
}

static void names_of_packs_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",
		"pack-.pack",
		"pack-0123456789abcdef0123456789abcdef",
		"pack-0123456789abcdef0123456789abcdef.index",
		"pack-0123456789abcdef0123456789abcdeF.pack",
		"pack-0123456789abcdef0123456789abcde.pack",
		"pack-0123456789abcdef0123456789abcdef0.pack",
		"pack-0123456789abcdef0123456789abcdef.pack.tmp",
		"aside-123456789-0123456789abcdef0123456789abcdef.pack",
		"aside--0123456789abcdef0123456789abcdef.pack",
		"aside-99999999999999999999-0123456789abcdef0123456789abcdef.pack",
		"aside-12345678x0-0123456789abcdef0123456789abcdef.pack",
		"tmp-abcdef",
	};
	char written[VV_PACK_NAME_MAX];
	vv_pack_name id;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(vv_pack_name_read(&id, bad[i]));
	}
	assert_true(
		vv_pack_name_read(&id, "aside-0000000012-0123456789abcdef0123456789abcdef.pack"));
	assert_true(id.aside && id.since == 12);
	vv_pack_name_write(written, &id, "pack");
	assert_string_equal(written, "aside-0000000012-0123456789abcdef0123456789abcdef.pack");
	assert_true(vv_pack_name_read(&id, "pack-0123456789abcdef0123456789abcdef.pack"));
	assert_false(id.aside);
}

/* ---- bits ---- */

/* Blocks so small that every bit can be tried: one stored, one packed, two
 * differences (chained), one node. */
#define TINY 5u

static void tiny_block(vv_buf *out, unsigned n, uint8_t *codec)
{
	unsigned i;

	*codec = VV_CODEC_RAW;
	vv_buf_reset(out);
	if (n == 0) {
		vv_buf_puts(out, "hello ");
	} else if (n == TINY - 1) {
		*codec = VV_CODEC_DAG_CBOR;
		fx_node(out, NULL, 0);
	} else {
		for (i = 0; i < 12; i++) {
			vv_buf_printf(out, "%u,abc,%u\n", i, i < n ? 7u : 1u);
		}
	}
}

static const char *tiny_store(void)
{
	const char *dir = vv_test_path("tiny");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_buf b = VV_BUF_INIT;
	vv_cid cid = fx_cid(0);
	uint8_t codec;
	vv_error err;
	unsigned n, depth;
	uint64_t stored;

	for (n = 0; n < TINY; n++) {
		tiny_block(&b, n, &codec);
		vv_assert_ok(vv_test_add(w, &cid, codec, b.data, b.len, &cid, &err), &err);
	}
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	tiny_block(&b, 3, &codec);
	vv_assert_ok(vv_cid_of(&cid, codec, b.data, b.len, &err), &err);
	vv_assert_ok(vv_store_cost(s, &cid, &stored, &depth, &err), &err);
	assert_int_equal(depth, 2);
	vv_buf_clear(&b);
	vv_writer_close(w);
	vv_store_close(s);
	return dir;
}

/* As ask_all, of the tiny blocks. */
static unsigned ask_tiny(const char *dir, bool may_miss)
{
	vv_store *s = fx_open(dir);
	vv_buf want = VV_BUF_INIT, got = VV_BUF_INIT;
	unsigned bad = 0, n;
	uint8_t codec;
	vv_error err;
	vv_cid cid;

	for (n = 0; n < TINY; n++) {
		vv_status rc;

		tiny_block(&want, n, &codec);
		vv_assert_ok(vv_cid_of(&cid, codec, want.data, want.len, &err), &err);
		rc = vv_store_get(s, &cid, &got, &err);
		if (rc == VV_OK) {
			assert_int_equal(got.len, want.len);
			assert_memory_equal(got.data, want.data, want.len);
			continue;
		}
		bad++;
		if (rc != VV_EMISSING || !may_miss) {
			assert_true(rc == VV_ECORRUPT || rc == VV_ENOSUPPORT);
			vv_assert_contains(err.message, "pack-");
		}
	}
	vv_buf_clear(&want);
	vv_buf_clear(&got);
	vv_store_close(s);
	return bad;
}

static void a_flipped_bit_of_a_pack_never_gives_wrong_data(void **state)
{
	const char *dir = tiny_store();
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len, bit;
	char *bytes = copy_of(path, &len, 0);

	(void)state;
	for (bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (char)(1u << bit % 8);
		overwrite(path, bytes, len);
		(void)ask_tiny(dir, false);
		bytes[bit / 8] ^= (char)(1u << bit % 8);
	}
	free(bytes);
}

static void a_flipped_bit_of_a_pack_without_index_never_gives_wrong_data(void **state)
{
	const char *dir = tiny_store();
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len, bit;
	char *bytes = copy_of(path, &len, 0);

	(void)state;
	assert_int_equal(unlink(fx_one(dir, "pack-", ".index")), 0);
	for (bit = 0; bit < len * 8; bit++) {
		if (!vv_test_sampled(bit, 5)) {
			continue;
		}
		vv_store *s;
		vv_store_stats stats;
		vv_error err;
		vv_status rc;

		bytes[bit / 8] ^= (char)(1u << bit % 8);
		overwrite(path, bytes, len);
		/* A record whose header is gone cannot be found; the pack is known
		 * to be damaged then. */
		(void)ask_tiny(dir, true);
		s = fx_open(dir);
		rc = vv_store_stats_get(s, &stats, &err);
		assert_true(rc == VV_ENOSUPPORT || (rc == VV_OK && stats.damaged_packs == 1));
		vv_store_close(s);
		bytes[bit / 8] ^= (char)(1u << bit % 8);
	}
	free(bytes);
}

static void fsck_tells_every_flipped_bit_of_a_pack(void **state)
{
	const char *dir = tiny_store();
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len, bit;
	char *bytes = copy_of(path, &len, 0);

	(void)state;
	assert_int_equal(fx_fsck(dir, true), 0);
	for (bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (char)(1u << bit % 8);
		overwrite(path, bytes, len);
		if (fx_fsck(dir, false) == 0) {
			fail_msg("bit %zu of byte %zu was not told", bit % 8, bit / 8);
		}
		vv_assert_contains(fx_fault, "pack-");
		bytes[bit / 8] ^= (char)(1u << bit % 8);
	}
	overwrite(path, bytes, len);
	assert_int_equal(fx_fsck(dir, true), 0);
	free(bytes);
}

static void a_flipped_bit_of_an_index_costs_nothing(void **state)
{
	const char *dir = tiny_store();
	const char *path = fx_one(dir, "pack-", ".index");
	size_t len, bit;
	char *bytes = copy_of(path, &len, 0);

	(void)state;
	for (bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (char)(1u << bit % 8);
		overwrite(path, bytes, len);
		assert_int_equal(ask_tiny(dir, false), 0);
		assert_int_equal(fx_fsck(dir, false), 0);
		assert_int_equal(fx_rebuilt, 1);
		assert_int_equal(fx_fsck(dir, false), 0);
		assert_int_equal(fx_rebuilt, 0);
		bytes[bit / 8] ^= (char)(1u << bit % 8);
	}
	free(bytes);
}

/* ---- length ---- */

static void a_truncated_pack_is_named_and_gives_what_it_has(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	const char *index = fx_one(dir, "pack-", ".index");
	size_t len, index_len, cut;
	const char *bytes = vv_test_read(path, &len),
		   *index_bytes = vv_test_read(index, &index_len);
	unsigned bad, last_bad = BLOCKS, without;
	vv_store_stats stats;
	vv_error err;

	(void)state;
	for (cut = 0; cut < len; cut++) {
		vv_store *s;

		if (cut + 1 < len && !vv_test_sampled(cut, 3)) {
			continue;
		}
		overwrite(path, bytes, cut);
		ask_all(dir, false, &bad);
		/* A longer piece never gives less. */
		assert_true(bad <= last_bad);
		last_bad = bad;
		assert_int_equal(unlink(index), 0);
		ask_all(dir, true, &without);
		assert_true(without == bad);
		s = fx_open(dir);
		vv_assert_ok(vv_store_stats_get(s, &stats, &err), &err);
		assert_int_equal(stats.damaged_packs, 1);
		vv_store_close(s);
		assert_true(fx_fsck(dir, false) > 0);
		vv_assert_contains(fx_fault, strrchr(path, '/') + 1);
		overwrite(index, index_bytes, index_len);
	}
	assert_int_equal(last_bad, 0);
}

static void junk_behind_a_pack_is_told_and_all_blocks_are_readable(void **state)
{
	static const size_t lengths[] = {1, 2, 7, 8, 39, 40, 41, 96, 512, 4096};
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	const char *index = fx_one(dir, "pack-", ".index");
	size_t len, index_len, i, kind;
	const char *index_bytes = vv_test_read(index, &index_len);
	char *bytes = copy_of(path, &len, 4096);
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 1);
	for (kind = 0; kind < 2; kind++) {
		memset(bytes + len, 0, 4096);
		if (kind == 1) {
			vv_prng_bytes(&r, bytes + len, 4096);
		}
		for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
			overwrite(path, bytes, len + lengths[i]);
			assert_true(fx_all_readable(dir, 0, BLOCKS));
			assert_true(fx_fsck(dir, false) > 0);
			assert_int_equal(unlink(index), 0);
			assert_true(fx_all_readable(dir, 0, BLOCKS));
			overwrite(index, index_bytes, index_len);
		}
	}
	free(bytes);
}

static void a_hole_of_zeros_gives_no_blocks(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len;
	char *bytes = copy_of(path, &len, 0);
	unsigned bad;

	(void)state;
	memset(bytes + 8, 0, len - 8);
	overwrite(path, bytes, len);
	ask_all(dir, false, &bad);
	assert_int_equal(bad, BLOCKS);
	assert_int_equal(unlink(fx_one(dir, "pack-", ".index")), 0);
	ask_all(dir, true, &bad);
	assert_int_equal(bad, BLOCKS);
	assert_true(fx_fsck(dir, false) > 0);
	free(bytes);
}

static void a_damaged_pack_is_left_as_it_is_and_new_blocks_find_their_place(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len, after;
	const char *bytes = vv_test_read(path, &len);
	unsigned i;

	(void)state;
	overwrite(path, bytes, len - 50);
	for (i = 0; i < 5; i++) {
		fx_commit(dir, 100 + i, 1, false);
	}
	assert_memory_equal(vv_test_read(path, &after), bytes, len - 50);
	assert_int_equal(after, len - 50);
	assert_true(fx_all_readable(dir, 100, 5));
	/* Putting the same blocks again heals the store. */
	fx_commit(dir, 0, BLOCKS, false);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	assert_true(vv_exists(path));
}

static void a_pack_that_is_replaced_by_the_same_good_one_is_read_anew(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	size_t len;
	const char *bytes = vv_test_read(path, &len);
	vv_store *s;
	vv_error err;

	(void)state;
	overwrite(path, bytes, len / 2);
	s = fx_open(dir);
	vv_assert_status(fx_get(s, BLOCKS - 1, &err), VV_ECORRUPT, &err);
	vv_test_write(path, bytes, len);
	vv_assert_ok(fx_get(s, BLOCKS - 1, &err), &err);
	vv_store_close(s);
}

/* ---- indexes ---- */

static void an_index_of_another_pack_is_not_believed(void **state)
{
	const char *a = small_store("a"), *b = vv_test_path("b");
	size_t len;
	const char *bytes;

	(void)state;
	fx_commit(b, 50, BLOCKS, false);
	bytes = vv_test_read(fx_one(b, "pack-", ".index"), &len);
	overwrite(fx_one(a, "pack-", ".index"), bytes, len);
	assert_true(fx_all_readable(a, 0, BLOCKS));
	assert_int_equal(fx_fsck(a, false), 0);
	assert_int_equal(fx_rebuilt, 1);
	assert_int_equal(fx_fsck(a, false), 0);
	assert_int_equal(fx_rebuilt, 0);
}

/* The checksum is right, the offsets are not: somebody's doing, not damage. */
static void an_index_that_lies_is_made_anew(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".index");
	size_t len, i;
	char *bytes = copy_of(path, &len, 0), first[4];
	uint8_t *offsets = (uint8_t *)bytes + 36 + 8 * BLOCKS;

	(void)state;
	memcpy(first, offsets, 4);
	for (i = 0; i + 1 < BLOCKS; i++) {
		memcpy(offsets + 4 * i, offsets + 4 * (i + 1), 4);
	}
	memcpy(offsets + 4 * (BLOCKS - 1), first, 4);
	vv_put_le64((uint8_t *)bytes + len - 8, vv_xxh3(bytes, len - 8, 0));
	overwrite(path, bytes, len);
	assert_int_equal(fx_fsck(dir, false), 0);
	assert_int_equal(fx_rebuilt, 1);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	vv_put_le32(offsets, 0xfffffff0u);
	vv_put_le64((uint8_t *)bytes + len - 8, vv_xxh3(bytes, len - 8, 0));
	overwrite(path, bytes, len);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	free(bytes);
}

static void an_index_with_entries_left_out_is_made_anew(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".index");
	size_t len;
	const char *old = vv_test_read(path, &len);
	vv_pack_index_entry none = {0, 0};
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_pack_index_encode(&bytes, (const uint8_t *)old + 8, &none, 0, &err), &err);
	overwrite(path, bytes.data, bytes.len);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	vv_buf_clear(&bytes);
}

static void a_missing_index_is_made_by_readers_in_memory_and_by_writers_on_disk(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".index");
	size_t len, again;
	const char *bytes = vv_test_read(path, &len);
	vv_store *s;
	vv_writer *w;
	vv_error err;

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	assert_false(vv_exists(path));
	s = fx_open(dir);
	vv_assert_ok(vv_writer_open(&w, s, 0, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
	assert_memory_equal(vv_test_read(path, &again), bytes, len);
	assert_int_equal(again, len);
}

static void an_index_without_its_pack_is_removed_by_the_next_writer(void **state)
{
	const char *dir = small_store("store");

	(void)state;
	assert_int_equal(unlink(fx_one(dir, "pack-", ".pack")), 0);
	fx_commit(dir, 10, 1, false);
	assert_int_equal(fx_count(dir, "pack-", ".index"), 1);
	assert_true(fx_all_readable(dir, 10, 1));
}

/* ---- strange files ---- */

static void a_pack_of_a_newer_format_is_refused_by_name(void **state)
{
	const char *dir = vv_test_path("newer");
	char name[VV_PACK_NAME_MAX];
	uint8_t bytes[48] = {'V', 'V', 'P', 'A', 'C', 'K', 0x03, 0x0a,
			     'V', 'V', 'E', 'N', 'D', 0,   0,    0x0a};
	vv_pack_name id;
	vv_hash128 sum;
	vv_error err;
	vv_store *s = fx_open(dir);

	(void)state;
	bytes[24] = sizeof bytes;
	sum = vv_xxh3_128(bytes, 32, 0);
	vv_put_le64(bytes + 32, sum.lo);
	vv_put_le64(bytes + 40, sum.hi);
	memset(&id, 0, sizeof id);
	memcpy(id.hash, bytes + 32, 16);
	vv_pack_name_write(name, &id, "pack");
	vv_test_write(vv_test_path("newer/packs/%s", name), bytes, sizeof bytes);
	vv_assert_status(fx_get(s, 0, &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "format 3");
	vv_assert_contains(err.message, name);
	vv_assert_contains(err.hint, "upgrade varve");
	vv_store_close(s);
}

static void an_empty_pack_file_is_damage_and_no_more(void **state)
{
	const char *dir = small_store("store");
	vv_store_stats stats;
	vv_error err;
	vv_store *s;

	(void)state;
	overwrite(vv_test_path("store/packs/pack-00000000000000000000000000000000.pack"), "", 0);
	assert_true(fx_all_readable(dir, 0, BLOCKS));
	s = fx_open(dir);
	vv_assert_ok(vv_store_stats_get(s, &stats, &err), &err);
	assert_int_equal(stats.damaged_packs, 1);
	assert_int_equal(stats.packs, 2);
	vv_store_close(s);
}

static void a_link_or_a_pipe_in_place_of_a_pack_is_refused(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	const char *elsewhere = vv_test_path("elsewhere");
	vv_error err;
	vv_store *s;

	(void)state;
	assert_int_equal(rename(path, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, path), 0);
	s = fx_open(dir);
	assert_true(fx_get(s, 0, &err) < 0);
	vv_store_close(s);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	s = fx_open(dir);
	assert_true(fx_get(s, 0, &err) < 0);
	vv_store_close(s);
}

static void a_pack_cut_short_while_it_is_open_is_an_error(void **state)
{
	const char *dir = small_store("store");
	const char *path = fx_one(dir, "pack-", ".pack");
	vv_store *s = fx_open(dir);
	vv_cid cid = fx_cid(3);
	vv_error err;

	(void)state;
	assert_true(vv_store_has(s, &cid));
	assert_int_equal(truncate(path, 100), 0);
	vv_assert_status(fx_get(s, 3, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "pack-");
	vv_store_close(s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_pack_of_one_stored_block_has_these_bytes),
	cmocka_unit_test(an_index_of_one_block_has_these_bytes),
	cmocka_unit_test(names_of_packs_are_read_strictly),
	cmocka_unit_test(a_flipped_bit_of_a_pack_never_gives_wrong_data),
	cmocka_unit_test(a_flipped_bit_of_a_pack_without_index_never_gives_wrong_data),
	cmocka_unit_test(fsck_tells_every_flipped_bit_of_a_pack),
	cmocka_unit_test(a_flipped_bit_of_an_index_costs_nothing),
	cmocka_unit_test(a_truncated_pack_is_named_and_gives_what_it_has),
	cmocka_unit_test(junk_behind_a_pack_is_told_and_all_blocks_are_readable),
	cmocka_unit_test(a_hole_of_zeros_gives_no_blocks),
	cmocka_unit_test(a_damaged_pack_is_left_as_it_is_and_new_blocks_find_their_place),
	cmocka_unit_test(a_pack_that_is_replaced_by_the_same_good_one_is_read_anew),
	cmocka_unit_test(an_index_of_another_pack_is_not_believed),
	cmocka_unit_test(an_index_that_lies_is_made_anew),
	cmocka_unit_test(an_index_with_entries_left_out_is_made_anew),
	cmocka_unit_test(a_missing_index_is_made_by_readers_in_memory_and_by_writers_on_disk),
	cmocka_unit_test(an_index_without_its_pack_is_removed_by_the_next_writer),
	cmocka_unit_test(a_pack_of_a_newer_format_is_refused_by_name),
	cmocka_unit_test(an_empty_pack_file_is_damage_and_no_more),
	cmocka_unit_test(a_link_or_a_pipe_in_place_of_a_pack_is_refused),
	cmocka_unit_test(a_pack_cut_short_while_it_is_open_is_an_error),
};

VV_TEST_SUITE(pack)
