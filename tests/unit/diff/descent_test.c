/*
 * With which columns two versions of a history are compared, when the key lacks columns in one of them.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/table/table.h"
#include "diff/rows/descent.h"
#include "diff/rows/row_change.h"
#include "diff/rows/rowdiff.h"
#include "tests/unit/diff/tables.h"

static const char *const by_ab[] = {"a", "b", NULL}, *const by_ba[] = {"b", "a", NULL};

#define BOTH "a,b,x\n1,p,10\n1,q,20\n2,p,30\n"

/* Compares two texts; both have one changed row. keyed: the rows are matched by the key. */
static void compares(const char *older, const char *const *old_key, const char *newer,
		     const char *const *new_key, const char *const *key, bool keyed)
{
	vv_tables tables;
	vv_table a, b;
	vv_auto(vv_descent) d = {.keyed = false};
	vv_row_change c;
	unsigned changed = 0;
	vv_error err;
	vv_status rc = VV_OK;

	vv_tables_init(&tables);
	vv_tables_open(&tables, &a, older, strlen(older), &(vv_tables_options){.key = old_key});
	vv_tables_open(&tables, &b, newer, strlen(newer), &(vv_tables_options){.key = new_key});
	vv_assert_ok(vv_descent_open(&d, &a, &b, key, false, vv_test_dir(), NULL, &err), &err);
	assert_int_equal(d.keyed, keyed);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(d.old_key[i], keyed ? key[i] : old_key[i]);
	}
	assert_null(d.old_key[2]);
	while (vv_rowdiff_next(d.rows, &c, &rc, &err)) {
		assert_int_equal(c.kind, VV_ROW_CHANGED);
		assert_int_equal(c.new_row, 1);
		changed++;
	}
	vv_assert_ok(rc, &err);
	assert_int_equal(changed, 1);
	vv_descent_close(&d);
	vv_table_close(&a);
	vv_table_close(&b);
	vv_tables_clear(&tables);
}

static void rows_are_matched_by_a_key_that_both_versions_have(void **state)
{
	(void)state;
	compares(BOTH, by_ab, "a,b,x\n1,p,10\n1,q,21\n2,p,30\n", by_ab, by_ab, true);
	compares(BOTH, by_ab, "a,b,x\n1,p,10\n1,q,21\n2,p,30\n", by_ab, by_ba, true);
}

/* Whichever of the key's columns it is. */
static void rows_are_compared_in_order_if_the_newer_version_lacks_a_column_of_the_key(void **state)
{
	static const char *const none[] = {NULL};
	static const char newer[] = "a,x\n1,10\n1,21\n2,30\n";

	(void)state;
	compares(BOTH, by_ab, newer, none, by_ba, false);
	compares(BOTH, by_ab, newer, none, by_ab, false);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(rows_are_matched_by_a_key_that_both_versions_have),
	cmocka_unit_test(rows_are_compared_in_order_if_the_newer_version_lacks_a_column_of_the_key),
};

VV_TEST_SUITE(descent)
