/*
 * What is remembered of a check changes nothing but its cost: histories of tables, checked
 * with a memory and without.
 */
#include "tests/unit/check/check_support.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

static const char schema[] =
	"{\"fields\":[{\"name\":\"id\",\"type\":\"integer\",\"constraints\":{\"required\":true}},"
	"{\"name\":\"boss\",\"type\":\"integer\"},"
	"{\"name\":\"amount\",\"type\":\"number\",\"constraints\":{\"minimum\":0,\"maximum\":\"900.5\"}},"
	"{\"name\":\"name\",\"type\":\"string\",\"constraints\":{\"maxLength\":12,\"pattern\":\"[^!]*\"}},"
	"{\"name\":\"day\",\"type\":\"date\",\"constraints\":{\"exclusiveMinimum\":\"2020-01-03\"}},"
	"{\"name\":\"code\",\"type\":\"string\",\"constraints\":{\"unique\":true}},"
	"{\"name\":\"kind\",\"type\":\"string\",\"constraints\":{\"enum\":[\"a\",\"b\",\"c\"]}}],"
	"\"primaryKey\":\"id\",\"uniqueKeys\":[[\"boss\",\"amount\"]],"
	"\"foreignKeys\":[{\"fields\":\"boss\",\"reference\":{\"fields\":\"id\"}}]}";

/* A repeatable source of numbers. */
typedef struct dice {
	uint64_t state;
} dice;

static uint64_t roll(dice *d, uint64_t sides)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (d->state >> 33) % sides;
}

#define ROWS_MAX 6000u
#define ROW_LEN 96u

typedef struct rows {
	char (*text)[ROW_LEN];
	size_t count;
} rows;

/* One row, now and then with something wrong in it. */
static void make_row(dice *d, char *out, uint64_t id)
{
	static const char *const names[] = {"Ann",
					    "\"Bo, B\"",
					    "\"line\nline\"",
					    "\"say \"\"hi\"\"\"",
					    "far too long a name",
					    "wow!",
					    "",
					    "J\xc3\xb6rg",
					    "\xff",
					    "Eve"};
	static const char *const kinds[] = {"a", "b", "c", "", "d"};
	char amount[32], boss[24], number[24];

	snprintf(number, sizeof(number),
		 roll(d, 400) == 0   ? "x%llu"
		 : roll(d, 300) == 0 ? "0%llu"
				     : "%llu",
		 (unsigned long long)id);
	if (roll(d, 500) == 0) {
		number[0] = '\0';
	}
	snprintf(boss, sizeof(boss), "%llu", (unsigned long long)roll(d, 2 * id + 1));
	if (roll(d, 3) == 0) {
		boss[0] = '\0';
	}
	snprintf(amount, sizeof(amount), roll(d, 200) == 0 ? "-%llu.%llu" : "%llu.%02llu",
		 (unsigned long long)roll(d, 901), (unsigned long long)roll(d, 100));
	snprintf(out, ROW_LEN, "%s,%s,%s,%s,2020-%02llu-%02llu,C%llu,%s", number, boss, amount,
		 names[roll(d, 40) < 36 ? 0 : roll(d, 10)], (unsigned long long)roll(d, 12) + 1,
		 (unsigned long long)roll(d, 28) + 1,
		 (unsigned long long)(roll(d, 100) == 0 ? id / 2 : id),
		 kinds[roll(d, 50) < 48 ? roll(d, 3) : roll(d, 5)]);
	if (roll(d, 700) == 0) {
		snprintf(out, ROW_LEN, "%llu,1", (unsigned long long)id);
	}
	if (roll(d, 900) == 0) {
		snprintf(out, ROW_LEN, ",,,,,,");
	}
}

