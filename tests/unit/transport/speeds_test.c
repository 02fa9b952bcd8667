/*
 * Speeds of sources: remembered for each network, weighed, forgotten when they are old, and never
 * trusted from a file that is damaged.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "repo/blocks/derived.h"
#include "repo/git/config.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/speeds.h"

#define FILE_PATH "r/varve/cache/speeds"

static vv_repository *begin(void)
{
	git_home();
	return small_repository("r");
}

static vv_speeds *open_speeds(vv_repository *r)
{
	vv_speeds *s;
	vv_error err;

	vv_assert_ok(vv_speeds_open(&s, r, vv_test_path("tables"), &err), &err);
	return s;
}

static void note(vv_repository *r, uint64_t source, uint64_t latency_ms, uint64_t rate)
{
	vv_speeds *s = open_speeds(r);

	vv_speeds_note(s, source, latency_ms, rate);
	vv_speeds_close(s);
}

static vv_speed get(vv_repository *r, uint64_t source)
{
	vv_speeds *s = open_speeds(r);
	vv_speed out = vv_speeds_of(s, source);

	vv_speeds_close(s);
	return out;
}

/* The machine's default route now uses this interface. */
static void move_to(const char *device)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
		       "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
		       "%s\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\n",
		       device);
	vv_test_write_text(vv_test_path("tables/route"), text);
}

enum { NETWORK, SOURCE, LATENCY, RATE, SEEN, FAILED, SILENT, NUMBERS };

/* The first line of the file. */
static void read_line(uint64_t out[NUMBERS])
{
	size_t len;
	const uint8_t *p = (const uint8_t *)vv_test_read(FILE_PATH, &len);

	assert_true(len >= VV_DERIVED_FRAME + NUMBERS * 8);
	for (size_t i = 0; i < NUMBERS; i++) {
		out[i] = vv_get_le64(p + VV_DERIVED_MARK + 8 * i);
	}
}

/* The file with one line, and a sum that is right. */
static void forge(vv_repository *r, const uint64_t numbers[NUMBERS])
{
	vv_buf b = VV_BUF_INIT;
	uint64_t secret;
	vv_error err;

	vv_assert_ok(vv_repository_secret(r, &secret, &err), &err);
	vv_derived_begin(&b, "VVSPED\x01\n");
	for (size_t i = 0; i < NUMBERS; i++) {
		uint8_t le[8];

		vv_put_le64(le, numbers[i]);
		vv_buf_put(&b, le, sizeof(le));
	}
	vv_assert_ok(vv_derived_write(&b, FILE_PATH, secret, &err), &err);
	vv_buf_clear(&b);
}

static bool file_has(const char *text)
{
	size_t len;
	const char *bytes = vv_test_read(FILE_PATH, &len);
	bool found = false;

	for (size_t i = 0; i + strlen(text) <= len && !found; i++) {
		found = memcmp(bytes + i, text, strlen(text)) == 0;
	}
	return found;
}

static void what_was_measured_is_there_at_the_next_start(void **state)
{
	vv_repository *r = begin();
	const uint64_t near = vv_speed_source("ssh://near/rd"),
		       far = vv_speed_source("ssh://far/rd");

	(void)state;
	assert_int_equal(get(r, near).seen, 0);
	assert_int_not_equal(access(FILE_PATH, F_OK), 0); /* nothing was noted */
	note(r, near, 20, 1000000);
	note(r, far, 300, 5000);
	assert_int_equal(get(r, near).latency_ms, 20);
	assert_int_equal(get(r, near).rate, 1000000);
	assert_int_equal(get(r, far).latency_ms, 300);
	assert_true(get(r, near).seen > 0);
	/* a quarter of what is new; without a rate the old one stays */
	note(r, near, 60, 2000000);
	assert_int_equal(get(r, near).latency_ms, 30);
	assert_int_equal(get(r, near).rate, 1250000);
	note(r, near, 0, 0);
	assert_int_equal(get(r, near).rate, 1250000);
	/* it reaches its target */
	for (unsigned i = 0; i < 60; i++) {
		note(r, near, 7, 1234567);
	}
	assert_int_equal(get(r, near).latency_ms, 7);
	assert_int_equal(get(r, near).rate, 1234567);
	/* no name of anybody is in the file */
	assert_false(file_has("ssh"));
	vv_repository_close(r);
}

static void each_network_has_its_own_figures(void **state)
{
	vv_repository *r = begin();
	const uint64_t peer = vv_speed_source("http://peer/rd");

	(void)state;
	move_to("office");
	note(r, peer, 1, 9000000);
	move_to("train");
	assert_int_equal(get(r, peer).seen, 0);
	note(r, peer, 900, 20000);
	move_to("office");
	assert_int_equal(get(r, peer).latency_ms, 1);
	assert_int_equal(get(r, peer).rate, 9000000);
	move_to("train");
	assert_int_equal(get(r, peer).latency_ms, 900);
	assert_false(file_has("office"));
	vv_repository_close(r);
}

