/*
 * gc (the store's half): nothing reachable is lost, what is not goes in time.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/thread.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/record.h"
#include "tests/unit/repo/store_fixture.h"

static unsigned depth_of(const char *dir, unsigned n, uint64_t *stored)
{
	vv_store *s = fx_open(dir);
	vv_cid cid = fx_cid(n);
	unsigned depth = 0;
	vv_error err;

	vv_assert_ok(vv_store_cost(s, &cid, stored, &depth, &err), &err);
	vv_store_close(s);
	return depth;
}

/* ---- what stays and what goes ---- */

static void reachable_blocks_stay_and_the_packs_become_one(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 19, .count = 20};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 0, 17, true);
	fx_commit(dir, 17, 1, true);
	fx_commit(dir, 18, 2, false);
	r = fx_gc(dir, FX_NOW, FX_DAY, &m);
	assert_int_equal(m.passes, 2);
	assert_int_equal(m.firsts, 40);
	assert_int_equal(r.live_blocks, 20);
	assert_int_equal(r.aside_blocks, 0);
	assert_int_equal(r.dropped_blocks, 0);
	assert_true(r.bytes_after <= r.bytes_before);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 2);
	assert_true(fx_all_readable(dir, 0, 20));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void assert_standing(const char *dir, unsigned n, vv_block_standing wanted)
{
	vv_store *s = fx_open(dir);
	const vv_cid cid = fx_cid(n);

	assert_int_equal(vv_store_standing(s, &cid), wanted);
	vv_store_close(s);
}

static void unreachable_blocks_are_set_aside_and_dropped_after_the_grace_period(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 14, .count = 5};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 0, 20, true);
	r = fx_gc(dir, FX_NOW, 14 * FX_DAY, &m);
	assert_int_equal(r.live_blocks, 5);
	assert_int_equal(r.aside_blocks, 15);
	assert_int_equal(fx_count(dir, "aside-1700000000-", ".pack"), 1);
	assert_standing(dir, 14, VV_BLOCK_LIVE);
	assert_standing(dir, 9, VV_BLOCK_ASIDE);
	assert_standing(dir, 20, VV_BLOCK_ABSENT);
	/* Until then they can be read. */
	assert_true(fx_all_readable(dir, 0, 20));
	assert_int_equal(fx_fsck(dir, true), 0);
	r = fx_gc(dir, FX_NOW + 14 * FX_DAY - 1, 14 * FX_DAY, &m);
	assert_int_equal(r.dropped_blocks, 0);
	assert_int_equal(r.aside_blocks, 0);
	assert_int_equal(fx_readable(dir, 0, 20), 20);
	r = fx_gc(dir, FX_NOW + 14 * FX_DAY, 14 * FX_DAY, &m);
	assert_int_equal(r.dropped_blocks, 15);
	assert_true(r.dropped_bytes > 0 && r.bytes_after < r.bytes_before);
	assert_int_equal(fx_readable(dir, 10, 5), 5);
	assert_int_equal(fx_readable(dir, 0, 20), 5);
	assert_int_equal(fx_count(dir, "aside-", ""), 0);
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void pruning_now_drops_at_once(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 2};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 0, 20, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 19, .count = 15});
	r = fx_gc(dir, FX_NOW + 1, 0, &m);
	assert_int_equal(r.live_blocks, 2);
	assert_int_equal(r.dropped_blocks, 18);
	assert_int_equal(fx_readable(dir, 0, 20), 2);
	assert_int_equal(fx_readable(dir, 8, 2), 2);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 2);
}

static void a_store_of_nothing_reachable_becomes_empty(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 0, .count = 0};

	(void)state;
	(void)fx_gc(dir, FX_NOW, 0, &m);
	fx_commit(dir, 0, 5, true);
	(void)fx_gc(dir, FX_NOW, 0, &m);
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 0);
}

static void a_mark_of_a_block_that_is_not_here_is_no_error(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 12, .count = 13};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 5, 5, true);
	r = fx_gc(dir, FX_NOW, 0, &m);
	assert_int_equal(r.live_blocks, 5);
	assert_true(fx_all_readable(dir, 5, 5));
}