/* What people do to tables. */
static void change(dice *d, rows *r)
{
	size_t at = (size_t)roll(d, r->count), n;

	switch (roll(d, 5)) {
	case 0: /* rows at the end */
		for (n = (size_t)roll(d, 200); n > 0 && r->count < ROWS_MAX; n--, r->count++) {
			make_row(d, r->text[r->count], r->count);
		}
		break;
	case 1: /* rows out of the middle */
		n = (size_t)roll(d, 300);
		n = n < r->count - at - 1 ? n : r->count - at - 1;
		memmove(r->text[at], r->text[at + n], (r->count - at - n) * ROW_LEN);
		r->count -= n;
		break;
	case 2: /* a block twice */
		n = (size_t)roll(d, 600);
		n = n < r->count - at ? n : r->count - at;
		if (r->count + n <= ROWS_MAX) {
			memcpy(r->text[r->count], r->text[at], n * ROW_LEN);
			r->count += n;
		}
		break;
	default: /* a few rows anew */
		for (n = (size_t)roll(d, 6) + 1; n > 0; n--) {
			at = (size_t)roll(d, r->count);
			make_row(d, r->text[at],
				 roll(d, 4) == 0 ? (uint64_t)roll(d, r->count) : at);
		}
		break;
	}
}

static void write_rows(vv_buf *out, const rows *r, dice *d)
{
	vv_buf_reset(out);
	vv_buf_puts(out, "id,boss,amount,name,day,code,kind\n");
	for (size_t i = 0; i < r->count; i++) {
		vv_buf_puts(out, r->text[i]);
		vv_buf_puts(out, roll(d, 2000) == 0 ? "\n\n" : "\n");
	}
}

static void with_cache(vv_buf *out, vv_check_result *result, vv_table *t, const char *dir,
		       const char *trust, const char *save, const vv_check_options *base)
{
	vv_check_options o = *base;
	vv_error err;

	vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
	if (trust) {
		vv_assert_ok(vv_check_cache_trust(o.cache, trust, &err), &err);
	}
	check_into(out, result, t, schema, &o);
	if (save) {
		vv_assert_ok(vv_check_cache_save(o.cache, save, &err), &err);
	}
	vv_check_cache_close(o.cache);
}

/* Damages a byte of every file in the folder. */
static void damage(const char *dir, dice *d)
{
	char **names;
	size_t count;
	vv_error err;

	vv_assert_ok(vv_list_dir(&names, &count, dir, &err), &err);
	for (size_t i = 0; i < count; i++) {
		const char *path = vv_test_path("%s/%s", dir + strlen(vv_test_dir()) + 1, names[i]);
		size_t len;
		const char *bytes = vv_test_read(path, &len);
		char *copy = vv_malloc(len);

		memcpy(copy, bytes, len);
		copy[roll(d, len)] ^= (char)(1 + roll(d, 255));
		vv_test_write(path, copy, roll(d, 4) == 0 ? (size_t)roll(d, len) : len);
		vv_free(copy);
	}
	vv_names_free(names, count);
}

