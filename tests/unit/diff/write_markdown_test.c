/*
 * What the markdown form promises: a first line that never changes, a size that is kept,
 * a word about what was left out, and no cell that is markup.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "tests/unit/diff/written.h"

static const char *const by_id[] = {"id", NULL};
static vv_buf out;

static const char *comment(const char *a, size_t a_len, const char *b, size_t b_len,
			   const vv_written_options *o)
{
	vv_error err;
	vv_side x = {.bytes = a, .len = a_len}, y = {.bytes = b, .len = b_len};
	vv_buf_clear(&out);
	vv_assert_ok(vv_written(&out, "markdown", &x, &y, o, &err), &err);
	return vv_buf_cstr(&out);
}

static const char *comment_of(const char *a, const char *b, const vv_written_options *o)
{
	return comment(a, a ? strlen(a) : 0, b, b ? strlen(b) : 0, o);
}

static bool begins_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

static void the_first_line_is_always_the_same(void **state)
{
	vv_written_options o = {.key = by_id};
	(void)state;
	assert_true(begins_with(comment_of("id\n1\n", "id\n2\n", &o), "<!-- varve diff -->\n"));
	o.writer.title = "x -->\n<b>";
	assert_true(begins_with(comment_of(NULL, "id\n2\n", &o), "<!-- varve diff -->\n## "));
}

static void each_kind_has_its_table(void **state)
{
	vv_written_options o = {.key = by_id};
	const char *s = comment_of("id,v\n1,a\n2,b\n3,c\n", "id,v\n1,x\n3,c\n4,d\n", &o);
	(void)state;
	vv_assert_contains(s, "**1** row added, **1** row removed, **1** row changed (1 cell)");
	vv_assert_contains(
		s, "| <code>id</code> | column | before | after |\n| --- | --- | --- | --- |\n"
		   "| <code>1</code> | <code>v</code> | <code>a</code> | <code>x</code> |\n");
	vv_assert_contains(s, "| <code>4</code> | <code>d</code> |\n");
	vv_assert_contains(s, "| <code>2</code> | <code>b</code> |\n");
}

static void null_absent_empty_and_text_differ(void **state)
{
	vv_written_options o = {.key = by_id, .ndjson = true};
	const char *s = comment_of("{\"id\":1,\"v\":null}\n{\"id\":2,\"v\":\"\"}\n",
				   "{\"id\":1,\"v\":\"null\"}\n{\"id\":2}\n", &o);
	(void)state;
	vv_assert_contains(s, "| <em>null</em> | <code>\"null\"</code> |");
	vv_assert_contains(s, "| <code>\"\"</code> | <em>absent</em> |");
}

/* Every cell begins and ends where a cell has to, and has no character in it that is
 * markup, a link or a mention. */
static void no_cell_is_markup(void **state)
{
	static const char a[] = "id,v\n1,a\n2,a\n3,a\n4,a\n5,a\n6,a\n";
	static const char b[] =
		"id,v\n1,</code><script>|`x`\n2,\"new\n| line |\"\n3,@someone #12 http://x.y www.x.y\n"
		"4,[a](b) ![c](d) *e* _f_ ~g~ $h$ \\\n5,\x1b[31m\xff\n6,n\0ul -->\n";
	vv_written_options o = {.key = by_id};
	const char *s = comment(a, sizeof(a) - 1, b, sizeof(b) - 1, &o);
	(void)state;
	size_t rows = 0;
	for (const char *line = strstr(s, "| --- |");
	     (line = strchr(line, '\n')) && line[1] == '|';) {
		static const char start[] = "| <code>a</code> | <code>", end[] = "</code> |\n";
		const char *from = strstr(++line, start),
			   *to = from ? strstr(from + strlen(start), end) : NULL;
		assert_non_null(to);
		assert_ptr_equal(strchr(line, '\n'), to + strlen(end) - 1);
		for (const char *p = from + strlen(start); p < to; p++) {
			assert_true((unsigned char)*p >= 0x20 &&
				    !strchr("<>|`*_~[]\\$@", *p) == (*p != '>'));
			assert_false(begins_with(p, "://") || begins_with(p, "www."));
			assert_true(*p != '#' || p[-1] == '&');
		}
		rows++;
	}
	assert_int_equal(rows, 6);
}

static void the_size_is_kept_and_what_is_left_out_is_said(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_written_options o = {.key = by_id, .writer = {.size_limit = 5000}};
	(void)state;
	vv_buf_puts(&b, "id,v\n");
	for (int i = 0; i < 3000; i++) {
		vv_buf_printf(&b, "%d,||||||||||||||||||||||||||||\n", i);
	}
	const char *s = comment("id,v\n", 5, b.data, b.len, &o);
	assert_true(out.len <= 5000 && out.len > 3000);
	vv_assert_contains(s, "**3,000** rows added");
	vv_assert_contains(s, "Not shown: 2,9");
	o.writer.size_limit = 0;
	comment("id,v\n", 5, b.data, b.len, &o);
	assert_true(out.len <= 65536 && out.len > 60000);
	vv_buf_clear(&b);
}

/* Stacked marks have bytes, but no width. */
static void a_value_without_width_does_not_fill_the_comment(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_buf_puts(&b, "id,v\n1,a");
	for (int i = 0; i < 100000; i++) {
		vv_buf_puts(&b, "\xcc\x81");
	}
	vv_buf_puts(&b, "\n2,told\n");
	const char *s = comment("id,v\n", 5, b.data, b.len, &o);
	assert_true(out.len < 5000);
	vv_assert_contains(s, "<code>told</code>");
	vv_buf_clear(&b);
}

static void many_tables_share_the_room(void **state)
{
	enum { TABLES = 40 };
	vv_written_pair pairs[TABLES];
	vv_error err;
	vv_written_options o = {.key = by_id, .writer = {.size_limit = 8000}};
	(void)state;
	for (int i = 0; i < TABLES; i++) {
		pairs[i] = (vv_written_pair){"t.csv", vv_side_text("id,v\n1,a\n2,b\n"),
					     vv_side_text("id,v\n1,x\n3,c\n")};
	}
	vv_buf_clear(&out);
	vv_assert_ok(vv_written_all(&out, "markdown", pairs, TABLES, &o, &err), &err);
	assert_true(out.len <= 8000);
	vv_assert_contains(vv_buf_cstr(&out), "more tables.\n");
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_written_without_memory("markdown", "id,v,gone\n1,a,x\n2,b,y\n",
				  "id,v,new\n1,q,s\n4,b,t\n", &o);
}

static int drop(void **state)
{
	(void)state;
	vv_buf_clear(&out);
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_teardown(the_first_line_is_always_the_same, drop),
	cmocka_unit_test_teardown(each_kind_has_its_table, drop),
	cmocka_unit_test_teardown(null_absent_empty_and_text_differ, drop),
	cmocka_unit_test_teardown(no_cell_is_markup, drop),
	cmocka_unit_test_teardown(the_size_is_kept_and_what_is_left_out_is_said, drop),
	cmocka_unit_test_teardown(a_value_without_width_does_not_fill_the_comment, drop),
	cmocka_unit_test_teardown(many_tables_share_the_room, drop),
	cmocka_unit_test_teardown(every_failed_allocation_is_reported, drop),
};

VV_TEST_SUITE(write_markdown)
