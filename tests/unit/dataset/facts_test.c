/* Tests of dataset/format/facts.h and of the list of facts (dataset/format/list.h). */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/facts.h"
#include "dataset/format/list.h"
#include "dataset/table/mem_sink.h"

static vv_cell text(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

/* What vv_facts_put writes, read and written again, is the same. */
static void put_twice(vv_buf *out, const vv_facts *f)
{
	vv_facts again = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_buf_reset(out);
	vv_facts_put(out, f);
	vv_assert_ok(vv_facts_read(&again, vv_buf_cstr(out), out->len, &err), &err);
	vv_facts_put(&b, &again);
	assert_int_equal(b.len, out->len);
	assert_memory_equal(vv_buf_cstr(&b), vv_buf_cstr(out), out->len);
	vv_facts_clear(&again);
	vv_buf_clear(&b);
}

static void facts_are(const char *expected, const char *const *texts, size_t rows)
{
	vv_cell cells[16];
	vv_facts f = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT, hex = VV_BUF_INIT;
	vv_error err;

	for (size_t i = 0; i < rows; i++) {
		cells[i] = texts[i] ? text(texts[i]) : (vv_cell){.state = VV_CELL_NULL};
	}
	vv_assert_ok(vv_facts_of(&f, cells, rows, 1, 1, NULL, 0, &err), &err);
	put_twice(&b, &f);
	for (size_t i = 0; i < b.len; i++) {
		vv_buf_printf(&hex, "%02x", (unsigned)(uint8_t)b.data[i]);
	}
	assert_string_equal(vv_buf_cstr(&hex), expected);
	vv_facts_clear(&f);
	vv_buf_clear(&b);
	vv_buf_clear(&hex);
}
#define FACTS_ARE(hex, ...)                                                                        \
	facts_are(hex, (const char *const[]){__VA_ARGS__},                                         \
		  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void a_column_without_texts_takes_no_byte(void **state)
{
	(void)state;
	FACTS_ARE("", "");
	FACTS_ARE("", "", NULL);
}

static void numbers_are_kept_exactly_in_one_form(void **state)
{
	(void)state;
	FACTS_ARE("0c000a", "5");
	FACTS_ARE("0c000a", "5", "5.0", "005", "5.000");
	FACTS_ARE("0c0000", "-0", "0", "0.00", "-0.0", "000");
	FACTS_ARE("040003000a", "-2", "5", "3");
	FACTS_ARE("050116000a", "", "5", "1.10");
	FACTS_ARE("0c00feff9ff6f4acdbe01b", "999999999999999999");
}

static void what_is_no_plain_number_is_a_text(void **state)
{
	(void)state;
	FACTS_ARE("10022b31034e614e", "1e3", "NaN", "+1", ".5", "1.", "1.2.3", "--1");
	FACTS_ARE("3c000e0178", "7", "x");
	FACTS_ARE("110261620162", "ab", NULL, "b");
	FACTS_ARE("30026162", "ab", "ab");
}

static void long_texts_are_cut_and_the_upper_bound_is_rounded_up(void **state)
{
	(void)state;
	/* a number of 19 digits is a text */
	FACTS_ARE("1010"
		  "3132333435363738393031323334353610"
		  "31323334353637383930313233343537",
		  "1234567890123456789");
	FACTS_ARE("1010"
		  "6161616161616161616161616161ffff0e"
		  "6161616161616161616161616162",
		  "aaaaaaaaaaaaaa\xff\xffz");
	FACTS_ARE("5010ffffffffffffffffffffffffffffffff",
		  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff!");
	FACTS_ARE("3010"
		  "61616161616161616161616161616161",
		  "aaaaaaaaaaaaaaaa");
}

static void of_cells_out_of_line_nothing_is_known(void **state)
{
	const vv_cell cells[] = {text("1"), text("a"), text(""), text("")};
	const size_t outs[] = {2};
	vv_facts f = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_facts_of(&f, cells, 2, 2, 2, outs, 1, &err), &err);
	put_twice(&b, &f);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "\x80\x31\x01\x61", 4);
	vv_facts_clear(&f);
	vv_buf_clear(&b);
}

static void wide_tables_have_bounds_for_the_first_columns_alone(void **state)
{
	enum { COLUMNS = 4000 };
	vv_cell *cells = vv_calloc(COLUMNS, sizeof(*cells));
	vv_facts f = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_fact one;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < COLUMNS; i++) {
		cells[i] = text("12345");
	}
	vv_assert_ok(vv_facts_of(&f, cells, 1, COLUMNS, COLUMNS, NULL, 0, &err), &err);
	put_twice(&b, &f);
	assert_true(b.len < VV_FACTS_BYTES + COLUMNS);
	vv_facts_column(&one, b.data, b.len, 1000);
	assert_true(one.numbers && one.least.units == 12345);
	vv_facts_column(&one, b.data, b.len, COLUMNS - 1);
	assert_true(one.unknown && one.missing == VV_MISSING_NONE);
	vv_facts_column(&one, b.data, b.len, COLUMNS);
	assert_true(one.missing == VV_MISSING_ALL);
	vv_free(cells);
	vv_facts_clear(&f);
	vv_buf_clear(&b);
}

