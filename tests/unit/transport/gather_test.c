/*
 * Blocks from several peers: each block that one peer has is received, even if others lie, lack blocks or fail.
 */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/gather.h"

#define COUNT 400u

typedef struct kit {
	vv_repository *repo;
	vv_receive *x;
	vv_lacking wants[COUNT];
} kit;

static void begin(kit *k, uint64_t blocks_max)
{
	const vv_receive_limits limits = {.bytes = 1u << 30, .blocks = blocks_max};
	vv_error err;

	git_home();
	memset(k, 0, sizeof(*k));
	k->repo = small_repository("here");
	vv_assert_ok(vv_receive_open(&k->x, k->repo, &limits, &err), &err);
	for (unsigned i = 0; i < COUNT; i++) {
		k->wants[i].cid = fx_cid(i);
	}
}

static void end(kit *k)
{
	vv_receive_close(k->x);
	vv_repository_close(k->repo);
}

static unsigned here(const kit *k)
{
	unsigned n = 0;
	bool below;

	for (unsigned i = 0; i < COUNT; i++) {
		n += vv_incoming_has(vv_receive_incoming(k->x), &k->wants[i].cid, &below);
	}
	return n;
}

/* --- suppliers that are not peers ---------------------------------------------------------------- */

typedef struct source {
	const kit *k;
	unsigned each;     /* has every each-th block; 1: all */
	unsigned lies_at;  /* the n-th answer is of another block; 0: never */
	unsigned fails_at; /* the n-th answer is missing */
	unsigned slow_ms;  /* for each block */
	unsigned answers;
	atomic_bool stopped;
} source;

static void wait_ms(unsigned ms)
{
	const struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000L};
	(void)nanosleep(&t, NULL);
}

static unsigned number_of(const kit *k, const vv_cid *cid)
{
	unsigned n = 0;
	while (!vv_cid_equal(&k->wants[n].cid, cid)) {
		n++;
	}
	return n;
}

/* As a line that is stopped. */
static bool wait_unless_stopped(source *s, unsigned ms)
{
	for (; ms > 20 && !atomic_load(&s->stopped); ms -= 20) {
		wait_ms(20);
	}
	wait_ms(ms > 20 ? 0 : ms);
	return !atomic_load(&s->stopped);
}

static void stop(void *payload)
{
	source *s = payload;

	atomic_store(&s->stopped, true);
}

static vv_status give(void *payload, const vv_lacking *wants, size_t count, vv_peer_block_fn fn,
		      void *of_fn, vv_error *err)
{
	source *s = payload;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		unsigned n = number_of(s->k, &wants[i].cid);
		vv_buf b = VV_BUF_INIT;
		if (!wait_unless_stopped(s, s->slow_ms)) {
			vv_buf_clear(&b);
			return vv_fail(err, VV_EIO, "stopped");
		}
		s->answers++;
		if (s->answers == s->fails_at) {
			return vv_fail(err, VV_EIO, "the connection was closed");
		}
		fx_block(&b, s->answers == s->lies_at ? n + 1 : n);
		bool has = n % s->each == 0;
		const vv_block_received r = {.cid = wants[i].cid, .bytes = b.data, .len = b.len};
		rc = fn(of_fn, i, has ? &r : NULL, err);
		vv_buf_clear(&b);
	}
	return rc;
}

static vv_supplier supplier(const char *name, source *s)
{
	return (vv_supplier){.name = name, .source = give, .payload = s, .stop = stop};
}

static void one_that_lies_one_that_lacks_and_one_that_fails(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1, .slow_ms = 1},
	       liar = {.k = &k, .each = 1, .lies_at = 7, .slow_ms = 1},
	       lacks = {.k = &k, .each = 3, .slow_ms = 1},
	       fails = {.k = &k, .each = 1, .fails_at = 20, .slow_ms = 1};
	vv_supplier all[] = {supplier("origin", &origin), supplier("liar", &liar),
			     supplier("lacks", &lacks), supplier("fails", &fails)};
	size_t left = 1;
	uint64_t blocks = 0;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 4, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(here(&k), COUNT);
	for (size_t i = 0; i < 4; i++) {
		blocks += all[i].blocks;
	}
	assert_int_equal(blocks, COUNT); /* nothing counts twice */
	assert_false(all[0].dropped);
	assert_true(all[1].dropped);
	vv_assert_contains(all[1].why.message,
			   "the peer sent data that does not match the requested block");
	assert_false(all[2].dropped);
	assert_true(all[2].lacked > 0);
	assert_true(all[3].dropped);
	vv_assert_contains(all[3].why.message, "closed");
	end(&k);
}