static void a_dry_run_changes_nothing_and_tells_the_same(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {.now_sec = FX_NOW + 3 * FX_DAY, .grace_sec = FX_DAY, .dry_run = true};
	fx_marking m = {.first = 9, .count = 3};
	const char *pack, *aside;
	vv_gc_result dry, real;
	vv_store *s;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 8});
	pack = fx_one(dir, "pack-", ".pack");
	aside = fx_one(dir, "aside-", ".pack");
	s = fx_open(dir);
	vv_assert_ok(vv_store_gc(s, &opts, fx_mark, &m, &dry, &err), &err);
	vv_store_close(s);
	assert_true(vv_exists(pack) && vv_exists(aside));
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 4);
	m.passes = 0;
	real = fx_gc(dir, FX_NOW + 3 * FX_DAY, FX_DAY, &m);
	assert_int_equal(dry.live_blocks, 3);
	assert_int_equal(dry.live_blocks, real.live_blocks);
	assert_int_equal(dry.aside_blocks, 5);
	assert_int_equal(dry.aside_blocks, real.aside_blocks);
	assert_int_equal(dry.dropped_blocks, 2);
	assert_int_equal(dry.dropped_blocks, real.dropped_blocks);
	assert_int_equal(dry.bytes_before, real.bytes_before);
}

/* ---- the clock ---- */

static void what_was_set_aside_in_the_future_is_not_dropped(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 5};

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW + 1000 * FX_DAY, FX_DAY, &m);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 10);
	(void)fx_gc(dir, INT64_MIN, FX_DAY, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 10);
	(void)fx_gc(dir, FX_NOW + 1001 * FX_DAY, FX_DAY, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 5);
}

static void times_of_modification_play_no_part(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 5};

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, 14 * FX_DAY, &m);
	/* The file is as young as this test; its name says otherwise. */
	(void)fx_gc(dir, FX_NOW + 15 * FX_DAY, 14 * FX_DAY, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 5);
}

/* ---- beside writers ---- */

static void write_meanwhile(fx_marking *m)
{
	/* Between the passes another process commits: blocks 20 and 21. */
	pid_t child = fork();
	int status;

	if (child == 0) {
		_exit(fx_write_as_child(m->dir, 20, 2));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void what_is_committed_while_gc_runs_is_kept(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9,
			.count = 10,
			.second_first = 21,
			.second_count = 22,
			.between = write_meanwhile,
			.dir = dir};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 0, 10, true);
	r = fx_gc(dir, FX_NOW, 0, &m);
	assert_int_equal(r.live_blocks, 12);
	assert_int_equal(r.dropped_blocks, 0);
	assert_true(fx_all_readable(dir, 0, 10));
	assert_true(fx_all_readable(dir, 20, 2));
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 2);
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void what_is_written_meanwhile_but_named_by_nothing_is_set_aside(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 10, .between = write_meanwhile, .dir = dir};
	vv_gc_result r;

	(void)state;
	fx_commit(dir, 0, 10, true);
	r = fx_gc(dir, FX_NOW, FX_DAY, &m);
	assert_int_equal(r.live_blocks, 10);
	assert_int_equal(r.aside_blocks, 2);
	assert_true(fx_all_readable(dir, 0, 10));
	assert_true(fx_all_readable(dir, 20, 2));
}

static void what_becomes_reachable_again_is_rescued(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 2, .second_first = 9, .second_count = 7};

	(void)state;
	fx_commit(dir, 0, 10, true);
	/* Between the passes a reference to older blocks came back. */
	(void)fx_gc(dir, FX_NOW, 0, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 7);
	assert_true(fx_all_readable(dir, 3, 7));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void what_was_set_aside_and_is_marked_again_outlives_its_pack(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking few = {.first = 9, .count = 2}, more = {.first = 9, .count = 6};

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &few);
	(void)fx_gc(dir, FX_NOW + 2 * FX_DAY, FX_DAY, &more);
	assert_int_equal(fx_count(dir, "aside-", ".pack"), 0);
	assert_true(fx_all_readable(dir, 4, 6));
	assert_int_equal(fx_readable(dir, 0, 10), 6);
}

