/*
 * Cells as people see them: similar values are distinguishable, and no byte controls a terminal.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "diff/write/text_cell.h"

static void shows(vv_cell c, const char *plain, const char *exact)
{
	vv_buf out = VV_BUF_INIT;

	vv_text_cell_put(&out, &c, false);
	assert_string_equal(vv_buf_cstr(&out), plain);
	vv_buf_reset(&out);
	vv_text_cell_put(&out, &c, true);
	assert_string_equal(vv_buf_cstr(&out), exact);
	vv_buf_clear(&out);
}

static vv_cell text(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

static void cells_that_look_alike_are_told_apart(void **state)
{
	(void)state;
	shows((vv_cell){.state = VV_CELL_ABSENT}, "", "absent");
	shows((vv_cell){.state = VV_CELL_NULL}, "null", "null");
	shows(text(""), "", "\"\"");
	shows(text("null"), "null", "\"null\"");
	shows(text("absent"), "absent", "\"absent\"");
	shows(text("nulls"), "nulls", "nulls");
	shows(text(" a"), " a", "\" a\"");
	shows(text("a "), "a ", "\"a \"");
	shows(text("a b"), "a b", "a b");
	shows(text("\"a"), "\"a", "\"\"a\"");
	shows((vv_cell){.text = "null", .len = 4, .state = VV_CELL_LITERAL}, "null", "null");
	shows((vv_cell){.text = "true", .len = 4, .state = VV_CELL_LITERAL}, "true", "true");
}

static void no_byte_drives_the_terminal(void **state)
{
	vv_buf out = VV_BUF_INIT;
	vv_cell c = text("a\033[2Jb\n\302\233c\177");

	(void)state;
	vv_text_cell_put(&out, &c, true);
	for (const char *p = vv_buf_cstr(&out); *p; p++) {
		assert_true((unsigned char)*p >= 32 && *p != 127);
	}
	assert_null(strstr(vv_buf_cstr(&out), "\302\233"));
	vv_buf_clear(&out);
}

static void fits(const char *s, size_t width, const char *shown)
{
	vv_buf out = VV_BUF_INIT;

	vv_text_cell_fit(&out, s, width);
	assert_string_equal(vv_buf_cstr(&out), shown);
	vv_buf_clear(&out);
}

static void only_what_is_too_wide_is_cut(void **state)
{
	(void)state;
	fits("abc", 3, "abc");
	fits("abc", 2, "a\u2026");
	fits("abc", 0, "");
	fits("cafe\u0301", 4, "cafe\u0301");
	fits("cafe\u0301s", 4, "caf\u2026");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cells_that_look_alike_are_told_apart),
	cmocka_unit_test(no_byte_drives_the_terminal),
	cmocka_unit_test(only_what_is_too_wide_is_cut),
};

VV_TEST_SUITE(text_cell)
