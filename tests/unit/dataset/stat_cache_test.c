/*
 * The stat cache: it answers only for exactly the stat that was entered, never for a
 * guess, and is empty when anything about it is wrong.
 */
#include "repo/git/index/stat_cache.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "tests/unit/support.h"

#define NOW 1700000000

static vv_stat stat_of(unsigned n)
{
	vv_stat st = {.size = 100 + n,
		      .mtime_sec = NOW - 100,
		      .mtime_nsec = 5,
		      .ctime_sec = NOW - 90,
		      .ctime_nsec = 6,
		      .ino = 7 + n,
		      .dev = 8,
		      .mode = 0100644,
		      .uid = 9,
		      .gid = 10};

	return st;
}

static vv_oid id_of(unsigned n)
{
	vv_oid id;

	memset(id.id, (int)n + 1, sizeof id.id);
	return id;
}

static vv_stat_cache *open_cache(const char *file)
{
	vv_stat_cache *c = NULL;
	vv_error err;

	vv_assert_ok(vv_stat_cache_open(&c, file, &err), &err);
	return c;
}

static void enter(vv_stat_cache *c, const char *path, unsigned n)
{
	vv_stat st = stat_of(n);
	vv_oid id = id_of(n);
	vv_error err;

	vv_assert_ok(vv_stat_cache_set(c, path, &st, &id, true, &err), &err);
}

static bool knows(const vv_stat_cache *c, const char *path, unsigned n)
{
	vv_stat st = stat_of(n);
	vv_oid id, wanted = id_of(n);

	return vv_stat_cache_get(c, path, &st, &id) && vv_oid_equal(&id, &wanted);
}

static void save(vv_stat_cache *c)
{
	vv_error err;

	vv_assert_ok(vv_stat_cache_save(c, &err), &err);
	vv_stat_cache_close(c);
}

static void what_was_entered_is_known_in_the_next_run(void **state)
{
	const char *file = vv_test_path("stat-of-%s", __func__);
	vv_stat_cache *c = open_cache(file);

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		enter(c, vv_test_path("%u.csv", i), i);
	}
	save(c);
	c = open_cache(file);
	for (unsigned i = 0; i < 300; i++) {
		assert_true(knows(c, vv_test_path("%u.csv", i), i));
	}
	assert_false(knows(c, "other.csv", 0));
	vv_stat_cache_close(c);
}

static void another_stat_is_not_known(void **state)
{
	vv_stat_cache *c = open_cache(vv_test_path("stat-of-%s", __func__));
	vv_stat st = stat_of(1);
	vv_oid id;

	(void)state;
	enter(c, "a.csv", 1);
	assert_true(vv_stat_cache_get(c, "a.csv", &st, &id));
	st.mtime_nsec++;
	assert_false(vv_stat_cache_get(c, "a.csv", &st, &id));
	st = stat_of(1);
	st.ctime_sec++;
	assert_false(vv_stat_cache_get(c, "a.csv", &st, &id));
	st = stat_of(1);
	st.ino++;
	assert_false(vv_stat_cache_get(c, "a.csv", &st, &id));
	st = stat_of(1);
	st.size++;
	assert_false(vv_stat_cache_get(c, "a.csv", &st, &id));
	vv_stat_cache_close(c);
}

static void a_guess_replaces_what_was_known_and_is_told_only_to_those_who_ask_for_it(void **state)
{
	vv_stat_cache *c = open_cache(vv_test_path("stat-of-%s", __func__));
	vv_oid id = id_of(1), found;
	vv_stat st = stat_of(1);
	vv_error err;

	(void)state;
	enter(c, "a.csv", 1);
	vv_assert_ok(vv_stat_cache_set(c, "a.csv", &st, &id, false, &err), &err);
	assert_false(vv_stat_cache_get(c, "a.csv", &st, &found));
	assert_true(vv_stat_cache_guess(c, "a.csv", &st, &found));
	enter(c, "a.csv", 1);
	assert_true(knows(c, "a.csv", 1));
	vv_stat_cache_close(c);
}

/* A second change within the same tick of the clock leaves the stat as it is. */
static void a_change_after_the_wait_shows_in_the_stat(void **state)
{
	const char *file = vv_test_path("waited-%s", __func__);
	vv_stat before, after;
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		vv_test_write(file, i % 2 ? "a" : "b", 1);
		vv_assert_ok(vv_lstat(&before, file, &err), &err);
		assert_true(vv_stat_wait(&before));
		vv_test_write(file, "c", 1);
		vv_assert_ok(vv_lstat(&after, file, &err), &err);
		assert_false(vv_stat_equal(&before, &after));
	}
}

static void the_wait_proves_nothing_for_a_time_to_come_or_of_whole_seconds(void **state)
{
	const int64_t now = vv_now_sec();
	vv_stat st = stat_of(1);

	(void)state;
	assert_true(vv_stat_wait(&st));
	st.mtime_sec = now + 100;
	assert_false(vv_stat_wait(&st));
	st.mtime_sec = now;
	st.mtime_nsec = 0;
	assert_false(vv_stat_wait(&st));
	st.mtime_sec = now - 3;
	assert_true(vv_stat_wait(&st));
	st.ctime_sec = INT64_MAX;
	assert_false(vv_stat_wait(&st));
	st.ctime_sec = INT64_MIN;
	assert_true(vv_stat_wait(&st));
}

static void what_was_dropped_stays_away(void **state)
{
	const char *file = vv_test_path("stat-of-%s", __func__);
	vv_stat_cache *c = open_cache(file);

	(void)state;
	enter(c, "a.csv", 1);
	enter(c, "b.csv", 2);
	vv_stat_cache_drop(c, "a.csv");
	assert_false(knows(c, "a.csv", 1));
	save(c);
	c = open_cache(file);
	assert_false(knows(c, "a.csv", 1));
	assert_true(knows(c, "b.csv", 2));
	vv_stat_cache_close(c);
}

static void a_cache_with_any_byte_changed_or_lost_is_empty(void **state)
{
	const char *file = vv_test_path("stat-of-%s", __func__), *bytes;
	vv_stat_cache *c = open_cache(file);
	char copy[256];
	size_t len;

	(void)state;
	enter(c, "a.csv", 1);
	save(c);
	bytes = vv_test_read(file, &len);
	assert_true(len <= sizeof copy);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, bytes, len);
		copy[i] = (char)(copy[i] ^ 0x01);
		vv_test_write(file, copy, len);
		c = open_cache(file);
		assert_false(knows(c, "a.csv", 1));
		vv_stat_cache_close(c);
		vv_test_write(file, bytes, i);
		c = open_cache(file);
		assert_false(knows(c, "a.csv", 1));
		vv_stat_cache_close(c);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_entered_is_known_in_the_next_run),
	cmocka_unit_test(another_stat_is_not_known),
	cmocka_unit_test(a_guess_replaces_what_was_known_and_is_told_only_to_those_who_ask_for_it),
	cmocka_unit_test(a_change_after_the_wait_shows_in_the_stat),
	cmocka_unit_test(the_wait_proves_nothing_for_a_time_to_come_or_of_whole_seconds),
	cmocka_unit_test(what_was_dropped_stays_away),
	cmocka_unit_test(a_cache_with_any_byte_changed_or_lost_is_empty),
};

VV_TEST_SUITE(stat_cache)