static void what_became_unreachable_between_the_passes_goes_with_prune_now(void **state)
{
	const char *dir = vv_test_path("store");
	fx_marking m = {.first = 9, .count = 10, .second_first = 9, .second_count = 4};

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, 0, &m);
	assert_int_equal(fx_readable(dir, 0, 10), 4);
	assert_true(fx_all_readable(dir, 6, 4));
}

static void a_block_that_was_set_aside_is_put_again(void **state)
{
	const char *dir = vv_test_path("store");
	vv_store *s;
	vv_writer *w;
	vv_cid cid = fx_cid(3);

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 5});
	s = fx_open(dir);
	w = fx_writer(s);
	assert_true(vv_store_has(s, &cid));
	assert_false(vv_writer_has(w, &cid));
	vv_writer_close(w);
	vv_store_close(s);
	fx_commit(dir, 3, 1, false);
	(void)fx_gc(dir, FX_NOW + 2 * FX_DAY, FX_DAY, &(fx_marking){.first = 3, .count = 1});
	assert_true(fx_all_readable(dir, 3, 1));
}

static void a_second_gc_is_refused_while_one_runs(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = FX_DAY, .writer_wait_ms = 20};
	vv_store *s = fx_open(dir);
	vv_gc_result result;
	fx_marking m = {.first = 0, .count = 1};
	vv_error err;
	int fd = vv_lock(vv_test_path("store/gc.lock"), true, 0, &err);

	(void)state;
	assert_true(fd >= 0);
	vv_assert_status(vv_store_gc(s, &opts, fx_mark, &m, &result, &err), VV_ELOCKED, &err);
	(void)vv_close(fd, NULL, NULL);
	vv_store_close(s);
}

static void beside_a_settled_writer_others_write_and_gc_waits(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = 0, .writer_wait_ms = 20};
	vv_store *s = fx_open(dir);
	vv_gc_result result;
	fx_marking m = {.first = 3, .count = 1};
	vv_writer *w, *other;
	vv_error err;
	int fd;

	(void)state;
	vv_assert_ok(vv_writer_open(&w, s, 0, &err), &err);
	fx_put(w, 3, 1);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	assert_true(vv_writer_settle(w));
	vv_assert_ok(vv_writer_open(&other, s, 0, &err), &err);
	vv_writer_close(other);
	vv_assert_status(vv_store_gc(s, &opts, fx_mark, &m, &result, &err), VV_ELOCKED, &err);
	vv_writer_close(w);
	vv_assert_ok(vv_store_gc(s, &opts, fx_mark, &m, &result, &err), &err);

	/* While gc is at work a writer keeps its lock. */
	fd = vv_lock(vv_test_path("store/gc.lock"), true, 0, &err);
	assert_true(fd >= 0);
	vv_assert_ok(vv_writer_open(&w, s, 0, &err), &err);
	assert_false(vv_writer_settle(w));
	vv_assert_status(vv_writer_open(&other, s, 0, &err), VV_ELOCKED, &err);
	fx_put(w, 4, 1);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	(void)vv_close(fd, NULL, NULL);
	vv_store_close(s);
}

static void readers_read_on_while_packs_come_and_go(void **state)
{
	const char *dir = vv_test_path("store");
	pid_t reader;
	int status;
	unsigned i;

	(void)state;
	fx_commit(dir, 0, 30, true);
	reader = fork();
	if (reader == 0) {
		vv_store *s = fx_open(dir);
		vv_error err;
		int failed = 0;

		for (i = 0; i < 3000 && !failed; i++) {
			failed = fx_get(s, 20 + i % 10, &err) < 0;
		}
		vv_store_close(s);
		_exit(failed);
	}
	for (i = 0; i < 20; i++) {
		fx_commit(dir, 100 + i, 1, false);
		(void)fx_gc(dir, FX_NOW, 0,
			    &(fx_marking){.first = 29, .count = 10, .chained = i % 2 == 0});
	}
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
}

/* A thread that reads blocks 0 to 9 in turn, through a store that others share. */
typedef struct reading {
	vv_job job;
	vv_store *store;
	const vv_cid *cids;
	const vv_buf *blocks;
	atomic_bool *stop;
	bool failed;
	unsigned reads;
} reading;

