/*
 * Rows of tables through the library, compared with the cells that were put into the file.
 */
#include "tests/unit/public/fixture.h"

#include <string.h>
#include <unistd.h>

#include "base/sys.h"

#define ROWS 12000u

static const struct {
	const char *path;
	int format;
	size_t rows;
} kinds[] = {{"t.csv", VARVE_FORMAT_CSV, ROWS},
	     {"t.tsv", VARVE_FORMAT_TSV, 500},
	     {"t.ndjson", VARVE_FORMAT_NDJSON, ROWS / 2},
	     {"t.json", VARVE_FORMAT_JSON, 700}};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Each kind of table, as it was added, and as a file that nobody added. */
typedef struct fixture {
	varve_repo *repo;
	vv_prng prng;
	known known[KINDS];
	varve_table *stored[KINDS], *plain[KINDS];
} fixture;

static void begin(fixture *f)
{
	const char *const paths[] = {"t.csv",          "t.tsv",       "t.ndjson",
				     "t.json",         "plain-t.csv", "plain-t.tsv",
				     "plain-t.ndjson", "plain-t.json"};

	f->repo = begin_repo();
	vv_prng_init(&f->prng, 4711);
	known_describe(paths, sizeof(paths) / sizeof(paths[0]));
	for (size_t i = 0; i < KINDS; i++) {
		f->known[i] = known_random(&f->prng, kinds[i].rows, kinds[i].format);
		known_write(&f->known[i], kinds[i].path);
	}
	varve("add t.csv t.tsv t.ndjson");
	varve("add --as table t.json"); /* else an ordinary file */
	for (size_t i = 0; i < KINDS; i++) {
		char word[32];

		(void)snprintf(word, sizeof(word), ":%s", kinds[i].path);
		f->stored[i] = table_of(f->repo, word);
		sh("cp %s plain-%s", kinds[i].path, kinds[i].path);
		(void)snprintf(word, sizeof(word), "plain-%s", kinds[i].path);
		f->plain[i] = table_of(f->repo, word);
	}
}

static void end(fixture *f)
{
	for (size_t i = 0; i < KINDS; i++) {
		varve_table_free(f->stored[i]);
		varve_table_free(f->plain[i]);
		known_free(&f->known[i]);
	}
	varve_repo_free(f->repo);
}

static bool same(const varve_cell *c, const known_cell *k)
{
	/* the text of null is of no use */
	return c->state == k->state &&
	       (k->state == VARVE_CELL_NULL ||
		(c->len == k->len && (c->len == 0 || memcmp(c->text, k->text, c->len) == 0)));
}

/* Reads all that is left: the rows in `expected` (NULL: from `first` on), with these columns (NULL: all). */
static void reads(varve_rows *rows, const known *k, const size_t *expected, size_t count,
		  const size_t *columns, size_t column_count)
{
	const varve_cell *cells;
	varve_error e;
	int more;

	for (size_t i = 0; i < count; i++) {
		more = varve_rows_next(rows, &cells, &e);
		if (more != 1) {
			fail_msg("%d after %zu of %zu rows: %s", more, i, count,
				 more ? e.message : "");
		}
		assert_int_equal(varve_rows_number(rows), expected[i]);
		for (size_t c = 0; c < column_count; c++) {
			if (!same(&cells[c], known_at(k, expected[i], columns[c]))) {
				fail_msg("row %zu, %s: '%.*s' (%u) in place of '%s'", expected[i],
					 known_names[columns[c]], (int)cells[c].len,
					 cells[c].len ? cells[c].text : "", cells[c].state,
					 known_at(k, expected[i], columns[c])->text);
			}
		}
	}
	assert_int_equal(varve_rows_next(rows, &cells, &e), 0);
	assert_null(cells);
	assert_int_equal(varve_rows_next(rows, &cells, NULL), 0);
}

static const size_t all_columns[] = {0, 1, 2, 3, 4, 5};

