/*
 * Chunks: cut by content, within their limits, and put together again exactly.
 */
#include "tests/unit/dataset/memory.h"

#include "base/hash.h"
#include "dataset/format/chunk.h"

static uint8_t *random_bytes(size_t len, uint64_t seed)
{
	uint8_t *bytes = malloc(len + 1);
	vv_prng r;

	assert_non_null(bytes);
	vv_prng_init(&r, seed);
	vv_prng_bytes(&r, bytes, len);
	return bytes;
}

/* The rule once more: gear hash of the bytes behind the minimum, 64 bytes ahead. */
static size_t model(const uint8_t *bytes, size_t len)
{
	uint64_t h = 0;

	for (size_t i = 16384 - 64; i < len && i < 262144; i++) {
		h = (h << 1) + vv_xxh3(&bytes[i], 1, 0);
		if (i >= 16384 && h >> (i < 65536 ? 46 : 50) == 0) return i + 1;
	}
	return len < 262144 ? len : 262144;
}

static void cuts_are_those_of_the_written_rule(void **state)
{
	size_t len = 4u << 20;
	uint8_t *bytes = random_bytes(len, 1);

	(void)state;
	for (size_t at = 0, n; at < len; at += n) {
		n = vv_chunk_cut(bytes + at, len - at, true);
		assert_int_equal(n, model(bytes + at, len - at));
		assert_true(n <= VV_CHUNK_MAX && (n > VV_CHUNK_MIN || at + n == len));
	}
	free(bytes);
}

static void a_cut_waits_until_enough_bytes_are_there(void **state)
{
	size_t len = 1u << 20;
	uint8_t *bytes = random_bytes(len, 2), *zeros = calloc(1, VV_CHUNK_MAX + 1);

	(void)state;
	for (size_t at = 0; at + VV_CHUNK_MAX < len;) {
		size_t n = vv_chunk_cut(bytes + at, len - at, false);

		assert_true(n > 0);
		if (n < VV_CHUNK_MAX) {
			assert_int_equal(vv_chunk_cut(bytes + at, n, false), n);
			assert_int_equal(vv_chunk_cut(bytes + at, n - 1, false), 0);
			assert_int_equal(vv_chunk_cut(bytes + at, n - 1, true), n - 1);
		}
		at += n;
	}
	assert_int_equal(vv_chunk_cut(bytes, 0, true), 0);
	assert_int_equal(vv_chunk_cut(bytes, 1, false), 0);
	assert_int_equal(vv_chunk_cut(bytes, 1, true), 1);
	assert_int_equal(vv_chunk_cut(zeros, VV_CHUNK_MAX + 1, false), VV_CHUNK_MAX);
	free(bytes);
	free(zeros);
}

static void write_chunks(vv_buf *out, memory *m, const void *bytes, size_t len)
{
	vv_error err;

	vv_assert_ok(vv_chunks_write(out, &m->sink, bytes, len, &err), &err);
}

static void bytes_come_back_exactly(void **state)
{
	static const size_t lens[] = {0, 1, 1000, 16384, 16385, 262144, 262145, 1u << 20, 9u << 20};

	(void)state;
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		uint8_t *bytes = random_bytes(lens[i], 3);
		vv_buf out = VV_BUF_INIT;
		vv_buf list = VV_BUF_INIT;
		vv_error err;
		memory m;

		memory_init(&m);
		write_chunks(&list, &m, bytes, lens[i]);
		vv_buf_puts(&out, "before ");
		vv_assert_ok(vv_chunks_read(&out, &m.sink, list.data, list.len, lens[i], &err),
			     &err);
		assert_int_equal(out.len, 7 + lens[i]);
		assert_memory_equal(out.data, "before ", 7);
		assert_memory_equal(out.data + 7, bytes, lens[i]);
		if (lens[i] > 0) {
			vv_assert_status(vv_chunks_read(&out, &m.sink, list.data, list.len,
							lens[i] - 1, &err),
					 VV_EREFUSED, &err);
		}
		vv_buf_clear(&out);
		vv_buf_clear(&list);
		memory_clear(&m);
		free(bytes);
	}
}