/* memory 0: the usual; less, and keys are kept in runs on disk. */
static void compare_histories(uint64_t memory)
{
	vv_pool *pool = vv_pool_new(2);
	rows r = {.text = vv_calloc(ROWS_MAX + 1, ROW_LEN)};
	vv_buf text = VV_BUF_INIT, fresh = VV_BUF_INIT, memo = VV_BUF_INIT;
	uint64_t spared = 0, runs = 0;

	for (uint64_t seed = 1; seed <= (memory > 0 ? 2 : 6); seed++) {
		if (memory == 0 && !vv_test_sampled(seed / 2, 3)) {
			continue; /* of three pairs, with threads and without */
		}
		const char *dir = vv_test_path("cache%llu", (unsigned long long)(seed + memory));
		const char *files = vv_test_path("cache%llu-files",
						 (unsigned long long)(seed + memory));
		const char *result_file = vv_test_path("result%llu", (unsigned long long)seed);
		dice d = {.state = seed * 77};
		tabled versions[8];
		vv_mem_sink *mem;
		vv_error err;

		vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
		r.count = 500 + (size_t)roll(&d, 3000);
		for (size_t i = 0; i < r.count; i++) {
			make_row(&d, r.text[i], i);
		}
		for (size_t v = 0; v < 8; v++) {
			tabled *t = &versions[v];
			vv_check_result result;
			vv_check_options plain = {.limit = 0, .memory = memory},
					 o = {.pool = seed % 2 ? pool : NULL, .memory = memory};

			for (size_t n = 0; v > 0 && n < 1 + v % 2; n++) {
				change(&d, &r);
			}
			write_rows(&text, &r, &d);
			table_of(t, text.data, text.len, "t.csv",
				 v > 0 ? &versions[v - 1].import.root : NULL, mem);
			vv_buf_reset(&fresh);
			check_into(&fresh, NULL, &t->table, schema, &plain);
			if (memory > 0) {
				sort_lines(&fresh);
			}
			for (int again = 0; again < 2; again++) {
				vv_buf_reset(&memo);
				with_cache(&memo, &result, &t->table, dir, NULL, result_file, &o);
				if (memory > 0) {
					sort_lines(&memo);
				}
				assert_string_equal(vv_buf_cstr(&memo), vv_buf_cstr(&fresh));
				spared += result.groups - result.groups_read;
				if (again) {
					assert_int_equal(result.groups_read, 0);
				}
				vv_check_result_clear(&result);
			}
			/* another machine, which has only the result */
			vv_buf_reset(&memo);
			with_cache(&memo, &result, &t->table, NULL, result_file, NULL, &o);
			if (memory > 0) {
				sort_lines(&memo);
			}
			assert_string_equal(vv_buf_cstr(&memo), vv_buf_cstr(&fresh));
			assert_int_equal(result.groups_read, 0);
			vv_check_result_clear(&result);
			runs += memory > 0 && access(files, F_OK) == 0;
			if (v % 4 == 2) {
				damage(dir, &d);
			}
			if (v == 5 && access(files, F_OK) == 0) {
				damage(files, &d);
			}
			if (v % 4 == 3) {
				vv_assert_ok(vv_remove_tree(dir, &err), &err);
			}
		}
		for (size_t v = 0; v < 8; v++) {
			table_gone(&versions[v]);
		}
		vv_mem_sink_free(mem);
	}
	assert_true(spared > 0 && (memory == 0 || runs > 0));
	vv_pool_free(pool);
	vv_free(r.text);
	vv_buf_clear(&text);
	vv_buf_clear(&fresh);
	vv_buf_clear(&memo);
}

static void a_remembered_check_says_what_a_fresh_one_does(void **state)
{
	(void)state;
	compare_histories(0);
}

static void keys_in_a_run_on_disk_say_what_a_fresh_check_does(void **state)
{
	(void)state;
	compare_histories(12 << 10);
	compare_histories(40 << 10);
}

static vv_status open_other(void *payload, const char *resource, vv_table **out,
			    const vv_schema **own, vv_error *err)
{
	(void)own;
	(void)resource;
	(void)err;
	*out = payload;
	return VV_OK;
}

/* A version of a table whose rows are "n,ref,more". */
static void write_pairs(vv_buf *out, const uint64_t *ids, size_t count, uint64_t salt)
{
	vv_buf_reset(out);
	vv_buf_puts(out, "n,ref,more\n");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(out, "%zu,%llu,some more text to fill the group with %llu\n", i,
			      (unsigned long long)ids[i],
			      (unsigned long long)(ids[i] * salt % 1000003));
	}
}

static void edit_ids(dice *d, uint64_t *ids, size_t *count, size_t max, uint64_t range)
{
	size_t at = (size_t)roll(d, *count), n = (size_t)roll(d, 12) + 1;

	switch (roll(d, 4)) {
	case 0: /* grows */
		for (; n > 0 && *count < max; n--) {
			ids[(*count)++] = roll(d, range);
		}
		break;
	case 1: /* shrinks */
		n = n < *count - at - 1 ? n : *count - at - 1;
		memmove(ids + at, ids + at + n, (*count - at - n) * sizeof(*ids));
		*count -= n;
		break;
	case 2: /* changes a few */
		for (; n > 0; n--) {
			ids[roll(d, *count)] = roll(d, range);
		}
		break;
	default: /* stays */
		break;
	}
}

