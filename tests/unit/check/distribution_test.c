/*
 * Values counted, taken away again, and kept as bytes.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "check/past/drift.h"
#include "check/past/instant.h"

static void read_schema(vv_schema *s, const char *json)
{
	vv_error err;

	vv_assert_ok(vv_schema_read(s, json, strlen(json), "schema", &err), &err);
}

static vv_cell text(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

static void add(vv_distribution *d, const vv_schema *s, const char *value, int times)
{
	vv_cell c = text(value);
	vv_error err;

	vv_assert_ok(vv_distribution_add(d, &s->fields[0], &c, 1, 1, times, &err), &err);
}

/* The place of a value among those of its type. */
static int64_t step(const vv_schema *s, const char *value)
{
	vv_distribution d;
	vv_error err;
	int64_t out;

	vv_distribution_init(&d, VV_DIST_NUMBERS);
	add(&d, s, value, 1);
	vv_assert_ok(vv_distribution_finish(&d, &err), &err);
	if (d.count != 1) {
		fail_msg("'%s' is not a value", value);
	}
	out = d.values[0].step;
	vv_distribution_clear(&d);
	return out;
}

static void numbers_keep_their_order(void **state)
{
	static const char *const rising[] = {
		"-INF",    "-1e300", "-12.5",  "-1.001", "-1",
		"-1e-300", "0",      "1e-300", "0.1",    "0.2",
		"1",       "1.001",  "4095",   "4096",   "123456789012345678901234567890",
		"INF"};
	vv_schema s;
	(void)state;
	read_schema(&s, "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}]}");
	for (size_t i = 1; i < sizeof(rising) / sizeof(rising[0]); i++) {
		assert_true(step(&s, rising[i - 1]) < step(&s, rising[i]));
	}
	assert_int_equal(step(&s, "-0"), step(&s, "0"));
	assert_int_equal(step(&s, "1.50"), step(&s, "15e-1"));
	assert_int_equal(step(&s, "0.1"), step(&s, "0.10000000000000000000001"));
	/* each pair: a form that is read quickly, and one that is not */
	assert_int_equal(step(&s, "5"), step(&s, "5."));
	assert_int_equal(step(&s, "-0.0"), step(&s, "0"));
	assert_int_equal(step(&s, "7"), step(&s, "007"));
	assert_int_equal(step(&s, "007.5"), step(&s, "75e-1"));
	assert_int_equal(step(&s, "0.5"), step(&s, ".5"));
	assert_int_equal(step(&s, "0.1234567890123456"), step(&s, "1234567890123456e-16"));
	assert_int_equal(step(&s, "1234567890.1234567"), step(&s, "12345678901234567e-7"));
	assert_int_equal(step(&s, "-12345678901234567.8"), step(&s, "-123456789012345678e-1"));
	assert_int_equal(step(&s, "9007199254740992"), step(&s, "9007199254740993"));
	vv_schema_clear(&s);
}

static void numbers_are_read_as_their_field_spells_them(void **state)
{
	vv_schema comma, plain;
	(void)state;
	read_schema(
		&comma,
		"{\"fields\":[{\"name\":\"x\",\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"}]}");
	read_schema(&plain, "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}]}");
	assert_int_equal(step(&comma, "1.234,5"), step(&plain, "1234.5"));
	vv_schema_clear(&comma);
	vv_schema_clear(&plain);
}

static void dates_are_counted_by_day_and_times_by_minute(void **state)
{
	vv_schema date, moment, local;
	(void)state;
	read_schema(&date, "{\"fields\":[{\"name\":\"x\",\"type\":\"date\"}]}");
	read_schema(&moment, "{\"fields\":[{\"name\":\"x\",\"type\":\"datetime\"}]}");
	read_schema(&local,
		    "{\"fields\":[{\"name\":\"x\",\"type\":\"date\",\"format\":\"%d/%m/%Y\"}]}");
	assert_int_equal(step(&date, "1970-01-01"), 0);
	assert_int_equal(step(&date, "2024-02-29"), 19782);
	assert_int_equal(step(&date, "2024-03-01"), 19783);
	assert_int_equal(step(&local, "29/02/2024"), 19782);
	assert_int_equal(step(&moment, "1970-01-02T00:01:59Z"), 1441);
	assert_int_equal(step(&moment, "1970-01-02T01:01:00+01:00"), 1441);
	vv_schema_clear(&date);
	vv_schema_clear(&moment);
	vv_schema_clear(&local);
}

