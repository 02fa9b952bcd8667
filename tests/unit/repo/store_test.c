/*
 * store: blocks in and out, one writer at a time, readers beside it, and what is
 * left after things go wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/thread.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/record.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

static void commit(vv_writer *w)
{
	vv_error err;

	vv_assert_ok(vv_writer_commit(w, &err), &err);
}

static vv_cid add(vv_writer *w, const void *bytes, size_t len, const vv_cid *base)
{
	vv_error err;
	vv_cid cid;

	vv_assert_ok(vv_test_add(w, &cid, VV_CODEC_RAW, bytes, len, base, &err), &err);
	return cid;
}

static uint64_t cost_of(vv_store *s, const vv_cid *cid, unsigned *depth)
{
	uint64_t stored = 0;
	vv_error err;

	vv_assert_ok(vv_store_cost(s, cid, &stored, depth, &err), &err);
	return stored;
}

/* ---- in and out ---- */

static void what_is_put_comes_back_after_commit(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_cid cid = fx_cid(7);
	vv_error err;

	(void)state;
	fx_put(w, 7, -1);
	assert_true(vv_writer_has(w, &cid));
	assert_false(vv_store_has(s, &cid));
	vv_assert_status(fx_get(s, 7, &err), VV_EMISSING, &err);
	vv_assert_contains(err.message, "bafkrei");
	commit(w);
	assert_true(vv_store_has(s, &cid));
	vv_assert_ok(fx_get(s, 7, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 7, 1));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void remember(vv_store *s, vv_buf *b, vv_cid *cid)
{
	vv_error err;

	vv_assert_ok(vv_cid_of(cid, VV_CODEC_RAW, b->data, b->len, &err), &err);
	vv_store_remember(s, cid, b->data, b->len);
	vv_buf_clear(b);
}

static void what_is_remembered_is_read_without_its_record_until_newer_takes_its_room(void **state)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	(void)state;
	vv_assert_status(fx_get(s, 7, &err), VV_EMISSING, &err);
	fx_block(&b, 7);
	remember(s, &b, &cid);
	vv_assert_ok(fx_get(s, 7, &err), &err);
	assert_false(vv_store_has(s, &cid)); /* it is stored nowhere */
	vv_store_keep_unpacked(s, VV_UNPACKED_ALL);
	for (unsigned i = 0; i < 12; i++) {
		fx_noise(&b, i, VV_BLOCK_MAX);
		remember(s, &b, &cid);
	}
	vv_assert_ok(fx_get(s, 7, &err), &err);
	vv_store_keep_unpacked(s, VV_UNPACKED_USUAL);
	for (unsigned i = 0; i < 12; i++) {
		fx_noise(&b, i, VV_BLOCK_MAX);
		remember(s, &b, &cid);
	}
	vv_assert_status(fx_get(s, 7, &err), VV_EMISSING, &err);
	vv_store_close(s);
}

static void without_commit_nothing_stays(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	unsigned i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		fx_put(w, i, -1);
	}
	vv_writer_close(w);
	vv_store_close(s);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 0);
}

static void blocks_of_all_sizes_and_kinds_come_back(void **state)
{
	static const size_t lengths[] = {0,           1,    2,     3,     63,     64,
					 4095,        4096, 65535, 65536, 262144, VV_BLOCK_MAX - 1,
					 VV_BLOCK_MAX};
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *w = fx_writer(s);
	vv_cid cids[2][sizeof lengths / sizeof lengths[0]];
	vv_buf bytes = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_error err;
	size_t i, kind, round;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (kind = 0; kind < 2; kind++) {
			for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
				vv_buf_reset(&bytes);
				fx_noise(&bytes, (unsigned)i, lengths[i]);
				if (kind == 1) {
					memset(bytes.data, 'x', bytes.len);
				}
				if (round == 0) {
					cids[kind][i] = add(w, bytes.data, bytes.len,
							    i > 0 ? &cids[kind][i - 1] : NULL);
					continue;
				}
				vv_assert_ok(round == 1
						     ? vv_writer_get(w, &cids[kind][i], &got, &err)
						     : vv_store_get(s, &cids[kind][i], &got, &err),
					     &err);
				assert_int_equal(got.len, bytes.len);
				assert_memory_equal(got.data, bytes.data, bytes.len);
			}
		}
		if (round == 1) {
			commit(w);
		}
	}
	vv_buf_clear(&bytes);
	vv_buf_clear(&got);
	vv_writer_close(w);
	vv_store_close(s);
	assert_int_equal(fx_fsck(vv_test_path("store"), true), 0);
}

