/*
 * Parts of a version's bytes: the same bytes as in the whole, wherever they lie, and reading
 * only what they need.
 */
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "tests/unit/dataset/memory.h"

static void import_text(memory *m, vv_import_result *out, const vv_buf *text, bool as_file)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_mem_source storage;
	vv_source source;
	vv_error err;

	o.kind = as_file ? VV_KIND_FILE : VV_KIND_TABLE;
	vv_source_mem(&source, &storage, text->data, text->len,
		      text->data[0] == '[' ? "t.json" : "t.csv");
	vv_assert_ok(vv_import(out, &source, &m->sink, &o, &err), &err);
}

static vv_status collect(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void assert_range(vv_table *t, const vv_buf *text, uint64_t from, uint64_t len)
{
	uint64_t have = from < text->len ? text->len - from : 0;
	vv_buf got = VV_BUF_INIT;
	vv_error err;

	have = have < len ? have : len;
	vv_assert_ok(vv_table_range(t, from, len, collect, &got, &err), &err);
	assert_int_equal(got.len, have);
	if (have > 0) {
		assert_memory_equal(got.data, text->data + from, have);
	}
	vv_buf_clear(&got);
}

/* Every range of interest, and random ones. */
static void try_ranges(const vv_buf *text, bool as_file, uint64_t seed)
{
	memory m;
	vv_import_result r;
	vv_table t;
	vv_prng prng;
	vv_error err;

	memory_init(&m);
	import_text(&m, &r, text, as_file);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	assert_int_equal(t.root.bytes, text->len);
	assert_range(&t, text, 0, text->len);
	assert_range(&t, text, 0, UINT64_MAX);
	assert_range(&t, text, 0, 0);
	assert_range(&t, text, text->len, 10);
	assert_range(&t, text, UINT64_MAX, UINT64_MAX);
	for (uint64_t i = 0; i < 20 && i < text->len; i++) {
		assert_range(&t, text, i, 1);
		assert_range(&t, text, text->len - 1 - i, UINT64_MAX);
		assert_range(&t, text, i, text->len - i);
	}
	vv_prng_init(&prng, seed);
	for (unsigned i = 0; i < 60 && text->len > 0; i++) {
		uint64_t from = vv_prng_below(&prng, text->len);

		assert_range(&t, text, from, vv_prng_below(&prng, text->len) + 1);
		assert_range(&t, text, from, 100);
	}
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static void put_rows(vv_buf *b, unsigned count, const char *end)
{
	for (unsigned i = 0; i < count; i++) {
		vv_buf_printf(b, "%u,item %u,%u.%02u%s", i, i * 31 % 1009, i * 7 % 900,
			      i * 13 % 100, i % 97 == 5 ? "\n" : end);
	}
}

static void a_plain_table_gives_every_range(void **state)
{
	vv_buf text = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&text, "id,name,price\n");
	put_rows(&text, 20000, "\n");
	try_ranges(&text, false, 1);
	vv_buf_clear(&text);
}

static void mixed_line_ends_a_mark_and_no_last_newline_do_not_shift_it(void **state)
{
	vv_buf text = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&text, "\xef\xbb\xbfid,name,price\r\n");
	put_rows(&text, 9000, "\r\n");
	vv_buf_puts(&text, "9000,last,1");
	try_ranges(&text, false, 2);
	vv_buf_clear(&text);
}

static void a_table_of_json_has_its_brackets(void **state)
{
	vv_buf text = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&text, "[\n  {\"id\": 0}");
	for (unsigned i = 1; i < 5000; i++) {
		vv_buf_printf(&text, ",\n  {\"id\": %u, \"name\": \"n%u\"}", i, i % 77);
	}
	vv_buf_puts(&text, "\n]\n");
	try_ranges(&text, false, 3);
	vv_buf_clear(&text);
}

static void a_header_alone_and_an_empty_file_have_ranges_too(void **state)
{
	vv_buf text = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&text, "id,name,price\n");
	try_ranges(&text, false, 4);
	vv_buf_reset(&text);
	vv_buf_puts(&text, "x");
	try_ranges(&text, true, 5);
	vv_buf_clear(&text);
}

