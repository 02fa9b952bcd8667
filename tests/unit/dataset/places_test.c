/*
 * Places: every permutation comes back, blocks have one form, and what moved together takes a few bytes.
 */
#include "dataset/format/places.h"

#include "base/sys.h"
#include "tests/unit/dataset/memory.h"

static void write_places(memory *m, vv_buf *out, const uint64_t *places, size_t count)
{
	vv_places_writer *w = NULL;
	vv_error err;

	vv_assert_ok(vv_places_writer_new(&w, &m->sink, NULL, &err), &err);
	for (size_t i = 0; i < count; i++) {
		vv_assert_ok(vv_places_add(w, places[i], &err), &err);
	}
	vv_assert_ok(vv_places_finish(w, out, &err), &err);
	vv_places_writer_free(w);
}

static uint64_t bytes_of(const memory *m, const vv_buf *list)
{
	uint64_t sum = list->len;

	for (size_t i = 0; i < m->count; i++) {
		sum += m->block[i].len;
	}
	return sum;
}

/* How many bytes the list takes. */
static uint64_t come_back(const uint64_t *places, size_t count)
{
	memory m;
	vv_buf list = VV_BUF_INIT;
	vv_places_reader *r = NULL;
	vv_error err;
	uint64_t place, bytes;

	memory_init(&m);
	write_places(&m, &list, places, count);
	vv_assert_ok(vv_places_open(&r, &m.sink, &list, &err), &err);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(vv_places_next(r, &place, &err), 1);
		assert_int_equal(place, places[i]);
	}
	assert_int_equal(vv_places_next(r, &place, &err), 0);
	vv_places_close(r);
	bytes = bytes_of(&m, &list);
	vv_buf_clear(&list);
	memory_clear(&m);
	return bytes;
}

static uint64_t *identity(size_t count)
{
	uint64_t *p = malloc((count + 1) * sizeof(*p));

	assert_non_null(p);
	for (size_t i = 0; i < count; i++) {
		p[i] = i;
	}
	return p;
}

static void shuffle(uint64_t *p, size_t count, uint64_t seed)
{
	vv_prng r;

	vv_prng_init(&r, seed);
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)vv_prng_below(&r, i);
		uint64_t t = p[i - 1];

		p[i - 1] = p[k];
		p[k] = t;
	}
}

static void every_permutation_comes_back(void **state)
{
	(void)state;
	for (size_t count = 0; count < 70000; count = count * 3 + 1) {
		uint64_t *p = identity(count);

		(void)come_back(p, count);
		for (size_t i = 0; i < count; i++) {
			p[i] = count - 1 - i;
		}
		(void)come_back(p, count);
		for (size_t i = 0; i < count; i++) {
			p[i] = (i + 3) % count; /* a run that begins far ahead, and one back */
		}
		(void)come_back(p, count);
		shuffle(p, count, count);
		(void)come_back(p, count);
		free(p);
	}
}

static void random_places_take_their_bits_and_sorted_ones_nothing(void **state)
{
	const size_t count = 200000; /* 18 bits */
	uint64_t *p = identity(count);

	(void)state;
	assert_true(come_back(p, count) < 40);
	shuffle(p, count, 7);
	assert_in_range(come_back(p, count), count * 18 / 8, count * 18 / 8 + count / 50);
	free(p);
}

static void blocks_of_rows_that_moved_take_a_few_bytes_each(void **state)
{
	const size_t blocks = 500, rows = 400;
	uint64_t *order = identity(blocks), *p = identity(blocks * rows);

	(void)state;
	shuffle(order, blocks, 3);
	for (size_t i = 0; i < blocks * rows; i++) {
		p[i] = order[i / rows] * rows + i % rows;
	}
	assert_true(come_back(p, blocks * rows) < blocks * 7);
	free(order);
	free(p);
}

