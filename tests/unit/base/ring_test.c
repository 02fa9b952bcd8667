/*
 * Bytes from one thread to another: order, waiting, ending and breaking off.
 */
#include <string.h>

#include "base/sys.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "tests/unit/support.h"

typedef struct sender {
	vv_ring *ring;
	size_t total;
	vv_status rc;
	vv_error err;
} sender;

static void send_all(void *payload)
{
	sender *s = payload;
	char piece[777];
	size_t sent = 0;

	s->rc = VV_OK;
	while (sent < s->total && s->rc == VV_OK) {
		size_t n = s->total - sent < sizeof(piece) ? s->total - sent : sizeof(piece);

		for (size_t i = 0; i < n; i++) {
			piece[i] = (char)((sent + i) % 251);
		}
		s->rc = vv_ring_write(s->ring, piece, n, 0, &s->err);
		sent += n;
	}
	vv_ring_end(s->ring);
}

static void every_byte_comes_in_order_however_small_the_ring(void **state)
{
	static const size_t caps[] = {1, 2, 100, 776, 777, 65536};

	(void)state;
	for (size_t k = 0; k < sizeof(caps) / sizeof(caps[0]); k++) {
		sender s = {vv_ring_new(caps[k]), 20000, VV_OK, {0}};
		vv_worker *w = vv_worker_start(send_all, &s);
		size_t got = 0;
		char buf[1000];
		ssize_t n;

		assert_non_null(w);
		while ((n = vv_ring_read(s.ring, buf, sizeof(buf), 0, NULL)) > 0) {
			for (ssize_t i = 0; i < n; i++) {
				assert_int_equal((unsigned char)buf[i], (got + (size_t)i) % 251);
			}
			got += (size_t)n;
		}
		assert_int_equal(n, 0);
		vv_worker_join(w);
		assert_int_equal(got, 20000);
		vv_assert_ok(s.rc, &s.err);
		vv_ring_free(s.ring);
	}
}

static void a_reader_waits_no_longer_than_it_wants(void **state)
{
	vv_ring *r = vv_ring_new(8);
	uint64_t start = vv_monotonic_ms();
	char c;
	vv_error err;

	(void)state;
	vv_assert_status(vv_ring_read(r, &c, 1, 100, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "sent nothing for 1 second"); /* 0.1, rounded up */
	assert_null(strstr(err.message, "seconds"));
	assert_in_range(vv_monotonic_ms() - start, 90, 5000);
	vv_ring_free(r);
}

static void a_writer_waits_no_longer_than_it_wants(void **state)
{
	vv_ring *r = vv_ring_new(4);
	char buf[8];
	vv_error err;

	(void)state;
	vv_assert_status(vv_ring_write(r, "123456", 6, 50, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "read nothing");
	assert_int_equal(vv_ring_read(r, buf, 8, 50, &err), 4);
	vv_ring_free(r);
}

static void what_was_written_before_the_end_is_read(void **state)
{
	vv_ring *r = vv_ring_new(8);
	char buf[8];
	vv_error err;

	(void)state;
	vv_assert_ok(vv_ring_write(r, "abc", 3, 0, &err), &err);
	vv_ring_end(r);
	vv_ring_wait(r);
	assert_int_equal(vv_ring_read(r, buf, 8, 0, &err), 3);
	assert_int_equal(vv_ring_read(r, buf, 8, 0, &err), 0);
	vv_assert_status(vv_ring_write(r, "d", 1, 0, &err), VV_EIO, &err);
	vv_ring_free(r);
}

static void stop_later(void *payload)
{
	vv_ring *other = vv_ring_new(1);
	char c;

	(void)vv_ring_read(other, &c, 1, 100, NULL);
	vv_ring_free(other);
	vv_ring_stop(payload);
}

static void stopping_wakes_who_waits(void **state)
{
	vv_ring *r = vv_ring_new(4);
	vv_worker *w = vv_worker_start(stop_later, r);
	char c;
	vv_error err;

	(void)state;
	vv_assert_status(vv_ring_read(r, &c, 1, 0, &err), VV_EIO, &err);
	assert_true(vv_ring_stopped(r));
	vv_assert_status(vv_ring_write(r, "x", 1, 0, &err), VV_EIO, &err);
	vv_ring_wait(r);
	vv_worker_join(w);
	vv_ring_free(r);
}

static void no_memory_gives_no_ring_and_no_worker(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 2; n++) {
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		assert_null(vv_ring_new(8));
		assert_true(vv_fault_clear());
	}
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_null(vv_worker_start(stop_later, NULL));
	assert_true(vv_fault_clear());
	vv_worker_join(NULL);
	vv_ring_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_byte_comes_in_order_however_small_the_ring),
	cmocka_unit_test(a_reader_waits_no_longer_than_it_wants),
	cmocka_unit_test(a_writer_waits_no_longer_than_it_wants),
	cmocka_unit_test(what_was_written_before_the_end_is_read),
	cmocka_unit_test(stopping_wakes_who_waits),
	cmocka_unit_test(no_memory_gives_no_ring_and_no_worker),
};

VV_TEST_SUITE(ring)
