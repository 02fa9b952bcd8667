/*
 * How far two distributions are apart, against values worked out by hand.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "check/past/drift.h"

#define NUMBERS "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}]}"
#define TEXTS "{\"fields\":[{\"name\":\"x\",\"type\":\"string\"}]}"

/* Words between spaces; "a*50" is fifty of a. */
static void fill(vv_distribution *d, const vv_schema *s, const char *words)
{
	vv_error err;

	for (const char *p = words; *p;) {
		size_t len = strcspn(p, " "), name = strcspn(p, "* ");
		unsigned long times = name < len ? strtoul(p + name + 1, NULL, 10) : 1;
		vv_cell cell = {.text = p, .len = (uint32_t)name, .state = VV_CELL_TEXT};

		for (unsigned long i = 0; i < times; i++) {
			vv_assert_ok(vv_distribution_add(d, &s->fields[0], &cell, 1, 1, 1, &err),
				     &err);
		}
		p += len + (p[len] == ' ');
	}
	vv_assert_ok(vv_distribution_finish(d, &err), &err);
}

typedef struct pair {
	vv_schema schema;
	vv_distribution base, now;
	vv_drift_bins bins;
} pair;

static void compare(pair *p, const char *schema, const char *base, const char *now)
{
	vv_dist_kind kind = strcmp(schema, NUMBERS) == 0 ? VV_DIST_NUMBERS : VV_DIST_TEXTS;
	vv_error err;

	vv_assert_ok(vv_schema_read(&p->schema, schema, strlen(schema), "schema", &err), &err);
	vv_distribution_init(&p->base, kind);
	vv_distribution_init(&p->now, kind);
	fill(&p->base, &p->schema, base);
	fill(&p->now, &p->schema, now);
	vv_assert_ok(vv_drift_bin(&p->bins, &p->base, &p->now, &err), &err);
}

static void done(pair *p)
{
	vv_distribution_clear(&p->base);
	vv_distribution_clear(&p->now);
	vv_schema_clear(&p->schema);
}

/* Measured values are told to the ninth digit; by hand six are enough. */
static void assert_near(uint64_t billionths, double wanted)
{
	double is = (double)billionths / 1e9, off = is > wanted ? is - wanted : wanted - is;

	if (off > 0.0000006) {
		fail_msg("%.9f is not %.6f", is, wanted);
	}
}

static void equal_distributions_are_not_apart(void **state)
{
	pair p;
	(void)state;
	/* the shares are the same, the numbers of rows need not be */
	compare(&p, TEXTS, "a*5 b*3 c*2", "a*50 b*30 c*20");
	assert_int_equal(vv_drift_psi(&p.bins), 0);
	done(&p);
}

/* Shares .5 .3 .2 become .4 .3 .3:
 * PSI = (.4 - .5) ln(.4/.5) + 0 + (.3 - .2) ln(.3/.2) = .0223144 + .0405465 = .062861
 * JS  = .25 log2(.5/.45) + .20 log2(.4/.45) + .10 log2(.2/.25) + .15 log2(.3/.25)
 *     = .0380008 - .0339850 - .0321928 + .0394552 = .011278 */
static void categories_are_measured_as_by_hand(void **state)
{
	pair p;
	(void)state;
	compare(&p, TEXTS, "a*50 b*30 c*20", "a*40 b*30 c*30");
	assert_int_equal(p.bins.count, 3);
	assert_near(vv_drift_psi(&p.bins), 0.062861);
	done(&p);
}

/* a: 1 -> .5, b: 0 (taken for .0001) -> .5. "a" is a bin of the base, "b" the rest.
 * PSI = (.5 - 1) ln(.5) + (.5 - .0001) ln(.5/.0001) = .3465736 + .4999 x 8.5171932 = 4.604318
 * JS  = .5 log2(1/.75) + .25 log2(.5/.75) + .25 log2(.5/.25) = .2075187 - .1462406 + .25 = .311278 */
