/*
 * Dialects: in the root only what differs from the usual; read back strictly; said in
 * words.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/dialect.h"

static void set(vv_bytes *b, const char *text)
{
	vv_error err;

	vv_assert_ok(vv_bytes_set(b, text, strlen(text), &err), &err);
}

static void make_json(vv_dialect *d, vv_form form)
{
	vv_dialect_init(d);
	d->form = form;
	set(&d->open, "{");
	set(&d->colon, ":");
	set(&d->comma, ",");
	set(&d->close, "}");
	if (form == VV_FORM_JSON) {
		set(&d->prologue, "[");
		set(&d->row_end, ",");
		set(&d->epilogue, "]");
	}
}

static void random_bytes(vv_bytes *b, vv_prng *r)
{
	char text[20];
	size_t len = (size_t)vv_prng_below(r, sizeof text);
	vv_error err;

	vv_prng_bytes(r, text, len);
	vv_assert_ok(vv_bytes_set(b, text, len, &err), &err);
}

static void make_random(vv_dialect *d, vv_prng *r)
{
	int form = (int)vv_prng_below(r, 3);

	if (form == VV_FORM_CSV) {
		vv_dialect_init(d);
		d->header = vv_prng_below(r, 2);
		d->delimiter = (uint8_t) ",;\t|:"[vv_prng_below(r, 5)];
		d->quote = (uint8_t) "\"'\0"[vv_prng_below(r, 3)];
		d->escape = vv_prng_below(r, 2) ? '\\' : 0;
		d->quoting_count = (size_t)vv_prng_below(r, 5);
		d->quoting = d->quoting_count ? vv_malloc(d->quoting_count) : NULL;
		for (size_t i = 0; i < d->quoting_count; i++) {
			d->quoting[i] = (uint8_t)vv_prng_below(r, 4);
		}
	} else {
		make_json(d, (vv_form)form);
		d->ascii = vv_prng_below(r, 2);
		random_bytes(&d->open, r);
		if (vv_prng_below(r, 2)) {
			random_bytes(&d->comma, r);
		}
		if (form == VV_FORM_JSON) {
			random_bytes(&d->epilogue, r);
		}
	}
	d->bom = vv_prng_below(r, 2);
	if (form != VV_FORM_JSON) {
		d->newline = (vv_newline)vv_prng_below(r, 3);
		d->final_newline = vv_prng_below(r, 2);
	}
	if (form == VV_FORM_CSV && d->final_newline) {
		random_bytes(&d->epilogue, r);
	}
	random_bytes(&d->prologue, r);
	if (form == VV_FORM_CSV && vv_prng_below(r, 2)) {
		vv_error err;

		vv_assert_ok(vv_dialect_set_lead(d, "# a\r\nb\r", d->header ? 7 : 0, &err), &err);
		d->lead = d->header ? d->lead : d->prologue.len;
	}
}

static vv_status get(vv_dialect *d, const vv_buf *b, vv_error *err)
{
	vv_status rc;

	vv_cbor c = vv_cbor_of(b->data, b->len);
	rc = vv_dialect_get(d, &c, err);
	if (rc >= 0 && (rc = vv_cbor_end(&c, err)) < 0) {
		vv_dialect_clear(d);
	}
	return rc;
}

static void lines_above_a_header_end_where_it_begins(void **state)
{
	static const struct {
		const char *prologue;
		size_t lead;
		bool header, fits;
	} cases[] = {{"# x\na,b\n", 4, true, true},    {"# x\na,b\n", 3, true, false},
		     {"# x\na,b\n", 9, true, false},   {"# x\n", 4, true, true},
		     {"# x\n\n", 5, false, true},      {"# x\n\n", 4, false, false},
		     {"# x\r\na,b\r\n", 5, true, true}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		vv_buf b = VV_BUF_INIT;
		vv_dialect d, back;
		vv_error err;

		vv_dialect_init(&d);
		set(&d.prologue, cases[i].prologue);
		d.lead = cases[i].lead;
		d.header = cases[i].header;
		vv_dialect_put(&b, &d);
		if (cases[i].fits) {
			vv_assert_ok(get(&back, &b, &err), &err);
			assert_int_equal(back.lead, d.lead);
			assert_int_equal(vv_dialect_lead_lines(&back), cases[i].header ? 1 : 2);
			vv_dialect_clear(&back);
		} else {
			vv_assert_status(get(&back, &b, &err), VV_ECORRUPT, &err);
		}
		vv_dialect_clear(&d);
		vv_buf_clear(&b);
	}
}

static void another_header_leaves_the_lines_above_it(void **state)
{
	vv_dialect d;
	vv_error err;
	size_t len;

	(void)state;
	vv_dialect_init(&d);
	set(&d.prologue, "a,b\n");
	vv_assert_ok(vv_dialect_set_lead(&d, "# x\n", 4, &err), &err);
	vv_assert_ok(vv_dialect_set_header(&d, "c\n", 2, &err), &err);
	assert_string_equal(d.prologue.data, "# x\nc\n");
	assert_string_equal(vv_dialect_header(&d, &len), "c\n");
	assert_int_equal(len, 2);
	vv_assert_ok(vv_dialect_set_lead(&d, NULL, 0, &err), &err);
	assert_string_equal(d.prologue.data, "c\n");
	vv_dialect_clear(&d);
}

static void dialects_come_back_and_are_written_in_one_way(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 21);
	for (int i = 0; i < 3000; i++) {
		vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
		vv_dialect d, back, copy;
		vv_error err;

		make_random(&d, &r);
		vv_dialect_put(&a, &d);
		vv_assert_ok(vv_cbor_check(a.data, a.len, &err), &err);
		vv_assert_ok(get(&back, &a, &err), &err);
		assert_true(vv_dialect_equal(&d, &back));
		assert_true(vv_dialect_same_cells(&d, &back));
		vv_assert_ok(vv_dialect_dup(&copy, &back, &err), &err);
		assert_true(vv_dialect_equal(&copy, &d));
		vv_dialect_put(&b, &copy);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
		vv_dialect_clear(&d);
		vv_dialect_clear(&back);
		vv_dialect_clear(&copy);
		vv_buf_clear(&a);
		vv_buf_clear(&b);
	}
}

static void the_usual_goes_without_saying(void **state)
{
	static const char *const wanted[] = {"\xa1\x64"
					     "form\x63"
					     "csv",
					     "\xa1\x64"
					     "form\x66"
					     "ndjson",
					     "\xa1\x64"
					     "form\x64"
					     "json"};

	(void)state;
	for (int form = 0; form < 3; form++) {
		vv_buf b = VV_BUF_INIT;
		vv_dialect d;

		if (form == VV_FORM_CSV) {
			vv_dialect_init(&d);
		} else {
			make_json(&d, (vv_form)form);
		}
		vv_dialect_put(&b, &d);
		assert_string_equal(vv_buf_cstr(&b), wanted[form]);
		vv_dialect_clear(&d);
		vv_buf_clear(&b);
	}
}

static void a_full_dialect_is_pinned_byte_for_byte(void **state)
{
	static const char wanted[] = "\xaa\x63"
				     "bom\xf5\x64"
				     "form\x63"
				     "csv\x65quote\x18\x27\x66"
				     "escape\x18\x5c"
				     "\x66header\xf4\x67newline\x64"
				     "crlf\x67quoting\x42\x00\x01\x68prologue\x41\x0a"
				     "\x69"
				     "delimiter\x18\x3b\x6c"
				     "finalNewline\xf4";
	vv_buf b = VV_BUF_INIT;
	vv_dialect d;

	(void)state;
	vv_dialect_init(&d);
	d.bom = true;
	d.quote = '\'';
	d.escape = '\\';
	d.header = false;
	d.newline = VV_CRLF;
	d.quoting = vv_calloc(3, 1);
	d.quoting_count = 3;
	d.quoting[1] = VV_QUOTE_ALWAYS;
	set(&d.prologue, "\n");
	d.delimiter = ';';
	d.final_newline = false;
	vv_dialect_put(&b, &d);
	assert_int_equal(b.len, sizeof wanted - 1);
	assert_memory_equal(b.data, wanted, b.len);
	vv_dialect_clear(&d);
	vv_buf_clear(&b);
}

#define BYTES(s)                                                                                   \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}

static void what_is_not_said_in_the_one_way_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} wrong[] = {
		BYTES("\xa0"), /* no form */
		BYTES("\xa1\x64"
		      "form\x63"
		      "tsv"), /* another form */
		BYTES("\xa2\x63"
		      "bom\xf4\x64"
		      "form\x63"
		      "csv"), /* no BOM, said */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x65quote\x18\x22"), /* the usual, said */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x66"
		      "escape\x00"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x66header\xf5"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x67newline\x62lf"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x67newline\x62zz"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x69"
		      "delimiter\x18\x2c"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x6c"
		      "finalNewline\xf5"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x68prologue\x40"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x67quoting\x40"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x67quoting\x42\x01\x00"), /* ends in minimal */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x67quoting\x41\x04"), /* no such habit */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x65quote\x19\x01\x00"), /* no byte */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x65quote\x18\x2c"), /* the delimiter */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x69"
		      "delimiter\x0a"), /* a line end */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x69"
		      "delimiter\x00"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x66"
		      "escape\x18\x22"), /* the quote */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x65"
		      "ascii\xf5"), /* not of this form */
		BYTES("\xa2\x64"
		      "form\x66ndjson\x66header\xf4"),
		BYTES("\xa2\x64"
		      "form\x66ndjson\x66rowEnd\x41,"),
		BYTES("\xa2\x64"
		      "form\x64json\x6c"
		      "finalNewline\xf4"),
		BYTES("\xa2\x64"
		      "form\x64json\x66rowEnd\x41,"),
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv\x65zebra\xf5"), /* unknown */
		BYTES("\xa3\x64"
		      "form\x63"
		      "csv\x66header\xf4\x66"
		      "escape\x18\x5c"), /* out of order */
		BYTES("\xa2\x64"
		      "form\x63"
		      "csv"), /* ends too soon */
		BYTES("\x82\x64"
		      "form\x63"
		      "csv"),
		BYTES(""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		vv_buf b = VV_BUF_INIT;
		vv_dialect d;
		vv_error err;

		vv_buf_put(&b, wrong[i].bytes, wrong[i].len);
		if (get(&d, &b, &err) != VV_ECORRUPT) {
			print_error("variant %zu\n", i);
		}
		vv_assert_status(get(&d, &b, &err), VV_ECORRUPT, &err);
		vv_buf_clear(&b);
	}
}