static void days_come_back_as_dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {{0, "1970-01-01T00:00:00Z"},
		     {-1, "1969-12-31T23:59:59Z"},
		     {951782400, "2000-02-29T00:00:00Z"},
		     {4107542399, "2100-02-28T23:59:59Z"},
		     {4107542400, "2100-03-01T00:00:00Z"}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_instant at = vv_instant_of(cases[i].seconds);
		vv_buf b = VV_BUF_INIT;

		vv_instant_put(&b, &at, true);
		assert_string_equal(vv_buf_cstr(&b), cases[i].text);
		assert_int_equal(vv_instant_seconds(&at), cases[i].seconds);
		vv_buf_clear(&b);
	}
}

static void missing_and_foreign_values_are_counted_apart(void **state)
{
	vv_distribution d;
	vv_schema s;
	vv_error err;
	(void)state;
	read_schema(
		&s,
		"{\"fields\":[{\"name\":\"x\",\"type\":\"integer\"}],\"missingValues\":[\"\",\"-\"]}");
	vv_distribution_init(&d, VV_DIST_NUMBERS);
	add(&d, &s, "1", 1);
	add(&d, &s, "", 1);
	add(&d, &s, "-", 1);
	add(&d, &s, "N/A", 1);
	vv_assert_ok(vv_distribution_finish(&d, &err), &err);
	assert_int_equal(d.rows, 4);
	assert_int_equal(d.missing, 2);
	assert_int_equal(d.other, 1);
	assert_int_equal(d.count, 1);
	vv_distribution_clear(&d);
	vv_schema_clear(&s);
}

static void same(const vv_distribution *a, const vv_distribution *b)
{
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT;

	vv_distribution_put(&x, a);
	vv_distribution_put(&y, b);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(vv_buf_cstr(&x), vv_buf_cstr(&y), x.len);
	vv_buf_clear(&x);
	vv_buf_clear(&y);
}

/* Random values put in and taken away leave what is left, whatever the way. */
static void what_is_taken_away_leaves_no_trace(void **state)
{
	static const char *const schemas[] = {
		"{\"fields\":[{\"name\":\"x\",\"type\":\"integer\"}]}",
		"{\"fields\":[{\"name\":\"x\",\"type\":\"string\"}]}"};
	(void)state;
	for (int k = 0; k < 2; k++) {
		vv_dist_kind kind = k == 0 ? VV_DIST_NUMBERS : VV_DIST_TEXTS;
		vv_distribution full, part, back;
		vv_buf bytes = VV_BUF_INIT;
		vv_schema s;
		vv_error err;

		read_schema(&s, schemas[k]);
		vv_distribution_init(&full, kind);
		vv_distribution_init(&part, kind);
		for (int i = 0; i < 5000; i++) {
			char word[16];

			(void)snprintf(word, sizeof(word), "%d", i * 7919 % 1300);
			add(&full, &s, word, 1);
			if (i % 3 == 0) {
				add(&part, &s, word, 1);
			}
		}
		for (int i = 0; i < 5000; i++) {
			char word[16];

			(void)snprintf(word, sizeof(word), "%d", i * 7919 % 1300);
			if (i % 3 != 0) {
				add(&full, &s, word, -1);
			}
		}
		vv_assert_ok(vv_distribution_finish(&full, &err), &err);
		vv_assert_ok(vv_distribution_finish(&part, &err), &err);
		same(&full, &part);
		vv_distribution_put(&bytes, &full);
		vv_distribution_init(&back, kind);
		assert_true(vv_distribution_get(&back, bytes.data, bytes.len, &err));
		same(&back, &part);
		vv_distribution_clear(&back);
		vv_distribution_clear(&full);
		vv_distribution_clear(&part);
		vv_buf_clear(&bytes);
		vv_schema_clear(&s);
	}
}