static void an_insertion_makes_few_new_chunks(void **state)
{
	size_t len = 4u << 20;
	uint8_t *bytes = random_bytes(len, 4), *more = malloc(len + 5);
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	unsigned before;
	memory m;

	(void)state;
	memcpy(more, bytes, 1000000);
	memcpy(more + 1000000, "hello", 5);
	memcpy(more + 1000005, bytes + 1000000, len - 1000000);
	memory_init(&m);
	write_chunks(&a, &m, bytes, len);
	before = m.puts;
	write_chunks(&b, &m, more, len + 5);
	assert_true(m.puts - before <= 4);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	memory_clear(&m);
	free(bytes);
	free(more);
}

static void a_leaf_says_what_it_is(void **state)
{
	vv_buf b = VV_BUF_INIT;
	const uint8_t *bytes;
	size_t len;
	vv_error err;

	(void)state;
	vv_chunk_encode(&b, "abc", 3);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data,
			    "vvc\x01"
			    "abc",
			    7);
	vv_assert_ok(vv_chunk_decode(&bytes, &len, b.data, b.len, &err), &err);
	assert_int_equal(len, 3);
	assert_memory_equal(bytes, "abc", 3);
	vv_assert_status(vv_chunk_decode(&bytes, &len, "vvc\x01", 4, &err), VV_ECORRUPT, &err);
	vv_assert_status(vv_chunk_decode(&bytes, &len,
					 "vvg\x01"
					 "abc",
					 7, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_chunk_decode(&bytes, &len, "", 0, &err), VV_ECORRUPT, &err);
	vv_buf_reset(&b);
	vv_chunk_encode(&b, "", 0);
	while (b.len < 4 + VV_CHUNK_MAX) {
		vv_buf_putc(&b, 'x');
	}
	vv_assert_ok(vv_chunk_decode(&bytes, &len, b.data, b.len, &err), &err);
	vv_buf_putc(&b, 'x');
	vv_assert_status(vv_chunk_decode(&bytes, &len, b.data, b.len, &err), VV_ECORRUPT, &err);
	vv_buf_clear(&b);
}

static void a_chunk_of_another_length_is_refused(void **state)
{
	vv_buf top = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_buf list = VV_BUF_INIT;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	write_chunks(&list, &m, "hello", 5);
	vv_cbor_put_map(&top, 2);
	vv_cbor_put_key(&top, "items");
	vv_cbor_put_array(&top, 1);
	vv_cbor_put_array(&top, 2);
	vv_cbor_put_link(&top, &m.block[0].cid);
	vv_cbor_put_uint(&top, 6);
	vv_cbor_put_key(&top, "level");
	vv_cbor_put_uint(&top, 0);
	vv_assert_status(vv_chunks_read(&out, &m.sink, top.data, top.len, 100, &err), VV_ECORRUPT,
			 &err);
	m.block[0].gone = true;
	vv_assert_status(vv_chunks_read(&out, &m.sink, list.data, list.len, 100, &err), VV_EMISSING,
			 &err);
	vv_buf_clear(&list);
	vv_buf_clear(&top);
	vv_buf_clear(&out);
	memory_clear(&m);
}

typedef struct fault_run {
	memory m;
	const uint8_t *bytes;
	size_t len;
} fault_run;

static vv_status write_and_read(void *payload, vv_error *err)
{
	fault_run *f = payload;
	vv_buf out = VV_BUF_INIT;
	vv_buf list = VV_BUF_INIT;
	vv_status rc = vv_chunks_write(&list, &f->m.sink, f->bytes, f->len, err);

	if (rc >= 0) {
		rc = vv_chunks_read(&out, &f->m.sink, list.data, list.len, f->len, err);
	}
	if (rc >= 0) {
		assert_memory_equal(out.data, f->bytes, f->len);
	}
	vv_buf_clear(&list);
	vv_buf_clear(&out);
	return rc;
}

static void every_failed_allocation_is_reported(void **state)
{
	uint8_t *bytes = random_bytes(500000, 6);
	fault_run f;

	(void)state;
	memory_init(&f.m);
	f.bytes = bytes;
	f.len = 500000;
	vv_fault_each(VV_FAULT_ALLOC, 12, write_and_read, NULL, &f);
	memory_clear(&f.m);
	free(bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cuts_are_those_of_the_written_rule),
	cmocka_unit_test(a_cut_waits_until_enough_bytes_are_there),
	cmocka_unit_test(bytes_come_back_exactly),
	cmocka_unit_test(an_insertion_makes_few_new_chunks),
	cmocka_unit_test(a_leaf_says_what_it_is),
	cmocka_unit_test(a_chunk_of_another_length_is_refused),
	cmocka_unit_test(every_failed_allocation_is_reported),
};

VV_TEST_SUITE(chunk)