static void only_what_separates_cells_makes_other_cells(void **state)
{
	vv_dialect a, b;

	(void)state;
	vv_dialect_init(&a);
	vv_dialect_init(&b);
	set(&b.prologue, "id,name\r\n");
	b.bom = true;
	b.newline = VV_CRLF;
	b.final_newline = false;
	assert_true(vv_dialect_same_cells(&a, &b));
	assert_false(vv_dialect_same_rows(&a, &b));
	assert_false(vv_dialect_equal(&a, &b));
	b.newline = VV_LF;
	assert_true(vv_dialect_same_rows(&a, &b));
	b.delimiter = ';';
	assert_false(vv_dialect_same_cells(&a, &b));
	b.delimiter = ',';
	b.escape = '\\';
	assert_false(vv_dialect_same_cells(&a, &b));
	vv_dialect_clear(&b);
	make_json(&b, VV_FORM_NDJSON);
	assert_false(vv_dialect_same_cells(&a, &b));
	vv_dialect_clear(&b);
}

static void minimal_quoting_at_the_end_makes_no_difference(void **state)
{
	vv_dialect a, b;

	(void)state;
	vv_dialect_init(&a);
	vv_dialect_init(&b);
	b.quoting = vv_calloc(4, 1);
	b.quoting_count = 4;
	assert_true(vv_dialect_equal(&a, &b));
	b.quoting[2] = VV_QUOTE_NONNUMERIC;
	assert_false(vv_dialect_equal(&a, &b));
	assert_false(vv_dialect_equal(&b, &a));
	vv_dialect_clear(&b);
}