static size_t *numbers_from(size_t first, size_t rows)
{
	size_t *out = vv_calloc(rows - first + 1, sizeof(*out));

	assert_non_null(out);
	for (size_t i = first; i < rows; i++) {
		out[i - first] = i;
	}
	return out;
}

static varve_rows *rows_of(const varve_table *t, const varve_rows_options *o)
{
	varve_rows *rows;
	varve_error e;

	works(varve_rows_open(&rows, t, o, &e), &e);
	return rows;
}

static void every_cell_comes_as_the_file_spells_it(void **state)
{
	fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < 2 * KINDS; i++) {
		const varve_table *t = i % 2 ? f.plain[i / 2] : f.stored[i / 2];
		const varve_table_facts *facts = varve_table_info(t);
		const known *k = &f.known[i / 2];
		size_t *numbers = numbers_from(0, k->rows), count;
		varve_rows *rows = rows_of(t, NULL);

		assert_int_equal(facts->rows, k->rows);
		assert_int_equal(facts->columns, KNOWN_COLUMNS);
		assert_int_equal(facts->format, k->format);
		assert_int_equal(varve_rows_number(rows), VARVE_UNKNOWN);
		assert_int_equal(varve_rows_columns(rows, &count)[KNOWN_COLUMNS - 1],
				 KNOWN_COLUMNS - 1);
		assert_int_equal(count, KNOWN_COLUMNS);
		reads(rows, k, numbers, k->rows, all_columns, KNOWN_COLUMNS);
		varve_rows_free(rows);
		vv_free(numbers);
	}
	assert_true(varve_table_info(f.stored[0])->groups > 3);
	end(&f);
}

static void any_columns_come_in_any_order_and_more_than_once(void **state)
{
	fixture f;

	(void)state;
	begin(&f);
	for (unsigned turn = 0; turn < 24; turn++) {
		size_t kind = turn % KINDS, columns[8], count = vv_prng_below(&f.prng, 8);
		const char *names[9] = {NULL};
		varve_rows_options o = VARVE_INIT(varve_rows_options);
		size_t *numbers = numbers_from(0, f.known[kind].rows), given;
		varve_rows *rows;

		for (size_t i = 0; i < count; i++) {
			columns[i] = vv_prng_below(&f.prng, KNOWN_COLUMNS);
			names[i] = known_names[columns[i]];
		}
		o.columns = names;
		rows = rows_of(turn / KINDS % 2 ? f.plain[kind] : f.stored[kind], &o);
		assert_memory_equal(varve_rows_columns(rows, &given), columns,
				    count * sizeof(*columns));
		assert_int_equal(given, count);
		reads(rows, &f.known[kind], numbers, f.known[kind].rows, columns, count);
		varve_rows_free(rows);
		vv_free(numbers);
	}
	end(&f);
}

static void the_shares_cover_each_row_once(void **state)
{
	fixture f;

	(void)state;
	begin(&f);
	for (uint32_t parts = 1; parts <= 17; parts++) {
		for (size_t kind = 0; kind < KINDS; kind += 2) {
			const char *const names[] = {"id", NULL};
			uint64_t at = 0;

			for (uint32_t part = 0; part < parts; part++) {
				varve_rows_options o = VARVE_INIT(varve_rows_options);
				const varve_cell *cells;
				varve_rows *rows;

				o.part = part;
				o.parts = parts;
				o.columns = names;
				rows = rows_of(f.stored[kind], &o);
				while (varve_rows_next(rows, &cells, NULL) > 0) {
					assert_int_equal(varve_rows_number(rows), at);
					assert_true(
						same(&cells[0], known_at(&f.known[kind], at, 0)));
					at++;
				}
				varve_rows_free(rows);
			}
			assert_int_equal(at, f.known[kind].rows);
		}
	}
	end(&f);
}