static void a_failure_counts_until_it_answers_or_some_time_has_passed(void **state)
{
	vv_repository *r = begin();
	const uint64_t peer = vv_speed_source("http://peer/rd");
	uint64_t line[NUMBERS], seen;
	vv_speeds *s;

	(void)state;
	note(r, peer, 10, 1000);
	s = open_speeds(r);
	vv_speeds_note_failure(s, peer);
	vv_speeds_close(s);
	assert_true(get(r, peer).failed);
	assert_int_equal(get(r, peer).rate, 1000);
	note(r, peer, 10, 1000);
	assert_false(get(r, peer).failed);
	/* as if it had been longer ago */
	read_line(line);
	assert_int_equal(line[LATENCY], 10);
	assert_int_equal(line[RATE], 1000);
	seen = line[SEEN];
	line[FAILED] = seen - 60;
	forge(r, line);
	assert_true(get(r, peer).failed);
	line[FAILED] = seen - VV_SPEED_FAILED_SEC;
	forge(r, line);
	assert_int_equal(get(r, peer).rate, 1000);
	assert_false(get(r, peer).failed);
	/* what is very old is forgotten, and so is what a wrong clock wrote */
	line[FAILED] = 0;
	line[SEEN] = seen - (VV_SPEEDS_DAYS + 1) * 86400;
	forge(r, line);
	assert_int_equal(get(r, peer).seen, 0);
	line[SEEN] = seen + 86400;
	forge(r, line);
	assert_int_equal(get(r, peer).seen, 0);
	vv_repository_close(r);
}

static void the_file_keeps_the_last_ones(void **state)
{
	vv_repository *r = begin();
	vv_speeds *s = open_speeds(r);
	size_t len;

	(void)state;
	for (uint64_t i = 1; i <= VV_SPEEDS_MAX + 40; i++) {
		vv_speeds_note(s, i, i, 1000);
	}
	vv_speeds_note(s, 50, 50, 1000);
	vv_speeds_close(s);
	assert_int_equal(get(r, 40).seen, 0);
	assert_int_equal(get(r, 50).latency_ms, 50);
	assert_int_equal(get(r, VV_SPEEDS_MAX + 40).latency_ms, VV_SPEEDS_MAX + 40);
	(void)vv_test_read(FILE_PATH, &len);
	assert_int_equal(len, VV_DERIVED_FRAME + VV_SPEEDS_MAX * NUMBERS * 8);
	vv_repository_close(r);
}

static void two_that_write_at_once_keep_what_the_other_noted(void **state)
{
	vv_repository *r = begin();
	vv_speeds *a = open_speeds(r), *b = open_speeds(r);

	(void)state;
	vv_speeds_note(a, 1, 10, 1000);
	vv_speeds_note(b, 2, 20, 2000);
	vv_speeds_close(a);
	vv_speeds_close(b);
	assert_int_equal(get(r, 1).latency_ms, 10);
	assert_int_equal(get(r, 2).latency_ms, 20);
	vv_repository_close(r);
}

/* Every byte cut off, and every byte changed: nothing is known then, and the next note writes it anew. */
static void a_damaged_file_is_ignored_and_written_anew(void **state)
{
	vv_repository *r = begin();
	char whole[512], bad[512];
	size_t len;

	(void)state;
	note(r, 1, 10, 1000);
	memcpy(whole, vv_test_read(FILE_PATH, &len), VV_DERIVED_FRAME + NUMBERS * 8);
	assert_int_equal(len, VV_DERIVED_FRAME + NUMBERS * 8);
	for (size_t i = 0; i < len; i++) {
		vv_test_write(FILE_PATH, whole, i);
		assert_int_equal(get(r, 1).seen, 0);
		memcpy(bad, whole, len);
		bad[i] = (char)(bad[i] ^ 1);
		vv_test_write(FILE_PATH, bad, len);
		assert_int_equal(get(r, 1).seen, 0);
	}
	note(r, 2, 20, 2000);
	assert_int_equal(get(r, 2).rate, 2000);
	assert_int_equal(get(r, 1).seen, 0);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_measured_is_there_at_the_next_start),
	cmocka_unit_test(each_network_has_its_own_figures),
	cmocka_unit_test(a_failure_counts_until_it_answers_or_some_time_has_passed),
	cmocka_unit_test(the_file_keeps_the_last_ones),
	cmocka_unit_test(two_that_write_at_once_keep_what_the_other_noted),
	cmocka_unit_test(a_damaged_file_is_ignored_and_written_anew),
};

VV_TEST_SUITE(speeds)