static void foreign_keys_are_followed_again_as_if_anew(void **state)
{
	static const char fk[] =
		"{\"fields\":[{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"ref\",\"type\":\"integer\"},{\"name\":"
		"\"more\",\"type\":\"string\"}],\"foreignKeys\":[{\"fields\":\"ref\",\"reference\":{\"resource\":\"p\","
		"\"fields\":\"ref\"}}]}";
	enum { MAX = 9000, VERSIONS = 10 };
	uint64_t *ids[2] = {vv_calloc(MAX, sizeof(uint64_t)), vv_calloc(MAX, sizeof(uint64_t))};
	vv_buf text = VV_BUF_INIT, fresh = VV_BUF_INIT, memo = VV_BUF_INIT;

	(void)state;
	for (uint64_t seed = 2; seed <= 7; seed++) {
		if (!vv_test_sampled(seed / 2, 3)) {
			continue; /* of three pairs, an even seed and an odd one */
		}
		const char *dir = vv_test_path("refs%llu", (unsigned long long)seed);
		dice d = {.state = seed * 1234567};
		size_t counts[2] = {3000 + (size_t)roll(&d, 3000), 3000};
		uint64_t range = 2500 + roll(&d, 2500);
		tabled tables[VERSIONS][2];
		vv_mem_sink *mem;
		vv_error err;

		vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
		for (int k = 0; k < 2; k++) {
			for (size_t i = 0; i < counts[k]; i++) {
				ids[k][i] = k == 0      ? roll(&d, range)
					    : i < range ? i
							: roll(&d, range);
			}
		}
		for (size_t v = 0; v < VERSIONS; v++) {
			vv_check_options o = {.resource = open_other};

			for (int k = 0; k < 2; k++) {
				if (v > 0) {
					edit_ids(&d, ids[k], &counts[k], MAX, range + roll(&d, 3));
				}
				write_pairs(&text, ids[k], counts[k], k == 0 ? 7 + v / 4 : 11);
				/* of the odd seeds the blocks of versions before are not there any more */
				table_of(&tables[v][k], text.data, text.len, "t.csv",
					 v > 0 && seed % 2 == 0 ? &tables[v - 1][k].import.root
								: NULL,
					 seed % 2 == 0 ? mem : NULL);
			}
			o.resource_payload = &tables[v][1].table;
			vv_buf_reset(&fresh);
			check_into(&fresh, NULL, &tables[v][0].table, fk, &o);
			for (int again = 0; again < 2; again++) {
				vv_buf_reset(&memo);
				vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
				check_into(&memo, NULL, &tables[v][0].table, fk, &o);
				vv_check_cache_close(o.cache);
				assert_string_equal(vv_buf_cstr(&memo), vv_buf_cstr(&fresh));
			}
		}
		for (size_t v = 0; v < VERSIONS; v++) {
			table_gone(&tables[v][0]);
			table_gone(&tables[v][1]);
		}
		vv_mem_sink_free(mem);
	}
	vv_free(ids[0]);
	vv_free(ids[1]);
	vv_buf_clear(&text);
	vv_buf_clear(&fresh);
	vv_buf_clear(&memo);
}

