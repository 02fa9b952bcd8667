/*
 * Arrow streams, compared with the cells of the same rows, each read under the type of its column.
 */
#include "tests/unit/public/fixture.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "varve/arrow.h"

#define ROWS 3000u

/* Columns that groups have as numbers in each of their forms, as values that rows share, as texts; and what is not a value. */
static const struct {
	const char *name, *type, *more;
} fields[] = {{"id", "integer", ""},
	      {"far", "integer", ""},
	      {"gaps", "integer", ""},
	      {"none", "integer", ",\"missingValues\":[\"\",\"7\",\"-12\"]"},
	      {"dash", "number", ",\"missingValues\":[\"\",\"-\",\"NA\"]"},
	      {"keep", "integer", ",\"missingValues\":[\"NA\"]"},
	      {"fixed", "number", ""},
	      {"trimmed", "number", ""},
	      {"point", "number", ""},
	      {"huge", "number", ""},
	      {"whole", "number", ""},
	      {"comma", "number", ",\"decimalChar\":\",\""},
	      {"day", "date", ""},
	      {"daygaps", "date", ""},
	      {"slashes", "date", ",\"format\":\"%d/%m/%Y\""},
	      {"zoned", "datetime", ""},
	      {"part", "datetime", ""},
	      {"space", "datetime", ""},
	      {"flag", "boolean", ""},
	      {"kind", "string", ""},
	      {"label", "string", ",\"missingValues\":[\"\",\"none\"]"},
	      {"digits", "string", ""},
	      {"text", "string", ""},
	      {"same", "integer", ""},
	      {"odd", "integer", ""}};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static void describe(void)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(
		&b,
		"{\"resources\":[{\"name\":\"n\",\"path\":\"n.csv\",\"schema\":{\"primaryKey\":\"id\",\"fields\":[");
	for (size_t i = 0; i < FIELDS; i++) {
		vv_buf_printf(&b, "%s{\"name\":\"%s\",\"type\":\"%s\"%s}", i ? "," : "",
			      fields[i].name, fields[i].type, fields[i].more);
	}
	vv_buf_puts(&b, "]}}]}\n");
	assert_false(b.failed);
	vv_test_write("datapackage.json", b.data, b.len);
	vv_buf_clear(&b);
}

static void put(vv_buf *b, bool there, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A cell, empty unless it is there, and the comma after it. */
static void put(vv_buf *b, bool there, const char *fmt, ...)
{
	char text[64];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	vv_buf_puts(b, there ? text : "");
	vv_buf_putc(b, ',');
}

static void put_numbers(vv_buf *b, vv_prng *r, unsigned i, unsigned n)
{
	put(b, true, "%u", 1000 + i * 3);
	put(b, true, "%" PRId64, (int64_t)(vv_prng_u64(r) >> 1));
	put(b, n % 5 > 0, "%d", (int)n - 50000);
	put(b, true, "%d", (int)(n % 30) - 15);
	if (n % 7 < 2) {
		put(b, true, "%s", n % 7 ? "-" : "NA");
	} else {
		put(b, true, "%u.%02u", n, n % 100);
	}
	put(b, i < 1000 || n % 9 > 0, "%u", n);
	put(b, true, "%s%u.%02u", n % 3 || n < 100 ? "" : "-", n / 100, n % 100);
	if (n % 10) {
		put(b, true, "%u.%u", n / 10, n % 10);
	} else {
		put(b, true, "%u", n / 10);
	}
	put(b, true, "%u.%u", n / 10, n % 10);
	put(b, true, "%u%09u.%07u", n + 1, n, n * 10 + 1);
	put(b, true, "%" PRIu64, vv_prng_u64(r) >> (i < 1500 ? 5 : 20));
	put(b, true, "\"%u,%u\"", n, n % 10);
}

static void put_row(vv_buf *b, vv_prng *r, unsigned i)
{
	const unsigned n = (unsigned)vv_prng_below(r, 100000), year = 1 + n % 9999,
		       month = 1 + n % 12, day = 1 + n % 28, hour = n % 24, minute = n % 60,
		       second = n % 59;
	const char *label = "a label of more than sixteen bytes";

	put_numbers(b, r, i, n);
	put(b, true, "%04u-%02u-%02u", 1900 + n % 200, month, day);
	put(b, n % 4 > 0, "%04u-%02u-%02u", year, month, day);
	put(b, true, "%02u/%02u/%04u", day, month, 2000 + n % 30);
	put(b, true, "2026-%02u-%02uT%02u:%02u:%02uZ", month, day, hour, minute, second);
	put(b, true, "%04u-%02u-%02uT%02u:%02u:%02u.%03u", year, month, day, hour, minute, second,
	    n % 1000);
	put(b, true, "2026-%02u-%02u %02u:%02u:%02u", month, day, hour, minute, second);
	put(b, n % 11 > 0, "%s", n % 2 ? "true" : "false");
	put(b, n % 13 > 0, "kind %u", n % 6);
	put(b, n % 5 > 0, "%s", n % 7 ? label + n % 7 * 5 : "none");
	put(b, true, "%u", n);
	/* two cells that are UTF-8 only together: neither is a value */
	put(b, i / 2 == 850 || n % 17 > 0, "%sw%" PRIx64 "%s", i == 1701 ? "\xa9" : "",
	    vv_prng_u64(r) >> n % 60, i == 1700 ? "\xc3" : "\xc3\xa9");
	put(b, true, "5");
	if (i % 701 == 700) {
		vv_buf_puts(b, "x");
	} else if (i % 3) {
		vv_buf_printf(b, "%u", n % 4);
	}
	vv_buf_puts(b, "\n");
}

static varve_table *numbers(varve_repo *repo)
{
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 31);
	describe();
	for (size_t i = 0; i < FIELDS; i++) {
		vv_buf_printf(&b, "%s%s", i ? "," : "", fields[i].name);
	}
	vv_buf_puts(&b, "\n");
	for (unsigned i = 0; i < ROWS; i++) {
		put_row(&b, &r, i);
	}
	assert_false(b.failed);
	vv_test_write("n.csv", b.data, b.len);
	vv_buf_clear(&b);
	varve("add n.csv");
	return table_of(repo, ":n.csv");
}

