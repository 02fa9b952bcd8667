/*
 * What the html form promises: one page that needs nothing else and runs nothing but its
 * own script, and cells that are text. (A parser reads it back in tests/cli/diff-writers.)
 */
#include "tests/unit/support.h"

#include <string.h>

#include "tests/unit/diff/written.h"

static const char *const by_id[] = {"id", NULL};
static vv_buf out;

static const char *page(const char *a, size_t a_len, const char *b, size_t b_len,
			const vv_written_options *o)
{
	vv_error err;
	vv_side x = {.bytes = a, .len = a_len}, y = {.bytes = b, .len = b_len};
	vv_buf_clear(&out);
	vv_assert_ok(vv_written(&out, "html", &x, &y, o, &err), &err);
	return vv_buf_cstr(&out);
}

static const char *page_of(const char *a, const char *b, const vv_written_options *o)
{
	return page(a, a ? strlen(a) : 0, b, b ? strlen(b) : 0, o);
}

static size_t times(const char *s, const char *part)
{
	size_t n = 0;
	while ((s = strstr(s, part))) {
		n++;
		s += strlen(part);
	}
	return n;
}

static void a_page_needs_nothing_from_elsewhere(void **state)
{
	vv_written_options o = {.key = by_id, .writer = {.title = "v1..v2"}};
	const char *s = page_of("id,v\n1,a\n", "id,v\n1,b\n", &o);
	(void)state;
	assert_int_equal(strncmp(s, "<!DOCTYPE html>\n", 16), 0);
	assert_int_equal(times(s, "http://") + times(s, "https://") + times(s, " src=") +
				 times(s, "url("),
			 0);
	assert_int_equal(times(s, "<script>"), 1);
	assert_int_equal(times(s, "<style>"), 1);
	vv_assert_contains(s, "content=\"default-src 'none'; style-src 'sha256-");
	vv_assert_contains(s, "<title>v1..v2</title>");
	vv_assert_contains(s, "prefers-color-scheme: dark");
	vv_assert_contains(s, "</html>\n");
}

static void a_change_has_both_values(void **state)
{
	vv_written_options o = {.key = by_id};
	const char *s = page_of("id,v\n1,2.50\n2,b\n", "id,v\n1,2.75\n3,c\n", &o);
	(void)state;
	vv_assert_contains(s, "<del>2.<mark>50</mark></del>");
	vv_assert_contains(s, "<ins>2.<mark>75</mark></ins>");
	assert_int_equal(times(s, "<tr class=\"c\">"), 1);
	assert_int_equal(times(s, "<tr class=\"r\">"), 1);
	assert_int_equal(times(s, "<tr class=\"a\">"), 1);
	vv_assert_contains(s, "<b>1</b> row changed");
}

static void hostile_cells_stay_text(void **state)
{
	static const char b[] =
		"id,\"v\"\"><script>\"\n1,</script><script>alert(1)</script>\n2,]]><!--\n3,\"\"\" onclick=x '\"\n"
		"4,a\0b\x1b[31m\xff\n5,<img src=x>\n";
	vv_written_options o = {
		.key = by_id, .path = "<b>\x1b\"x.csv", .writer = {.title = "</title><script>"}};
	const char *s = page("id\n", 3, b, sizeof(b) - 1, &o);
	(void)state;
	assert_int_equal(times(s, "<script"), 1);
	assert_int_equal(times(s, "</script"), 1);
	assert_int_equal(times(s, "<img") + times(s, "<!--") + times(s, "\" onclick"), 0);
	assert_int_equal(strlen(s), out.len);
	assert_null(strchr(s, 0x1b));
	assert_null(strchr(s, '\xff'));
	vv_assert_contains(
		s,
		"a<b class=\"e\">\\x00</b>b<b class=\"e\">\\x1B</b>[31m<b class=\"e\">\\xFF</b>");
}