static void keys_past_the_memory_are_found_as_well(void **state)
{
	rows r = {.text = vv_calloc(ROWS_MAX + 1, ROW_LEN), .count = 5000};
	vv_buf text = VV_BUF_INIT, plain = VV_BUF_INIT, little = VV_BUF_INIT;
	vv_check_options o = {.limit = 0};
	dice d = {.state = 5};
	tabled t;

	(void)state;
	for (size_t i = 0; i < r.count; i++) {
		make_row(&d, r.text[i], (uint64_t)roll(&d, 9) == 0 ? i / 3 : i);
	}
	write_rows(&text, &r, &d);
	table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
	check_into(&plain, NULL, &t.table, schema, &o);
	/* the same findings, in parts; those of one rule then come part by part */
	o.memory = 48 << 10;
	check_into(&little, NULL, &t.table, schema, &o);
	assert_int_equal(little.len, plain.len);
	assert_true(strstr(plain.data, "primary-key") && strstr(plain.data, "unique-error") &&
		    strstr(plain.data, "foreign-key"));
	for (const char *line = plain.data; *line; line = strchr(line, '\n') + 1) {
		size_t len = (size_t)(strchr(line, '\n') - line) + 1;
		char *one = vv_strndup(line, len);

		assert_non_null(strstr(little.data, one));
		vv_free(one);
	}
	vv_free(r.text);
	vv_buf_clear(&text);
	vv_buf_clear(&plain);
	vv_buf_clear(&little);
	table_gone(&t);
}

/* Two rows with cells that do not stand in the blocks of their groups, and one with a fault. */
static void write_long_cells(vv_buf *out, char first, char second, size_t len)
{
	vv_buf_reset(out);
	vv_buf_puts(out, "id,name\n");
	for (int row = 1; row <= 2; row++) {
		vv_buf_printf(out, "%d,\"", row);
		for (size_t i = 0; i < len; i++) {
			vv_buf_putc(out, i % (len / 4) == 7 ? '\n' : row == 1 ? first : second);
		}
		vv_buf_puts(out, "\"\n");
	}
	vv_buf_puts(out, "three,b\n");
}

static void a_long_cell_that_changed_is_looked_at_again(void **state)
{
	static const char fields[] =
		"{\"fields\": [{\"name\": \"id\", \"type\": \"integer\"}, {\"name\": \"name\","
		" \"type\": \"string\", \"constraints\": {\"maxLength\": 400000,"
		" \"pattern\": \"[xy\\\\n]*|b\", \"unique\": true}}]}";
	vv_buf text = VV_BUF_INIT, cold = VV_BUF_INIT, warm = VV_BUF_INIT;
	vv_check_options plain = {.limit = 0}, memo = {.limit = 0};
	vv_error err;
	tabled t;

	(void)state;
	vv_assert_ok(vv_check_cache_open(&memo.cache, NULL, &err), &err);
	for (int version = 0; version < 4; version++) {
		/* as the schema wants it; equal values; another letter; longer, more lines */
		write_long_cells(&text, version == 2 ? 'z' : 'x', version == 1 ? 'x' : 'y',
				 version == 3 ? 500000 : 300000 + 4 * (size_t)version);
		table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
		vv_buf_reset(&cold);
		vv_buf_reset(&warm);
		check_into(&cold, NULL, &t.table, fields, &plain);
		check_into(&warm, NULL, &t.table, fields, &memo);
		assert_non_null(strstr(cold.data, version == 0   ? "type-error"
						  : version == 1 ? "unique-error"
						  : version == 2 ? "'pattern'"
								 : "'maxLength'"));
		assert_string_equal(warm.data, cold.data);
		table_gone(&t);
	}
	vv_check_cache_close(memo.cache);
	vv_buf_clear(&text);
	vv_buf_clear(&cold);
	vv_buf_clear(&warm);
}

/* Rows with ids in no order, long enough for many groups; the last repeats row 6. */
static void write_long_rows(vv_buf *out, size_t count, bool repeats)
{
	dice d = {.state = 3};

	vv_buf_reset(out);
	vv_buf_puts(out, "id,boss,amount,name,day,code,kind,more\n");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(out, "%zu,,1,Ann,2020-05-05,C%zu,a,",
			      (repeats && i + 1 == count ? 5 : i) * 7919 % 100003,
			      i * 7919 % 100003);
		for (size_t k = 0; k < 20; k++) {
			vv_buf_printf(out, "%llx", (unsigned long long)roll(&d, 1u << 31));
		}
		vv_buf_putc(out, '\n');
	}
}