/* ---- the comparison ---- */

static bool bit(const void *bits, size_t at)
{
	return ((const uint8_t *)bits)[at / 8] >> at % 8 & 1;
}

static void same_text(const struct ArrowArray *a, size_t at, const varve_cell *c)
{
	const struct ArrowArray *texts = a->dictionary ? a->dictionary : a;
	const size_t place = a->dictionary ? (size_t)((const int32_t *)a->buffers[1])[at] : at;
	const int32_t *ends = texts->buffers[1];

	assert_int_equal(ends[place + 1] - ends[place], c->len);
	assert_memory_equal((const char *)texts->buffers[2] + ends[place], c->text, c->len);
}

/* Units of 16 bytes; format: "d:38,SCALE". */
static void same_decimal(const void *units, const char *format, const varve_value *v)
{
	const double d = v->kind == VARVE_VALUE_INT64 ? (double)v->i : v->d;
	__extension__ __int128 n;
	long double is;

	memcpy(&n, units, sizeof(n));
	is = (long double)n;
	for (int scale = atoi(format + strlen("d:38,")); scale > 0; scale--) {
		is /= 10;
	}
	assert_true((double)is - d <= fabs(d) * 1e-15 && d - (double)is <= fabs(d) * 1e-15);
}

/* Is it what a column with this Arrow format has for the cell? *misfit: it is null for that. */
static void same_value(const struct ArrowArray *a, size_t at, const char *format,
		       const varve_table *t, size_t place, const varve_cell *c, bool *misfit)
{
	const bool null = a->buffers[0] && !bit(a->buffers[0], at);
	const char kind = *format;
	varve_value v;
	varve_error e;

	works(varve_table_value(&v, t, place, c, &e), &e);
	*misfit = v.kind != VARVE_VALUE_NULL &&
		  (kind == 'u' || kind == 'i' ? !vv_utf8_valid(c->text, c->len)
		   : kind == 'l'              ? v.kind != VARVE_VALUE_INT64
		   : kind == 'g' || kind == 'd'
			   ? v.kind != VARVE_VALUE_INT64 && v.kind != VARVE_VALUE_DOUBLE
		   : kind == 'b' ? v.kind != VARVE_VALUE_BOOL
				 : v.kind != VARVE_VALUE_DATE && v.kind != VARVE_VALUE_DATETIME);
	assert_int_equal(null, v.kind == VARVE_VALUE_NULL || *misfit);
	if (null) return;
	if (kind == 'u' || kind == 'i') {
		same_text(a, at, c);
	} else if (kind == 'd') {
		same_decimal((const char *)a->buffers[1] + 16 * at, format, &v);
	} else if (kind == 'g') {
		const double d = v.kind == VARVE_VALUE_INT64 ? (double)v.i : v.d;

		assert_memory_equal((const double *)a->buffers[1] + at, &d, sizeof(d));
	} else if (kind == 'b') {
		assert_int_equal(bit(a->buffers[1], at), v.i);
	} else if (v.kind == VARVE_VALUE_DATE) {
		assert_int_equal(((const int32_t *)a->buffers[1])[at], v.i);
	} else {
		assert_int_equal(((const int64_t *)a->buffers[1])[at], v.i);
	}
}

