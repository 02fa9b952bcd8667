/*
 * The shortest decimals of numbers, against printf and strtod.
 */
#include "tests/unit/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arrow/in/shortest.h"

static void is(double d, unsigned width, uint64_t digits, int exponent)
{
	const shortest s = shortest_of(d, width);

	assert_int_equal(s.digits, digits);
	assert_int_equal(s.exponent, exponent);
}

static void known_numbers_have_their_known_digits(void **state)
{
	(void)state;
	is(1, 8, 1, 0);
	is(0.1, 8, 1, -1);
	is(0.3, 8, 3, -1);
	is(0.1 + 0.2, 8, 30000000000000004, -17);
	is(1e23, 8, 1, 23);
	is(4.9406564584124654e-324, 8, 5, -324);
	is(2.2250738585072014e-308, 8, 22250738585072014, -324);
	is(1.7976931348623157e308, 8, 17976931348623157, 292);
	is(ldexp(1, -44), 8, 5684341886080802,
	   -29); /* the number below is nearer than the one above */
	is(9007199254740994, 8, 9007199254740994, 0);
	is((double)0.1F, 4, 1, -1);
	is((double)1.17549435e-38F, 4, 11754944, -45);
	is(ldexp(1, -149), 4, 1, -45);
	is((double)3.40282347e38F, 4, 34028235, 31);
	is(65504, 2, 655, 2);
	is(ldexp(1, -24), 2, 6, -8);
}

static bool reads_back(const char *text, double d, unsigned width)
{
	return width == 8 ? strtod(text, NULL) == d : strtof(text, NULL) == (float)d;
}

/* It reads back, one with a digit less does not, and it is what printf rounds to, if that reads back. */
static void check(double d, unsigned width)
{
	const shortest s = shortest_of(d, width);
	char text[64], fewer[64];
	const int n = snprintf(text, sizeof(text), "%" PRIu64, s.digits);

	snprintf(text, sizeof(text), "%" PRIu64 "e%d", s.digits, s.exponent);
	assert_true(reads_back(text, d, width));
	for (int off = 0; off < 2 && n > 1; off++) {
		snprintf(fewer, sizeof(fewer), "%" PRIu64 "e%d", s.digits / 10 + (uint64_t)off,
			 s.exponent + 1);
		assert_false(reads_back(fewer, d, width));
	}
	snprintf(fewer, sizeof(fewer), "%.*e", n - 1, d);
	assert_true(!reads_back(fewer, d, width) || strtod(fewer, NULL) == strtod(text, NULL));
}

static void any_number_has_the_fewest_digits_and_the_nearest(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 54);
	for (int i = 0; i < 40000; i++) {
		const uint64_t bits = vv_prng_u64(&r) & ~(UINT64_C(1) << 63);
		const uint32_t few = (uint32_t)bits & 0x7fffffff;
		double d;
		float f;

		memcpy(&d, &bits, sizeof(d));
		memcpy(&f, &few, sizeof(f));
		if (isfinite(d) && d > 0) {
			check(d, 8);
			check(ldexp(1, (int)(bits % 2098) - 1074), 8);
		}
		if (isfinite(f) && f > 0) {
			check((double)f, 4);
		}
		check((double)(bits % 100000000 + 1) / (i % 2 ? 100 : 3), 8);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(known_numbers_have_their_known_digits),
	cmocka_unit_test(any_number_has_the_fewest_digits_and_the_nearest),
};
VV_TEST_SUITE(shortest)
