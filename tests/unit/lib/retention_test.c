/*
 * Policies against a model that asks libc for days and weeks (strftime), and looks at all pairs.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/space/retention.h"

enum { ITEMS = 60, HISTORIES = 4000 };

/* ---- texts ---- */

static void a_policy_is_read_and_written(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_retention p;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_retention_parse(&p, "daily=30,last=2,yearly=1", &err), &err);
	assert_int_equal(p.counts[VV_KEEP_LAST], 2);
	assert_int_equal(p.counts[VV_KEEP_DAILY], 30);
	assert_int_equal(p.counts[VV_KEEP_WEEKLY], 0);
	vv_retention_put(&text, &p);
	assert_string_equal(vv_buf_cstr(&text), "last=2,daily=30,yearly=1");
	vv_buf_clear(&text);
}

static void what_is_not_a_policy_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"last",
		"last=",
		"last=0",
		"last=-1",
		"last=x",
		"lst=3",
		"last=1,",
		",last=1",
		"last=1,last=2",
		"last =1",
		"LAST=1",
		"last=1 ",
		"daily=1;last=1",
		"last=99999999999999999999",
		"=3",
		"last=1,,daily=1",
		"hourly=3",
	};
	vv_retention p;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_assert_status(vv_retention_parse(&p, texts[i], &err), VV_EUSAGE, &err);
	}
}

/* ---- the choice ---- */

/* The period as a text: "2026-11-29", "2026 48", "2026-11", "2026"; weeks of ISO 8601. */
static void name_period(char out[32], const vv_retained *item, int rule)
{
	static const char *const forms[] = {"", "%Y-%m-%d", "%G %V", "%Y-%m", "%Y"};
	const time_t local = (time_t)(item->time + (int64_t)item->offset_min * 60);
	struct tm tm;

	assert_non_null(gmtime_r(&local, &tm));
	/* A format from a table: the compiler cannot check it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	assert_true(strftime(out, 32, forms[rule], &tm) > 0);
#pragma GCC diagnostic pop
}

/* Does an item before i have the same period, or, for last, is the version of i newer, too? */
static bool is_repeated(const vv_retained *items, size_t i, int rule)
{
	char mine[32], other[32];

	if (rule == VV_KEEP_LAST) return items[i].again;
	name_period(mine, &items[i], rule);
	for (size_t k = 0; k < i; k++) {
		name_period(other, &items[k], rule);
		if (strcmp(mine, other) == 0) return true;
	}
	return false;
}

static void assert_chosen(const vv_retention *p, const vv_retained *items, size_t count)
{
	for (int rule = 0; rule < VV_KEEP_COUNT; rule++) {
		uint64_t left = p->counts[rule];

		for (size_t i = 0; i < count; i++) {
			const bool keeps = left > 0 && !is_repeated(items, i, rule);

			left -= keeps;
			assert_int_equal(items[i].rules >> rule & 1u, keeps);
		}
	}
}

static int newest_first(const void *a, const void *b)
{
	const vv_retained *x = a, *y = b;

	return (y->time > x->time) - (y->time < x->time);
}

/* Commits of some hours to some months after each other, in zones of the whole world. */
static void random_histories_are_kept_as_by_a_model(void **state)
{
	static const unsigned steps[] = {3600, 40000, 86400, 500000, 3000000};
	vv_retained items[ITEMS];
	vv_prng r;

	(void)state;
	for (size_t seed = 0; seed < HISTORIES; seed++) {
		if (!vv_test_sampled(seed, 10)) {
			continue;
		}
		vv_prng_init(&r, seed);
		const size_t count = (size_t)vv_prng_below(&r, ITEMS + 1);
		const unsigned step = steps[vv_prng_below(&r, 5)];
		/* now, and before a 29 February that ends a century */
		int64_t time = vv_prng_below(&r, 2) ? 1700000000 : 951700000;
		vv_retention p = {{0}};

		for (int rule = 0; rule < VV_KEEP_COUNT; rule++) {
			p.counts[rule] = vv_prng_below(&r, 3) * vv_prng_below(&r, 9);
		}
		for (size_t i = 0; i < count; i++) {
			items[i] = (vv_retained){.time = time,
						 .offset_min = ((int)vv_prng_below(&r, 27) - 12) *
							       60,
						 .again = vv_prng_below(&r, 7) == 0,
						 .rules = 77};
			time += (int64_t)vv_prng_below(&r, step);
		}
		qsort(items, count, sizeof(items[0]), newest_first);
		vv_retention_choose(&p, items, count);
		assert_chosen(&p, items, count);
	}
}

static void times_far_away_are_read_without_overflow(void **state)
{
	vv_retained items[] = {{.time = INT64_MAX, .offset_min = 6000},
			       {.time = 0},
			       {.time = INT64_MIN, .offset_min = -6000}};
	const vv_retention p = {{0, 9, 9, 9, 9}};

	(void)state;
	vv_retention_choose(&p, items, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(items[i].rules, 0x1e);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_policy_is_read_and_written),
	cmocka_unit_test(what_is_not_a_policy_is_refused),
	cmocka_unit_test(random_histories_are_kept_as_by_a_model),
	cmocka_unit_test(times_far_away_are_read_without_overflow),
};

VV_TEST_SUITE(retention)