static void other_bytes_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{"\x02", 1},                 /* a last column without texts */
		{"\x03\x00", 2},             /* missing 3 */
		{"\x00", 1},                 /* texts, and none of them */
		{"\x01", 1},                 /* likewise */
		{"\x82", 1},                 /* unknown, and none there */
		{"\x0c\x00", 2},             /* cut off */
		{"\x0c\x12\x0a", 3},         /* scale 18 */
		{"\x0c\x01\x14", 3},         /* 1.0 */
		{"\x0c\x01\x00", 3},         /* 0.0 */
		{"\x0c\x00\x8a\x00", 4},     /* a varint with a tail */
		{"\x04\x00\x0a\x00\x0a", 5}, /* equal numbers, twice */
		{"\x04\x00\x0a\x00\x08", 5}, /* the greater first */
		{"\x08\x30", 2},             /* one number, and none */
		{"\x30\x00", 2},             /* an empty text */
		{"\x30\x02\x61", 3},         /* cut off */
		{"\x10\x01\x61\x01\x61", 5}, /* equal texts, twice */
		{"\x10\x01\x62\x01\x61", 5}, /* the greater first */
		{"\x70\x01\x61", 3},         /* one text, and no upper bound */
		{"\x90\x01\x61", 3},         /* unknown, and a text */
		{"\x30\x11\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61\x61",
		 19}, /* 17 bytes */
	};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vv_assert_status(vv_facts_read(NULL, bad[i].bytes, bad[i].len, &err), VV_ECORRUPT,
				 &err);
	}
}

/* ---- random cells ---- */

typedef struct draws {
	uint64_t state;
} draws;

static uint64_t next(draws *r)
{
	r->state = r->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return r->state >> 33;
}

#define TEXT_MAX 24u

static vv_cell any_cell(draws *r, char *room)
{
	static const char letters[] = "019.-ab\xff";
	size_t len = next(r) % 3 == 0 ? 0 : next(r) % TEXT_MAX;

	for (size_t i = 0; i < len; i++) {
		room[i] = next(r) % 4 != 0 ? (char)('0' + next(r) % 10) : letters[next(r) % 8];
	}
	return (vv_cell){.text = room,
			 .len = (uint32_t)len,
			 .state = next(r) % 5 == 0 ? VV_CELL_LITERAL : VV_CELL_TEXT};
}

static bool allows(const vv_fact *f, const vv_cell *c)
{
	vv_fact_number n;

	if (c->len == 0) return f->missing != VV_MISSING_NONE;
	if (f->missing == VV_MISSING_ALL || f->unknown) return f->unknown;
	if (vv_fact_number_read(&n, c->text, c->len)) {
		return f->numbers && vv_fact_number_order(&f->least, &n) <= 0 &&
		       vv_fact_number_order(&n, &f->greatest) <= 0;
	}
	return f->texts && vv_fact_text_order(f->low.bytes, f->low.len, c->text, c->len) <= 0 &&
	       (f->open || vv_fact_text_order(c->text, c->len, f->high.bytes, f->high.len) <= 0);
}

enum { ROWS = 7, COLUMNS = 4 };

static void facts_and_their_union_allow_all_cells_in_any_order(void **state)
{
	static char room[2][ROWS * COLUMNS][TEXT_MAX];
	vv_cell cells[2][ROWS * COLUMNS];
	vv_facts f[2] = {VV_FACTS_INIT, VV_FACTS_INIT}, sum[2] = {VV_FACTS_INIT, VV_FACTS_INIT};
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	draws r = {7};
	vv_fact one;
	vv_error err;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		for (int s = 0; s < 2; s++) {
			for (size_t i = 0; i < ROWS * COLUMNS; i++) {
				cells[s][i] = any_cell(&r, room[s][i]);
			}
			vv_assert_ok(vv_facts_of(&f[s], cells[s], ROWS, COLUMNS - (size_t)s,
						 COLUMNS, NULL, 0, &err),
				     &err);
		}
		for (int s = 0; s < 2; s++) {
			vv_assert_ok(vv_facts_unite(&sum[s], &f[s], true, &err), &err);
			vv_assert_ok(vv_facts_unite(&sum[s], &f[1 - s], false, &err), &err);
		}
		put_twice(&a, &sum[1]);
		put_twice(&b, &sum[0]);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
		for (size_t i = 0; i < ROWS * COLUMNS; i++) {
			vv_facts_column(&one, a.data, a.len, i % COLUMNS);
			assert_true(allows(&one, &cells[0][i]));
			assert_true(i % COLUMNS == COLUMNS - 1 || allows(&one, &cells[1][i]));
		}
	}
	vv_facts_clear(&f[0]);
	vv_facts_clear(&f[1]);
	vv_facts_clear(&sum[0]);
	vv_facts_clear(&sum[1]);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

