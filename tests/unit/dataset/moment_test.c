/*
 * Dates and times in one spelling. (Which values are equal: tests/unit/diff/value_test.c.)
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "dataset/schema/moment.h"
#include "dataset/schema/schema.h"

/* What is made of a text in a column of this type and format; "=": as it is, "-": none. */
static const char *put(const char *type, const char *format, const char *text)
{
	static char out[64];
	vv_buf b = VV_BUF_INIT, json = VV_BUF_INIT;
	vv_schema s;
	vv_error err;
	vv_moment_form form;

	vv_buf_printf(&json, "{\"fields\":[{\"name\":\"x\",\"type\":\"%s\",\"format\":\"%s\"}]}",
		      type, format);
	vv_assert_ok(vv_schema_read(&s, json.data, json.len, "schema", &err), &err);
	form = vv_moment_put(&b, &s.fields[0], text, strlen(text));
	assert_int_equal(b.len > 0, form == VV_MOMENT_PUT);
	(void)snprintf(out, sizeof out, "%s",
		       form == VV_MOMENT_PUT    ? vv_buf_cstr(&b)
		       : form == VV_MOMENT_NONE ? "-"
						: "=");
	vv_schema_clear(&s);
	vv_buf_clear(&json);
	vv_buf_clear(&b);
	return out;
}

static void a_format_of_ones_own_is_written_as_the_default(void **state)
{
	(void)state;
	assert_string_equal(put("date", "%d/%m/%Y", "31/1/2024"), "2024-01-31");
	assert_string_equal(put("date", "%D", "02/29/24"), "2024-02-29");
	assert_string_equal(put("date", "%Y-%j", "2023-365"), "2023-12-31");
	assert_string_equal(put("time", "%I:%M:%S %p", "12:00:01 AM"), "00:00:01");
	assert_string_equal(put("time", "%H:%M:%S.%f", "07:08:09.120"), "07:08:09.12");
	assert_string_equal(put("datetime", "%F %T", "2024-01-31 07:08:09"), "2024-01-31T07:08:09");
}

static void zones_are_taken_off_across_days_months_and_years(void **state)
{
	(void)state;
	assert_string_equal(put("datetime", "%F %H:%M%z", "2024-01-01 00:30+01:00"),
			    "2023-12-31T23:30:00Z");
	assert_string_equal(put("datetime", "default", "2024-02-28T23:30:00-00:45"),
			    "2024-02-29T00:15:00Z");
	assert_string_equal(put("datetime", "default", "2023-02-28T24:00:00"),
			    "2023-03-01T00:00:00");
	assert_string_equal(put("datetime", "default", "2023-12-31T23:59:59.90-14:00"),
			    "2024-01-01T13:59:59.9Z");
}

static void what_is_in_this_form_or_uncertain_stays(void **state)
{
	(void)state;
	assert_string_equal(put("date", "default", "2024-01-31"), "=");
	assert_string_equal(put("date", "default", "31.1."), "=");
	assert_string_equal(put("time", "default", "10:00:00"), "=");
	assert_string_equal(put("datetime", "default", "2024-01-31T10:00:00"), "=");
	assert_string_equal(put("datetime", "default", "2024-01-31T10:00:00Z"), "=");
	assert_string_equal(put("datetime", "default", "9999-12-31T23:59:59-01:00"), "=");
	assert_string_equal(put("datetime", "default", "no date"), "=");
	assert_string_equal(put("date", "any", "1/2/2024"), "=");
	assert_string_equal(put("date", "%a %d %b %Y", "Wed 31 Jan 2024"), "=");
	assert_string_equal(put("date", "%Y %W %w", "2024 01 1"), "=");
	assert_string_equal(put("datetime", "%F %T %Z", "2024-01-31 10:00:00 CET"), "=");
	assert_string_equal(put("year", "default", "2024"), "=");
	assert_string_equal(put("string", "default", "2024"), "=");
}

static void what_its_format_does_not_read_is_none(void **state)
{
	(void)state;
	assert_string_equal(put("date", "%d/%m/%Y", "2024-01-31"), "-");
	assert_string_equal(put("date", "%d/%m/%Y", "30/02/2024"), "-");
	assert_string_equal(put("date", "%d/%m/%Y", "01/01/0001"), "-");
	assert_string_equal(put("time", "%H:%M", "25:00"), "-");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_format_of_ones_own_is_written_as_the_default),
	cmocka_unit_test(zones_are_taken_off_across_days_months_and_years),
	cmocka_unit_test(what_is_in_this_form_or_uncertain_stays),
	cmocka_unit_test(what_its_format_does_not_read_is_none),
};

VV_TEST_SUITE(moment)
