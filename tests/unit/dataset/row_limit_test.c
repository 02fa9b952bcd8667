/*
 * A row of exactly VV_ROW_MAX bytes is stored, proved and comes back in every form; one byte more is refused with
 * its line, or kept as bytes where that was asked for.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "base/hint.h"
#include "dataset/format/cell.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_pool *pool;
	vv_buf text;
} fixture;

static int setup(void **state)
{
	fixture *f = test_calloc(1, sizeof(*f));
	vv_error err;

	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->pool = vv_pool_new(1);
	assert_non_null(f->pool);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;

	vv_pool_free(f->pool);
	vv_mem_sink_free(f->mem);
	vv_buf_clear(&f->text);
	test_free(f);
	return 0;
}

/* A file whose third row has so many bytes, with its row end; the others are short. */
typedef struct form {
	const char *name, *head, *before, *after, *end; /* the row is before, text, after */
	unsigned line;                                  /* where that row begins */
} form;

static const form forms[] = {
	{"t.csv", "id,text\n1,a\n2,b\n", "3,", "\n", "4,d\n5,e\n", 4},
	{"t.csv", "id,text\r\n1,a\r\n2,b\r\n", "3,\"x,\"\"y\"\"", "\"\r\n", "4,d\r\n5,e\r\n", 4},
	{"t.csv", "id,text\n1,a\n2,b\n", "3,\"kept as it is", "\"\n", "4,d\n", 4},
	{"t.csv", "id,text\n1,a\n2,b\n", "3,", "", "", 4}, /* the last one, without its row end */
	{"t.tsv", "id\ttext\n1\ta\n2\tb\n", "3\t", "\n", "4\td\n", 4},
	{"t.ndjson", "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n",
	 "{\"id\":3,\"text\":\"say \\\"x\\\"", "\"}\n", "{\"id\":4,\"text\":\"d\"}\n", 3},
	{"t.json", "[{\"id\":1,\"text\":\"a\"},\n{\"id\":2,\"text\":\"b\"},\n",
	 "{\"id\":3,\"text\":\"say \\\"x\\\"", "\"},\n", "{\"id\":4,\"text\":\"d\"}]\n", 3},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static void put_file(fixture *f, const form *as, size_t row)
{
	vv_buf *b = &f->text;

	vv_buf_reset(b);
	vv_buf_puts(b, as->head);
	vv_buf_puts(b, as->before);
	for (size_t left = row - strlen(as->before) - strlen(as->after); left > 0; left--) {
		vv_buf_putc(b, "abcdefghijklmnopqrstuvwxyz"[left * left % 1009 % 26]);
	}
	vv_buf_puts(b, as->after);
	vv_buf_puts(b, as->end);
	assert_false(b->failed);
}

static vv_status import_as(fixture *f, vv_import_result *out, const char *name,
			   const vv_import_options *like, vv_error *err)
{
	vv_import_options o = *like;
	vv_source source;
	vv_mem_source storage;

	o.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	o.secret = 42;
	o.temp_dir = vv_test_dir();
	o.pool = f->pool;
	vv_source_mem(&source, &storage, f->text.data, f->text.len, name);
	return vv_import(out, &source, &f->sink, &o, err);
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* Written, pulled and in part; and sound. */
static void comes_back(fixture *f, const vv_import_result *r)
{
	const size_t from = f->text.len / 2;
	vv_table_source *s;
	vv_buf b = VV_BUF_INIT;
	vv_table t;
	char piece[70000];
	size_t at = 0;
	ssize_t n;
	vv_error err;

	vv_assert_ok(vv_table_open(&t, &f->sink, &r->cid, &err), &err);
	vv_assert_ok(vv_table_bytes(&t, gather, &b, f->pool, NULL, &err), &err);
	assert_int_equal(b.len, f->text.len);
	assert_memory_equal(b.data, f->text.data, b.len);
	vv_assert_ok(vv_table_source_open(&s, &t, &err), &err);
	while ((n = vv_table_source_read(s, piece, sizeof(piece), &err)) > 0) {
		assert_memory_equal(piece, f->text.data + at, (size_t)n);
		at += (size_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(at, f->text.len);
	vv_table_source_close(s);
	vv_buf_reset(&b);
	vv_assert_ok(vv_table_range(&t, from, 10, gather, &b, &err), &err);
	assert_int_equal(b.len, 10);
	assert_memory_equal(b.data, f->text.data + from, 10);
	vv_assert_ok(vv_table_check(&t, f->pool, NULL, &err), &err);
	vv_buf_clear(&b);
	vv_table_close(&t);
}

static void a_row_of_8_mib_comes_back_in_every_form(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE};
	fixture *f = *state;

	for (size_t i = 0; i < FORMS; i++) {
		vv_import_result r;
		vv_error err;

		put_file(f, &forms[i], VV_ROW_MAX);
		vv_assert_ok(import_as(f, &r, forms[i].name, &o, &err), &err);
		assert_int_equal(r.root.kind, VV_KIND_TABLE);
		assert_false(r.only_bytes);
		comes_back(f, &r);
		vv_import_result_clear(&r);
	}
}

static void one_byte_more_is_refused_with_its_line(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE};
	fixture *f = *state;

	for (size_t i = 0; i < FORMS; i++) {
		vv_import_result r;
		vv_error err;
		char place[160];

		put_file(f, &forms[i], VV_ROW_MAX + 1);
		vv_assert_status(import_as(f, &r, forms[i].name, &o, &err), VV_EINPUT, &err);
		assert_true(r.only_bytes);
		(void)snprintf(
			place, sizeof(place),
			"%s: line %u, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed",
			forms[i].name, forms[i].line);
		vv_assert_contains(err.message, place);
		assert_int_equal(err.hint_id, VV_HINT_AS_FILE);
	}
}

static void one_byte_more_is_kept_as_bytes_where_that_is_asked(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE, .or_as_file = true};
	fixture *f = *state;

	for (size_t i = 0; i < FORMS; i++) {
		vv_import_result r;
		vv_error err;
		char line[64];

		put_file(f, &forms[i], VV_ROW_MAX + 1);
		vv_assert_ok(import_as(f, &r, forms[i].name, &o, &err), &err);
		assert_int_equal(r.root.kind, VV_KIND_FILE);
		assert_true(r.only_bytes);
		(void)snprintf(line, sizeof(line), "line %u, character 1: the row", forms[i].line);
		assert_memory_equal(vv_buf_cstr(&r.warnings), line, strlen(line));
		vv_assert_contains(vv_buf_cstr(&r.warnings), ": kept as bytes\n");
		comes_back(f, &r);
		vv_import_result_clear(&r);
	}
}

/* What a pipe gave is gone: whoever has it again asks once more. */
static void of_a_pipe_it_is_refused_and_said(void **state)
{
	vv_import_options o = {.kind = VV_KIND_TABLE,
			       .or_as_file = true,
			       .hints = VV_SNIFF_HINTS_INIT,
			       .temp_dir = vv_test_dir()};
	fixture *f = *state;
	vv_source source;
	vv_mem_source storage;
	vv_import_result r;
	vv_error err;

	put_file(f, &forms[0], VV_ROW_MAX + 1);
	vv_source_mem(&source, &storage, f->text.data, f->text.len, "t.csv");
	source.again = NULL;
	source.line = NULL;
	vv_assert_status(vv_import(&r, &source, &f->sink, &o, &err), VV_EINPUT, &err);
	assert_true(r.only_bytes);
	vv_assert_contains(err.message,
			   "t.csv: line 4, character 1: the row that begins here is longer");
}

/* With a version before, whose groups are taken over, and in key order. */
static void a_version_that_grows_such_a_row_is_kept_as_bytes(void **state)
{
	fixture *f = *state;

	for (unsigned sorted = 0; sorted < 2; sorted++) {
		static const char *const key[] = {"id", NULL};
		vv_import_options o = {.kind = VV_KIND_TABLE,
				       .key = key,
				       .key_source = VV_KEY_DECLARED,
				       .order = sorted ? VV_ORDER_KEY : VV_ORDER_KEEP};
		vv_import_result before, r;
		vv_error err;

		put_file(f, &forms[0], 1000);
		vv_assert_ok(import_as(f, &before, "t.csv", &o, &err), &err);
		o.order = VV_ORDER_KEEP;
		o.parent = &before.root;
		o.cache = before.cache;
		o.or_as_file = true;
		put_file(f, &forms[0], VV_ROW_MAX);
		vv_assert_ok(import_as(f, &r, "t.csv", &o, &err), &err);
		assert_int_equal(r.root.kind, VV_KIND_TABLE);
		comes_back(f, &r);
		vv_import_result_clear(&r);
		put_file(f, &forms[0], VV_ROW_MAX + 1);
		vv_assert_ok(import_as(f, &r, "t.csv", &o, &err), &err);
		assert_int_equal(r.root.kind, VV_KIND_FILE);
		assert_true(r.only_bytes);
		comes_back(f, &r);
		vv_import_result_clear(&r);
		vv_import_result_clear(&before);
	}
}

/* Rows whose cells are short make one group, however much else stands around these. */
static void rows_of_one_group_take_no_more_than_16_mib(void **state)
{
	fixture *f = *state;

	for (unsigned rows = 1; rows <= 3; rows++) {
		vv_import_options o = {.kind = VV_KIND_TABLE};
		vv_import_result r;
		vv_error err;

		vv_buf_reset(&f->text);
		vv_buf_puts(&f->text, "{\"id\":0}\n");
		for (unsigned i = 1; i <= rows; i++) {
			vv_buf_puts(&f->text, "{\"id\":");
			for (size_t k = 0; k < 7000000 / 100; k++) {
				vv_buf_printf(&f->text, "%100s", "");
			}
			vv_buf_printf(&f->text, "%u}\n", i);
		}
		vv_buf_puts(&f->text, "{\"id\":9}\n");
		if (rows < 3) {
			vv_assert_ok(import_as(f, &r, "t.ndjson", &o, &err), &err);
			assert_int_equal(r.groups, 1);
			comes_back(f, &r);
		} else {
			vv_assert_status(import_as(f, &r, "t.ndjson", &o, &err), VV_EINPUT, &err);
			vv_assert_contains(
				err.message,
				"t.ndjson: line 4, character 1: this row and the 3 rows");
			assert_int_equal(err.hint_id, VV_HINT_AS_FILE);
			o.or_as_file = true;
			vv_assert_ok(import_as(f, &r, "t.ndjson", &o, &err), &err);
			assert_int_equal(r.root.kind, VV_KIND_FILE);
		}
		vv_import_result_clear(&r);
	}
}

/* Blank lines belong to the row after them, or to the last one. */
static void blank_lines_count_as_the_rows_they_are_kept_with(void **state)
{
	static const struct {
		const char *before, *after;
		const char *place;
	} cases[] = {
		{"a,b\n1,2\n", "3,4\n", "line 3, character 1: the blank lines"},
		{"a,b\n0,1\n1,2\n", "", "line 3, character 4: the blank lines"},
	};
	const vv_import_options o = {.kind = VV_KIND_TABLE};
	fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_import_result r;
		vv_error err;

		vv_buf_reset(&f->text);
		vv_buf_puts(&f->text, cases[i].before);
		for (size_t k = 0; k < VV_ROW_MAX; k++) {
			vv_buf_putc(&f->text, '\n');
		}
		vv_buf_puts(&f->text, cases[i].after);
		vv_assert_status(import_as(f, &r, "t.csv", &o, &err), VV_EINPUT, &err);
		assert_true(r.only_bytes);
		vv_assert_contains(err.message, cases[i].place);
	}
}

