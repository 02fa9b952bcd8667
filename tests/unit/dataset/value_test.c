#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/schema/value.h"
#include "tests/unit/support.h"

#define MANY 400000

/* Where it answers at all, with the double that strtod gives. */
static bool is_nearest(const char *text)
{
	const double want = strtod(text, NULL);
	double d;
	int64_t i;

	if (!vv_value_quick_number(&i, &d, true, text, strlen(text))) return false;
	if (memcmp(&d, &want, sizeof(d)) != 0 && (d < want || d > want)) {
		fail_msg("%s is %.17g, not %.17g", text, d, want);
	}
	return true;
}

static void decimals_become_the_nearest_doubles(void **state)
{
	vv_prng r;
	char text[64];
	size_t answered = 0;

	(void)state;
	vv_prng_init(&r, 5);
	for (int i = 0; i < MANY; i++) {
		const uint64_t digits = vv_prng_u64(&r) >> vv_prng_below(&r, 64);
		const int fraction = (int)vv_prng_below(&r, 20);
		int len = snprintf(text, sizeof(text), "%0*llu", fraction + 1,
				   (unsigned long long)digits);

		if (fraction > 0) {
			memmove(text + len - fraction + 1, text + len - fraction,
				(size_t)fraction + 1);
			text[len - fraction] = '.';
		}
		answered += is_nearest(text);
	}
	assert_true(answered > MANY / 2);
}

/* Halves between two doubles, what is just beside them, and doubles as they are printed. */
static void ties_go_to_even(void **state)
{
	vv_prng r;
	char text[64];
	size_t answered = 0;

	(void)state;
	vv_prng_init(&r, 5);
	for (int i = 0; i < MANY / 4; i++) {
		const uint64_t whole = ((uint64_t)1 << 53) + (vv_prng_u64(&r) >> 11);
		const unsigned beside = (unsigned)vv_prng_below(&r, 3);

		(void)snprintf(text, sizeof(text), "%llu.%s", (unsigned long long)(whole | 1),
			       beside == 0   ? "0"
			       : beside == 1 ? "01"
					     : "00");
		answered += is_nearest(text);
		(void)snprintf(text, sizeof(text), "%llu.%s", (unsigned long long)(whole / 4 | 1),
			       vv_prng_below(&r, 2) ? "5" : "25");
		answered += is_nearest(text);
		(void)snprintf(text, sizeof(text), "-%.17g",
			       (double)(whole % 1000000007) /
				       (double)(1 + vv_prng_below(&r, 1000000)));
		answered += is_nearest(text);
		(void)snprintf(text, sizeof(text), "%.13f",
			       (double)vv_prng_below(&r, 3600000000) / 1e7 - 180);
		answered += is_nearest(text);
	}
	assert_true(answered > MANY / 4);
}

static void units_become_the_double_that_strtod_gives(void **state)
{
	vv_prng r;
	char text[64];

	(void)state;
	vv_prng_init(&r, 6);
	for (int i = 0; i < MANY; i++) {
		const int64_t units = (int64_t)(vv_prng_u64(&r) >> vv_prng_below(&r, 64));
		const unsigned scale = (unsigned)vv_prng_below(&r, 19);

		(void)snprintf(text, sizeof(text), "%llde-%u", (long long)units, scale);
		assert_true(vv_value_nearest(units, scale) == strtod(text, NULL));
	}
	assert_true(vv_value_nearest(INT64_MIN, 0) == -9223372036854775808.0);
	assert_true(vv_value_nearest(INT64_MAX, 18) == strtod("9.223372036854775807", NULL));
}

static void any_spelling_of_zero_is_zero_as_a_double(void **state)
{
	static const char *const zeros[] = {"0", "-0", "0.00", "000", "0e5", "-0.0E-7"};
	static const char number[] = "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}]}";
	vv_auto(vv_schema) s = {0};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_schema_read(&s, number, strlen(number), "schema", &err), &err);
	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
		vv_auto(vv_buf) digits = VV_BUF_INIT;
		vv_decimal d;
		double out = 7;

		assert_true(vv_decimal_read(&d, &digits, s.fields, zeros[i], strlen(zeros[i])));
		assert_true(vv_decimal_double(&out, &d, &digits));
		assert_true(out == 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(decimals_become_the_nearest_doubles),
	cmocka_unit_test(ties_go_to_even),
	cmocka_unit_test(units_become_the_double_that_strtod_gives),
	cmocka_unit_test(any_spelling_of_zero_is_zero_as_a_double),
};

VV_TEST_SUITE(value)