static void a_block_larger_than_allowed_is_refused(void **state)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *w = fx_writer(s);
	char *bytes = calloc(1, VV_BLOCK_MAX + 1);
	vv_error err;
	vv_cid cid;

	(void)state;
	assert_non_null(bytes);
	vv_assert_status(vv_test_add(w, &cid, VV_CODEC_RAW, bytes, VV_BLOCK_MAX + 1, NULL, &err),
			 VV_EREFUSED, &err);
	free(bytes);
	vv_writer_close(w);
	vv_store_close(s);
}

static void the_same_bytes_as_leaf_and_as_node_are_two_blocks(void **state)
{
	const char *dir = vv_test_path("store");
	vv_cid raw = fx_commit_bytes(dir, VV_CODEC_RAW, "\xa0", 1);
	vv_cid node = raw;
	vv_store *s = fx_open(dir);
	vv_buf got = VV_BUF_INIT;
	vv_error err;

	(void)state;
	node.codec = VV_CODEC_DAG_CBOR;
	assert_true(vv_store_has(s, &raw));
	assert_false(vv_store_has(s, &node));
	vv_assert_status(vv_store_get(s, &node, &got, &err), VV_EMISSING, &err);
	vv_store_close(s);
	(void)fx_commit_bytes(dir, VV_CODEC_DAG_CBOR, "\xa0", 1);
	s = fx_open(dir);
	vv_assert_ok(vv_store_get(s, &node, &got, &err), &err);
	vv_assert_ok(vv_store_get(s, &raw, &got, &err), &err);
	vv_buf_clear(&got);
	vv_store_close(s);
}

static void a_block_is_stored_once(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_store_stats all;
	vv_error err;
	unsigned round, i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 10; i++) {
			fx_put(w, i, -1);
			fx_put(w, i, 3);
		}
		commit(w);
	}
	vv_writer_stats stats = vv_writer_stats_get(w);
	assert_int_equal(stats.blocks_new, 10);
	assert_int_equal(stats.blocks_known, 50);
	assert_true(stats.stored_bytes < stats.raw_bytes);
	vv_writer_close(w);
	vv_assert_ok(vv_store_stats_get(s, &all, &err), &err);
	assert_int_equal(all.blocks, 10);
	assert_int_equal(all.packs, 1);
	vv_store_close(s);
}

static void a_folder_that_is_not_there_is_an_empty_store(void **state)
{
	const char *dir = vv_test_path("nothing");
	vv_store *s = NULL;
	vv_cid cid = fx_cid(1);
	vv_store_stats stats;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_store_open(&s, dir, false, &err), &err);
	assert_false(vv_store_has(s, &cid));
	vv_assert_status(fx_get(s, 1, &err), VV_EMISSING, &err);
	vv_assert_ok(vv_store_stats_get(s, &stats, &err), &err);
	assert_int_equal(stats.packs, 0);
	assert_false(vv_exists(dir));
	fx_commit(dir, 1, 1, false);
	vv_assert_ok(fx_get(s, 1, &err), &err);
	assert_true(vv_exists(dir));
	vv_store_close(s);
}

static void short_and_interrupted_transfers_are_harmless(void **state)
{
	const char *dir = vv_test_path("store");

	(void)state;
	vv_fault_trickle(true);
	fx_commit(dir, 0, 5, true);
	fx_commit(dir, 5, 1, false);
	assert_true(fx_all_readable(dir, 0, 6));
	assert_int_equal(fx_fsck(dir, true), 0);
	vv_fault_trickle(false);
}

/* ---- differences ---- */

static void a_block_like_its_base_is_stored_as_a_difference(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s;
	vv_cid a = fx_cid(0), b = fx_cid(1), c = fx_cid(2);
	unsigned depth;

	(void)state;
	fx_commit(dir, 0, 2, true);
	fx_commit(dir, 2, 1, true); /* its base lies in the pack before */
	s = fx_open(dir);
	assert_true(cost_of(s, &a, &depth) > 400);
	assert_int_equal(depth, 0);
	assert_true(cost_of(s, &b, &depth) < 150);
	assert_int_equal(depth, 1);
	assert_true(cost_of(s, &c, &depth) < 150);
	assert_int_equal(depth, 2);
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 0, 3));
}