static void an_unclosed_quote_is_refused_before_all_is_read(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE};
	fixture *f = *state;
	vv_import_result r;
	vv_error err;

	vv_buf_reset(&f->text);
	vv_buf_puts(&f->text, "id,text\n1,a\n2,\"b\n");
	while (f->text.len < 5 * VV_ROW_MAX) {
		vv_buf_puts(&f->text, "3,a small row\n");
	}
	vv_assert_status(import_as(f, &r, "t.csv", &o, &err), VV_EINPUT, &err);
	vv_assert_contains(
		err.message,
		"t.csv: line 3, character 1: the row that begins here is longer than 8 MiB, or a quote is not closed");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static const struct CMUnitTest tests[] = {
	CASE(a_row_of_8_mib_comes_back_in_every_form),
	CASE(one_byte_more_is_refused_with_its_line),
	CASE(one_byte_more_is_kept_as_bytes_where_that_is_asked),
	CASE(of_a_pipe_it_is_refused_and_said),
	CASE(a_version_that_grows_such_a_row_is_kept_as_bytes),
	CASE(rows_of_one_group_take_no_more_than_16_mib),
	CASE(blank_lines_count_as_the_rows_they_are_kept_with),
	CASE(an_unclosed_quote_is_refused_before_all_is_read),
};

VV_TEST_SUITE(row_limit)
