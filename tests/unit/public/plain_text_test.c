/*
 * Values of Arrow as text: the fewest digits that read as the same number, days of the calendar.
 */
#include "tests/unit/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/schema/value.h"
#include "lib/arrow/in/plain_text.h"

static void a_number_is(const char *want, double d, uint8_t width)
{
	vv_buf b = VV_BUF_INIT;

	plain_put_float(&b, d, width);
	assert_string_equal(vv_buf_cstr(&b), want);
	vv_buf_clear(&b);
}

static void numbers_have_the_fewest_digits(void **state)
{
	(void)state;
	a_number_is("0", 0, 8);
	a_number_is("-0", -0.0, 8);
	a_number_is("0.1", 0.1, 8);
	a_number_is("0.1", (double)0.1f, 4);
	a_number_is("150.5", 150.50, 8);
	a_number_is("70", 70, 8);
	a_number_is("-12345678901234567000", -12345678901234567e3, 8);
	a_number_is("0.00000012", 1.2e-7, 8);
	a_number_is("1.0e-8", 1e-8, 8);
	a_number_is("1.5e+300", 1.5e300, 8);
	a_number_is("NaN", (double)NAN, 8);
	a_number_is("-INF", -(double)INFINITY, 8);
}

static void every_number_reads_back(void **state)
{
	vv_prng r;
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_prng_init(&r, 31);
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = vv_prng_u64(&r);
		double d;

		memcpy(&d, &bits, sizeof(d));
		if (!isfinite(d)) {
			continue;
		}
		if (i % 2) { /* a few decimals, as most have */
			d = (double)(bits % 1000000000000000) / (i % 4 == 1 ? 1000 : 100000000);
		}
		vv_buf_reset(&b);
		plain_put_float(&b, d, 8);
		assert_true(strtod(vv_buf_cstr(&b), NULL) == d);
	}
	vv_buf_clear(&b);
}

static void every_day_is_that_of_its_number(void **state)
{
	(void)state;
	for (int64_t days = -800000; days < 800000; days += 7) {
		vv_day d = vv_value_day(days);

		assert_true(d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31);
		assert_int_equal(vv_value_days(d.year, d.month, d.day), days);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_have_the_fewest_digits),
	cmocka_unit_test(every_number_reads_back),
	cmocka_unit_test(every_day_is_that_of_its_number),
};
VV_TEST_SUITE(plain_text)