/* Rows put in at one place shift all places behind it, and change the blocks around it alone. */
static void a_row_that_comes_changes_few_blocks(void **state)
{
	const size_t count = 60000;
	uint64_t *p = identity(count + 1);
	memory m;
	vv_buf list = VV_BUF_INIT;
	unsigned before;

	(void)state;
	/* runs of 2 to 9 rows in another order: no two blocks are alike */
	for (size_t i = 0, seed = 5; i + 20 < count; i += 20) {
		size_t n = 2 + (seed = seed * 7919 % 10007) % 8;

		for (size_t k = 0; k < n; k++) {
			uint64_t t = p[i + k];

			p[i + k] = p[i + k + 10];
			p[i + k + 10] = t;
		}
	}
	memory_init(&m);
	write_places(&m, &list, p, count);
	vv_buf_clear(&list);
	before = m.puts;
	for (size_t i = count; i > count / 2; i--) {
		p[i] = p[i - 1] + (p[i - 1] >= p[count / 2] ? 1 : 0);
	}
	for (size_t i = 0; i < count / 2; i++) {
		p[i] += p[i] >= p[count / 2] ? 1 : 0;
	}
	write_places(&m, &list, p, count + 1);
	assert_true(before == 0 || m.puts - before <= before / 2 + 2);
	vv_buf_clear(&list);
	memory_clear(&m);
	free(p);
}

static void a_block_is_the_bytes_of_the_format_page(void **state)
{
	static const uint64_t four[] = {1, 2, 0, 3};
	static const char packed[] = "\xa2\x65items\x81\x44\x01\x02\x04\xc9\x65level\x00";
	static const char sorted[] = "\xa2\x65items\x81\x44\x00\x00\xe8\x07\x65level\x00";
	uint64_t *p = identity(1000);
	memory m;
	vv_buf list = VV_BUF_INIT;

	(void)state;
	memory_init(&m);
	write_places(&m, &list, four, 4);
	assert_int_equal(list.len, sizeof(packed) - 1);
	assert_memory_equal(list.data, packed, sizeof(packed) - 1);
	vv_buf_clear(&list);
	write_places(&m, &list, p, 1000);
	assert_int_equal(list.len, sizeof(sorted) - 1);
	assert_memory_equal(list.data, sorted, sizeof(sorted) - 1);
	vv_buf_clear(&list);
	memory_clear(&m);
	free(p);
}

static void is_no_block(const char *bytes, size_t len)
{
	uint64_t rows;
	vv_error err;

	vv_assert_status(vv_places_rows(&rows, bytes, len, &err), VV_ECORRUPT, &err);
}

static void what_is_no_block_is_refused(void **state)
{
	static char many[VV_PLACES_BLOCK_MAX + 1];
	uint64_t rows;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_places_rows(&rows, "\x00\x02\x02\x05\x01\x04\x01", 7, &err), &err);
	assert_int_equal(rows, 4);
	vv_assert_ok(vv_places_rows(&rows, "\x01\x02\x04\xc9", 4, &err), &err);
	assert_int_equal(rows, 4);
	is_no_block("", 0);
	is_no_block("\x00", 1);
	is_no_block("\x02\x00\x01", 3);
	is_no_block("\x00\x00", 2);         /* a run without its length */
	is_no_block("\x00\x00\x00", 3);     /* without a row */
	is_no_block("\x00\x80\x00\x01", 4); /* a long form of a number */
	is_no_block("\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11);
	is_no_block("\x01\x02\x04", 3);         /* the places are missing */
	is_no_block("\x01\x02\x04\xc9\x00", 5); /* a byte too many */
	is_no_block("\x01\x03\x02\x11", 4);     /* a bit a place too many: 1, 2 */
	is_no_block("\x01\x02\x03\xc9", 4);     /* bits after the last place */
	is_no_block("\x01\x00\x01", 3);
	is_no_block("\x01\x31\x01\x00\x00\x00\x00\x00\x00\x01", 10);
	is_no_block("\x01\x02\x00", 3);
	memset(many, 1, sizeof(many));
	many[0] = 0;
	is_no_block(many, sizeof(many));
	is_no_block(many, 1 + 2 * 4097); /* too many runs */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_permutation_comes_back),
	cmocka_unit_test(random_places_take_their_bits_and_sorted_ones_nothing),
	cmocka_unit_test(blocks_of_rows_that_moved_take_a_few_bytes_each),
	cmocka_unit_test(a_row_that_comes_changes_few_blocks),
	cmocka_unit_test(a_block_is_the_bytes_of_the_format_page),
	cmocka_unit_test(what_is_no_block_is_refused),
};

VV_TEST_SUITE(places)