/* The groups of the version before are remembered; the rows after them are too many for memory. */
static void a_remembered_key_is_found_again_past_the_memory(void **state)
{
	vv_buf text = VV_BUF_INIT, fresh = VV_BUF_INIT, memo = VV_BUF_INIT;
	const char *dir = vv_test_path("cache");
	vv_check_options o = {.memory = 32 << 10};
	vv_check_result result;
	tabled before, after;
	vv_mem_sink *mem;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	write_long_rows(&text, 2000, false);
	table_of(&before, text.data, text.len, "t.csv", NULL, mem);
	with_cache(&memo, &result, &before.table, dir, NULL, NULL, &o);
	assert_null(strstr(vv_buf_cstr(&memo), "primary-key"));
	vv_check_result_clear(&result);
	write_long_rows(&text, 12000, true);
	table_of(&after, text.data, text.len, "t.csv", &before.import.root, mem);
	check_into(&fresh, NULL, &after.table, schema, &o);
	assert_non_null(strstr(vv_buf_cstr(&fresh), "repeats row 6 "));
	vv_buf_reset(&memo);
	with_cache(&memo, &result, &after.table, dir, NULL, NULL, &o);
	assert_true(result.groups_read < result.groups);
	assert_string_equal(vv_buf_cstr(&memo), vv_buf_cstr(&fresh));
	vv_check_result_clear(&result);
	table_gone(&before);
	table_gone(&after);
	vv_mem_sink_free(mem);
	vv_buf_clear(&text);
	vv_buf_clear(&fresh);
	vv_buf_clear(&memo);
}

static void each_of_thousands_of_records_is_found_by_its_name(void **state)
{
	const char *path = vv_test_path("many");
	vv_check_cache *c, *other;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	for (uint64_t i = 0; i < 5000; i++) {
		vv_assert_ok(vv_check_cache_put(c, "rows", (vv_hash128){i, 7}, &i, sizeof(i), &err),
			     &err);
	}
	for (uint64_t i = 0; i < 5000; i += 2) { /* the last one counts */
		uint64_t again = i + 1000000;

		vv_assert_ok(
			vv_check_cache_put(c, "rows", (vv_hash128){i, 7}, &again, sizeof(i), &err),
			&err);
	}
	vv_assert_ok(vv_check_cache_save(c, path, &err), &err);
	vv_assert_ok(vv_check_cache_open(&other, NULL, &err), &err);
	vv_assert_ok(vv_check_cache_trust(other, path, &err), &err);
	for (uint64_t i = 0; i < 5000; i++) {
		uint64_t expected = i % 2 ? i : i + 1000000;

		for (int from = 0; from < 2; from++) {
			vv_check_cache *asked = from ? other : c;
			assert_int_equal(
				vv_check_cache_get(asked, "rows", (vv_hash128){i, 7}, &out, &err),
				1);
			assert_int_equal(out.len, sizeof(expected));
			assert_memory_equal(out.data, &expected, sizeof(expected));
		}
	}
	assert_int_equal(vv_check_cache_get(other, "rows", (vv_hash128){5000, 7}, &out, &err), 0);
	vv_buf_clear(&out);
	vv_check_cache_close(other);
	vv_check_cache_close(c);
}