static int64_t nulls_of(const struct ArrowArray *a)
{
	int64_t nulls = 0;

	for (int64_t i = 0; a->buffers[0] && i < a->length; i++) {
		nulls += !bit(a->buffers[0], (size_t)i);
	}
	return nulls;
}

/* Each batch beside the same rows. Misfits are null in it; what they were is what the stream found. */
static void agrees(const varve_table *t, const varve_rows_options *ro, uint32_t flags,
		   uint64_t batch_rows, int32_t numbers)
{
	const varve_arrow_options o = {.size = sizeof(o),
				       .flags = flags,
				       .misfit = VARVE_MISFIT_NULL,
				       .rows = ro,
				       .row_number = "nr",
				       .numbers = numbers,
				       .batch_rows = batch_rows};
	varve_arrow_counts counts;
	varve_arrow_status *status;
	struct ArrowArrayStream s;
	struct ArrowSchema schema;
	struct ArrowArray a;
	const varve_cell *cells;
	varve_rows *rows;
	varve_error e;
	uint64_t all = 0, misfits = 0, first = VARVE_UNKNOWN;
	size_t columns;

	works(varve_table_arrow(&s, &status, t, &o, &e), &e);
	works(varve_rows_open(&rows, t, ro, &e), &e);
	const size_t *places = varve_rows_columns(rows, &columns);
	assert_int_equal(s.get_schema(&s, &schema), 0);
	for (;;) {
		assert_int_equal(s.get_next(&s, &a), 0);
		if (!a.release) {
			break;
		}
		assert_true(a.length > 0 &&
			    (uint64_t)a.length <= (batch_rows ? batch_rows : 65536));
		assert_int_equal(a.n_children, columns + 1);
		for (size_t r = 0; r < (size_t)a.length; r++, all++) {
			const uint64_t number =
				((const uint64_t *)a.children[columns]->buffers[1])[r];

			assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
			assert_int_equal(number, varve_rows_number(rows));
			for (size_t i = 0; i < columns; i++) {
				bool misfit;

				same_value(a.children[i], r, schema.children[i]->format, t,
					   places[i], &cells[i], &misfit);
				misfits += misfit;
				first = misfit && number < first ? number : first;
			}
		}
		for (size_t i = 0; i < columns; i++) {
			assert_int_equal(nulls_of(a.children[i]), a.children[i]->null_count);
		}
		a.release(&a);
	}
	assert_int_equal(varve_rows_next(rows, &cells, &e), 0);
	works(varve_arrow_status_get(&counts, status, &e), &e);
	assert_int_equal(counts.rows, all);
	assert_int_equal(counts.misfits, misfits);
	assert_int_equal(counts.misfit_row, first);
	schema.release(&schema);
	s.release(&s);
	varve_rows_free(rows);
	varve_arrow_status_free(status);
}

static void agrees_in_all_ways(const varve_table *t, const char *const *some, const char *condition)
{
	varve_filter *where = filter_of(condition);
	const varve_rows_options all = {.size = sizeof(all)},
				 chosen = {.size = sizeof(all), .columns = some},
				 filtered = {.size = sizeof(all), .columns = some, .where = where},
				 share = {.size = sizeof(all), .part = 1, .parts = 3};

	agrees(t, &all, 0, 0, VARVE_NUMBERS_DOUBLE);
	agrees(t, &all, VARVE_ARROW_TEXT, 1000, VARVE_NUMBERS_DOUBLE);
	agrees(t, &all, 0, 7, VARVE_NUMBERS_DOUBLE);
	agrees(t, &chosen, 0, 333, VARVE_NUMBERS_DOUBLE);
	agrees(t, &filtered, 0, 100, VARVE_NUMBERS_DOUBLE);
	agrees(t, &share, 0, 0, VARVE_NUMBERS_DOUBLE);
	agrees(t, &all, VARVE_ARROW_DICTIONARIES, 500, VARVE_NUMBERS_DECIMAL);
	agrees(t, &filtered, 0, 100, VARVE_NUMBERS_DECIMAL);
	agrees(t, &filtered, VARVE_ARROW_DICTIONARIES, 100, VARVE_NUMBERS_TEXT);
	agrees(t, &share, VARVE_ARROW_DICTIONARIES | VARVE_ARROW_TEXT, 0, VARVE_NUMBERS_TEXT);
	varve_filter_free(where);
}

