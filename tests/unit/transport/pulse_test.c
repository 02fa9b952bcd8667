/*
 * Signs of life: sent while work progresses, and never without progress.
 */
#include <poll.h>
#include <time.h>

#include "base/sys.h"
#include "base/thread.h"
#include "tests/unit/support.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/line/deadline.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/peer.h"
#include "transport/protocol/pulse.h"

/* The number of signs on a line in this many steps of 10 ms, with this progress in each. All that was
 * said must be signs. */
static size_t signs(unsigned steps, unsigned progress, unsigned every_ms, uint64_t stall_ms)
{
	memory_line m = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&m, NULL, 0);
	atomic_uint_fast64_t done = 0;
	size_t len;

	assert_non_null(line);
	vv_pulse *p = vv_pulse_start(line, &done, every_ms, stall_ms);
	for (unsigned i = 0; i < steps; i++) {
		atomic_fetch_add(&done, progress);
		(void)poll(NULL, 0, 10);
	}
	vv_pulse_stop(p);
	len = m.out.len;
	for (size_t i = 0; i < len; i += 2) {
		assert_true(m.out.data[i] == VV_FRAME_TEXT && m.out.data[i + 1] == 0);
	}
	vv_channel_close(line);
	vv_buf_clear(&m.out);
	return len / 2;
}

static void who_works_says_so(void **state)
{
	(void)state;
	assert_true(signs(100, 1, 20, 500) >= 3);
	assert_int_equal(signs(5, 1, 0, 0), 0);
}

static void who_stands_still_stops_saying_so(void **state)
{
	(void)state;
	/* 1.2 seconds would be 60 signs. */
	assert_true(signs(120, 0, 20, 100) <= 10);
}

static void signs_of_life_are_waited_for_longer_where_no_other_copy_answers(void **state)
{
	vv_connect_options o = {.write = false};

	(void)state;
	assert_int_equal(vv_peer_works_ms(&o), 60000);
	o.idle_sec = 2;
	assert_int_equal(vv_peer_works_ms(&o), 60000);
	o.idle_sec = 600;
	assert_int_equal(vv_peer_works_ms(&o), 6000000);
	o = (vv_connect_options){.others = true};
	assert_int_equal(vv_peer_works_ms(&o), VV_DEADLINE_BESIDE_MS);
	o = (vv_connect_options){.beside = true};
	assert_int_equal(vv_peer_works_ms(&o), VV_DEADLINE_BESIDE_MS);
	o.write = true; /* it checks what it got */
	assert_int_equal(vv_peer_works_ms(&o), VV_TEXT_MAX_MS);
}

static void signs_between_frames_are_not_given_to_who_skips_them(void **state)
{
	memory_line out = {.out = VV_BUF_INIT}, in = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&out, NULL, 0);
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	(void)state;
	assert_non_null(line);
	vv_assert_ok(vv_frame_write(line, VV_FRAME_TEXT, NULL, 0, &err), &err);
	vv_assert_ok(vv_frame_write(line, VV_FRAME_TEXT, "x\n", 2, &err), &err);
	vv_assert_ok(vv_frame_write(line, VV_FRAME_TEXT, NULL, 0, &err), &err);
	vv_assert_ok(vv_frame_end(line, &err), &err);
	vv_channel_close(line);
	line = memory_line_open(&in, out.out.data, out.out.len);
	vv_frame_reader_init(&r, line, 100);
	r.skips_alive = true;
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_true(type == VV_FRAME_TEXT && r.payload.len == 2);
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_int_equal(type, VV_FRAME_END);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	vv_buf_clear(&out.out);
	vv_buf_clear(&in.out);
}

static void who_only_says_so_is_given_up(void **state)
{
	memory_line out = {.out = VV_BUF_INIT}, in = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&out, NULL, 0);
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	(void)state;
	assert_non_null(line);
	for (int i = 0; i < 3; i++) {
		vv_assert_ok(vv_frame_write(line, VV_FRAME_TEXT, "x\n", i == 1 ? 0 : 2, &err),
			     &err);
	}
	vv_assert_ok(vv_frame_end(line, &err), &err);
	vv_channel_close(line);
	line = memory_line_open(&in, out.out.data, out.out.len);
	vv_frame_reader_init(&r, line, 100);
	r.works.max_ms = 20;
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	(void)poll(NULL, 0, 50);
	assert_int_equal(vv_frame_read(&r, &type, &err), VV_EIO);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	vv_buf_clear(&out.out);
	vv_buf_clear(&in.out);
}

static void who_puts_next_to_nothing_between_is_given_up(void **state)
{
	memory_line out = {.out = VV_BUF_INIT}, in = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&out, NULL, 0);
	vv_frame_reader r;
	vv_status rc = VV_OK;
	vv_error err;
	uint8_t type;
	struct timespec begin, end;
	int count = 0;

	(void)state;
	assert_non_null(line);
	for (int i = 0; i < 20; i++) {
		vv_assert_ok(vv_frame_write(line, i % 2 ? VV_FRAME_MESSAGE : VV_FRAME_TEXT, "x",
					    (size_t)(i % 2), &err),
			     &err);
	}
	vv_assert_ok(vv_frame_end(line, &err), &err);
	vv_channel_close(line);
	line = memory_line_open(&in, out.out.data, out.out.len);
	vv_frame_reader_init(&r, line, 1000);
	r.works.max_ms = 100;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	for (; rc == VV_OK && count < 20; count++) {
		(void)poll(NULL, 0, 20);
		rc = vv_frame_read(&r, &type, &err);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(rc, VV_EIO);
	/* not before its time, however few frames a busy machine gets through in that */
	assert_in_range((end.tv_sec - begin.tv_sec) * 1000 +
				(end.tv_nsec - begin.tv_nsec) / 1000000,
			100, 100000);
	assert_in_range(count, 2, 19);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	vv_buf_clear(&out.out);
	vv_buf_clear(&in.out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_works_says_so),
	cmocka_unit_test(who_stands_still_stops_saying_so),
	cmocka_unit_test(who_only_says_so_is_given_up),
	cmocka_unit_test(who_puts_next_to_nothing_between_is_given_up),
	cmocka_unit_test(signs_of_life_are_waited_for_longer_where_no_other_copy_answers),
	cmocka_unit_test(signs_between_frames_are_not_given_to_who_skips_them),
};

VV_TEST_SUITE(pulse)
