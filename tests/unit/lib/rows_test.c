/*
 * A cursor over rows goes on at the rows that its options select, and at no others. Rows that are
 * selected by number are written in that order, or refused.
 */
#include "dataset/table/import.h"
#include "lib/rows/rows.h"
#include "lib/view/view.h"
#include "tests/unit/dataset/memory.h"

#define ROWS 20000u
#define FROM 5u

static void import_rows(memory *m, vv_import_result *out)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE,
				     .hints = VV_SNIFF_HINTS_INIT,
				     .secret = 42,
				     .temp_dir = vv_test_dir()};
	vv_buf text = VV_BUF_INIT;
	vv_mem_source storage;
	vv_source source;
	vv_error err;

	vv_buf_puts(&text, "id,name\n");
	for (unsigned i = 0; i < ROWS; i++) {
		vv_buf_printf(&text, "%u,item %u\n", i, i * 31 % 1009);
	}
	vv_source_mem(&source, &storage, text.data, text.len, "t.csv");
	vv_assert_ok(vv_import(out, &source, &m->sink, &o, &err), &err);
	vv_buf_clear(&text);
}

/* Each row that the cursor returns can be sought, and only such. */
static void assert_seeks(vv_rows *r, uint64_t first)
{
	const vv_cell *cells;
	vv_error err;

	assert_int_equal(vv_rows_next(r, &cells, &err), 1);
	assert_int_equal(vv_rows_number(r), first);
	for (uint64_t row = 0; row < 3 * FROM; row++) {
		const vv_status rc = vv_rows_seek(r, row, &err);

		assert_int_equal(rc, row < first ? VV_EUSAGE : VV_OK);
		if (rc == VV_OK) {
			assert_int_equal(vv_rows_next(r, &cells, &err), 1);
			assert_int_equal(vv_rows_number(r), row);
		}
	}
}

static void rows_of_a_group_that_is_selected_in_part_can_be_sought(void **state)
{
	vv_rows_options o = {.from = FROM, .to = UINT64_MAX, .within = true};
	memory m;
	vv_import_result r;
	vv_table t;
	vv_rows *rows;
	vv_error err;

	(void)state;
	memory_init(&m);
	import_rows(&m, &r);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	vv_assert_ok(vv_rows_open(&rows, &t, &o, &err), &err);
	assert_seeks(rows, FROM);
	vv_rows_close(rows);
	o.from = 0;
	vv_assert_ok(vv_rows_open(&rows, &t, &o, &err), &err);
	assert_seeks(rows, 0);
	vv_rows_close(rows);
	/* without `within` the first group is not selected */
	o = (vv_rows_options){.from = FROM, .to = UINT64_MAX};
	vv_assert_ok(vv_rows_open(&rows, &t, &o, &err), &err);
	assert_int_equal(vv_rows_seek(rows, FROM + 1, &err), VV_EUSAGE);
	vv_assert_ok(vv_rows_seek(rows, ROWS - 1, &err), &err);
	vv_rows_close(rows);
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static vv_status drop(void *payload, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)bytes;
	(void)len;
	(void)err;
	return VV_OK;
}

static void rows_by_number_are_refused_by_arrow(void **state)
{
	const uint64_t numbers[] = {9, 3};
	vv_view_options o = {
		.format = VV_VIEW_CSV, .rows = numbers, .row_count = 2, .limit = UINT64_MAX};
	memory m;
	vv_import_result r;
	vv_table t;
	uint64_t rows;
	vv_error err;

	(void)state;
	memory_init(&m);
	import_rows(&m, &r);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	vv_assert_ok(vv_view_write(&t, &o, drop, NULL, &rows, &err), &err);
	assert_int_equal(rows, 2);
	o.format = VV_VIEW_ARROW;
	assert_int_equal(vv_view_write(&t, &o, drop, NULL, &rows, &err), VV_EUSAGE);
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(rows_of_a_group_that_is_selected_in_part_can_be_sought),
	cmocka_unit_test(rows_by_number_are_refused_by_arrow),
};

VV_TEST_SUITE(rows)