static void numbers_and_dates_are_those_of_the_cells(void **state)
{
	static const char *const some[] = {"part", "gaps", "kind", "gaps", "trimmed", NULL};
	varve_repo *repo = begin_repo();
	varve_table *t = numbers(repo);

	(void)state;
	agrees_in_all_ways(t, some, "whole > 1000 and flag = true");
	varve_table_free(t);
	varve_repo_free(repo);
}

static void any_table_gives_the_values_of_its_cells(void **state)
{
	static const char *const some[] = {"price", "note", "flag", NULL}, *const paths[] = {
										   "t.csv",
										   "t.ndjson"};
	static const int formats[] = {VARVE_FORMAT_CSV, VARVE_FORMAT_NDJSON};
	varve_repo *repo = begin_repo();
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 4712);
	known_describe(paths, 2);
	for (size_t i = 0; i < 2; i++) {
		known k = known_random(&prng, ROWS, formats[i]);
		char word[32];

		known_write(&k, paths[i]);
		varve("add %s", paths[i]);
		(void)snprintf(word, sizeof(word), ":%s", paths[i]);
		varve_table *t = table_of(repo, word);
		agrees_in_all_ways(t, some, "day is not null");
		varve_table_free(t);
		known_free(&k);
	}
	varve_repo_free(repo);
}

static void the_first_misfit_by_rows_ends_the_stream(void **state)
{
	static const char text[] = "id,a,b\n1,1,1\n2,1,x\n3,y,z\n4,1,1\n";
	static const char package[] =
		"{\"resources\":[{\"name\":\"m\",\"path\":\"m.csv\",\"schema\":{\"fields\":[{\"name\":\"id\",\"type\":"
		"\"integer\"},{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\",\"type\":\"integer\"}]}}]}\n";
	varve_repo *repo = begin_repo();
	const varve_arrow_options o = {.size = sizeof(o)};
	varve_arrow_counts counts;
	varve_arrow_status *status;
	struct ArrowArrayStream s;
	struct ArrowArray a;
	varve_error e;

	(void)state;
	vv_test_write("datapackage.json", package, sizeof(package) - 1);
	vv_test_write("m.csv", text, sizeof(text) - 1);
	varve("add m.csv");
	varve_table *t = table_of(repo, ":m.csv");
	works(varve_table_arrow(&s, &status, t, &o, &e), &e);
	assert_int_equal(s.get_next(&s, &a), EINVAL);
	assert_int_equal(varve_arrow_status_get(&counts, status, &e), VARVE_EINPUT);
	assert_int_equal(counts.misfit_row, 1);
	assert_int_equal(counts.misfit_column, 2);
	assert_int_equal(counts.misfits, 1);
	assert_int_equal(counts.rows, 0);
	s.release(&s);
	varve_arrow_status_free(status);
	varve_table_free(t);
	varve_repo_free(repo);
}

/* ---- differences ---- */

static size_t child_named(const struct ArrowSchema *s, const char *name)
{
	size_t i = 0;

	while (i < (size_t)s->n_children && strcmp(s->children[i]->name, name) != 0) {
		i++;
	}
	assert_true(i < (size_t)s->n_children);
	return i;
}

static bool text_is(const struct ArrowArray *a, size_t at, const char *text, size_t len)
{
	const int32_t *ends = a->buffers[1];

	return (size_t)(ends[at + 1] - ends[at]) == len &&
	       memcmp((const char *)a->buffers[2] + ends[at], text, len) == 0;
}

static bool is_null(const struct ArrowArray *a, size_t at)
{
	return a->buffers[0] && !bit(a->buffers[0], at);
}

/* The next row of a stream: its place in *a. False: there is none. */
static bool next_of(struct ArrowArrayStream *s, struct ArrowArray *a, size_t *at)
{
	if (a->release && ++*at < (size_t)a->length) return true;
	if (a->release) {
		a->release(a);
	}
	*at = 0;
	assert_int_equal(s->get_next(s, a), 0);
	return a->release != NULL;
}

/* The row of a version: its id and what happened to it. */
static void is_version(const struct ArrowArray *a, size_t at, const struct ArrowSchema *s,
		       const varve_cell *cells, const char *type, const char *commit)
{
	char id[24];
	const int64_t *ids = a->children[child_named(s, "id")]->buffers[1];

	(void)snprintf(id, sizeof(id), "%" PRId64, ids[at]);
	assert_true(strlen(id) == cells[0].len && memcmp(id, cells[0].text, cells[0].len) == 0);
	assert_true(text_is(a->children[child_named(s, "_change_type")], at, type, strlen(type)));
	assert_true(text_is(a->children[child_named(s, "_commit_version")], at, commit,
			    strlen(commit)));
	assert_false(is_null(a->children[child_named(s, "_commit_timestamp")], at));
}