static void row_ends_are_lent(void **state)
{
	vv_dialect d;
	size_t len;

	(void)state;
	vv_dialect_init(&d);
	assert_string_equal(vv_dialect_row_end(&d, &len), "\n");
	assert_int_equal(len, 1);
	d.newline = VV_CRLF;
	assert_string_equal(vv_dialect_row_end(&d, &len), "\r\n");
	assert_int_equal(len, 2);
	d.newline = VV_CR;
	assert_string_equal(vv_dialect_row_end(&d, &len), "\r");
	make_json(&d, VV_FORM_JSON);
	assert_string_equal(vv_dialect_row_end(&d, &len), ",");
	vv_dialect_clear(&d);
}

static void expect_words(const vv_dialect *d, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "x: ");
	vv_dialect_describe(&b, d);
	assert_string_equal(vv_buf_cstr(&b) + 3, wanted);
	vv_buf_clear(&b);
}

static void expect_change(const vv_dialect *a, const vv_dialect *b, const char *wanted)
{
	vv_buf out = VV_BUF_INIT;

	vv_buf_puts(&out, "x: ");
	vv_dialect_describe_change(&out, a, b, true);
	assert_string_equal(vv_buf_cstr(&out) + 3, wanted);
	vv_buf_clear(&out);
}

static void a_header_of_other_columns_is_not_a_change_of_form(void **state)
{
	vv_dialect d, e;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	(void)state;
	vv_dialect_init(&d);
	vv_dialect_init(&e);
	set(&d.prologue, "id,\"name\"\n");
	set(&e.prologue, "id\n");
	e.bom = true;
	e.quoting = vv_calloc(1, 1);
	e.quoting_count = 1;
	e.quoting[0] = VV_QUOTE_ALWAYS;
	vv_dialect_describe_change(&b, &d, &e, false);
	assert_string_equal(vv_buf_cstr(&b), "BOM added");
	vv_dialect_clear(&d);
	vv_dialect_clear(&e);
}