static void a_base_that_does_not_help_is_not_used(void **state)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *w = fx_writer(s);
	vv_buf noise = VV_BUF_INIT;
	vv_cid base, cid, zeros, absent = fx_cid(99);
	char flat[2000];
	unsigned depth;

	(void)state;
	fx_noise(&noise, 1, 3000);
	base = add(w, noise.data, noise.len, NULL);
	fx_noise(&noise, 2, 3000);
	cid = add(w, noise.data, noise.len, &base);
	memset(flat, 0, sizeof flat);
	zeros = add(w, flat, sizeof flat, &base);
	memset(flat, 1, sizeof flat);
	(void)add(w, flat, sizeof flat, &absent);
	commit(w);
	assert_true(cost_of(s, &cid, &depth) > 3000);
	assert_int_equal(depth, 0);
	assert_true(cost_of(s, &zeros, &depth) < 100);
	vv_buf_clear(&noise);
	vv_writer_close(w);
	vv_store_close(s);
}

static void chains_end_at_the_limit_and_are_all_readable(void **state)
{
	const char *dir = vv_test_path("store");
	const unsigned count = 3 * VV_CHAIN_MAX;
	unsigned i, depth, deepest = 0, whole = 0;
	vv_store *s;

	(void)state;
	for (i = 0; i < count; i += 10) {
		fx_commit(dir, i, 10, true);
	}
	s = fx_open(dir);
	for (i = 0; i < count; i++) {
		vv_cid cid = fx_cid(i);

		(void)cost_of(s, &cid, &depth);
		deepest = depth > deepest ? depth : deepest;
		whole += depth == 0;
	}
	vv_store_close(s);
	assert_int_equal(deepest, VV_CHAIN_MAX);
	assert_int_equal(whole, 3);
	assert_true(fx_all_readable(dir, 0, count));
	assert_int_equal(fx_fsck(dir, true), 0);
}

/* Two packs: one with block 0, one with block 1 as a difference against it. */
static const char *base_in_another_pack(const char **first)
{
	const char *dir = vv_test_path("store");
	vv_buf noise = VV_BUF_INIT;

	fx_noise(&noise, 1, 100000);
	fx_commit(dir, 0, 1, false);
	*first = fx_one(dir, "pack-", ".pack");
	fx_commit(dir, 1, 1, true);
	/* The small second pack was merged with the first: apart again. */
	if (!vv_exists(*first)) {
		fail_msg("the packs were merged");
	}
	vv_buf_clear(&noise);
	return dir;
}