static void what_nobody_has_is_left(void **state)
{
	kit k;
	source two = {.k = &k, .each = 2}, five = {.k = &k, .each = 5};
	vv_supplier all[] = {supplier("two", &two), supplier("five", &five)};
	size_t left = 0;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, COUNT - COUNT / 2 - COUNT / 5 + COUNT / 10);
	assert_int_equal(here(&k), COUNT - left);
	assert_false(all[0].dropped || all[1].dropped);
	end(&k);
}

static void the_origin_is_asked_only_for_what_others_lack(void **state)
{
	bool halved = false;

	(void)state;
	/* If a busy machine makes the other peer slow, the origin gets more requests, as intended: not each time. */
	for (unsigned tries = 0; tries < 10 && !halved; tries++) {
		kit k;
		source origin = {.k = &k, .each = 1}, other = {.k = &k, .each = 2};
		vv_supplier all[] = {supplier("origin", &origin), supplier("other", &other)};
		size_t left;
		vv_error err;

		begin(&k, 10000);
		vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
		assert_int_equal(left, 0);
		assert_int_equal(all[0].blocks + all[1].blocks, COUNT);
		halved = all[1].blocks == COUNT / 2;
		end(&k);
	}
	assert_true(halved);
}

/* A peer that sends one block per second: the origin sends all, without waiting for the peer. */
static void a_slow_peer_takes_nothing_from_the_origin(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, slow = {.k = &k, .each = 1, .slow_ms = 1000};
	vv_supplier all[] = {supplier("origin", &origin), supplier("slow", &slow)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(here(&k), COUNT);
	assert_in_range(all[0].blocks, COUNT - 2, COUNT);
	assert_true(all[1].asked <= 16);
	assert_true(slow.answers <= 2);
	assert_false(all[0].dropped);
	/* a repeated request counts once */
	assert_int_equal(all[0].blocks + all[1].blocks, COUNT);
	end(&k);
}

/* Blocks that a slow peer still owes at the end are also requested from others. */
static void what_a_slow_peer_owes_others_give(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1, .slow_ms = 3},
	       fast = {.k = &k, .each = 1, .slow_ms = 3},
	       slow = {.k = &k, .each = 1, .slow_ms = 2000};
	vv_supplier all[] = {supplier("origin", &origin), supplier("fast", &fast),
			     supplier("slow", &slow)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(slow.answers <= 1);
	assert_true(all[2].asked > 0 && all[2].asked <= 16);
	assert_true(all[0].blocks + all[1].blocks >= COUNT - 1);
	assert_true(all[0].asked + all[1].asked <=
		    COUNT + COUNT / 2); /* only the last ones twice */
	assert_true(all[2].dropped);
	vv_assert_contains(all[2].why.message, "other peers were faster with its last blocks");
	end(&k);
}

/* Two peers share the work in proportion to their speeds. */
static void work_is_shared_by_speed(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1, .slow_ms = 200},
	       a = {.k = &k, .each = 1, .slow_ms = 2}, b = {.k = &k, .each = 1, .slow_ms = 8};
	vv_supplier all[] = {supplier("origin", &origin), supplier("a", &a), supplier("b", &b)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(all[1].blocks > all[2].blocks);
	assert_true(all[2].blocks > all[0].blocks);
	assert_true(all[0].blocks <= 30);
	end(&k);
}

/* --- what is remembered -------------------------------------------------------------------------- */

static vv_supplier remembered(const char *name, source *s, uint64_t latency_ms, uint64_t rate)
{
	vv_supplier out = supplier(name, s);

	out.known = (vv_speed){.latency_ms = latency_ms, .rate = rate, .seen = 1};
	return out;
}

/* Blocks that the fast peer sends at once are never requested from the slow one. */
static void one_that_was_slow_is_not_asked_for_a_little(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, slow = {.k = &k, .each = 1},
	       fast = {.k = &k, .each = 1};
	vv_supplier all[] = {supplier("origin", &origin), remembered("slow", &slow, 60000, 100),
			     remembered("fast", &fast, 0, 1u << 30)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[1].asked, 0);
	assert_true(all[2].blocks > 0);
	end(&k);
}

/* It still gets requests for blocks that no other peer has. */
static void one_that_was_slow_gives_what_others_lack(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 2}, slow = {.k = &k, .each = 1},
	       fast = {.k = &k, .each = 2};
	vv_supplier all[] = {supplier("origin", &origin), remembered("slow", &slow, 60000, 100),
			     remembered("fast", &fast, 0, 1u << 30)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(all[1].blocks >= COUNT / 2);
	end(&k);
}

/* The origin does not wait to learn what is known. */
static void the_origin_is_asked_at_once_where_all_others_were_slow(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, slow = {.k = &k, .each = 1, .slow_ms = 100000};
	vv_supplier all[] = {supplier("origin", &origin), remembered("slow", &slow, 60000, 100)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[0].blocks, COUNT);
	assert_true(all[1].asked <= 1);
	end(&k);
}

/* If the origin will finish before a slow peer begins, that peer gets no request. */
static void one_that_was_slower_than_the_origin_is_not_asked(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 2}, slow = {.k = &k, .each = 1};
	vv_supplier all[] = {remembered("origin", &origin, 1, 1u << 30),
			     remembered("slow", &slow, 60000, 100)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	/* of this one the origin has all, of those after it every other one */
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, 1, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[1].asked, 0);
	all[1].known = (vv_speed){.latency_ms = 60000, .rate = 100, .seen = 1};
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants + 1, COUNT - 1, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(all[1].blocks >= COUNT / 2);
	end(&k);
}