static void read_on(vv_job *job, unsigned worker)
{
	reading *r = (reading *)(void *)job;
	vv_buf got = VV_BUF_INIT;
	vv_error err;

	(void)worker;
	while (!r->failed && !atomic_load(r->stop)) {
		unsigned n = r->reads++ % 10;

		r->failed = vv_store_get(r->store, &r->cids[n], &got, &err) < 0 ||
			    got.len != r->blocks[n].len ||
			    memcmp(got.data, r->blocks[n].data, got.len) != 0 ||
			    !vv_store_has(r->store, &r->cids[n]);
	}
	vv_buf_clear(&got);
}

static void threads_share_a_store_while_it_is_written_merged_and_cleaned(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = 0, .dry_run = false};
	vv_pool *pool = vv_pool_new(3);
	vv_buf blocks[10];
	vv_cid cids[10];
	reading jobs[3];
	atomic_bool stop;
	vv_gc_result result;
	vv_store *s;
	vv_error err;
	unsigned i;

	(void)state;
	assert_non_null(pool);
	atomic_init(&stop, false);
	fx_commit(dir, 0, 10, true);
	s = fx_open(dir);
	for (i = 0; i < 10; i++) {
		blocks[i] = (vv_buf){0};
		fx_block(&blocks[i], i);
		cids[i] = fx_cid(i);
	}
	for (i = 0; i < 3; i++) {
		jobs[i] = (reading){.store = s, .cids = cids, .blocks = blocks, .stop = &stop};
		jobs[i].job.run = read_on;
		vv_pool_submit(pool, &jobs[i].job);
	}
	for (i = 0; i < 25; i++) {
		fx_marking m = {.first = 9, .count = 10, .chained = i % 2 == 0};
		vv_writer *w = fx_writer(s);

		fx_put(w, 100 + i, 9);
		vv_assert_ok(vv_writer_commit(w, &err), &err);
		vv_writer_close(w);
		if (i % 3 == 0) {
			vv_assert_ok(vv_store_gc(s, &opts, fx_mark, &m, &result, &err), &err);
		}
	}
	atomic_store(&stop, true);
	for (i = 0; i < 3; i++) {
		vv_pool_wait(pool, &jobs[i].job);
		assert_false(jobs[i].failed);
	}
	for (i = 0; i < 10; i++) {
		vv_buf_clear(&blocks[i]);
	}
	vv_pool_free(pool);
	vv_store_close(s);
	assert_int_equal(fx_fsck(dir, true), 0);
}

/* ---- the form ---- */

static void the_newest_is_stored_whole_and_older_ones_as_differences(void **state)
{
	const char *dir = vv_test_path("store");
	uint64_t whole, diff;
	unsigned i;

	(void)state;
	for (i = 0; i < 10; i++) {
		fx_commit(dir, i, 1, true);
	}
	assert_int_equal(depth_of(dir, 9, &diff), 9);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 10, .chained = true});
	assert_int_equal(depth_of(dir, 9, &whole), 0);
	for (i = 0; i < 9; i++) {
		assert_int_equal(depth_of(dir, i, &diff), 9 - i);
		assert_true(diff * 4 < whole);
	}
	assert_true(fx_all_readable(dir, 0, 10));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void differences_are_turned_round_without_being_told(void **state)
{
	const char *dir = vv_test_path("store");
	uint64_t stored;

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 10});
	assert_int_equal(depth_of(dir, 9, &stored), 0);
	assert_int_equal(depth_of(dir, 0, &stored), 9);
	assert_true(fx_all_readable(dir, 0, 10));
}

/* Block 1 is told to resemble block 500, which stands where its like stood. */
static vv_status mark_the_wrong_like(void *payload, vv_gc *gc, vv_error *err)
{
	const vv_cid two = fx_cid(2), far = fx_cid(500), one = fx_cid(1);
	bool first;
	vv_status rc = vv_gc_mark(gc, &two, NULL, &first, err);

	(void)payload;
	if (rc == VV_OK) {
		rc = vv_gc_mark(gc, &far, NULL, &first, err);
	}
	return rc == VV_OK ? vv_gc_mark(gc, &one, &far, &first, err) : rc;
}