static void add_numbers(vv_distribution *d, const vv_schema *s, int from, int to, int times)
{
	vv_error err;

	for (int i = from; i < to; i++) {
		char word[24];
		vv_cell c;

		/* narrow and fine, so that few binary digits tell them apart, and some far off */
		(void)snprintf(word, sizeof(word), i % 1000 ? "%d.%06d" : "%d%06d", 100, i);
		c = text(word);
		vv_assert_ok(vv_distribution_add(d, &s->fields[0], &c, 1, 1, times, &err), &err);
	}
}

/* More numbers than there is room for: what is left of them depends on the numbers alone. */
static void digits_are_dropped_whatever_the_way(void **state)
{
	enum { ROOM = (int)VV_DIST_STEPS_MAX };
	vv_distribution all, parts[2], sum, made;
	uint64_t rows = 0;
	vv_schema s;
	vv_error err;
	(void)state;
	read_schema(&s, "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}]}");
	vv_distribution_init(&all, VV_DIST_NUMBERS);
	vv_distribution_init(&sum, VV_DIST_NUMBERS);
	vv_distribution_init(&made, VV_DIST_NUMBERS);
	add_numbers(&all, &s, 0, 3 * ROOM / 2, 1);
	vv_assert_ok(vv_distribution_finish(&all, &err), &err);
	assert_true(all.dropped > 0 && all.count <= VV_DIST_STEPS_MAX && all.count > 40000);
	assert_true(all.finer > VV_DIST_STEPS_MAX);
	for (size_t i = 0; i < all.count; i++) {
		rows += all.values[i].count;
	}
	assert_int_equal(rows, 3 * ROOM / 2);
	/* in parts, of which the first has room for all digits */
	for (int i = 0; i < 2; i++) {
		vv_distribution_init(&parts[i], VV_DIST_NUMBERS);
		add_numbers(&parts[i], &s, i == 0 ? 0 : ROOM / 2 - 100,
			    i == 0 ? ROOM / 2 : 3 * ROOM / 2, 1);
		vv_assert_ok(vv_distribution_finish(&parts[i], &err), &err);
		assert_int_equal(parts[i].dropped > 0, i == 1);
	}
	add_numbers(&sum, &s, ROOM / 2 - 100, ROOM / 2, -1);
	for (int i = 0; i < 2; i++) {
		vv_assert_ok(vv_distribution_add_all(&sum, &parts[i], &err), &err);
	}
	vv_assert_ok(vv_distribution_finish(&sum, &err), &err);
	assert_int_equal(sum.dropped, all.dropped);
	assert_int_equal(sum.count, all.count);
	for (size_t i = 0; i < all.count; i++) {
		assert_int_equal(sum.values[i].step, all.values[i].step);
		assert_int_equal(sum.values[i].count, all.values[i].count);
	}
	/* with a tenth gone that is still certain, with two thirds it is not */
	vv_assert_ok(vv_distribution_add_all(&made, &all, &err), &err);
	add_numbers(&made, &s, 0, 10, -1);
	vv_assert_ok(vv_distribution_finish(&made, &err), &err);
	assert_true(vv_distribution_settle(&made, &all, 10));
	assert_false(vv_distribution_settle(&made, &all, 2 * ROOM));
	vv_distribution_clear(&made);
	vv_distribution_clear(&sum);
	vv_distribution_clear(&all);
	for (int i = 0; i < 2; i++) {
		vv_distribution_clear(&parts[i]);
	}
	vv_schema_clear(&s);
}