static void a_missing_base_in_another_pack_is_named(void **state)
{
	const char *first, *dir = base_in_another_pack(&first);
	char text[VV_CID_TEXT + 1];
	vv_cid base = fx_cid(0);
	vv_store *s;
	vv_error err;

	(void)state;
	vv_cid_text(text, &base);
	assert_int_equal(unlink(first), 0);
	s = fx_open(dir);
	vv_assert_status(fx_get(s, 1, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, text);
	vv_assert_contains(err.message, "pack-");
	vv_store_close(s);
	assert_true(fx_fsck(dir, false) > 0);
	vv_assert_contains(fx_fault, text);
	/* The base put again makes both readable. */
	fx_commit(dir, 0, 1, false);
	assert_true(fx_all_readable(dir, 0, 2));
}

static void damage_to_a_base_in_another_pack_is_named(void **state)
{
	const char *first, *dir = base_in_another_pack(&first);
	size_t len;
	char *bytes = NULL;
	vv_store *s;
	vv_error err;

	(void)state;
	bytes = malloc(vv_test_read(first, &len) ? len : 1);
	assert_non_null(bytes);
	memcpy(bytes, vv_test_read(first, NULL), len);
	bytes[300] ^= 1;
	vv_test_write(first, bytes, len);
	s = fx_open(dir);
	vv_assert_status(fx_get(s, 1, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, strrchr(first, '/') + 1);
	vv_assert_contains(err.message, "offset 8");
	vv_store_close(s);
	free(bytes);
}

static void a_damaged_copy_is_passed_over_for_a_good_one(void **state)
{
	const char *dir = vv_test_path("store"), *other = vv_test_path("other"), *path;
	size_t len, bit;
	char *bytes;

	(void)state;
	fx_commit(dir, 0, 3, true);
	fx_commit(other, 0, 40, true);
	path = fx_one(dir, "pack-", ".pack");
	bytes = malloc(vv_test_read(path, &len) ? len : 1);
	assert_non_null(bytes);
	memcpy(bytes, vv_test_read(path, NULL), len);
	{
		const char *good = fx_one(other, "pack-", ".pack");
		size_t good_len;
		const char *good_bytes = vv_test_read(good, &good_len);

		vv_test_write(vv_test_path("store/packs/%s", strrchr(good, '/') + 1), good_bytes,
			      good_len);
	}
	for (bit = 64; bit < (len - 40) * 8; bit += 37) {
		bytes[bit / 8] ^= (char)(1u << bit % 8);
		vv_test_write(path, bytes, len);
		assert_true(fx_all_readable(dir, 0, 3));
		bytes[bit / 8] ^= (char)(1u << bit % 8);
	}
	free(bytes);
}

/* ---- packs ---- */

static void a_commit_costs_two_fsyncs(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	uint64_t before;
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		vv_writer *w = fx_writer(s);

		fx_put(w, i, (int)i - 1);
		before = vv_sys_fsyncs();
		commit(w);
		assert_int_equal(vv_sys_fsyncs() - before, 3);
		commit(w); /* nothing new: nothing to do */
		assert_int_equal(vv_sys_fsyncs() - before, 3);
		vv_writer_close(w);
	}
	vv_store_close(s);
}

static void small_packs_are_merged_and_each_is_twice_the_next(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_store_stats stats;
	vv_error err;
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		vv_writer *w = fx_writer(s);

		fx_put(w, i, (int)i - 1);
		commit(w);
		vv_writer_close(w);
		vv_assert_ok(vv_store_stats_get(s, &stats, &err), &err);
		assert_true(stats.packs <= 8);
		assert_int_equal(stats.blocks, i + 1);
		assert_int_equal(fx_count(dir, "pack-", ".index"), stats.packs);
		assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")),
				 2 * stats.packs);
	}
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 0, 100));
	assert_int_equal(fx_fsck(dir, true), 0);
}

/* Block first + i of count in a pack of its own each, in one folder; each pack has block 0, too. */
static void put_in_many_packs(const char *dir, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const char *apart = vv_test_path("apart%u", i);
		vv_store *s = fx_open(apart);
		vv_writer *w = fx_writer(s);
		const char *path;

		fx_put(w, 0, -1);
		fx_put(w, first + i, -1);
		commit(w);
		vv_writer_close(w);
		vv_store_close(s);
		path = fx_one(apart, "pack-", ".pack");
		assert_int_equal(
			rename(path, vv_test_path("%s/packs/%s", dir, strrchr(path, '/') + 1)), 0);
	}
}

static void many_small_packs_are_searched_as_one_and_damage_in_some_is_passed_over(void **state)
{
	const unsigned first = 100, count = 60;
	const char *dir = vv_test_path("store"), *path;
	char *bytes;
	size_t len;
	vv_store *s;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 3, true);
	put_in_many_packs("store", first, count);
	assert_int_equal(fx_count(dir, "pack-", ".pack"), count + 1);
	s = fx_open(dir);
	for (unsigned i = 0; i < count; i++) {
		vv_assert_ok(fx_get(s, first + i, &err), &err);
	}
	vv_assert_ok(fx_get(s, 1, &err), &err);
	vv_assert_status(fx_get(s, first + count, &err), VV_EMISSING, &err);
	/* a pack whose record of block 0 is flipped: its index is made anew, and all others are found as before */
	{
		const vv_cid zero = fx_cid(0);
		vv_pack_list *l = NULL;

		vv_assert_ok(vv_packs_get(s, &l, &err), &err);
		for (size_t i = 0; i < l->count; i++) {
			path = l->packs[i]->path;
			bytes = malloc(vv_test_read(path, &len) ? len : 1);
			assert_non_null(bytes);
			memcpy(bytes, vv_test_read(path, NULL), len);
			for (size_t at = 0; i % 2 == 0 && at + sizeof(zero.digest) < len; at++) {
				if (memcmp(bytes + at, zero.digest, sizeof(zero.digest)) == 0) {
					bytes[at + 9] ^= 1;
					vv_test_write(path, bytes, len);
				}
			}
			free(bytes);
		}
		vv_packs_unref(l);
	}
	vv_assert_ok(fx_get(s, 0, &err), &err);
	for (unsigned i = 0; i < count; i++) {
		vv_assert_ok(fx_get(s, first + i, &err), &err);
	}
	vv_assert_status(fx_get(s, first + count, &err), VV_EMISSING, &err);
	vv_store_close(s);
}

