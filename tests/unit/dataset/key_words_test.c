/*
 * Keys as one text: what is put is read, and no two keys have one text.
 */
#include <string.h>

#include "base/buf.h"
#include "dataset/schema/key_words.h"
#include "tests/unit/support.h"

static void random_keys_come_back(void **state VV_UNUSED)
{
	static const char letters[] = "a,\" \n";
	vv_prng r;

	vv_prng_init(&r, 51);
	for (int n = 0; n < 20000; n++) {
		vv_auto(vv_arena) arena = VV_ARENA_INIT;
		vv_auto(vv_buf) text = VV_BUF_INIT;
		char values[3][8] = {{0}};
		vv_cell read[3];
		const size_t count = 1 + vv_prng_below(&r, 3);

		for (size_t i = 0; i < count; i++) {
			const size_t len = vv_prng_below(&r, 5);

			for (size_t k = 0; k < len; k++) {
				values[i][k] = letters[vv_prng_below(&r, 5)];
			}
			vv_key_word_put(&text, i, count, values[i], len);
		}
		assert_int_equal(vv_key_words_read(read, count, vv_buf_cstr(&text), &arena, NULL),
				 1);
		for (size_t i = 0; i < count; i++) {
			assert_string_equal(read[i].text, values[i]);
			assert_int_equal(read[i].len, strlen(values[i]));
		}
	}
}

static void other_numbers_of_values_are_refused(void **state VV_UNUSED)
{
	static const char *const wrong[] = {"a", "a,b,c", "\"a,b", "\"a\"b,c", "a,\"b", ""};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_cell read[2];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(vv_key_words_read(read, 2, wrong[i], &arena, NULL), 0);
	}
	assert_int_equal(vv_key_words_read(read, 1, "a,\"b", &arena, NULL), 1);
	assert_string_equal(read[0].text, "a,\"b");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_keys_come_back),
	cmocka_unit_test(other_numbers_of_values_are_refused),
};

VV_TEST_SUITE(key_words)
