/*
 * Lists as CSV records: what is put is read, and what is no CSV is refused.
 */
#include <string.h>

#include "base/buf.h"
#include "dataset/schema/csv_record.h"
#include "tests/unit/support.h"

static void values_that_were_put_are_read(void **state VV_UNUSED)
{
	static const char letters[] = "a,\" \n\r\t;";
	vv_auto(vv_csv_record) r = {0};
	vv_prng random;

	vv_prng_init(&random, 79);
	for (int n = 0; n < 20000; n++) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		char values[4][8] = {{0}};
		const size_t count = 1 + vv_prng_below(&random, 4);

		for (size_t i = 0; i < count; i++) {
			const size_t len = vv_prng_below(&random, 6);

			for (size_t k = 0; k < len; k++) {
				values[i][k] = letters[vv_prng_below(&random, 8)];
			}
			vv_buf_puts(&text, i > 0 ? "," : "");
			vv_csv_value_put(&text, values[i], len);
		}
		assert_int_equal(vv_csv_record_read(&r, vv_buf_cstr(&text), text.len, NULL), VV_OK);
		assert_int_equal(r.count, count);
		for (size_t i = 0; i < count; i++) {
			assert_string_equal(r.values[i].text, values[i]);
			assert_false(r.values[i].missing);
		}
	}
}

static void a_value_that_is_missing_differs_from_an_empty_one(void **state VV_UNUSED)
{
	vv_auto(vv_csv_record) r = {0};

	assert_int_equal(vv_csv_record_read(&r, ",\"\",x,", 6, NULL), VV_OK);
	assert_int_equal(r.count, 4);
	assert_true(r.values[0].missing && r.values[3].missing);
	assert_false(r.values[1].missing || r.values[2].missing);
	assert_int_equal(vv_csv_record_read(&r, "", 0, NULL), VV_OK);
	assert_true(r.count == 1 && r.values[0].missing);
}

static void names_are_added_and_empty_ones_refused(void **state VV_UNUSED)
{
	static const char *const wrong[] = {"", "a,,b", "a,\"b", "a\"b", "\"a\"b"};
	vv_strings list = {NULL, 0};

	assert_int_equal(vv_csv_names_add(&list, "id,\"a, \"\"b\"\"\"", NULL), VV_OK);
	assert_int_equal(vv_csv_names_add(&list, " c", NULL), VV_OK);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0], "id");
	assert_string_equal(list.items[1], "a, \"b\"");
	assert_string_equal(list.items[2], " c");
	assert_null(list.items[3]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(vv_csv_names_add(&list, wrong[i], NULL), VV_EUSAGE);
	}
	vv_csv_names_clear(&list);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(values_that_were_put_are_read),
	cmocka_unit_test(a_value_that_is_missing_differs_from_an_empty_one),
	cmocka_unit_test(names_are_added_and_empty_ones_refused),
};

VV_TEST_SUITE(csv_record)