static void a_large_pack_is_not_copied_for_a_small_one(void **state)
{
	const char *dir = vv_test_path("store"), *large;
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_buf noise = VV_BUF_INIT;

	(void)state;
	fx_noise(&noise, 1, 1000000);
	(void)add(w, noise.data, noise.len, NULL);
	commit(w);
	large = fx_one(dir, "pack-", ".pack");
	fx_put(w, 1, -1);
	commit(w);
	assert_true(vv_exists(large));
	assert_int_equal(fx_count(dir, "pack-", ".pack"), 2);
	vv_buf_clear(&noise);
	vv_writer_close(w);
	vv_store_close(s);
}

static void a_writer_goes_on_after_a_commit(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_buf got = VV_BUF_INIT;
	vv_cid cid;
	vv_error err;
	unsigned i;

	(void)state;
	for (i = 0; i < 30; i++) {
		fx_put(w, i, (int)i - 1);
		commit(w);
		cid = fx_cid(i / 2);
		vv_assert_ok(vv_writer_get(w, &cid, &got, &err), &err);
	}
	vv_buf_clear(&got);
	vv_writer_close(w);
	vv_store_close(s);
	assert_true(fx_all_readable(dir, 0, 30));
}

static void leftovers_of_a_killed_writer_are_removed(void **state)
{
	const char *dir = vv_test_path("store");

	(void)state;
	fx_commit(dir, 0, 1, false);
	vv_test_write_text(vv_test_path("store/packs/tmp-abcdefghijkl"), "half a pack");
	vv_test_write_text(vv_test_path("store/packs/.varve-tmp-abcdefghijkl"), "half an index");
	fx_commit(dir, 1, 1, false);
	assert_int_equal(fx_count(dir, "tmp-", ""), 0);
	assert_int_equal(fx_count(dir, ".varve-tmp-", ""), 0);
	assert_true(fx_all_readable(dir, 0, 2));
}

/* ---- one writer ---- */

static void a_second_writer_waits_and_then_gives_up(void **state)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *first = fx_writer(s), *second = NULL;
	vv_error err;

	(void)state;
	vv_assert_status(vv_writer_open(&second, s, 0, &err), VV_ELOCKED, &err);
	vv_assert_status(vv_writer_open(&second, s, 30, &err), VV_ELOCKED, &err);
	assert_null(second);
	vv_writer_close(first);
	vv_assert_ok(vv_writer_open(&second, s, 0, &err), &err);
	vv_writer_close(second);
	vv_store_close(s);
}