static void a_file_of_chunks_gives_every_range(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_prng prng;
	char noise[5000];

	(void)state;
	vv_prng_init(&prng, 9);
	for (unsigned i = 0; i < 120; i++) {
		vv_prng_bytes(&prng, noise, sizeof(noise));
		vv_buf_put(&text, noise, sizeof(noise));
	}
	try_ranges(&text, true, 6);
	vv_buf_clear(&text);
}

#define LONG_LEN 3000000u

/* Rows around one with a long cell: `before` the cell and `after` it, as the file has them. */
static void put_long(vv_buf *b, bool json, const char *before, const char *inside,
		     const char *after)
{
	vv_prng prng;

	vv_buf_puts(b, json ? "{\"id\":1,\"text\":\"a\",\"n\":1}\n" : "id,text,n\n1,a,1\n");
	vv_buf_puts(b, before);
	vv_prng_init(&prng, 3);
	for (size_t from = b->len; b->len - from < LONG_LEN;) {
		vv_buf_printf(b, "%llx", (unsigned long long)vv_prng_below(&prng, UINT64_MAX));
	}
	vv_buf_puts(b, inside);
	vv_buf_puts(b, "end");
	vv_buf_puts(b, after);
	vv_buf_puts(b, json ? "{\"id\":3,\"text\":\"c\",\"n\":3}\n" : "3,c,3\n");
}

/* Every part is right, and its row's length is known before it is read. */
static void try_long(const char *name, const vv_buf *text)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_mem_source storage;
	vv_source source;
	vv_import_result r;
	uint64_t cost;
	vv_table t;
	memory m;
	vv_error err;

	memory_init(&m);
	vv_source_mem(&source, &storage, text->data, text->len, name);
	vv_assert_ok(vv_import(&r, &source, &m.sink, &o, &err), &err);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	vv_assert_ok(vv_table_largest_group(&t, LONG_LEN / 2, 10, &cost, &err), &err);
	assert_in_range(cost, LONG_LEN, text->len);
	assert_range(&t, text, 0, UINT64_MAX);
	for (uint64_t i = 0; i < 40; i++) {
		if (!vv_test_sampled(i, 5)) {
			continue;
		}
		assert_range(&t, text, i, 3);
		assert_range(&t, text, i, LONG_LEN);
		assert_range(&t, text, text->len - 1 - i, 2);
		assert_range(&t, text, i * (text->len / 40), 30000);
	}
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static void every_part_of_a_long_cell_is_right(void **state)
{
	/* before the cell's text, in it, after it */
	static const struct {
		const char *before, *inside, *after;
		bool json;
	} cases[] = {{"2,", "", ",2\n", false},
		     {"2,\"", ",", "\",2\n", false},
		     {"2,\"", "\n", "\",2\n", false},
		     {"2,\"", "\"\"", "\",2\n", false}, /* a quote, twice */
		     {"2,\"", "", "\",2\n", false},     /* quotes that are not usual here */
		     {"2,", "", ",2\r\n", false},       /* nor such a line end */
		     {"{\"id\":2,\"text\":\"", "", "\",\"n\":2}\n", true},
		     {"{\"id\":2,\"text\":\"", "\\n", "\",\"n\":2}\n", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf text = VV_BUF_INIT;

		if (!vv_test_sampled(i, 2)) {
			continue;
		}
		put_long(&text, cases[i].json, cases[i].before, cases[i].inside, cases[i].after);
		try_long(cases[i].json ? "t.ndjson" : "t.csv", &text);
		vv_buf_clear(&text);
	}
}

static void of_two_long_cells_in_a_row_every_part_is_right(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 4);
	vv_buf_puts(&text, "id,text,n\n1,a,x\n2");
	for (unsigned cell = 0; cell < 2; cell++) {
		vv_buf_putc(&text, ',');
		for (size_t from = text.len; text.len - from < LONG_LEN;) {
			vv_buf_printf(&text, "%llx",
				      (unsigned long long)vv_prng_below(&prng, UINT64_MAX));
		}
	}
	vv_buf_puts(&text, "\n3,c,y\n");
	try_long("t.csv", &text);
	vv_buf_clear(&text);
}

