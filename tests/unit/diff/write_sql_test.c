/*
 * What the sql form promises: statements for what SQLite can alter, a new table for what
 * it cannot, and text that stays inside its quotes. (That SQLite makes the new table of
 * the old one is tested in tests/cli/diff/read_back.bats.)
 */
#include "tests/unit/support.h"

#include <string.h>

#include "tests/unit/diff/written.h"

static const char *const by_id[] = {"id", NULL};

static const char *sql(const vv_side *a, const vv_side *b, const vv_written_options *o)
{
	static vv_buf out;
	vv_error err;
	vv_buf_clear(&out);
	vv_assert_ok(vv_written(&out, "sql", a, b, o, &err), &err);
	return vv_buf_cstr(&out);
}

static const char *sql_of(const char *a, const char *b, const vv_written_options *o)
{
	vv_side x = {.bytes = a, .len = a ? strlen(a) : 0},
		y = {.bytes = b, .len = b ? strlen(b) : 0};
	return sql(&x, &y, o);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part)) {
		fail_msg("'%s' in: %s", part, text);
	}
}

static void rows_are_found_by_their_key(void **state)
{
	vv_written_options o = {.key = by_id};
	const char *s = sql_of("id,v\n1,a\n2,b\n", "id,v\n1,x\n3,c\n", &o);
	(void)state;
	vv_assert_contains(s, "\nUPDATE \"t\" SET \"v\" = 'x' WHERE \"id\" = 1;\n");
	vv_assert_contains(s, "\nDELETE FROM \"t\" WHERE \"id\" = 2;\n");
	vv_assert_contains(s, "\nINSERT INTO \"t\" (\"id\", \"v\") VALUES (3, 'c');\n");
	vv_assert_contains(s, "\nBEGIN;\n");
	vv_assert_contains(s, "\nCOMMIT;\n");
	lacks(s, "CREATE");
}

static void without_a_unique_key_one_row_of_equal_values_is_meant(void **state)
{
	vv_written_options o = {.path = "t.csv"};
	const char *s = sql_of("id,v\n1,a\n1,a\n2,b\n", "id,v\n1,a\n2,b\n", &o);
	(void)state;
	vv_assert_contains(
		s,
		"DELETE FROM \"t\" WHERE rowid = (SELECT rowid FROM \"t\" WHERE (\"id\", \"v\") IS (1, 'a') LIMIT 1);\n");
	o.by = by_id; /* repeats */
	vv_assert_contains(sql_of("id,v\n1,a\n1,a\n2,b\n", "id,v\n1,a\n2,b\n", &o), "LIMIT 1");
	vv_assert_contains(sql_of("id,v\n1,a\n2,b\n", "id,v\n1,a\n2,c\n", &o), "WHERE \"id\" = 2;");
}

/* A former number is searched as a number; the row that has the same text now is another one. */
static void a_first_column_that_turned_into_text_is_found_as_the_number_it_was(void **state)
{
	vv_written_options o = {.path = "t.csv"};
	const char *s = sql_of("n,v\n1.50,a\n1.50,a\n2,b\n", "n,v\nx,a\n1.50,a\n2,b\n", &o);

	(void)state;
	vv_assert_contains(s, "WHERE (\"n\", \"v\") IS (CAST('1.50' AS NUMERIC), 'a')");
	vv_assert_contains(s, " AND \"n\" IS NOT '1.50' LIMIT 1);");
}

static void without_a_common_column_the_table_is_made_anew_with_all_its_rows(void **state)
{
	vv_written_options o = {.path = "t.csv"};
	const char *s = sql_of("a,b\n1,x\n2,y\n", "c,d\n3,u\n4,w\n", &o);

	(void)state;
	vv_assert_contains(
		s,
		"DROP TABLE IF EXISTS \"t\";\nCREATE TABLE \"t\" (\n\t\"c\" INTEGER,\n\t\"d\" TEXT\n);\n"
		"INSERT INTO \"t\" (\"c\", \"d\") VALUES (3, 'u');\n"
		"INSERT INTO \"t\" (\"c\", \"d\") VALUES (4, 'w');\n");
	lacks(s, "UPDATE");
	lacks(s, "DELETE");
	lacks(s, "ALTER");
}

static void columns_are_altered_where_sqlite_can(void **state)
{
	static const char *const renames[] = {"v", "w", NULL};
	vv_written_options o = {.key = by_id, .rename = renames};
	const char *s = sql_of("id,v,gone\n1,a,x\n", "id,w,new\n1,a,n\n", &o);
	(void)state;
	vv_assert_contains(s, "\nALTER TABLE \"t\" DROP COLUMN \"gone\";\n");
	vv_assert_contains(s, "\nALTER TABLE \"t\" RENAME COLUMN \"v\" TO \"w\";\n");
	vv_assert_contains(s, "\nALTER TABLE \"t\" ADD COLUMN \"new\" TEXT;\n");
	vv_assert_contains(s, "\nUPDATE \"t\" SET \"new\" = 'n' WHERE \"id\" = 1;\n");
	lacks(s, "CREATE");
}