static void eight_writers_at_once_lose_nothing(void **state)
{
	const char *dir = vv_test_path("store");
	pid_t writers[8], reader;
	int status;
	unsigned i;

	(void)state;
	fx_commit(dir, 1000, 5, true);
	reader = fork();
	if (reader == 0) {
		/* The blocks that were there from the start are there all the time. */
		vv_store *s = fx_open(dir);
		vv_error err;
		int failed = 0;

		for (i = 0; i < 400 && !failed; i++) {
			failed = fx_get(s, 1000 + i % 5, &err) < 0;
			if (i % 20 == 0) {
				vv_store_close(s);
				s = fx_open(dir);
			}
		}
		vv_store_close(s);
		_exit(failed);
	}
	for (i = 0; i < 8; i++) {
		writers[i] = fork();
		if (writers[i] == 0) {
			_exit(fx_write_as_child(dir, i * 10, 10));
		}
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	assert_true(fx_all_readable(dir, 0, 80));
	assert_true(fx_all_readable(dir, 1000, 5));
	assert_int_equal(fx_fsck(dir, true), 0);
	assert_int_equal(fx_count(dir, "tmp-", ""), 0);
}

static void a_reader_that_was_there_first_sees_what_is_committed_later(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s;
	vv_error err;
	unsigned i;

	(void)state;
	fx_commit(dir, 0, 1, false);
	s = fx_open(dir);
	vv_assert_ok(fx_get(s, 0, &err), &err);
	for (i = 1; i < 20; i++) {
		vv_assert_status(fx_get(s, i, &err), VV_EMISSING, &err);
		fx_commit(dir, i, 1, true);
		vv_assert_ok(fx_get(s, i, &err), &err);
		vv_assert_ok(fx_get(s, 0, &err), &err);
	}
	vv_store_close(s);
}

static void what_another_committed_since_is_not_listed_as_lacking(void **state)
{
	const char *dir = vv_test_path("store");
	vv_cid asked[4] = {fx_cid(0), fx_cid(1), fx_cid(2), fx_cid(3)};
	size_t count = 4;
	vv_store *s;
	vv_error err;

	(void)state;
	fx_commit(dir, 1, 1, false);
	s = fx_open(dir);
	vv_assert_ok(fx_get(s, 1, &err), &err);
	fx_commit(dir, 3, 1, true);
	vv_assert_ok(vv_store_without(s, asked, &count, &err), &err);
	assert_int_equal(count, 2);
	const vv_cid absent[2] = {fx_cid(0), fx_cid(2)};
	assert_true(vv_cid_equal(&asked[0], &absent[0]) && vv_cid_equal(&asked[1], &absent[1]));
	vv_store_close(s);
}

/* ---- threads ---- */

typedef struct putting {
	vv_job job;
	vv_writer *writer;
	vv_store *store;
	unsigned first, count;
	bool failed;
} putting;

static void put_many(vv_job *job, unsigned worker)
{
	putting *p = (putting *)(void *)job;
	vv_buf b = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_error err;
	unsigned i;

	(void)worker;
	for (i = 0; i < p->count && !p->failed; i++) {
		vv_cid cid, base = fx_cid(p->first + (i > 0 ? i - 1 : 0));

		vv_buf_reset(&b);
		fx_block(&b, p->first + i);
		p->failed = vv_test_add(p->writer, &cid, VV_CODEC_RAW, b.data, b.len, &base, &err) <
				    0 ||
			    vv_writer_get(p->writer, &cid, &got, &err) < 0 || got.len != b.len ||
			    memcmp(got.data, b.data, b.len) != 0;
		cid = fx_cid(500 + i % 10);
		p->failed = p->failed || vv_store_get(p->store, &cid, &got, &err) < 0;
	}
	vv_buf_clear(&b);
	vv_buf_clear(&got);
}

static size_t lost_packs(vv_store *s, bool forget)
{
	vv_error err;
	size_t lost;

	vv_assert_ok(vv_store_lost_packs(s, forget, &lost, &err), &err);
	return lost;
}

static void put_alone(vv_store *s, unsigned n)
{
	vv_auto(vv_writer) *w = fx_writer(s);

	fx_put(w, n, -1);
	commit(w);
}

static void packs_that_neither_a_writer_nor_gc_removed_are_lost(void **state)
{
	const char *dir = vv_test_path("store"), *roll = vv_test_path("roll");
	vv_store *s = fx_open(dir);
	vv_gc_options opts = {.now_sec = 1700000000, .grace_sec = 86400};
	fx_marking m = {.first = 39, .count = 30};
	vv_gc_result result;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_store_keep_roll(s, roll, &err), &err);
	for (unsigned i = 0; i < 40; i++) { /* many of these packs are merged */
		put_alone(s, i);
		assert_int_equal(lost_packs(s, false), 0);
		if (i == 3) {
			vv_assert_ok(vv_store_call_packs(s, &err), &err);
		}
	}
	vv_assert_ok(vv_store_gc(s, &opts, fx_mark, &m, &result, &err), &err);
	assert_true(result.aside_blocks > 0);
	assert_int_equal(lost_packs(s, false), 0);
	vv_assert_ok(vv_unlink(fx_one(dir, "pack-", ".pack"), false, &err), &err);
	assert_int_equal(lost_packs(s, false), 1);
	put_alone(s, 50); /* hides nothing */
	assert_int_equal(lost_packs(s, true), 1);
	assert_int_equal(lost_packs(s, false), 0);

	/* Who lists packs of which one is about to be removed does not put it on again. */
	vv_pack_name leaving;
	vv_auto(char) *leaving_path = vv_strdup(fx_one(dir, "pack-", ".pack"));
	assert_true(vv_pack_name_read(&leaving, strrchr(leaving_path, '/') + 1));
	int lock = vv_roll_take_off(s, &leaving);
	vv_fd_close(&lock);
	vv_assert_ok(vv_store_call_packs(s, &err), &err);
	vv_assert_ok(vv_unlink(leaving_path, false, &err), &err);
	assert_int_equal(lost_packs(s, false), 0);

	/* Of a roll that makes no sense nothing is known. */
	put_alone(s, 60);
	vv_assert_ok(vv_store_call_packs(s, &err), &err);
	vv_assert_ok(vv_unlink(fx_one(dir, "pack-", ".pack"), false, &err), &err);
	assert_int_equal(lost_packs(s, false), 1);
	vv_test_write_text(roll, "?");
	assert_int_equal(lost_packs(s, false), 0);
	vv_store_close(s);
}