/* However fast it was, and also where the others are slow, as long as they give something. */
static void one_behind_a_relay_gives_only_what_direct_ones_lack(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 2, .slow_ms = 1}, relayed = {.k = &k, .each = 1};
	vv_supplier all[] = {supplier("origin", &origin),
			     remembered("relayed", &relayed, 0, 1u << 30)};
	size_t left;
	vv_error err;

	(void)state;
	all[1].relayed = true;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[0].blocks, COUNT / 2);
	assert_int_equal(all[1].blocks, COUNT - COUNT / 2);
	end(&k);
}

/* Also if it is the remote itself, and is faster. */
static void an_origin_behind_a_relay_gives_only_what_direct_ones_lack(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, direct = {.k = &k, .each = 2, .slow_ms = 1};
	vv_supplier all[] = {remembered("origin", &origin, 0, 1u << 30),
			     remembered("direct", &direct, 60000, 100)};
	size_t left;
	vv_error err;

	(void)state;
	all[0].relayed = true;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[0].blocks, COUNT - COUNT / 2);
	assert_int_equal(all[1].blocks, COUNT / 2);
	end(&k);
}

/* Then the rest comes through the relay, also while the origin, which lacks it, has nothing to do. */
static void one_behind_a_relay_is_asked_when_direct_ones_stall(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 2}, stalls = {.k = &k, .each = 1, .slow_ms = 100000},
	       relayed = {.k = &k, .each = 1};
	vv_supplier all[] = {supplier("origin", &origin), supplier("stalls", &stalls),
			     supplier("relayed", &relayed)};
	size_t left;
	vv_error err;

	(void)state;
	all[2].relayed = true;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[1].blocks, 0);
	assert_true(all[2].blocks >= COUNT - COUNT / 2);
	end(&k);
}