static void null_absent_and_empty_are_marks_and_no_text(void **state)
{
	vv_written_options o = {.key = by_id, .ndjson = true};
	const char *s = page_of("{\"id\":1,\"v\":null}\n{\"id\":2,\"v\":\"\"}\n",
				"{\"id\":1,\"v\":\"null\"}\n{\"id\":2}\n", &o);
	(void)state;
	vv_assert_contains(s, "<del><i class=\"v\">null</i></del>");
	vv_assert_contains(s, "<ins>null</ins>");
	vv_assert_contains(s, "<del><i class=\"v\">empty</i></del>");
	vv_assert_contains(s, "<ins><i class=\"v\">absent</i></ins>");
}

static void a_wide_table_shows_cards(void **state)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_written_options o = {.key = by_id, .writer = {.context = 2}};
	(void)state;
	for (int row = 0; row < 3; row++) {
		for (int i = 0; i < 40; i++) {
			vv_buf_printf(&a, row == 0 ? (i ? ",c%d" : "id") : (i ? ",x%d" : "%d"),
				      i ? i : row);
			vv_buf_printf(&b,
				      row == 0 ? (i ? ",c%d" : "id")
					       : (i == 20 && row == 1 ? ",y%d"
						  : i                 ? ",x%d"
								      : "%d"),
				      i ? i : row);
		}
		vv_buf_puts(&a, "\n");
		vv_buf_puts(&b, "\n");
	}
	const char *s = page(a.data, a.len, b.data, b.len, &o);
	vv_assert_contains(s, "<table class=\"cards\">");
	const char *row = strstr(s, "<tr class=\"c\">");
	assert_non_null(row);
	/* the key, the cell, and one on either side */
	assert_int_equal(times(row, "<td"), 4);
	vv_assert_contains(row, "data-c=\"c19\">x19</td><td class=\"x\" data-c=\"c20\">");
	s = page(NULL, 0, b.data, b.len, &o);
	vv_assert_contains(s, "<summary>30 more columns</summary>");
	vv_assert_contains(s, "<dt data-c=\"c39\"></dt><dd>x39</dd>");
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

static void long_values_are_cut_around_the_change(void **state)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_buf_puts(&a, "id,v\n1,");
	vv_buf_puts(&b, "id,v\n1,");
	for (int i = 0; i < 20000; i++) {
		vv_buf_puts(&a, i == 10000 ? "old" : "\xc3\xa9");
		vv_buf_puts(&b, i == 10000 ? "new" : "\xc3\xa9");
	}
	const char *s = page(a.data, a.len, b.data, b.len, &o);
	vv_assert_contains(s, "<mark>old</mark>");
	vv_assert_contains(s, "<mark>new</mark>");
	vv_assert_contains(s, "<i class=\"cut\">\u2026 19,920 bytes</i>");
	assert_null(strstr(s, "class=\"e\""));
	assert_true(out.len < 30000);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

static void rows_past_the_limit_are_counted(void **state)
{
	vv_written_options o = {.key = by_id, .writer = {.limit = 1}};
	(void)state;
	vv_assert_contains(page_of("id,v\n1,a\n2,b\n3,c\n", "id,v\n1,x\n2,y\n3,z\n", &o),
			   "<p class=\"note\">2 more rows are left out.</p>");
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_written_without_memory("html", "id,v,gone\n1,a,x\n2,b,y\n", "id,v,new\n1,q,s\n4,b,t\n",
				  &o);
}

static int drop(void **state)
{
	(void)state;
	vv_buf_clear(&out);
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(a_page_needs_nothing_from_elsewhere, drop),
	cmocka_unit_test_teardown(a_change_has_both_values, drop),
	cmocka_unit_test_teardown(hostile_cells_stay_text, drop),
	cmocka_unit_test_teardown(null_absent_and_empty_are_marks_and_no_text, drop),
	cmocka_unit_test_teardown(a_wide_table_shows_cards, drop),
	cmocka_unit_test_teardown(long_values_are_cut_around_the_change, drop),
	cmocka_unit_test_teardown(rows_past_the_limit_are_counted, drop),
	cmocka_unit_test_teardown(every_failed_allocation_is_reported, drop),
};

VV_TEST_SUITE(write_html)