static void a_value_that_is_new_counts_by_its_least_share(void **state)
{
	pair p;
	(void)state;
	compare(&p, TEXTS, "a*4", "a*2 b*2");
	assert_int_equal(p.bins.count, 2);
	assert_near(vv_drift_psi(&p.bins), 4.604318);
	done(&p);
}

static void nothing_in_common_is_a_divergence_of_one(void **state)
{
	pair p;
	(void)state;
	compare(&p, TEXTS, "a*7", "b*3");
	done(&p);
}

/* Ten tenths of one value each; of the new five 2 1 1 0 0 0 0 0 0 1.
 * PSI = (.4 - .1) ln 4 + 2 (.2 - .1) ln 2 + 6 (.0001 - .1) ln(.0001/.1) + (.2 - .1) ln 2
 *     = .4158883 + .1386294 + 4.1405079 + .0693147 = 4.764341
 * JS  = .05 log2(.1/.25) + .2 log2(.4/.25)        (the first: -.0660964 + .1356144)
 *     + 3 (.05 log2(.1/.15) + .1 log2(.2/.15))    (3 x (-.0292481 + .0415037))
 *     + 6 x .05 log2(.1/.05)                      (.3)
 *     = .069518 + .036767 + .3 = .406285 */
static void numbers_are_measured_by_the_tenths_of_the_base(void **state)
{
	pair p;
	(void)state;
	compare(&p, NUMBERS, "1 2 3 4 5 6 7 8 9 10", "1 1 2 3 10");
	assert_int_equal(p.bins.count, 10);
	assert_int_equal(p.bins.now[0], 2);
	assert_near(vv_drift_psi(&p.bins), 4.764341);
	done(&p);
}

static void numbers_outside_of_the_base_fall_into_its_outer_bins(void **state)
{
	pair p;
	(void)state;
	compare(&p, NUMBERS, "1 2 3 4 5 6 7 8 9 10", "-1000 0.5 11 1e300 INF");
	assert_int_equal(p.bins.now[0], 2);
	assert_int_equal(p.bins.now[9], 3);
	done(&p);
}

static void a_frequent_number_fills_several_tenths(void **state)
{
	pair p;
	(void)state;
	/* 0 fills the first eight tenths; 1 and 2 one each */
	compare(&p, NUMBERS, "0*80 1*10 2*10", "0 1 2 2.5");
	assert_int_equal(p.bins.count, 3);
	assert_int_equal(p.bins.base[0], 80);
	assert_int_equal(p.bins.base[1], 10);
	assert_int_equal(p.bins.now[2], 2);
	done(&p);
}

static void beyond_a_hundred_categories_the_rest_is_one(void **state)
{
	vv_buf words = VV_BUF_INIT;
	pair p;
	(void)state;
	for (int i = 0; i < 150; i++) {
		vv_buf_printf(&words, "%sv%03d*%d", i ? " " : "", i, i < 100 ? 2 : 1);
	}
	compare(&p, TEXTS, vv_buf_cstr(&words), "v000 v149 w");
	assert_int_equal(p.bins.count, 101);
	assert_int_equal(p.bins.base[100], 50);
	assert_int_equal(p.bins.now[100], 2);
	done(&p);
	vv_buf_clear(&words);
}

static void nothing_is_measured_without_values(void **state)
{
	pair p;
	(void)state;
	compare(&p, NUMBERS, "1 2 3", "x y");
	assert_int_equal(vv_drift_psi(&p.bins), 0);
	done(&p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(equal_distributions_are_not_apart),
	cmocka_unit_test(categories_are_measured_as_by_hand),
	cmocka_unit_test(a_value_that_is_new_counts_by_its_least_share),
	cmocka_unit_test(nothing_in_common_is_a_divergence_of_one),
	cmocka_unit_test(numbers_are_measured_by_the_tenths_of_the_base),
	cmocka_unit_test(numbers_outside_of_the_base_fall_into_its_outer_bins),
	cmocka_unit_test(a_frequent_number_fills_several_tenths),
	cmocka_unit_test(beyond_a_hundred_categories_the_rest_is_one),
	cmocka_unit_test(nothing_is_measured_without_values),
};

VV_TEST_SUITE(drift)