static void a_good_difference_is_turned_round_whatever_the_block_is_told_to_resemble(void **state)
{
	const vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = FX_DAY};
	const char *dir = vv_test_path("store");
	uint64_t before, after;
	vv_gc_result result;
	vv_error err;
	vv_store *s;

	(void)state;
	fx_commit(dir, 500, 1, false);
	fx_commit(dir, 1, 2, true);
	assert_int_equal(depth_of(dir, 2, &before), 1);
	s = fx_open(dir);
	vv_assert_ok(vv_store_gc(s, &opts, mark_the_wrong_like, NULL, &result, &err), &err);
	vv_store_close(s);
	assert_int_equal(depth_of(dir, 2, &after), 0);
	assert_int_equal(depth_of(dir, 1, &after), 1);
	assert_true(after < before + before / 4);
	assert_true(fx_all_readable(dir, 1, 2));
}

static void chains_stay_within_the_limit(void **state)
{
	const char *dir = vv_test_path("store");
	const unsigned count = 3 * VV_CHAIN_MAX;
	unsigned i, deepest = 0;
	uint64_t stored;

	(void)state;
	fx_commit(dir, 0, count / 2, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY,
		    &(fx_marking){.first = count / 2 - 1, .count = count / 2, .chained = true});
	/* The older half's chains get longer by the newer half. */
	fx_commit(dir, count / 2, count / 2, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY,
		    &(fx_marking){.first = count - 1, .count = count, .chained = true});
	for (i = 0; i < count; i++) {
		unsigned depth = depth_of(dir, i, &stored);

		deepest = depth > deepest ? depth : deepest;
	}
	assert_int_equal(deepest, VV_CHAIN_MAX);
	assert_true(fx_all_readable(dir, 0, count));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void a_tidy_store_is_not_written_again(void **state)
{
	const char *dir = vv_test_path("store");
	const char *pack;
	vv_stat before, after;
	vv_gc_result r;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 10, .chained = true});
	pack = fx_one(dir, "pack-", ".pack");
	vv_assert_ok(vv_lstat(&before, pack, &err), &err);
	r = fx_gc(dir, FX_NOW + FX_DAY, FX_DAY,
		  &(fx_marking){.first = 9, .count = 10, .chained = true});
	vv_assert_ok(vv_lstat(&after, pack, &err), &err);
	assert_true(vv_stat_equal(&before, &after));
	assert_int_equal(r.live_blocks, 10);
	assert_int_equal(r.bytes_before, r.bytes_after);
}

static void what_is_set_aside_needs_no_other_pack(void **state)
{
	const char *dir = vv_test_path("store");
	const char *pack, *index;

	(void)state;
	fx_commit(dir, 0, 10, true);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 3, .count = 4});
	pack = fx_one(dir, "pack-", ".pack");
	index = fx_one(dir, "pack-", ".index");
	assert_int_equal(unlink(pack), 0);
	assert_int_equal(unlink(index), 0);
	assert_true(fx_all_readable(dir, 4, 6));
}

/* ---- damage ---- */

static void flip(const char *path, size_t at)
{
	size_t len;
	const char *bytes = vv_test_read(path, &len);
	char *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	copy[at < len ? at : len - 1] ^= 4;
	vv_test_write(path, copy, len);
	free(copy);
}

static void a_damaged_pack_is_left_alone_and_what_is_readable_is_copied(void **state)
{
	const char *dir = vv_test_path("store"), *path;
	vv_buf noise = VV_BUF_INIT;
	unsigned left, i;
	vv_store *s;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 6, false);
	path = fx_one(dir, "pack-", ".pack");
	flip(path, 3000); /* within some block */
	left = fx_readable(dir, 0, 6);
	assert_int_equal(left, 5);
	for (i = 0; i < 3; i++) {
		(void)fx_gc(dir, FX_NOW + (int)i * 100 * FX_DAY, 0,
			    &(fx_marking){.first = 5, .count = 6});
		assert_true(vv_exists(path));
		assert_int_equal(fx_readable(dir, 0, 6), left);
	}
	/* And a block that is named but lost is told, not forgotten. */
	s = fx_open(dir);
	for (i = 0; i < 6; i++) {
		vv_status rc = fx_get(s, i, &err);

		assert_true(rc == VV_OK || rc == VV_ECORRUPT);
	}
	vv_store_close(s);
	vv_buf_clear(&noise);
	/* With the block put again everything is whole. */
	fx_commit(dir, 0, 6, false);
	assert_int_equal(fx_readable(dir, 0, 6), 6);
}