static void more_shares_than_rows_and_no_such_share(void **state)
{
	fixture f;
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	const varve_cell *cells;
	varve_rows *rows;
	varve_error e;
	size_t seen = 0;

	(void)state;
	begin(&f);
	o.parts = UINT32_MAX;
	for (unsigned i = 0; i < 3; i++) {
		o.part = i == 2 ? UINT32_MAX - 1 : i;
		rows = rows_of(f.stored[1], &o);
		while (varve_rows_next(rows, &cells, NULL) > 0) {
			seen++;
		}
		varve_rows_free(rows);
	}
	assert_true(seen == 0 || seen == f.known[1].rows);
	o.part = UINT32_MAX;
	fails_as(varve_rows_open(&rows, f.stored[1], &o, &e), VARVE_EUSAGE, &e);
	assert_null(rows);
	end(&f);
}

static void a_cursor_goes_on_at_any_row(void **state)
{
	fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < 2 * KINDS; i++) {
		const known *k = &f.known[i / 2];
		varve_rows *rows = rows_of(i % 2 ? f.plain[i / 2] : f.stored[i / 2], NULL);
		varve_error e;

		for (unsigned turn = 0; turn < 40; turn++) {
			size_t row = turn == 0 ? k->rows - 1 : vv_prng_below(&f.prng, k->rows);
			const varve_cell *cells;

			works(varve_rows_seek(rows, row, &e), &e);
			for (size_t n = 0; n < 3 && row + n < k->rows; n++) {
				assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
				assert_int_equal(varve_rows_number(rows), row + n);
				assert_true(same(&cells[1], known_at(k, row + n, 1)));
			}
		}
		fails_as(varve_rows_seek(rows, k->rows, &e), VARVE_EUSAGE, &e);
		fails_as(varve_rows_seek(rows, VARVE_UNKNOWN, NULL), VARVE_EUSAGE, NULL);
		varve_rows_free(rows);
	}
	end(&f);
}

/* Each row is in one share, and only the cursor of that one goes there. */
static void a_cursor_goes_to_the_rows_of_its_share_only(void **state)
{
	fixture f;
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	const varve_cell *cells;
	varve_error e;

	(void)state;
	begin(&f);
	o.parts = 3;
	for (o.part = 0; o.part < o.parts; o.part++) {
		varve_rows *rows = rows_of(f.stored[0], &o);
		bool *mine = vv_calloc(ROWS, sizeof(*mine));

		assert_non_null(mine);
		while (varve_rows_next(rows, &cells, NULL) > 0) {
			mine[varve_rows_number(rows)] = true;
		}
		for (size_t row = 0; row < ROWS; row += 1 + vv_prng_below(&f.prng, 60)) {
			int rc = varve_rows_seek(rows, row, &e);

			fails_as(rc, mine[row] ? 0 : VARVE_EUSAGE, &e);
			if (rc == 0) {
				assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
				assert_int_equal(varve_rows_number(rows), row);
			}
		}
		vv_free(mine);
		varve_rows_free(rows);
	}
	end(&f);
}

static void rows_are_found_by_their_keys(void **state)
{
	fixture f;
	varve_text key = {NULL, 0};
	uint64_t row;
	varve_error e;

	(void)state;
	begin(&f);
	for (size_t kind = 0; kind < KINDS; kind++) {
		const varve_table_facts *facts = varve_table_info(f.stored[kind]);

		if (facts->key_count != 1) {
			fail_msg("%s has no key: %s", kinds[kind].path, facts->schema);
		}
		assert_int_equal(facts->key[0], 0);
		assert_true(varve_table_column(f.stored[kind], 0)->in_key);
		for (unsigned turn = 0; turn < 20; turn++) {
			size_t wanted = vv_prng_below(&f.prng, f.known[kind].rows);
			const known_cell *c = known_at(&f.known[kind], wanted, 0);

			key = (varve_text){c->text, c->len};
			works(varve_table_find_row(&row, f.stored[kind], &key, 1, NULL, &e), &e);
			assert_int_equal(row, wanted);
		}
		key = (varve_text){"11", 2};
		fails_as(varve_table_find_row(&row, f.stored[kind], &key, 1, NULL, &e),
			 VARVE_ENOTFOUND, &e);
		key = (varve_text){NULL, 0};
		fails_as(varve_table_find_row(&row, f.stored[kind], &key, 1, NULL, &e),
			 VARVE_ENOTFOUND, &e);
		fails_as(varve_table_find_row(&row, f.stored[kind], &key, 2, NULL, &e),
			 VARVE_EUSAGE, &e);
		fails_as(varve_table_find_row(&row, f.stored[kind], NULL, 0, NULL, NULL),
			 VARVE_EUSAGE, NULL);
	}
	end(&f);
}