static void threads_may_put_and_get_at_once(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s;
	vv_pool *pool = vv_pool_new(3);
	putting jobs[4];
	vv_writer *w;
	unsigned i;

	(void)state;
	assert_non_null(pool);
	fx_commit(dir, 500, 10, true);
	s = fx_open(dir);
	w = fx_writer(s);
	for (i = 0; i < 4; i++) {
		/* They overlap: the same block may be in two hands. */
		jobs[i] = (putting){
			.writer = w, .store = s, .first = i * 20, .count = 60, .failed = false};
		jobs[i].job.run = put_many;
		vv_pool_submit(pool, &jobs[i].job);
	}
	for (i = 0; i < 4; i++) {
		vv_pool_wait(pool, &jobs[i].job);
		assert_false(jobs[i].failed);
	}
	commit(w);
	vv_writer_stats stats = vv_writer_stats_get(w);
	assert_int_equal(stats.blocks_new, 120);
	assert_int_equal(stats.blocks_known, 120);
	vv_writer_close(w);
	vv_store_close(s);
	vv_pool_free(pool);
	assert_true(fx_all_readable(dir, 0, 120));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_put_comes_back_after_commit),
	cmocka_unit_test(what_is_remembered_is_read_without_its_record_until_newer_takes_its_room),
	cmocka_unit_test(without_commit_nothing_stays),
	cmocka_unit_test(blocks_of_all_sizes_and_kinds_come_back),
	cmocka_unit_test(a_block_larger_than_allowed_is_refused),
	cmocka_unit_test(the_same_bytes_as_leaf_and_as_node_are_two_blocks),
	cmocka_unit_test(a_block_is_stored_once),
	cmocka_unit_test(a_folder_that_is_not_there_is_an_empty_store),
	cmocka_unit_test(short_and_interrupted_transfers_are_harmless),
	cmocka_unit_test(a_block_like_its_base_is_stored_as_a_difference),
	cmocka_unit_test(a_base_that_does_not_help_is_not_used),
	cmocka_unit_test(chains_end_at_the_limit_and_are_all_readable),
	cmocka_unit_test(a_missing_base_in_another_pack_is_named),
	cmocka_unit_test(damage_to_a_base_in_another_pack_is_named),
	cmocka_unit_test(a_damaged_copy_is_passed_over_for_a_good_one),
	cmocka_unit_test(a_commit_costs_two_fsyncs),
	cmocka_unit_test(small_packs_are_merged_and_each_is_twice_the_next),
	cmocka_unit_test(many_small_packs_are_searched_as_one_and_damage_in_some_is_passed_over),
	cmocka_unit_test(a_large_pack_is_not_copied_for_a_small_one),
	cmocka_unit_test(a_writer_goes_on_after_a_commit),
	cmocka_unit_test(leftovers_of_a_killed_writer_are_removed),
	cmocka_unit_test(a_second_writer_waits_and_then_gives_up),
	cmocka_unit_test(eight_writers_at_once_lose_nothing),
	cmocka_unit_test(a_reader_that_was_there_first_sees_what_is_committed_later),
	cmocka_unit_test(what_another_committed_since_is_not_listed_as_lacking),
	cmocka_unit_test(packs_that_neither_a_writer_nor_gc_removed_are_lost),
	cmocka_unit_test(threads_may_put_and_get_at_once),
};

VV_TEST_SUITE(store)