static void a_damaged_pack_that_was_set_aside_is_not_dropped(void **state)
{
	const char *dir = vv_test_path("store"), *path;

	(void)state;
	fx_commit(dir, 0, 10, false);
	(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 9, .count = 2});
	path = fx_one(dir, "aside-", ".pack");
	flip(path, 10000000); /* its end */
	(void)fx_gc(dir, FX_NOW + 10 * FX_DAY, FX_DAY, &(fx_marking){.first = 9, .count = 2});
	assert_true(vv_exists(path));
}

static void damage_that_is_found_on_the_way_loses_no_other_block(void **state)
{
	const char *dir = vv_test_path("store"), *path;
	size_t len, at;
	const char *bytes;

	(void)state;
	fx_commit(dir, 0, 4, true);
	path = fx_one(dir, "pack-", ".pack");
	bytes = vv_test_read(path, &len);
	for (at = 8; at < len - 40; at += 29) {
		const char *copy_dir = vv_test_path("copy%zu", at);
		const char *copy = vv_test_path("copy%zu/packs/%s", at, strrchr(path, '/') + 1);
		unsigned before;

		vv_test_write(copy, bytes, len);
		flip(copy, at);
		before = fx_readable(copy_dir, 0, 4);
		(void)fx_gc(copy_dir, FX_NOW, 0,
			    &(fx_marking){.first = 3, .count = 4, .chained = true});
		assert_true(fx_readable(copy_dir, 0, 4) >= before);
		assert_true(vv_exists(copy));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(reachable_blocks_stay_and_the_packs_become_one),
	cmocka_unit_test(unreachable_blocks_are_set_aside_and_dropped_after_the_grace_period),
	cmocka_unit_test(pruning_now_drops_at_once),
	cmocka_unit_test(a_store_of_nothing_reachable_becomes_empty),
	cmocka_unit_test(a_mark_of_a_block_that_is_not_here_is_no_error),
	cmocka_unit_test(a_dry_run_changes_nothing_and_tells_the_same),
	cmocka_unit_test(what_was_set_aside_in_the_future_is_not_dropped),
	cmocka_unit_test(times_of_modification_play_no_part),
	cmocka_unit_test(what_is_committed_while_gc_runs_is_kept),
	cmocka_unit_test(what_is_written_meanwhile_but_named_by_nothing_is_set_aside),
	cmocka_unit_test(what_becomes_reachable_again_is_rescued),
	cmocka_unit_test(what_was_set_aside_and_is_marked_again_outlives_its_pack),
	cmocka_unit_test(what_became_unreachable_between_the_passes_goes_with_prune_now),
	cmocka_unit_test(a_block_that_was_set_aside_is_put_again),
	cmocka_unit_test(a_second_gc_is_refused_while_one_runs),
	cmocka_unit_test(beside_a_settled_writer_others_write_and_gc_waits),
	cmocka_unit_test(readers_read_on_while_packs_come_and_go),
	cmocka_unit_test(threads_share_a_store_while_it_is_written_merged_and_cleaned),
	cmocka_unit_test(the_newest_is_stored_whole_and_older_ones_as_differences),
	cmocka_unit_test(differences_are_turned_round_without_being_told),
	cmocka_unit_test(a_good_difference_is_turned_round_whatever_the_block_is_told_to_resemble),
	cmocka_unit_test(chains_stay_within_the_limit),
	cmocka_unit_test(a_tidy_store_is_not_written_again),
	cmocka_unit_test(what_is_set_aside_needs_no_other_pack),
	cmocka_unit_test(a_damaged_pack_is_left_alone_and_what_is_readable_is_copied),
	cmocka_unit_test(a_damaged_pack_that_was_set_aside_is_not_dropped),
	cmocka_unit_test(damage_that_is_found_on_the_way_loses_no_other_block),
};

VV_TEST_SUITE(gc)