static void taking_away_what_was_not_there_is_noticed(void **state)
{
	vv_distribution d;
	vv_schema s;
	vv_error err;
	(void)state;
	read_schema(&s, "{\"fields\":[{\"name\":\"x\"}]}");
	vv_distribution_init(&d, VV_DIST_TEXTS);
	add(&d, &s, "a", 1);
	add(&d, &s, "b", 1);
	add(&d, &s, "c", -1);
	vv_assert_status(vv_distribution_finish(&d, &err), VV_ECORRUPT, &err);
	vv_distribution_clear(&d);
	vv_schema_clear(&s);
}

static void damaged_bytes_are_no_distribution(void **state)
{
	vv_distribution d, back;
	vv_buf bytes = VV_BUF_INIT;
	vv_schema s;
	vv_error err;
	(void)state;
	read_schema(&s, "{\"fields\":[{\"name\":\"x\"}]}");
	vv_distribution_init(&d, VV_DIST_TEXTS);
	add(&d, &s, "abc", 1);
	add(&d, &s, "de", 1);
	vv_assert_ok(vv_distribution_finish(&d, &err), &err);
	vv_distribution_put(&bytes, &d);
	for (size_t len = 0; len < bytes.len; len++) {
		vv_distribution_init(&back, VV_DIST_TEXTS);
		assert_false(vv_distribution_get(&back, bytes.data, len, &err));
		vv_distribution_clear(&back);
	}
	vv_distribution_init(&back, VV_DIST_NUMBERS);
	assert_false(vv_distribution_get(&back, bytes.data, bytes.len, &err));
	vv_distribution_clear(&back);
	bytes.data[2]++; /* a row more than there are values */
	vv_distribution_init(&back, VV_DIST_TEXTS);
	assert_false(vv_distribution_get(&back, bytes.data, bytes.len, &err));
	vv_distribution_clear(&back);
	vv_distribution_clear(&d);
	vv_buf_clear(&bytes);
	vv_schema_clear(&s);
}

/* Nothing of their values is left; a kept one that forgets this would take them for none. */
static void too_many_texts_are_still_too_many_when_they_are_read_again(void **state)
{
	vv_distribution d, back;
	vv_buf bytes = VV_BUF_INIT, word = VV_BUF_INIT;
	vv_schema s;
	vv_error err;

	(void)state;
	read_schema(&s, "{\"fields\":[{\"name\":\"x\"}]}");
	vv_distribution_init(&d, VV_DIST_TEXTS);
	vv_buf_put_spaces(&word, VV_DIST_BYTES_MAX / 16);
	for (char i = 'a'; i <= 'z'; i++) {
		vv_buf_putc(&word, i);
		add(&d, &s, vv_buf_cstr(&word), 1);
	}
	vv_assert_ok(vv_distribution_finish(&d, &err), &err);
	assert_true(d.over);
	vv_distribution_put(&bytes, &d);
	vv_distribution_init(&back, VV_DIST_TEXTS);
	assert_true(vv_distribution_get(&back, bytes.data, bytes.len, &err));
	assert_true(back.over);
	assert_int_equal(back.rows, 26);
	vv_distribution_clear(&back);
	vv_distribution_clear(&d);
	vv_buf_clear(&bytes);
	vv_buf_clear(&word);
	vv_schema_clear(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_keep_their_order),
	cmocka_unit_test(numbers_are_read_as_their_field_spells_them),
	cmocka_unit_test(dates_are_counted_by_day_and_times_by_minute),
	cmocka_unit_test(days_come_back_as_dates),
	cmocka_unit_test(missing_and_foreign_values_are_counted_apart),
	cmocka_unit_test(what_is_taken_away_leaves_no_trace),
	cmocka_unit_test(digits_are_dropped_whatever_the_way),
	cmocka_unit_test(taking_away_what_was_not_there_is_noticed),
	cmocka_unit_test(damaged_bytes_are_no_distribution),
	cmocka_unit_test(too_many_texts_are_still_too_many_when_they_are_read_again),
};

VV_TEST_SUITE(distribution)