/* A peer that failed recently gets requests after the origin, however fast it was. */
static void one_that_failed_is_asked_last(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 2}, failed = {.k = &k, .each = 1};
	vv_supplier all[] = {supplier("origin", &origin),
			     remembered("failed", &failed, 0, 1u << 30)};
	size_t left;
	vv_error err;

	(void)state;
	all[1].known.failed = true;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(all[0].blocks > 0);
	assert_true(all[1].blocks >= COUNT / 2);
	end(&k);
}

/* What is remembered of it is wrong by now: it does not answer. */
static void one_that_was_fast_and_hangs_is_waited_for_a_moment(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, hangs = {.k = &k, .each = 1, .slow_ms = 100000};
	vv_supplier all[] = {supplier("origin", &origin), remembered("hangs", &hangs, 0, 1u << 30)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[0].blocks, COUNT);
	assert_true(all[1].stopped);
	/* and next time more is known */
	assert_true(all[1].answered && all[1].latency_ms > 0 && all[1].rate < 1u << 20);
	end(&k);
}

/* Of a single block, too, and where it was never fast. */
static void one_that_takes_longer_than_it_did_is_not_waited_for(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, hangs = {.k = &k, .each = 1, .slow_ms = 100000};
	vv_supplier all[] = {supplier("origin", &origin), remembered("hangs", &hangs, 400, 9000)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, 1, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(all[0].blocks, 1);
	assert_true(all[1].stopped);
	end(&k);
}

/* A peer with half of the blocks answers fast that it lacks the rest, and the other one hangs: that is not a reason to
 * leave the origin alone. */
static void one_that_lacks_the_rest_counts_for_nothing(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1}, half = {.k = &k, .each = 2},
	       hangs = {.k = &k, .each = 1, .slow_ms = 100000};
	vv_supplier all[] = {supplier("origin", &origin), supplier("half", &half),
			     supplier("hangs", &hangs)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_true(all[0].blocks >= COUNT / 2);
	assert_true(all[2].stopped);
	end(&k);
}

static void what_was_measured_is_told(void **state)
{
	kit k;
	source origin = {.k = &k, .each = 1, .slow_ms = 5};
	vv_supplier all[] = {supplier("origin", &origin)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 1, k.x, k.wants, 20, NULL, &left, &err), &err);
	assert_true(all[0].answered);
	assert_true(all[0].latency_ms >= 5);
	assert_true(all[0].rate > 0);
	assert_true(all[0].rate <= all[0].bytes * 1000 / 95);
	vv_assert_ok(vv_gather(all, 1, k.x, k.wants, 0, NULL, &left, &err), &err);
	end(&k);
}

