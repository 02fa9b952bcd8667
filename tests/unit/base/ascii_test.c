#include "tests/unit/support.h"

#include "base/ascii.h"

static void words_are_compared_in_any_case_of_ascii_letters_alone(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {{"", "", true},
		     {"TITLE", "title", true},
		     {"title", "titles", false},
		     {"t\xc4"
		      "tle",
		      "t\xe4"
		      "tle",
		      false}, /* one letter in Latin-1 */
		     {"@", "`", false},
		     {"[", "{", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		assert_int_equal(vv_ascii_equal(a, b), cases[i].equal);
		assert_int_equal(vv_ascii_is(a, strlen(a), b), cases[i].equal);
	}
}

static void beginnings_are_compared_and_ordered(void **state)
{
	(void)state;
	assert_int_equal(vv_ascii_compare("Remote.x", "remote.", 7), 0);
	assert_int_equal(vv_ascii_compare("abc", "ABD", 2), 0);
	assert_true(vv_ascii_compare("abc", "ABD", 3) < 0);
	assert_true(vv_ascii_compare("abd", "ABC", 3) > 0);
	assert_true(vv_ascii_compare("ab", "abc", 9) < 0);
	assert_true(vv_ascii_compare("\xe4", "z", 1) > 0);
	assert_int_equal(vv_ascii_compare("x", "y", 0), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(words_are_compared_in_any_case_of_ascii_letters_alone),
	cmocka_unit_test(beginnings_are_compared_and_ordered),
};

VV_TEST_SUITE(ascii)