static void the_table_is_rebuilt_where_sqlite_cannot(void **state)
{
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_assert_contains(sql_of("id,v,w\n1,a,b\n", "id,w,v\n1,b,a\n", &o),
			   "CREATE TABLE \"t (new)\"");
	vv_assert_contains(sql_of("id,v\n1,a\n", "id,new,v\n1,n,a\n", &o),
			   "CREATE TABLE \"t (new)\"");
	vv_assert_contains(sql_of("id,v\n1,5\n2,6\n", "id,v\n1,five\n2,6\n", &o),
			   "CREATE TABLE \"t (new)\"");
	/* two names exchanged */
	static const char *const renames[] = {"v", "w", "w", "v", NULL};
	o.rename = renames;
	vv_assert_contains(sql_of("id,v,w\n1,a,b\n", "id,w,v\n1,a,b\n", &o),
			   "CREATE TABLE \"t (new)\"");
}

static void a_new_table_is_created_and_a_removed_one_dropped(void **state)
{
	vv_written_options o = {.key = by_id, .path = "x/y \"z\".csv"};
	(void)state;
	vv_assert_contains(
		sql_of(NULL, "id,v\n1,a\n", &o),
		"CREATE TABLE \"y \"\"z\"\"\" (\n\t\"id\" INT,\n\t\"v\" TEXT,\n\tPRIMARY KEY (\"id\")\n);\n"
		"INSERT INTO \"y \"\"z\"\"\" (\"id\", \"v\") VALUES (1, 'a');\n");
	vv_assert_contains(sql_of("id,v\n1,a\n", NULL, &o), "DROP TABLE \"y \"\"z\"\"\";\n");
}

static void text_stays_inside_its_quotes(void **state)
{
	static const char b[] =
		"id,v\n1,\"'); DROP TABLE t; --\"\n2,\"x\ny\"\n3,a\0b\n4,\x1b[31m\n5,\xff\n";
	vv_written_options o = {.key = by_id};
	vv_side x = vv_side_text("id,v\n"), y = {.bytes = b, .len = sizeof(b) - 1};
	const char *s = sql(&x, &y, &o);
	(void)state;
	vv_assert_contains(s, "VALUES (1, '''); DROP TABLE t; --');\n");
	vv_assert_contains(s, "VALUES (2, 'x\ny');\n");
	vv_assert_contains(s, "VALUES (3, CAST(X'610062' AS TEXT));\n");
	vv_assert_contains(s, "VALUES (4, CAST(X'1b5b33316d' AS TEXT));\n");
	vv_assert_contains(s, "VALUES (5, CAST(X'ff' AS TEXT));\n");
}

static void names_that_differ_in_case_only_get_numbers(void **state)
{
	vv_written_options o = {.key = NULL};
	(void)state;
	vv_assert_contains(sql_of(NULL, "a,A,a\"b\n1,2,3\n", &o),
			   "(\"a\", \"A 2\", \"a\"\"b\") VALUES (1, 2, 3);");
}

static void missing_numbers_are_null_and_empty_text_is_text(void **state)
{
	vv_written_options o = {.key = by_id};
	(void)state;
	vv_assert_contains(sql_of(NULL, "id,n,s\n1,,\n2,5,x\n", &o), "VALUES (1, NULL, '');");
	o.ndjson = true;
	vv_assert_contains(sql_of(NULL, "{\"id\":1,\"s\":null}\n{\"id\":2,\"s\":\"\"}\n", &o),
			   "VALUES (1, NULL);");
}

static void a_script_that_leaves_rows_out_undoes_itself(void **state)
{
	vv_written_options o = {.key = by_id, .writer = {.limit = 1}};
	const char *s = sql_of("id,v\n1,a\n2,b\n", "id,v\n1,x\n2,y\n", &o);
	(void)state;
	vv_assert_contains(s, "\nROLLBACK;\n");
	lacks(s, "COMMIT");
	vv_assert_contains(sql_of(NULL, "id,v\n1,x\n2,y\n", &o), "\nROLLBACK;\n");
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_written_options o = {.by = by_id};
	(void)state;
	vv_written_without_memory("sql", "id,v,gone\n1,a,x\n2,b,y\n3,c,z\n",
				  "id,new,v\n3,r,c\n1,s,q\n4,t,b\n", &o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(rows_are_found_by_their_key),
	cmocka_unit_test(without_a_unique_key_one_row_of_equal_values_is_meant),
	cmocka_unit_test(a_first_column_that_turned_into_text_is_found_as_the_number_it_was),
	cmocka_unit_test(without_a_common_column_the_table_is_made_anew_with_all_its_rows),
	cmocka_unit_test(columns_are_altered_where_sqlite_can),
	cmocka_unit_test(the_table_is_rebuilt_where_sqlite_cannot),
	cmocka_unit_test(a_new_table_is_created_and_a_removed_one_dropped),
	cmocka_unit_test(text_stays_inside_its_quotes),
	cmocka_unit_test(names_that_differ_in_case_only_get_numbers),
	cmocka_unit_test(missing_numbers_are_null_and_empty_text_is_text),
	cmocka_unit_test(a_script_that_leaves_rows_out_undoes_itself),
	cmocka_unit_test(every_failed_allocation_is_reported),
};

VV_TEST_SUITE(write_sql)
