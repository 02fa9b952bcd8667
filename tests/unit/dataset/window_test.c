/* The sliding run of bytes: whatever pieces come and are wanted, it is the input, and what is held stays. */
#include "tests/unit/support.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/window.h"

#define INPUT_LEN ((size_t)5 << 20)
#define HELD 6

/* Gives its bytes in reads of many lengths; fails at a place, if there is one. */
typedef struct uneven {
	const char *bytes;
	size_t len, at, fails_at;
	uint64_t state;
} uneven;

static uint64_t next_number(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static ssize_t uneven_read(void *payload, void *buf, size_t len, vv_error *err)
{
	uneven *u = payload;
	size_t n = 1 + next_number(&u->state) % (256u << 10);

	n = n < len ? n : len;
	n = n < u->len - u->at ? n : u->len - u->at;
	if (u->fails_at > 0 && u->at + n > u->fails_at) {
		return vv_fail(err, VV_EIO, "the disk is gone");
	}
	memcpy(buf, u->bytes + u->at, n);
	u->at += n;
	return (ssize_t)n;
}

static char *make_input(void)
{
	char *bytes = vv_malloc(INPUT_LEN);
	uint64_t state = 7;

	assert_non_null(bytes);
	for (size_t i = 0; i < INPUT_LEN; i++) {
		bytes[i] = (char)next_number(&state);
	}
	return bytes;
}

typedef struct held {
	vv_slab *slab;
	const char *bytes;
	size_t at, len;
} held;

static void let_go(vv_window *w, held *h, const char *input)
{
	if (h->slab) {
		assert_memory_equal(h->bytes, input + h->at, h->len);
		vv_slab_drop(w, h->slab);
		h->slab = NULL;
	}
}

#define KEEP ((size_t)64 << 10)

static vv_status find_tail(void *payload, const char *bytes, size_t len, bool whole, size_t *tail,
			   vv_error *err)
{
	const char *input = payload;

	(void)err;
	assert_false(whole);
	assert_int_equal(len, KEEP);
	assert_memory_equal(bytes, input + INPUT_LEN - KEEP, KEEP);
	*tail = 1000;
	return VV_OK;
}

/* Walks through the input, but for its tail, with wants up to `most`. */
static void walk(const char *input, vv_pool *pool, size_t most, uint64_t seed)
{
	const size_t tail = seed % 2 ? 1000 : 0;
	uneven u = {.bytes = input, .len = INPUT_LEN, .state = seed};
	const vv_source source = {.read = uneven_read, .payload = &u, .name = "input"};
	held kept[HELD] = {{NULL, NULL, 0, 0}};
	vv_window *w = NULL;
	vv_error err;
	size_t at = 0;

	vv_assert_ok(vv_window_open(&w, &source, pool, &err), &err);
	if (seed % 4 == 1) {
		vv_assert_ok(vv_window_fill(w, most, &err), &err); /* it was looked at before */
	}
	if (tail > 0) {
		char *whole = (char *)(uintptr_t)input;

		vv_assert_ok(vv_window_hide_tail(w, KEEP, find_tail, whole, &err), &err);
	}
	for (unsigned turn = 0; !vv_window_at_end(w) || vv_window_len(w) > 0; turn++) {
		const size_t want = 1 + next_number(&seed) % most;
		held *h = &kept[turn % HELD];

		vv_assert_ok(vv_window_fill(w, want, &err), &err);
		assert_true(vv_window_len(w) >= want || vv_window_at_end(w));
		assert_int_equal(vv_window_origin(w), at);
		size_t len = vv_window_len(w) < want ? vv_window_len(w) : want;
		assert_memory_equal(vv_window_bytes(w), input + at, len);
		let_go(w, h, input);
		if (len > 0) {
			*h = (held){vv_window_hold(w), vv_window_bytes(w), at, len};
		}
		vv_window_consume(w, len);
		at += len;
	}
	assert_int_equal(at, INPUT_LEN - tail);
	assert_int_equal(vv_window_tail_len(w), tail);
	assert_memory_equal(vv_window_bytes(w), input + at, tail);
	for (size_t i = 0; i < HELD; i++) {
		let_go(w, &kept[i], input);
	}
	vv_window_close(w);
}

static void it_is_the_input_however_it_is_read(void **state)
{
	static const size_t wants[] = {2000, 96u << 10, 300u << 10, 3u << 20};
	char *input = make_input();

	(void)state;
	for (unsigned threads = 0; threads < 4; threads++) {
		vv_pool *pool = threads > 0 ? vv_pool_new(threads) : NULL;
		for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
			walk(input, pool, wants[i], threads * 10 + i);
		}
		vv_pool_free(pool);
	}
	vv_free(input);
}

static void a_failed_read_is_told_once_the_bytes_before_it_are_used(void **state)
{
	char *input = make_input();

	(void)state;
	for (unsigned threads = 0; threads < 3; threads += 2) {
		uneven u = {.bytes = input, .len = INPUT_LEN, .fails_at = 2u << 20};
		const vv_source source = {.read = uneven_read, .payload = &u, .name = "input"};
		vv_pool *pool = vv_pool_new(threads);
		vv_window *w = NULL;
		vv_error err;

		vv_assert_ok(vv_window_open(&w, &source, pool, &err), &err);
		vv_assert_ok(vv_window_fill(w, 1u << 20, &err), &err);
		assert_memory_equal(vv_window_bytes(w), input, 1u << 20);
		vv_assert_status(vv_window_fill(w, 3u << 20, &err), VV_EIO, &err);
		vv_assert_contains(err.message, "the disk is gone");
		vv_window_close(w);
		vv_pool_free(pool);
	}
	vv_free(input);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(it_is_the_input_however_it_is_read),
	cmocka_unit_test(a_failed_read_is_told_once_the_bytes_before_it_are_used),
};
VV_TEST_SUITE(window)