static void when_all_fail_the_rest_is_left(void **state)
{
	kit k;
	source a = {.k = &k, .each = 1, .fails_at = 30}, b = {.k = &k, .each = 1, .fails_at = 50};
	vv_supplier all[] = {supplier("a", &a), supplier("b", &b)};
	size_t left = 0;
	vv_error err;

	(void)state;
	begin(&k, 10000);
	vv_assert_ok(vv_gather(all, 2, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_true(all[0].dropped && all[1].dropped);
	assert_int_equal(here(&k), COUNT - left);
	assert_true(left >= COUNT - 29 - 49);
	end(&k);
}

static void a_failure_on_this_side_ends_it(void **state)
{
	kit k;
	source a = {.k = &k, .each = 1};
	vv_supplier all[] = {supplier("a", &a)};
	size_t left;
	vv_error err;

	(void)state;
	begin(&k, 100);
	vv_assert_status(vv_gather(all, 1, k.x, k.wants, COUNT, NULL, &left, &err), VV_EREFUSED,
			 &err);
	vv_assert_contains(err.message, "more than");
	end(&k);
}

static void nothing_wanted_and_nobody_to_ask_are_no_failures(void **state)
{
	kit k;
	size_t left = 1;
	vv_error err;

	(void)state;
	begin(&k, 100);
	vv_assert_ok(vv_gather(NULL, 0, k.x, k.wants, 0, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	vv_assert_ok(vv_gather(NULL, 0, k.x, k.wants, 5, NULL, &left, &err), &err);
	assert_int_equal(left, 5);
	end(&k);
}

/* --- suppliers that are peers ------------------------------------------------------------------ */

/* Flips a bit in the midst of the second answer. */
static void flip(loop_line *l)
{
	if (l->turns == 2 && l->answer.len > 20) {
		l->answer.data[l->answer.len / 2] ^= 0x10;
	}
}

/* Lets a branch of r reach all that is wanted. */
static void show(const kit *k, vv_repository *r)
{
	vv_cid cids[COUNT];

	for (unsigned i = 0; i < COUNT; i++) {
		cids[i] = k->wants[i].cid;
	}
	small_shown(r, cids, COUNT);
}

static void peers_that_die_or_garble_are_dropped(void **state)
{
	vv_serve serve[3];
	loop_line lines[3];
	vv_peer *peers[3];
	vv_supplier all[3] = {{.name = "origin"}, {.name = "dies"}, {.name = "garbles"}};
	size_t left = 1;
	vv_error err;
	kit k;

	(void)state;
	begin(&k, 10000);
	memset(lines, 0, sizeof(lines));
	memset(serve, 0, sizeof(serve));
	for (unsigned i = 0; i < 3; i++) {
		char name[] = "peer0";
		name[4] = (char)('0' + i);
		serve[i].repo = small_repository(name);
		fx_commit(vv_repository_varvedir(serve[i].repo), 0, COUNT, true);
		show(&k, serve[i].repo);
		lines[i].serve = &serve[i];
		vv_assert_ok(vv_peer_over(&peers[i], loop_line_open(&lines[i], name), &err), &err);
		all[i].peer = peers[i];
	}
	lines[1].dies_at = 2;
	lines[2].twist = flip;
	vv_assert_ok(vv_gather(all, 3, k.x, k.wants, COUNT, NULL, &left, &err), &err);
	assert_int_equal(left, 0);
	assert_int_equal(here(&k), COUNT);
	assert_false(all[0].dropped);
	assert_true(lines[1].turns < 2 || all[1].dropped);
	for (unsigned i = 0; i < 3; i++) {
		vv_peer_close(peers[i]);
		loop_line_clear(&lines[i]);
		vv_repository_close(serve[i].repo);
	}
	end(&k);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_that_lies_one_that_lacks_and_one_that_fails),
	cmocka_unit_test(what_nobody_has_is_left),
	cmocka_unit_test(the_origin_is_asked_only_for_what_others_lack),
	cmocka_unit_test(a_slow_peer_takes_nothing_from_the_origin),
	cmocka_unit_test(what_a_slow_peer_owes_others_give),
	cmocka_unit_test(work_is_shared_by_speed),
	cmocka_unit_test(one_that_was_slow_is_not_asked_for_a_little),
	cmocka_unit_test(one_that_was_slow_gives_what_others_lack),
	cmocka_unit_test(the_origin_is_asked_at_once_where_all_others_were_slow),
	cmocka_unit_test(one_that_was_slower_than_the_origin_is_not_asked),
	cmocka_unit_test(one_behind_a_relay_gives_only_what_direct_ones_lack),
	cmocka_unit_test(an_origin_behind_a_relay_gives_only_what_direct_ones_lack),
	cmocka_unit_test(one_behind_a_relay_is_asked_when_direct_ones_stall),
	cmocka_unit_test(one_that_failed_is_asked_last),
	cmocka_unit_test(one_that_was_fast_and_hangs_is_waited_for_a_moment),
	cmocka_unit_test(one_that_takes_longer_than_it_did_is_not_waited_for),
	cmocka_unit_test(one_that_lacks_the_rest_counts_for_nothing),
	cmocka_unit_test(what_was_measured_is_told),
	cmocka_unit_test(when_all_fail_the_rest_is_left),
	cmocka_unit_test(a_failure_on_this_side_ends_it),
	cmocka_unit_test(nothing_wanted_and_nobody_to_ask_are_no_failures),
	cmocka_unit_test(peers_that_die_or_garble_are_dropped),
};

VV_TEST_SUITE(gather)