/* Row i has the key (i * 7919 + 3) % SHUFFLED, with a text of 200 characters; in a changed table all keys from 20,000 on are
 * greater by SHUFFLED. */
#define SHUFFLED 30011u /* a prime */
static unsigned shuffled_key(unsigned row, bool changed)
{
	unsigned key = (row * 7919u + 3u) % SHUFFLED;

	return changed && key >= 20000 ? key + SHUFFLED : key;
}

static void write_shuffled(bool changed)
{
	FILE *f = fopen("s.csv", "w");

	assert_non_null(f);
	(void)fputs("id,a\n", f);
	for (unsigned i = 0; i < SHUFFLED; i++) {
		(void)fprintf(f, "%u,%0200u\n", shuffled_key(i, changed), i);
	}
	assert_int_equal(fclose(f), 0);
}

/* Facts exclude no group of rows then; what the first search keeps of the keys serves later ones. */
static void rows_are_found_by_keys_in_no_order(void **state)
{
	varve_repo *repo = begin_repo();
	varve_error e;

	(void)state;
	for (unsigned changed = 0; changed < 2; changed++) {
		varve_table *t;
		uint64_t row;

		write_shuffled(changed != 0);
		varve("add s.csv");
		t = table_of(repo, ":s.csv");
		assert_int_equal(varve_table_info(t)->key_count, 1);
		for (unsigned i = 0; i < SHUFFLED; i += 997) {
			char text[16];
			varve_text key = {text, 0};
			unsigned wanted = shuffled_key(i, changed != 0);

			key.len = (size_t)snprintf(text, sizeof(text), "%u", wanted);
			works(varve_table_find_row(&row, t, &key, 1, NULL, &e), &e);
			assert_int_equal(row, i);
			/* the other version's, another spelling, and none */
			if (changed && wanted >= SHUFFLED) {
				key.len = (size_t)snprintf(text, sizeof(text), "%u",
							   wanted - SHUFFLED);
				fails_as(varve_table_find_row(&row, t, &key, 1, NULL, &e),
					 VARVE_ENOTFOUND, &e);
			}
			key.len = (size_t)snprintf(text, sizeof(text), "0%u", wanted);
			fails_as(varve_table_find_row(&row, t, &key, 1, NULL, &e), VARVE_ENOTFOUND,
				 &e);
		}
		varve_table_free(t);
	}
	assert_int_equal(access(".git/varve/cache/check-files", F_OK), 0);
	varve_repo_free(repo);
}

static void columns_are_found_by_their_names(void **state)
{
	fixture f;
	const char *const unknown[] = {"id", "nothing", NULL};
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_rows *rows;
	varve_value value;
	varve_error e;
	const int64_t one = 1;
	const varve_cell cell = {.text = "1"},
			 number = {.text = (const char *)&one, .state = VARVE_CELL_NUMBER};

	(void)state;
	begin(&f);
	for (size_t i = 0; i < KNOWN_COLUMNS; i++) {
		assert_int_equal(varve_table_find_column(f.stored[0], known_names[i]), i);
		assert_string_equal(varve_table_column(f.plain[2], i)->name, known_names[i]);
	}
	assert_int_equal(varve_table_find_column(f.stored[0], "ID"), -1);
	assert_int_equal(varve_table_find_column(f.stored[0], ""), -1);
	assert_null(varve_table_column(f.stored[0], KNOWN_COLUMNS));
	assert_int_equal(varve_table_column(f.stored[0], 0)->type, VARVE_TYPE_INTEGER);
	assert_int_equal(varve_table_column(f.stored[0], 2)->type, VARVE_TYPE_NUMBER);
	assert_int_equal(varve_table_column(f.stored[0], 3)->type, VARVE_TYPE_DATE);
	assert_string_equal(varve_table_column(f.stored[0], 4)->type_name, "boolean");
	fails_as(varve_table_value(&value, f.stored[0], KNOWN_COLUMNS, &cell, &e), VARVE_EUSAGE,
		 &e);
	fails_as(varve_table_value(&value, f.stored[0], KNOWN_COLUMNS, &number, &e), VARVE_EUSAGE,
		 &e);
	o.columns = unknown;
	fails_as(varve_rows_open(&rows, f.stored[0], &o, &e), VARVE_ENOTFOUND, &e);
	assert_null(rows);
	end(&f);
}