static bool has_text(const struct ArrowArray *a, size_t at, const varve_cell *c)
{
	return c->state == VARVE_CELL_NULL ? is_null(a, at)
					   : !is_null(a, at) && text_is(a, at, c->text, c->len);
}

/* Both streams beside the cursor. */
static void streams_agree(const varve_table *a, const varve_table *b, const char *commit)
{
	const varve_diff_arrow_options rows = {.size = sizeof(rows),
					       .misfit = VARVE_MISFIT_NULL,
					       .batch_rows = 50},
				       cells = {.size = sizeof(cells),
						.what = VARVE_DIFF_ARROW_CELLS,
						.batch_rows = 50};
	struct ArrowArrayStream rs, cs;
	struct ArrowSchema schema, cell_schema;
	struct ArrowArray ra = {.release = NULL}, ca = {.release = NULL};
	const varve_row_change *c;
	size_t r = 0, k = 0;
	varve_diff *d;
	varve_error e;

	works(varve_diff_arrow(&rs, NULL, a, b, &rows, &e), &e);
	works(varve_diff_arrow(&cs, NULL, a, b, &cells, &e), &e);
	works(varve_diff_open(&d, a, b, NULL, &e), &e);
	assert_int_equal(rs.get_schema(&rs, &schema), 0);
	assert_int_equal(cs.get_schema(&cs, &cell_schema), 0);
	while (varve_diff_next(d, &c, &e) > 0) {
		const bool changed = c->kind == VARVE_ROW_CHANGED;

		if (c->before) {
			assert_true(next_of(&rs, &ra, &r));
			is_version(&ra, r, &schema, c->before,
				   changed ? "update_preimage" : "delete", commit);
		}
		if (c->after) {
			assert_true(next_of(&rs, &ra, &r));
			is_version(&ra, r, &schema, c->after,
				   changed ? "update_postimage" : "insert", commit);
		}
		for (size_t i = 0; changed && varve_diff_column(d, i); i++) {
			if (c->cells[i] != VARVE_CHANGE_NONE) {
				const varve_column_pair *p = varve_diff_column(d, i);

				assert_true(next_of(&cs, &ca, &k));
				assert_true(has_text(ca.children[2], k, &c->before[p->before]));
				assert_true(has_text(ca.children[3], k, &c->after[p->after]));
			}
		}
	}
	assert_false(next_of(&rs, &ra, &r));
	assert_false(next_of(&cs, &ca, &k));
	schema.release(&schema);
	cell_schema.release(&cell_schema);
	rs.release(&rs);
	cs.release(&cs);
	varve_diff_free(d);
}

static void streams_of_a_difference_have_what_its_cursor_has(void **state)
{
	static const int formats[] = {VARVE_FORMAT_CSV, VARVE_FORMAT_NDJSON};
	static const char *const paths[] = {"t.csv", "t.ndjson"};
	varve_repo *repo = begin_repo();
	varve_error e;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 77);
	known_describe(paths, 2);
	for (size_t i = 0; i < 2; i++) {
		known old = known_random(&prng, 1500, formats[i]),
		      new = known_edited(&prng, &old, 7);
		char word[48], id[VARVE_ID_SIZE];

		known_write(&old, paths[i]);
		varve("add %s", paths[i]);
		varve("commit -q -m old");
		known_write(&new, paths[i]);
		varve("add %s", paths[i]);
		varve("commit -q -m new");
		(void)snprintf(word, sizeof(word), "HEAD^:%s", paths[i]);
		varve_table *a = table_of(repo, word);
		(void)snprintf(word, sizeof(word), "HEAD:%s", paths[i]);
		varve_table *b = table_of(repo, word);
		works(varve_rev_parse(id, repo, "HEAD", &e), &e);
		streams_agree(a, b, id);
		varve_table_free(a);
		varve_table_free(b);
		known_free(&old);
		known_free(&new);
	}
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(streams_of_a_difference_have_what_its_cursor_has),
	cmocka_unit_test(numbers_and_dates_are_those_of_the_cells),
	cmocka_unit_test(any_table_gives_the_values_of_its_cells),
	cmocka_unit_test(the_first_misfit_by_rows_ends_the_stream),
};
VV_TEST_SUITE(arrow)
