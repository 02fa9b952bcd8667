/* zone: offsets as the C library has them, and local times in the hours when the clocks change. */
#include "repo/git/history/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/support.h"

/* North and south, half hours, midnights that do not exist or come twice, summer time that is not 1 hour, Ramadan,
 * a day that was skipped, zones that changed their mind. */
static const char *const names[] = {
	"Europe/Berlin",      "Europe/Dublin",    "Europe/Istanbul",  "Europe/Moscow",
	"America/New_York",   "America/St_Johns", "America/Havana",   "America/Sao_Paulo",
	"America/Nuuk",       "Asia/Kolkata",     "Asia/Kathmandu",   "Asia/Tehran",
	"Asia/Beirut",        "Asia/Jerusalem",   "Africa/Cairo",     "Africa/Casablanca",
	"Australia/Adelaide", "Pacific/Apia",     "Pacific/Auckland", "Australia/Lord_Howe",
	"Pacific/Kiritimati", "Etc/GMT+12",       "Asia/Tokyo",       "Antarctica/Troll",
};

#define NAMES (sizeof(names) / sizeof(names[0]))
#define BEGIN (-1500000000) /* 1922 */
#define END 5000000000      /* 2128 */

static int64_t of_libc(int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return vv_days_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400 +
	       (int64_t)tm.tm_hour * 3600 + (int64_t)tm.tm_min * 60 + tm.tm_sec - when;
}

static vv_zone *open_zone(const char *name)
{
	vv_zone *z = NULL;
	vv_error err;

	vv_assert_ok(vv_zone_open(&z, name, &err), &err);
	return z;
}

static void is_first(const vv_zone *z, int64_t local)
{
	const int64_t t = vv_zone_first(z, local);

	assert_true(t + vv_zone_offset_sec(z, t) >= local);
	assert_true(t - 1 + vv_zone_offset_sec(z, t - 1) < local);
	for (int64_t u = t - 30 * 3600; u < t; u += 900) {
		assert_true(u + vv_zone_offset_sec(z, u) < local);
	}
}

static void offsets_are_those_of_the_c_library(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		vv_zone *z = open_zone(names[i]);
		size_t changes = 0;
		int64_t last = 0;

		setenv("TZ", names[i], 1);
		tzset();
		for (int64_t t = BEGIN; t < END; t += 29 * 3600 + 17) {
			const int64_t is = of_libc(t);

			if (vv_zone_offset_sec(z, t) != is) {
				fail_msg("%s at %lld: %lld, not %lld", names[i], (long long)t,
					 (long long)vv_zone_offset_sec(z, t), (long long)is);
			}
			changes += t > BEGIN && is != last;
			if (t > 0 &&
			    is != last) { /* local times around the change, and in whole hours */
				for (int64_t h = -30; h <= 30; h++) {
					is_first(z, (t + is) / 3600 * 3600 + h * 3600);
					is_first(z, t + is + h * 1801);
				}
			}
			last = is;
		}
		assert_true(changes > 0 || strchr(names[i], '+'));
		vv_zone_close(z);
	}
	unsetenv("TZ");
	tzset();
}

static void a_local_time_in_a_change_of_the_clocks_has_one_instant(void **state)
{
	(void)state;
	vv_zone *berlin = open_zone("Europe/Berlin"), *paulo = open_zone("America/Sao_Paulo");

	/* 2026-03-29 02:30 is skipped, 2026-10-25 02:30 comes twice */
	assert_int_equal(vv_zone_first(berlin, 1774751400), 1774746000);
	assert_int_equal(vv_zone_first(berlin, 1792895400), 1792888200);
	/* 2018-11-04 began at 01:00 */
	assert_int_equal(vv_zone_first(paulo, 1541289600), 1541300400);
	vv_zone_close(berlin);
	vv_zone_close(paulo);
}

static void what_is_no_zone_is_refused(void **state)
{
	static const char *const not [] = {"",
					   "nonsense",
					   "+1",
					   "+15:00",
					   "+01:60",
					   "/",
					   "..",
					   "../etc/x",
					   "posixrules/",
					   "Europe",
					   "zone.tab",
					   "Europe/../Europe/Berlin",
					   "Europe//Berlin"};
	vv_zone *z = NULL;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++) {
		assert_int_equal(vv_zone_open(&z, not [i], &err), VV_EUSAGE);
		assert_null(z);
	}
	z = open_zone("-03:30");
	assert_int_equal(vv_zone_offset_sec(z, 0), -12600);
	assert_int_equal(vv_zone_first(z, 0), 12600);
	vv_zone_close(z);
}

/* A disk that fails, or memory that runs out, is no wrong name. */
static void a_zone_that_cannot_be_read_says_why(void **state)
{
	vv_zone *z = NULL;
	vv_error err;
	bool struck = true;

	(void)state;
	vv_fault_set(VV_FAULT_READ, 1, EIO);
	assert_int_equal(vv_zone_open(&z, "Europe/Berlin", &err), VV_EIO);
	assert_true(vv_fault_clear());
	for (unsigned n = 1; struck; n++) {
		vv_fault_set(VV_FAULT_ALLOC, n, ENOMEM);
		const vv_status rc = vv_zone_open(&z, "Europe/Berlin", &err);
		struck = vv_fault_clear();
		assert_int_equal(rc, struck ? VV_ENOMEM : VV_OK);
	}
	vv_zone_close(z);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(offsets_are_those_of_the_c_library),
	cmocka_unit_test(a_local_time_in_a_change_of_the_clocks_has_one_instant),
	cmocka_unit_test(what_is_no_zone_is_refused),
	cmocka_unit_test(a_zone_that_cannot_be_read_says_why),
};

VV_TEST_SUITE(zone)