static void a_table_is_written_in_every_format(void **state)
{
	fixture f;
	varve_error e;

	(void)state;
	begin(&f);
	for (size_t kind = 0; kind < KINDS; kind++) {
		vv_buf b = VV_BUF_INIT;
		size_t len;
		const char *file = vv_test_read(kinds[kind].path, &len);
		uint64_t count;

		works(varve_table_write(f.stored[kind], VARVE_FORMAT_OWN, NULL, gather, &b, &count,
					&e),
		      &e);
		assert_int_equal(count, f.known[kind].rows);
		if (f.known[kind].format != VARVE_FORMAT_JSON) {
			assert_int_equal(b.len, len);
			assert_memory_equal(b.data, file, len);
		}
		for (int format = VARVE_FORMAT_CSV; format <= VARVE_FORMAT_NDJSON; format++) {
			varve_table *again;
			varve_version *v;
			const char *name = vv_test_path("written%d.%s", format,
							format == VARVE_FORMAT_CSV    ? "csv"
							: format == VARVE_FORMAT_TSV  ? "tsv"
							: format == VARVE_FORMAT_JSON ? "json"
										      : "ndjson");

			vv_buf_reset(&b);
			works(varve_table_write(f.stored[kind], format, NULL, gather, &b, NULL, &e),
			      &e);
			vv_test_write(name, b.data, b.len);
			works(varve_version_file(&v, NULL, name, &e), &e);
			works(varve_table_open(&again, v, NULL, &e), &e);
			assert_int_equal(varve_table_info(again)->rows, f.known[kind].rows);
			assert_int_equal(varve_table_info(again)->format, format);
			varve_table_free(again);
			varve_version_free(v);
		}
		fails_as(varve_table_write(f.stored[kind], 99, NULL, gather, &b, NULL, &e),
			 VARVE_EUSAGE, &e);
		vv_buf_clear(&b);
	}
	end(&f);
}

static int refuse(void *payload, const void *bytes, size_t len, varve_error *err)
{
	(void)bytes;
	(void)len;
	return varve_error_set(err, *(int *)payload, "no more");
}

/* The columns n, d and m have numbers of at most 15 digits, m also others and none; big has more digits; s has texts. */
static void write_numbers(const char *path, bool json)
{
	vv_buf b = VV_BUF_INIT;
	vv_prng p;

	vv_prng_init(&p, 5);
	vv_buf_puts(&b, json ? "" : "n,d,m,big,s\n");
	for (size_t i = 0; i < ROWS; i++) {
		const long long n = (long long)vv_prng_below(&p, 2000000000000) - 1000000000000;

		vv_buf_printf(
			&b,
			json ? "{\"n\":%lld,\"d\":%.2f,\"m\":%s,\"big\":1%018lld,\"s\":\"x%zu\"}\n"
			     : "%lld,%.2f,%s,1%018lld,x%zu\n",
			n, (double)n / 4000000,
			i == 5000       ? "1e3"
			: i % 7 || json ? "-0.5"
					: "",
			n < 0 ? -n : n, i);
	}
	vv_test_write(path, b.data, b.len);
	vv_buf_clear(&b);
}