/* ---- the list ---- */

typedef struct search {
	vv_fact_number wanted;
	unsigned asked;
} search;

static bool may_have(void *payload, const uint8_t *facts, size_t len)
{
	search *s = payload;
	vv_fact f;

	s->asked++;
	vv_facts_column(&f, facts, len, 0);
	return f.numbers && vv_fact_number_order(&f.least, &s->wanted) <= 0 &&
	       vv_fact_number_order(&s->wanted, &f.greatest) <= 0;
}

/* Groups in the order of their number, but for every hundredth, which has them all. */
static void put_group(vv_buf *item, size_t i, size_t count)
{
	char low[24], high[24];
	vv_facts f = VV_FACTS_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	snprintf(low, sizeof(low), "%zu.5", i % 100 == 99 ? 0 : i);
	snprintf(high, sizeof(high), "%zu", i % 100 == 99 ? count : i + 1);
	const vv_cell cells[] = {text(low), text("text"), text(high), text("")};
	vv_assert_ok(vv_facts_of(&f, cells, 2, 2, 2, NULL, 0, &err), &err);
	vv_facts_put(&b, &f);
	vv_buf_reset(item);
	vv_cbor_put_bytes(item, b.data, b.len);
	vv_facts_clear(&f);
	vv_buf_clear(&b);
}

static void a_search_reads_only_nodes_that_can_have_it(void **state)
{
	enum { COUNT = 9000 };
	vv_mem_sink *m;
	vv_sink sink;
	vv_list_builder *builder;
	vv_list_reader *r;
	vv_buf list = VV_BUF_INIT;
	vv_list_item got;
	vv_buf item = VV_BUF_INIT;
	search s = {.wanted = {.units = 71237, .scale = 1}};
	uint64_t count, weight, found = 0;
	bool own = false;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&m, NULL, vv_test_dir(), &err), &err);
	vv_mem_sink_use(&sink, m);
	vv_assert_ok(vv_list_builder_new(&builder, VV_LIST_FACTS, &sink, NULL, &err), &err);
	for (size_t i = 0; i < COUNT; i++) {
		/* every hundredth group is in the first half of the list alone */
		put_group(&item, i % 100 == 99 && i >= COUNT / 2 ? i - 1 : i, COUNT);
		vv_assert_ok(vv_list_builder_add(builder, item.data, item.len, 1, &err), &err);
	}
	vv_assert_ok(vv_list_builder_finish(builder, &list, &err), &err);
	vv_list_builder_free(builder);
	vv_assert_ok(vv_list_reader_open(&r, VV_LIST_FACTS, &sink, list.data, list.len, &err),
		     &err);
	vv_list_totals(r, &count, &weight);
	assert_int_equal(count, COUNT);
	assert_int_equal(weight, COUNT);
	assert_true(vv_list_height(r) > 0);
	while (vv_list_next_that_may(r, may_have, &s, &got, &err) > 0) {
		found++;
		own |= got.index == 7123;
	}
	assert_true(own);
	assert_true(found >= COUNT / 200 && found <= COUNT / 200 + 2);
	assert_true(s.asked < COUNT / 2 + 600); /* of the second half only one node */
	vv_list_reader_close(r);
	vv_buf_clear(&list);
	vv_mem_sink_free(m);
	vv_buf_clear(&item);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_column_without_texts_takes_no_byte),
	cmocka_unit_test(numbers_are_kept_exactly_in_one_form),
	cmocka_unit_test(what_is_no_plain_number_is_a_text),
	cmocka_unit_test(long_texts_are_cut_and_the_upper_bound_is_rounded_up),
	cmocka_unit_test(of_cells_out_of_line_nothing_is_known),
	cmocka_unit_test(wide_tables_have_bounds_for_the_first_columns_alone),
	cmocka_unit_test(other_bytes_are_refused),
	cmocka_unit_test(facts_and_their_union_allow_all_cells_in_any_order),
	cmocka_unit_test(a_search_reads_only_nodes_that_can_have_it),
};

VV_TEST_SUITE(facts)
