/*
 * total: exact numbers come back from their bytes, and damaged bytes are refused.
 */
#include "dataset/rows/total.h"

#include <string.h>

#include "base/buf.h"
#include "tests/unit/support.h"

static void an_exact_number_comes_back_and_a_limb_of_ten_digits_is_refused(void **state)
{
	static const char digits[] = "123456789012345678901234567";
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_exact x, back;

	(void)state;
	assert_true(vv_exact_from_digits(&x, true, digits, strlen(digits), 9));
	vv_exact_put(&b, &x);
	const uint8_t *p = (const uint8_t *)b.data, *end = p + b.len;
	assert_true(vv_exact_get(&back, &p, end) && p == end);
	assert_true(back.negative && back.exponent == x.exponent && back.count == x.count);
	assert_memory_equal(back.limb, x.limb, x.count * sizeof(x.limb[0]));
	for (uint32_t limb = 999999999; limb <= 1000000000; limb++) {
		vv_put_le32((uint8_t *)b.data + b.len - sizeof(limb), limb);
		p = (const uint8_t *)b.data;
		assert_int_equal(vv_exact_get(&back, &p, end), limb == 999999999);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_exact_number_comes_back_and_a_limb_of_ten_digits_is_refused),
};

VV_TEST_SUITE(total)