static void the_numbers_of_cells_are_their_texts_values(void **state)
{
	static const char *const paths[] = {"numbers.csv", "numbers.ndjson"},
				 *const words[] = {":numbers.csv", ":numbers.ndjson"};
	const varve_rows_options how = {.size = sizeof(how), .numbers = true};
	varve_repo *repo = begin_repo();
	varve_error e;

	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		size_t found[5] = {0};
		varve_rows *texts, *numbers;
		const varve_cell *text, *number;
		vv_buf b = VV_BUF_INIT;
		size_t len;

		write_numbers(paths[kind], kind == 1);
		varve("add %s", paths[kind]);
		varve_table *t = table_of(repo, words[kind]);
		works(varve_rows_open(&texts, t, NULL, &e), &e);
		works(varve_rows_open(&numbers, t, &how, &e), &e);
		for (size_t i = 0; i < ROWS; i++) {
			assert_int_equal(varve_rows_next(texts, &text, &e), 1);
			assert_int_equal(varve_rows_next(numbers, &number, &e), 1);
			for (size_t c = 0; c < 5; c++) {
				varve_value a, z;

				works(varve_table_value(&a, t, c, &text[c], &e), &e);
				works(varve_table_value(&z, t, c, &number[c], &e), &e);
				assert_int_equal(a.kind, z.kind);
				assert_int_equal(a.i, z.i);
				assert_true(a.d == z.d);
				found[c] += number[c].state == VARVE_CELL_NUMBER;
			}
		}
		assert_int_equal(varve_rows_next(numbers, &number, &e), 0);
		assert_int_equal(found[0], ROWS);
		assert_int_equal(found[1], ROWS);
		assert_true(found[2] < ROWS);
		assert_int_equal(found[3] + found[4], 0);
		works(varve_table_write(t, VARVE_FORMAT_OWN, &how, gather, &b, NULL, &e), &e);
		const char *file = vv_test_read(paths[kind], &len);
		assert_int_equal(b.len, len);
		assert_memory_equal(b.data, file, len);
		vv_buf_clear(&b);
		varve_rows_free(texts);
		varve_rows_free(numbers);
		varve_table_free(t);
	}
	varve_repo_free(repo);
}

static void what_the_callers_function_answers_becomes_the_result(void **state)
{
	fixture f;
	const int codes[] = {VARVE_EIO, VARVE_ECANCELLED, VARVE_ENOTFOUND, VARVE_EREFUSED};
	varve_version *v;
	varve_error e;

	(void)state;
	begin(&f);
	v = version_of(f.repo, ":t.csv");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int code = codes[i];

		fails_as(varve_table_write(f.stored[0], VARVE_FORMAT_CSV, NULL, refuse, &code, NULL,
					   &e),
			 code, &e);
		vv_assert_contains(e.message, "no more");
		fails_as(varve_version_write(v, 0, UINT64_MAX, refuse, &code, NULL, &e), code, &e);
		vv_assert_contains(e.message, "no more");
		fails_as(varve_version_write(v, 3, 100, refuse, &code, NULL, &e), code, &e);
		fails_as(varve_repo_block(f.repo, varve_version_info(v)->cid, refuse, &code, &e),
			 code, &e);
	}
	varve_version_free(v);
	end(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_cell_comes_as_the_file_spells_it),
	cmocka_unit_test(any_columns_come_in_any_order_and_more_than_once),
	cmocka_unit_test(the_shares_cover_each_row_once),
	cmocka_unit_test(more_shares_than_rows_and_no_such_share),
	cmocka_unit_test(a_cursor_goes_on_at_any_row),
	cmocka_unit_test(a_cursor_goes_to_the_rows_of_its_share_only),
	cmocka_unit_test(rows_are_found_by_their_keys),
	cmocka_unit_test(rows_are_found_by_keys_in_no_order),
	cmocka_unit_test(columns_are_found_by_their_names),
	cmocka_unit_test(a_table_is_written_in_every_format),
	cmocka_unit_test(the_numbers_of_cells_are_their_texts_values),
	cmocka_unit_test(what_the_callers_function_answers_becomes_the_result),
};
VV_TEST_SUITE(rows)