static void a_short_range_reads_few_blocks(void **state)
{
	vv_buf text = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_import_result r;
	memory m;
	vv_table t;
	vv_error err;

	(void)state;
	vv_buf_puts(&text, "id,name,price\n");
	put_rows(&text, 60000, "\n");
	memory_init(&m);
	import_text(&m, &r, &text, false);
	assert_true(r.groups > 20);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	m.gets = 0;
	vv_assert_ok(vv_table_range(&t, text.len / 2, 100, collect, &got, &err), &err);
	assert_in_range(m.gets, 1, 10);
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
	vv_buf_clear(&text);
	vv_buf_clear(&got);
}

typedef struct attempt {
	vv_table *table;
	uint64_t from, len;
} attempt;

static vv_status give_nothing(void *payload, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)bytes;
	(void)len;
	(void)err;
	return VV_OK;
}

static vv_status range_once(void *payload, vv_error *err)
{
	attempt *a = payload;

	return vv_table_range(a->table, a->from, a->len, give_nothing, NULL, err);
}

static void running_out_of_memory_is_said_and_leaves_nothing(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_import_result r;
	memory m;
	vv_table t;
	attempt a = {&t, 20000, 40000};
	vv_error err;

	(void)state;
	vv_buf_puts(&text, "id,name,price\n");
	put_rows(&text, 4000, "\n");
	for (int as_file = 0; as_file <= 1; as_file++) {
		memory_init(&m);
		import_text(&m, &r, &text, as_file == 1);
		vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
		vv_fault_each(VV_FAULT_ALLOC, 0, range_once, NULL, &a);
		vv_table_close(&t);
		vv_import_result_clear(&r);
		memory_clear(&m);
	}
	vv_buf_clear(&text);
}

/* Its arena is another one's by then: a cell that was left over would point nowhere. */
static void a_batch_that_held_all_columns_has_none_but_the_wanted_ones_afterwards(void **state)
{
	static const size_t wanted[] = {1}, *const asked[] = {wanted, NULL, wanted};
	vv_buf text = VV_BUF_INIT;
	vv_auto(vv_batch) b = {0};
	memory m;
	vv_import_result r;
	vv_table t;
	vv_error err;

	(void)state;
	vv_buf_puts(&text, "id,name,price\n");
	put_rows(&text, 50, "\n");
	memory_init(&m);
	import_text(&m, &r, &text, false);
	vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		vv_table_reader *reader;

		vv_assert_ok(
			vv_table_reader_open(&reader, &t, asked[i], asked[i] ? 1 : 0, false, &err),
			&err);
		assert_int_equal(vv_table_read(reader, &b, &err), 1);
		for (size_t k = 0; k < b.rows * b.columns; k++) {
			assert_int_equal(b.cells[k].state == VV_CELL_ABSENT,
					 asked[i] && k % b.columns != 1);
		}
		vv_table_reader_close(reader);
	}
	vv_table_close(&t);
	vv_import_result_clear(&r);
	memory_clear(&m);
	vv_buf_clear(&text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_plain_table_gives_every_range),
	cmocka_unit_test(mixed_line_ends_a_mark_and_no_last_newline_do_not_shift_it),
	cmocka_unit_test(a_table_of_json_has_its_brackets),
	cmocka_unit_test(a_header_alone_and_an_empty_file_have_ranges_too),
	cmocka_unit_test(a_file_of_chunks_gives_every_range),
	cmocka_unit_test(every_part_of_a_long_cell_is_right),
	cmocka_unit_test(of_two_long_cells_in_a_row_every_part_is_right),
	cmocka_unit_test(a_short_range_reads_few_blocks),
	cmocka_unit_test(a_batch_that_held_all_columns_has_none_but_the_wanted_ones_afterwards),
	cmocka_unit_test(running_out_of_memory_is_said_and_leaves_nothing),
};

VV_TEST_SUITE(table_range)
