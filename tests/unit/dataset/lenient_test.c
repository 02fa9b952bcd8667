#include "tests/unit/dataset/rows_support.h"

#include <stdio.h>
#include <string.h>

#include "dataset/read/lenient.h"

typedef struct run {
	const char *text;
	size_t len, pos, piece; /* bytes a read */
	vv_buf rows, notes;
	size_t stop_at_row;
	size_t seen;
} run;

static ssize_t read_text(void *payload, void *buf, size_t len, vv_error *err)
{
	run *r = payload;
	size_t n = r->len - r->pos;

	(void)err;
	n = n < r->piece ? n : r->piece;
	n = n < len ? n : len;
	memcpy(buf, r->text + r->pos, n);
	r->pos += n;
	return (ssize_t)n;
}

static vv_status take_row(void *payload, const vv_cell *cells, size_t count, vv_error *err)
{
	run *r = payload;
	size_t i;

	if (r->stop_at_row > 0 && ++r->seen == r->stop_at_row) {
		return vv_fail(err, VV_EREFUSED, "enough");
	}
	for (i = 0; i < count; i++) {
		vv_buf_putc(&r->rows, i > 0 ? '|' : '[');
		vv_buf_put(&r->rows, cells[i].text, cells[i].len);
	}
	vv_buf_putc(&r->rows, ']');
	return VV_OK;
}

static vv_status take_note(void *payload, const vv_lenient_note *n, vv_error *err)
{
	static const char *const names[] = {"stray", "open", "extra"};
	run *r = payload;

	(void)err;
	vv_buf_printf(&r->notes, "%s %llu:%llu row %llu cells %zu\n", names[n->guess],
		      (unsigned long long)n->line, (unsigned long long)n->column,
		      (unsigned long long)n->row, n->cells);
	return VV_OK;
}

static vv_status read_leniently(run *r, vv_error *err)
{
	vv_lenient l = {.read = read_text, .row = take_row, .note = take_note, .payload = r};

	return vv_lenient_read(&l, err);
}

static void expect(const char *text, const char *rows, const char *notes)
{
	size_t piece;

	for (piece = 1; piece < 200; piece = piece * 2 + 1) {
		run r = {.text = text, .len = strlen(text), .piece = piece};
		vv_error err;

		vv_assert_ok(read_leniently(&r, &err), &err);
		assert_string_equal(vv_buf_cstr(&r.rows), rows);
		assert_string_equal(vv_buf_cstr(&r.notes), notes);
		vv_buf_clear(&r.rows);
		vv_buf_clear(&r.notes);
	}
}

static void well_formed_files_are_read_without_a_word(void **state)
{
	(void)state;
	expect("a,b\r\n\"1,\"\"2\",\"x\ny\"\n\n , \n", "[a|b][1,\"2|x\ny][ | ]", "");
	expect("\xef\xbb\xbf\"a\",b\n", "[a|b]", "");
	expect("", "", "");
	expect("a", "[a]", "");
}

static void stray_quotes_are_told_with_their_place(void **state)
{
	(void)state;
	expect("a,b\n1,2\" x\n3,4\n", "[a|b][1|2\" x][3|4]", "stray 2:4 row 1 cells 0\n");
	expect("a,b\r\n\r\n\"1\"x,2\"\n3,4\n", "[a|b][1\"x,2][3|4]", "stray 3:3 row 1 cells 0\n");
	expect("a\"b\"\n\"c\"d\"\n", "[a\"b\"][c\"d]",
	       "stray 1:2 row 0 cells 0\nstray 2:3 row 1 cells 0\n");
}

static void a_quote_that_never_closes_takes_the_rest(void **state)
{
	(void)state;
	expect("a,b\n1,\"x\n2,3\n", "[a|b][1|x\n2,3\n]", "open 2:3 row 1 cells 0\n");
}

static void rows_with_too_many_cells_are_given_and_told(void **state)
{
	(void)state;
	expect("a,b\n1\n1,2,3\n1,2\n1,2,3,4", "[a|b][1][1|2|3][1|2][1|2|3|4]",
	       "extra 3:1 row 2 cells 3\nextra 5:1 row 4 cells 4\n");
}

static void a_callback_may_stop_the_reading(void **state)
{
	run r = {.text = "a\nb\nc\n", .len = 6, .piece = 100, .stop_at_row = 2};
	vv_error err;

	(void)state;
	vv_assert_status(read_leniently(&r, &err), VV_EREFUSED, &err);
	assert_string_equal(vv_buf_cstr(&r.rows), "[a]");
	vv_buf_clear(&r.rows);
	vv_buf_clear(&r.notes);
}

/* What the scanner takes is read alike, but for quotes in unquoted cells without a note. */
static void what_the_scanner_takes_is_read_alike(void **state)
{
	vv_prng prng;
	unsigned n, alike = 0;

	(void)state;
	vv_prng_init(&prng, 21);
	for (n = 0; n < 5000; n++) {
		const char kinds[] = "abc,,\"\n\r";
		char text[60];
		size_t len = (size_t)vv_prng_below(&prng, sizeof text), i;
		vv_dialect d;
		run r = {.text = text, .len = len, .piece = 17};
		vv_buf rows = VV_BUF_INIT;
		vv_error err;
		uint64_t fault;

		for (i = 0; i < len; i++) {
			text[i] = kinds[vv_prng_below(&prng, sizeof kinds - 1)];
		}
		vv_dialect_init(&d);
		vv_assert_ok(read_leniently(&r, &err), &err);
		if (rows_scan(&rows, &d, 100, text, len, 0, false, &fault, &err) >= 0) {
			assert_string_equal(vv_buf_cstr(&rows), vv_buf_cstr(&r.rows));
			alike++;
		} else {
			assert_true(r.notes.len > 0);
		}
		vv_buf_clear(&rows);
		vv_buf_clear(&r.rows);
		vv_buf_clear(&r.notes);
	}
	assert_true(alike > 1000);
}

static vv_status read_some(void *payload, vv_error *err)
{
	run r = {.text = payload, .len = strlen(payload), .piece = 100};
	vv_status rc = read_leniently(&r, err);

	if (rc == VV_OK && (r.rows.failed || r.notes.failed)) {
		rc = vv_fail_nomem(err);
	}
	vv_buf_clear(&r.rows);
	vv_buf_clear(&r.notes);
	return rc;
}

static void running_out_of_memory_is_reported(void **state)
{
	char text[] = "a,b\n\"1\"\"2\",3\n";
	bool struck = true;
	unsigned n;

	(void)state;
	/* Lasting, since libcsv asks for less when it does not get much. */
	for (n = 1; struck; n++) {
		vv_error err;
		vv_status rc;

		vv_fault_set_lasting(VV_FAULT_ALLOC, n, 0);
		rc = read_some(text, &err);
		struck = vv_fault_clear();
		vv_assert_status(rc, struck ? VV_ENOMEM : VV_OK, &err);
	}
	assert_true(n > 4);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(well_formed_files_are_read_without_a_word),
	cmocka_unit_test(stray_quotes_are_told_with_their_place),
	cmocka_unit_test(a_quote_that_never_closes_takes_the_rest),
	cmocka_unit_test(rows_with_too_many_cells_are_given_and_told),
	cmocka_unit_test(a_callback_may_stop_the_reading),
	cmocka_unit_test(what_the_scanner_takes_is_read_alike),
	cmocka_unit_test(running_out_of_memory_is_reported),
};

VV_TEST_SUITE(lenient)