static void dialects_are_said_in_words(void **state)
{
	vv_dialect d, e;

	(void)state;
	vv_dialect_init(&d);
	expect_words(&d, "comma-separated, header");
	d.newline = VV_CRLF;
	d.final_newline = false;
	expect_words(&d, "comma-separated, CRLF, header, no final newline");
	d.delimiter = '\t';
	d.bom = true;
	d.header = false;
	d.quote = '\'';
	d.escape = '\\';
	expect_words(
		&d,
		"tab-separated, BOM, CRLF, no header, quote ''', escape '\\\\', no final newline");
	vv_dialect_init(&e);
	expect_change(&e, &e, "");
	expect_change(
		&e, &d,
		"LF -> CRLF, BOM added, final newline removed, delimiter ',' -> tab, quote '\"' -> ''', "
		"escape none -> '\\\\', header line removed");
	d = e;
	d.bom = true;
	expect_change(&d, &e, "BOM removed");
	d = e;
	set(&d.prologue, "\"id\"\n");
	expect_change(&e, &d, "header line with other quotes or spaces");
	set(&e.prologue, "id,name\r\n");
	e.newline = VV_CRLF;
	set(&d.prologue, "id,name\n");
	expect_change(&e, &d, "CRLF -> LF");
	e.newline = VV_LF;
	set(&e.prologue, "id,name\n");
	set(&e.prologue, "id\n# by Ada\n");
	set(&d.prologue, "id\n# by Bob\n");
	e.comment = d.comment = '#';
	expect_change(&e, &d, "lines below the header changed: '# by Ada' -> '# by Bob'");
	set(&d.prologue, "id\n");
	expect_change(&e, &d, "lines below the header removed");
	vv_dialect_clear(&e);
	vv_dialect_init(&e);
	vv_dialect_clear(&d);
	d.quoting = vv_calloc(2, 1);
	d.quoting_count = 2;
	d.quoting[1] = VV_QUOTE_ALWAYS;
	expect_change(&e, &d, "quoting of 1 column");
	expect_words(&d, "comma-separated, header, quotes kept in 1 column");
	vv_dialect_clear(&d);
	make_json(&d, VV_FORM_NDJSON);
	expect_words(&d, "NDJSON");
	expect_change(&e, &d, "comma-separated -> NDJSON");
	vv_dialect_clear(&d);
}

static vv_status dup_and_get(void *payload, vv_error *err)
{
	const vv_dialect *d = payload;
	vv_buf b = VV_BUF_INIT;
	vv_dialect copy, back;
	vv_status rc = vv_dialect_dup(&copy, d, err);

	if (rc < 0) return rc;
	vv_dialect_put(&b, &copy);
	if ((rc = vv_buf_ok(&b, err)) >= 0 && (rc = get(&back, &b, err)) >= 0) {
		assert_true(vv_dialect_equal(&back, d));
		vv_dialect_clear(&back);
	}
	vv_dialect_clear(&copy);
	vv_buf_clear(&b);
	return rc;
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_dialect d;

	(void)state;
	make_json(&d, VV_FORM_JSON);
	set(&d.epilogue, "\n]\n");
	vv_fault_each(VV_FAULT_ALLOC, 12, dup_and_get, NULL, &d);
	vv_dialect_clear(&d);
	d.quoting = vv_calloc(2, 1);
	d.quoting_count = 2;
	d.quoting[1] = VV_QUOTE_ALWAYS;
	vv_fault_each(VV_FAULT_ALLOC, 12, dup_and_get, NULL, &d);
	vv_dialect_clear(&d);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_above_a_header_end_where_it_begins),
	cmocka_unit_test(another_header_leaves_the_lines_above_it),
	cmocka_unit_test(dialects_come_back_and_are_written_in_one_way),
	cmocka_unit_test(the_usual_goes_without_saying),
	cmocka_unit_test(a_full_dialect_is_pinned_byte_for_byte),
	cmocka_unit_test(what_is_not_said_in_the_one_way_is_refused),
	cmocka_unit_test(only_what_separates_cells_makes_other_cells),
	cmocka_unit_test(minimal_quoting_at_the_end_makes_no_difference),
	cmocka_unit_test(row_ends_are_lent),
	cmocka_unit_test(a_header_of_other_columns_is_not_a_change_of_form),
	cmocka_unit_test(dialects_are_said_in_words),
	cmocka_unit_test(every_failed_allocation_is_reported),
};

VV_TEST_SUITE(dialect)