/* A thousand small tables leave one file, and records that grow or shrink are found as they are now. */
static void small_records_are_together_in_one_file(void **state)
{
	const char *dir = vv_test_path("together");
	char large[500];
	vv_auto(vv_string_list) names = {0};
	vv_check_cache *c;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	memset(large, 'x', sizeof(large));
	for (uint64_t round = 0; round < 2; round++) {
		vv_assert_ok(vv_check_cache_open(&c, dir, &err), &err);
		for (uint64_t i = 0; i < 1000; i++) {
			const uint64_t value = i + round;

			vv_assert_ok(vv_check_cache_put(c, "bounds", (vv_hash128){i, 7}, &value,
							sizeof(value), &err),
				     &err);
		}
		/* small, then large; large, then small */
		for (uint64_t i = 0; i < 2; i++) {
			vv_assert_ok(vv_check_cache_put(c, "rows", (vv_hash128){i, 7}, large,
							i == round ? 5 : sizeof(large), &err),
				     &err);
		}
		vv_check_cache_close(c);
	}
	vv_assert_ok(vv_list_dir(&names.items, &names.count, dir, &err), &err);
	assert_int_equal(names.count, 3); /* the small ones, and one of each large record */
	vv_assert_ok(vv_check_cache_open(&c, dir, &err), &err);
	for (uint64_t i = 0; i < 1000; i++) {
		const uint64_t expected = i + 1;

		assert_int_equal(vv_check_cache_get(c, "bounds", (vv_hash128){i, 7}, &out, &err),
				 1);
		assert_int_equal(out.len, sizeof(expected));
		assert_memory_equal(out.data, &expected, sizeof(expected));
	}
	assert_int_equal(vv_check_cache_get(c, "rows", (vv_hash128){0, 7}, &out, &err), 1);
	assert_int_equal(out.len, sizeof(large));
	assert_int_equal(vv_check_cache_get(c, "rows", (vv_hash128){1, 7}, &out, &err), 1);
	assert_int_equal(out.len, 5);
	assert_int_equal(vv_check_cache_get(c, "bounds", (vv_hash128){0, 8}, &out, &err), 0);
	vv_check_cache_close(c);
	vv_buf_clear(&out);
}

/* The program of other sources has other keys: its file is sound, and holds no record of ours. */
static void results_of_a_program_with_other_sources_are_not_used(void **state)
{
	const char *path = vv_test_path("result");
	const vv_hash128 key = {1, 2};
	vv_check_cache *c;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	vv_assert_ok(vv_check_cache_put(c, "rows", key, "hello", 5, &err), &err);
	vv_assert_ok(vv_check_cache_save(c, path, &err), &err);
	vv_check_cache_close(c);
	vv_assert_ok(vv_read_file(&out, path, 1u << 20, &err), &err);
	char *name = out.data + 8;
	assert_string_equal(name + 5 + 16, "0000000000000001"); /* the low half is the caller's */
	assert_string_not_equal(name, "rows-00000000000000020000000000000001");
	name[5] = name[5] == '0' ? '1' : '0';
	vv_put_le64((uint8_t *)out.data + out.len - 8, vv_xxh3(out.data, out.len - 8, 0));
	vv_test_write(path, out.data, out.len);
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	vv_assert_ok(vv_check_cache_trust(c, path, &err), &err);
	assert_int_equal(vv_check_cache_get(c, "rows", key, &out, &err), 0);
	vv_check_cache_close(c);
	vv_buf_clear(&out);
}

static void a_file_that_is_no_result_is_refused(void **state)
{
	const char *path = vv_test_path("result");
	vv_check_cache *c;
	vv_buf out = VV_BUF_INIT;
	vv_hash128 key = {1, 2};
	const char *bytes;
	size_t len;
	char *copy;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	vv_assert_ok(vv_check_cache_put(c, "rows", key, "hello", 5, &err), &err);
	vv_assert_ok(vv_check_cache_save(c, path, &err), &err);
	vv_check_cache_close(c);
	bytes = vv_test_read(path, &len);
	copy = vv_malloc(len);
	memcpy(copy, bytes, len);
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	assert_int_equal(vv_check_cache_get(c, "rows", key, &out, &err), 0);
	vv_assert_ok(vv_check_cache_trust(c, path, &err), &err);
	assert_int_equal(vv_check_cache_get(c, "rows", key, &out, &err), 1);
	assert_string_equal(vv_buf_cstr(&out), "hello");
	vv_check_cache_close(c);
	for (size_t i = 0; i <= len; i++) {
		size_t cut = i < len ? len : len - 1;

		if (i < len) {
			copy[i] ^= 1;
		}
		vv_test_write(path, copy, cut);
		vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
		vv_assert_status(vv_check_cache_trust(c, path, &err), VV_EINPUT, &err);
		assert_int_equal(vv_check_cache_get(c, "rows", key, &out, &err), 0);
		vv_check_cache_close(c);
		if (i < len) {
			copy[i] ^= 1;
		}
	}
	vv_assert_ok(vv_check_cache_open(&c, NULL, &err), &err);
	vv_assert_status(vv_check_cache_trust(c, vv_test_path("none"), &err), VV_ENOTFOUND, &err);
	vv_check_cache_close(c);
	vv_free(copy);
	vv_buf_clear(&out);
}

