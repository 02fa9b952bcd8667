/*
 * What the csv form promises: daff's signs, every row whole, and cells that stay cells.
 * (That daff applies it is tested in tests/cli/diff-writers.)
 */
#include "tests/unit/support.h"

#include <string.h>

#include "tests/unit/diff/written.h"

static const char *const by_id[] = {"id", NULL};

static void gives(const char *a, const char *b, const vv_written_options *o, const char *wanted)
{
	vv_error err;
	vv_buf out = VV_BUF_INIT;
	vv_side x = {.bytes = a, .len = a ? strlen(a) : 0},
		y = {.bytes = b, .len = b ? strlen(b) : 0};
	vv_assert_ok(vv_written(&out, "csv", &x, &y, o, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

static void a_changed_row_stands_between_its_neighbours(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives("id,v\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n", "id,v\n1,a\n2,b\n3,x\n4,d\n5,e\n6,f\n", &o,
	      "@@,id,v\n...,...,...\n,2,b\n->,3,c->x\n,4,d\n...,...,...\n");
}

static void new_and_removed_rows_stand_below_the_row_above_them(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives("id,v\n1,a\n2,b\n3,c\n", "id,v\n1,a\n9,z\n3,c\n8,y\n", &o,
	      "@@,id,v\n,1,a\n---,2,b\n+++,9,z\n,3,c\n+++,8,y\n");
}

static void columns_have_a_line_of_their_own(void **state)
{
	static const char *const renames[] = {"v", "w", NULL};
	(void)state;
	vv_written_options o = {.key = by_id, .rename = renames};
	gives("id,v,gone\n1,a,x\n2,b,y\n", "new,id,w\nn1,1,a\nn2,2,b\n", &o,
	      "!,+++,,(v),---\n@@,new,id,w,gone\n+,n1,1,a,x\n+,n2,2,b,y\n");
}

static void an_arrow_that_stands_in_the_data_gets_longer(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives("id,v,w\n1,a,-->\n", "id,v,w\n1,b,-->\n", &o, "@@,id,v,w\n--->,1,a--->b,-->\n");
}

static void values_that_differ_in_spaces_only_are_two_rows(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives("id,v\n1,a b\n", "id,v\n1,ab\n", &o, "@@,id,v\n---,1,a b\n+++,1,ab\n");
}

static void delimiters_quotes_line_ends_and_outer_spaces_are_quoted(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives("id,v\n", "id,v\n1,\"a,b\"\n2,\"say \"\"x\"\"\"\n3,\"l\nm\"\n4,\" s\"\n5,=1+1\n", &o,
	      "@@,id,v\n+++,1,\"a,b\"\n+++,2,\"say \"\"x\"\"\"\n+++,3,\"l\nm\"\n+++,4,\" s\"\n+++,5,=1+1\n");
}

static void null_absent_empty_and_the_text_null_are_told_apart_in_json(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id, .ndjson = true};
	gives("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":null}\n{\"id\":3,\"v\":\"\"}\n",
	      "{\"id\":1,\"v\":null}\n{\"id\":2,\"v\":\"NULL\"}\n{\"id\":3,\"v\":\"_NULL\"}\n", &o,
	      "@@,id,v\n->,1,a->NULL\n->,2,NULL->_NULL\n->,3,->__NULL\n");
}

static void moved_rows_are_gone_where_they_stood(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id, .moves = true};
	gives("id,v\n1,a\n2,b\n3,c\n4,d\n", "id,v\n4,d\n1,a\n2,b\n3,c\n", &o,
	      "@@,id,v\n+++,4,d\n,1,a\n...,...,...\n...,...,...\n---,4,d\n");
}

static void a_table_on_one_side_is_all_new_or_all_gone(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id};
	gives(NULL, "id,v\n1,a\n", &o, "@@,id,v\n+++,1,a\n");
	gives("id,v\n1,a\n", NULL, &o, "@@,id,v\n---,1,a\n");
}

static void rows_past_the_limit_are_dots(void **state)
{
	(void)state;
	vv_written_options o = {.key = by_id, .writer = {.limit = 1}};
	gives("id,v\n1,a\n2,b\n", "id,v\n1,x\n2,y\n", &o, "@@,id,v\n->,1,a->x\n...,...,...\n");
}

static void a_second_table_has_its_name_above_it(void **state)
{
	(void)state;
	vv_error err;
	vv_buf out = VV_BUF_INIT;
	vv_written_options o = {.key = by_id};
	vv_written_pair pairs[] = {{"a.csv", vv_side_text("id\n1\n"), vv_side_text("id\n1\n2\n")},
				   {"b.csv", vv_side_text("id\n1\n"), vv_side_text("id\n")}};
	vv_assert_ok(vv_written_all(&out, "csv", pairs, 2, &o, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), "@@,id\n,1\n+++,2\n\nb.csv\n=====\n@@,id\n---,1\n");
	vv_buf_clear(&out);
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_written_options o = {.key = by_id, .moves = true};
	(void)state;
	vv_written_without_memory("csv", "id,v,gone\n1,a,x\n2,b,y\n3,c,z\n",
				  "id,v,new\n3,c,r\n1,q,s\n4,b,t\n", &o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_changed_row_stands_between_its_neighbours),
	cmocka_unit_test(new_and_removed_rows_stand_below_the_row_above_them),
	cmocka_unit_test(columns_have_a_line_of_their_own),
	cmocka_unit_test(an_arrow_that_stands_in_the_data_gets_longer),
	cmocka_unit_test(values_that_differ_in_spaces_only_are_two_rows),
	cmocka_unit_test(delimiters_quotes_line_ends_and_outer_spaces_are_quoted),
	cmocka_unit_test(null_absent_empty_and_the_text_null_are_told_apart_in_json),
	cmocka_unit_test(moved_rows_are_gone_where_they_stood),
	cmocka_unit_test(a_table_on_one_side_is_all_new_or_all_gone),
	cmocka_unit_test(rows_past_the_limit_are_dots),
	cmocka_unit_test(a_second_table_has_its_name_above_it),
	cmocka_unit_test(every_failed_allocation_is_reported),
};

VV_TEST_SUITE(write_csv)