/* A check where one call of a kind fails; the errors found. */
static vv_status check_once(vv_table *t, uint64_t *errors, vv_error *err)
{
	vv_check_options o = {.schema = schema,
			      .schema_len = sizeof(schema) - 1,
			      .schema_name = "s",
			      .path = "t"};
	vv_check_result result;
	vv_status rc = vv_check_cache_open(&o.cache, vv_test_path("faulty"), err);

	o.temp_dir = vv_test_dir();
	o.memory = 6 << 10;
	if (rc < 0) return rc;
	rc = vv_check_table(&result, t, &o, err);
	if (rc == VV_OK) {
		*errors = result.errors;
		vv_check_result_clear(&result);
	}
	vv_check_cache_close(o.cache);
	return rc;
}

static void with_faults(vv_table *t, vv_fault kind, int number, uint64_t expected)
{
	bool struck = true;

	for (unsigned n = 1; struck; n += 1 + n / 15) {
		uint64_t errors = 0;
		vv_error err;
		vv_status rc;

		vv_assert_ok(vv_remove_tree(vv_test_path("faulty"), &err), &err);
		vv_fault_set(kind, n, number);
		rc = check_once(t, &errors, &err);
		struck = vv_fault_clear();
		/* what fails is told, or made up for: never taken for an answer */
		if (rc == VV_OK) {
			assert_int_equal(errors, expected);
		} else {
			assert_true(struck && err.message[0] != '\0');
		}
		/* and what was kept is right */
		vv_assert_ok(check_once(t, &errors, &err), &err);
		assert_int_equal(errors, expected);
	}
}

static void a_check_survives_want_of_memory_and_disk(void **state)
{
	rows r = {.text = vv_calloc(ROWS_MAX + 1, ROW_LEN), .count = 400};
	vv_buf text = VV_BUF_INIT;
	dice d = {.state = 9};
	uint64_t expected = 0;
	vv_error err;
	tabled t;

	(void)state;
	for (size_t i = 0; i < r.count; i++) {
		make_row(&d, r.text[i], i);
	}
	write_rows(&text, &r, &d);
	table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
	vv_assert_ok(check_once(&t.table, &expected, &err), &err);
	assert_true(expected > 0);
	with_faults(&t.table, VV_FAULT_ALLOC, 0, expected);
	with_faults(&t.table, VV_FAULT_OPEN, ENOSPC, expected);
	with_faults(&t.table, VV_FAULT_WRITE, ENOSPC, expected);
	with_faults(&t.table, VV_FAULT_READ, EIO, expected);
	with_faults(&t.table, VV_FAULT_RENAME, EIO, expected);
	table_gone(&t);
	vv_buf_clear(&text);
	vv_free(r.text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_remembered_check_says_what_a_fresh_one_does),
	cmocka_unit_test(keys_in_a_run_on_disk_say_what_a_fresh_check_does),
	cmocka_unit_test(foreign_keys_are_followed_again_as_if_anew),
	cmocka_unit_test(a_long_cell_that_changed_is_looked_at_again),
	cmocka_unit_test(keys_past_the_memory_are_found_as_well),
	cmocka_unit_test(a_remembered_key_is_found_again_past_the_memory),
	cmocka_unit_test(each_of_thousands_of_records_is_found_by_its_name),
	cmocka_unit_test(small_records_are_together_in_one_file),
	cmocka_unit_test(results_of_a_program_with_other_sources_are_not_used),
	cmocka_unit_test(a_file_that_is_no_result_is_refused),
	cmocka_unit_test(a_check_survives_want_of_memory_and_disk),
};

VV_TEST_SUITE(check_memo)
