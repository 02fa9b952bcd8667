/*
 * Whether keys are unique, held against a set: tables in order and not, edited at random, checked with what
 * is kept of them and without.
 */
#include "tests/unit/check/check_support.h"

#include <unistd.h>

#include "base/file.h"
#include "check/kept/key_bounds.h"
#include "check/kept/key_run.h"

#define ROWS_MAX 4000u
#define RANGE 40000 /* of keys: -RANGE .. RANGE */
#define NONE INT32_MAX

typedef struct rows {
	int32_t ids[ROWS_MAX];
	uint32_t salts[ROWS_MAX];
	size_t count;
} rows;

/* How a key is written, and what its columns are. */
typedef struct form {
	const char *header, *schema;
	void (*put)(vv_buf *out, vv_prng *d, int32_t id);
	bool holes_are_wrong;
} form;

static void put_integer(vv_buf *out, vv_prng *d, int32_t id)
{
	vv_buf_printf(out, vv_prng_below(d, 40) > 0 ? "%d" : id < 0 ? "%05d" : "+%d", id);
}

static void put_number(vv_buf *out, vv_prng *d, int32_t id)
{
	static const char *const ends[] = {"", ".0", ".00", "e0"};

	vv_buf_printf(out, "%d%s", id, vv_prng_below(d, 30) ? "" : ends[vv_prng_below(d, 4)]);
}

static void put_date(vv_buf *out, vv_prng *d VV_UNUSED, int32_t id)
{
	int32_t day = id + RANGE;

	vv_buf_printf(out, "%04d-%02d-%02d", 1900 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
}

static void put_code(vv_buf *out, vv_prng *d VV_UNUSED, int32_t id)
{
	vv_buf_printf(out, "the-same-beginning-%05d", id + RANGE);
}

static void put_text(vv_buf *out, vv_prng *d VV_UNUSED, int32_t id)
{
	vv_buf_printf(out, "%d", id);
}

static void put_pair(vv_buf *out, vv_prng *d, int32_t id)
{
	int32_t x = id + RANGE;

	vv_buf_printf(out, "K%03d,", x / 300);
	vv_buf_printf(out, vv_prng_below(d, 40) ? "%d" : "0%d", x % 300);
}

static const form forms[] = {
	{"id",
	 "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"more\"}],\"primaryKey\":\"id\"}",
	 put_integer, true},
	{"id",
	 "{\"fields\":[{\"name\":\"id\",\"type\":\"number\",\"constraints\":{\"unique\":true}},{\"name\":\"more\"}]}",
	 put_number, false},
	{"id",
	 "{\"fields\":[{\"name\":\"id\",\"type\":\"date\"},{\"name\":\"more\"}],\"primaryKey\":\"id\"}",
	 put_date, true},
	{"id",
	 "{\"fields\":[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"more\"}],\"primaryKey\":\"id\"}",
	 put_code, true},
	{"id",
	 "{\"fields\":[{\"name\":\"id\",\"type\":\"string\",\"constraints\":{\"unique\":true}},{\"name\":\"more\"}]}",
	 put_text, false},
	{"a,b",
	 "{\"fields\":[{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"integer\"},"
	 "{\"name\":\"more\"}],\"primaryKey\":[\"a\",\"b\"]}",
	 put_pair, true},
};

static void write_rows(vv_buf *out, const rows *r, const form *f, vv_prng *d)
{
	vv_buf_reset(out);
	vv_buf_printf(out, "%s,more\n", f->header);
	for (size_t i = 0; i < r->count; i++) {
		uint64_t x = r->salts[i] * 2654435761u + 1;

		if (r->ids[i] == NONE) {
			vv_buf_puts(out, strchr(f->header, ',') ? "K1," : "");
		} else {
			f->put(out, d, r->ids[i]);
		}
		vv_buf_putc(out, ',');
		for (size_t n = 0; n < 40;
		     n++, x = x * 6364136223846793005u + 1442695040888963407u) {
			vv_buf_printf(out, "%016llx", (unsigned long long)x);
		}
		vv_buf_putc(out, '\n');
	}
}

/* What a check is to find. */
static uint64_t count_wrong(const rows *r, const form *f)
{
	static uint8_t seen[2 * RANGE + 1];
	uint64_t wrong = 0;

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < r->count; i++) {
		if (r->ids[i] == NONE) {
			wrong += f->holes_are_wrong;
		} else {
			wrong += seen[r->ids[i] + RANGE];
			seen[r->ids[i] + RANGE] = 1;
		}
	}
	return wrong;
}

/* Rising ids, with room between them. */
static void put_in_order(rows *r, vv_prng *d)
{
	int32_t id = -RANGE;

	for (size_t i = 0; i < r->count; i++) {
		id += 1 + (int32_t)vv_prng_below(d, (2 * RANGE / ROWS_MAX) - 1);
		r->ids[i] = id;
	}
}

static void turn(rows *r, size_t from, size_t to)
{
	for (; from + 1 < to; from++, to--) {
		int32_t id = r->ids[from];

		r->ids[from] = r->ids[to - 1];
		r->ids[to - 1] = id;
	}
}

static void change(vv_prng *d, rows *r)
{
	size_t at = (size_t)vv_prng_below(d, r->count), n = (size_t)vv_prng_below(d, 300) + 1;

	n = n < r->count - at ? n : r->count - at;
	switch (vv_prng_below(d, 13)) {
	case 0: /* some cells */
	case 1:
		for (size_t i = 0; i < 3; i++) {
			r->salts[vv_prng_below(d, r->count)]++;
		}
		break;
	case 2: /* rows gone */
		if (r->count > 1000) {
			memmove(r->ids + at, r->ids + at + n,
				(r->count - at - n) * sizeof(int32_t));
			r->count -= n;
		}
		break;
	case 3: /* rows at the end, above all others or anywhere */
		for (bool above = vv_prng_below(d, 2); r->count < ROWS_MAX && n > 0;
		     n--, r->count++) {
			r->ids[r->count] = above ? RANGE - (int32_t)n
						 : (int32_t)vv_prng_below(d, 2 * RANGE) - RANGE;
		}
		break;
	case 4: /* a key of another row, perhaps far away */
		r->ids[at] = r->ids[vv_prng_below(d, r->count)];
		break;
	case 5: /* that of a neighbour */
		r->ids[at] = r->ids[at > 0 ? at - 1 : 0];
		break;
	case 6:
		r->ids[at] = NONE;
		break;
	case 7: /* the other way round */
		turn(r, 0, r->count);
		break;
	case 8: /* two halves exchanged: in pieces that rise, or a piece of them falls */
		turn(r, 0, at);
		if (vv_prng_below(d, 2)) {
			turn(r, at, r->count);
			turn(r, 0, r->count);
		}
		break;
	case 11: /* many rows anew, with the keys of others */
	case 12: {
		size_t from = (size_t)vv_prng_below(d, r->count / 2);

		for (size_t i = r->count / 2 + from; i < r->count; i++) {
			r->ids[i] = r->ids[i - r->count / 2] + (int32_t)vv_prng_below(d, 50) / 49;
		}
		break;
	}
	case 9: /* no order */
		for (size_t i = 0; i < n; i++) {
			turn(r, (size_t)vv_prng_below(d, r->count),
			     (size_t)vv_prng_below(d, r->count));
		}
		break;
	default:
		put_in_order(r, d);
	}
}

/* Flips a byte of each file, or cuts it, or takes it away. */
static void damage(const char *dir, vv_prng *d)
{
	char **names;
	size_t count;

	if (access(dir, F_OK) != 0 || vv_list_dir(&names, &count, dir, VV_IGNORED) < 0) return;
	for (size_t i = 0; i < count; i++) {
		const char *path = vv_test_path("%s/%s", dir + strlen(vv_test_dir()) + 1, names[i]);
		size_t len;
		const char *bytes = vv_test_read(path, &len);
		char *copy = vv_malloc(len + 1);

		memcpy(copy, bytes, len);
		if (len > 0) {
			copy[vv_prng_below(d, len)] ^= (char)(1 + vv_prng_below(d, 255));
		}
		vv_test_write(path, copy,
			      vv_prng_below(d, 3) == 0 ? (size_t)vv_prng_below(d, len + 1) : len);
		if (vv_prng_below(d, 4) == 0) {
			(void)unlink(path);
		}
		vv_free(copy);
	}
	vv_names_free(names, count);
}

static bool has_file(const char *dir, const char *beginning)
{
	char **names;
	size_t count;
	bool has = false;

	if (access(dir, F_OK) != 0) return false;
	if (vv_list_dir(&names, &count, dir, VV_IGNORED) < 0) return false;
	for (size_t i = 0; i < count; i++) {
		has = has || strncmp(names[i], beginning, strlen(beginning)) == 0;
	}
	vv_names_free(names, count);
	return has;
}

/* Checks a version with what is kept in dir (NULL: nothing); lines and their number as they are to be. */
static void check_one(tabled *t, const char *dir, const form *f, const vv_check_options *base,
		      uint64_t wrong, const vv_buf *expected, vv_buf *lines, uint64_t *read)
{
	vv_check_options o = *base;
	vv_check_result result;
	vv_error err;

	vv_buf_reset(lines);
	if (dir) {
		vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
	}
	check_into(lines, &result, &t->table, f->schema, &o);
	vv_check_cache_close(o.cache);
	if (o.memory > 0) {
		sort_lines(lines);
	}
	assert_int_equal(result.errors, wrong);
	if (expected) {
		assert_string_equal(vv_buf_cstr(lines), vv_buf_cstr(expected));
	}
	*read = result.groups_read;
	vv_check_result_clear(&result);
}

#define VERSIONS 14u

/* memory 0: the usual; less, and hashes are kept in runs on disk. */
static void compare(const form *f, uint64_t seed, uint64_t memory, vv_pool *pool, size_t *apart)
{
	const char *dir = vv_test_path("unique%llu", (unsigned long long)(seed + memory));
	const char *files = vv_test_path("unique%llu-files", (unsigned long long)(seed + memory));
	static rows r;
	vv_prng d;
	vv_buf text = VV_BUF_INIT, cold = VV_BUF_INIT, warm = VV_BUF_INIT;
	vv_check_options o = {.path = "t.csv",
			      .memory = memory,
			      .pool = pool,
			      .left_out = 14 * (unsigned)(seed % 3)};
	tabled versions[VERSIONS];
	vv_mem_sink *mem;
	vv_error err;

	vv_prng_init(&d, seed);
	memset(&r, 0, sizeof(r));
	r.count = 2000 + (size_t)vv_prng_below(&d, 1000);
	put_in_order(&r, &d);
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	for (size_t v = 0; v < VERSIONS; v++) {
		uint64_t wrong = count_wrong(&r, f), read;

		write_rows(&text, &r, f, &d);
		table_of(&versions[v], text.data, text.len, "t.csv",
			 v > 0 ? &versions[v - 1].import.root : NULL, mem);
		check_one(&versions[v], NULL, f, &o, wrong, NULL, &cold, &read);
		assert_true(read > 8);
		check_one(&versions[v], dir, f, &o, wrong, &cold, &warm, &read);
		check_one(&versions[v], dir, f, &o, wrong, &cold, &warm, &read);
		assert_int_equal(read, 0);
		*apart += wrong == 0 && !has_file(files, "keys") && has_file(dir, "bounds");
		if (vv_prng_below(&d, 5) == 0) {
			damage(dir, &d);
			damage(files, &d);
		}
		change(&d, &r);
	}
	for (size_t v = 0; v < VERSIONS; v++) {
		table_gone(&versions[v]);
	}
	vv_mem_sink_free(mem);
	vv_buf_clear(&text);
	vv_buf_clear(&cold);
	vv_buf_clear(&warm);
}

static void compare_all(uint64_t memory)
{
	vv_pool *pool = vv_pool_new(2);
	size_t apart = 0, count = sizeof(forms) / sizeof(forms[0]);

	for (uint64_t seed = 0; seed < 2 * count; seed++) {
		if (vv_test_sampled(seed / count, 2)) {
			compare(&forms[seed % count], 7 * seed + 1, memory, seed % 2 ? pool : NULL,
				&apart);
		}
	}
	assert_true(apart > 8);
	vv_pool_free(pool);
}

static void keys_are_unique_if_a_set_says_so(void **state)
{
	(void)state;
	compare_all(0);
}

static void keys_are_unique_in_runs_if_a_set_says_so(void **state)
{
	(void)state;
	compare_all(12 << 10);
}

/* The first rows of all groups but the first. */
static size_t list_starts(vv_table *t, size_t *out, size_t max)
{
	vv_table_reader *reader;
	vv_batch batch = {0};
	size_t count = 0;
	vv_error err;

	vv_assert_ok(vv_table_reader_open(&reader, t, NULL, 0, false, &err), &err);
	while (vv_table_read(reader, &batch, &err) > 0) {
		if (batch.first_row > 0) {
			assert_true(count < max);
			out[count++] = (size_t)batch.first_row;
		}
	}
	vv_table_reader_close(reader);
	vv_batch_clear(&batch);
	return count;
}

/* What lies on both sides of a cut is in two groups whose bounds touch. */
static void a_key_that_ends_a_group_and_begins_the_next_comes_twice(void **state)
{
	static rows r;
	const char *dir = vv_test_path("touching");
	const vv_check_options o = {.path = "t.csv"};
	vv_buf text = VV_BUF_INIT, lines = VV_BUF_INIT;
	size_t starts[100], count;
	uint64_t read;
	vv_prng d;
	tabled t;

	(void)state;
	vv_prng_init(&d, 5);
	r.count = 2000;
	put_in_order(&r, &d);
	write_rows(&text, &r, &forms[0], &d);
	table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
	count = list_starts(&t.table, starts, 100);
	assert_true(count > 8);
	check_one(&t, dir, &forms[0], &o, 0, NULL, &lines, &read);
	table_gone(&t);
	for (size_t i = 0; i < count; i++) {
		int32_t id = r.ids[starts[i]];

		r.ids[starts[i]] = r.ids[starts[i] - 1];
		write_rows(&text, &r, &forms[0], &d);
		table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
		check_one(&t, dir, &forms[0], &o, 1, NULL, &lines, &read);
		r.ids[starts[i]] = id;
		table_gone(&t);
	}
	vv_buf_clear(&text);
	vv_buf_clear(&lines);
}

/* A key of one column, as values have it. */
static void put_key(vv_buf *out, check_key_order order, int32_t id)
{
	uint8_t bytes[12] = {0};
	char text[16];
	size_t len = (size_t)snprintf(text, sizeof(text), order == CHECK_BY_TEXT ? "x%05d" : "%d",
				      order == CHECK_BY_TEXT ? id + 1000 : id);

	vv_buf_reset(out);
	if (order == CHECK_BY_TIME) {
		vv_put_le64(bytes + 4, (uint64_t)(int64_t)id);
		len = 8;
	} else {
		memcpy(bytes + 4, text, len);
	}
	vv_put_le32(bytes, (uint32_t)len);
	vv_buf_put(out, bytes, 4 + len);
}

/* A group's rows: they rise or fall, or do not; least above greatest: there are none. */
typedef struct range {
	int32_t least, greatest;
	bool mixed;
} range;

static range put_group(vv_prng *d, check_key_order order, size_t group, vv_buf *spans)
{
	vv_auto(check_key_span) span = {.orders = NULL};
	vv_auto(vv_buf) key = VV_BUF_INIT;
	int32_t id = (int32_t)vv_prng_below(d, 120) - 60, way = vv_prng_below(d, 2) ? 1 : -1;
	range r = {.least = INT32_MAX, .greatest = INT32_MIN};

	check_key_span_begin(&span, &order, 1);
	for (size_t n = (size_t)vv_prng_below(d, 5), i = 0; i < n; i++) {
		put_key(&key, order, id);
		assert_true(check_key_span_add(&span, &key));
		r.least = id < r.least ? id : r.least;
		r.greatest = id > r.greatest ? id : r.greatest;
		if (vv_prng_below(d, 60) == 0 && i + 1 < n) { /* the same again, or back */
			r.mixed = true;
			id -= i > 0 ? way : 0;
		} else {
			id += way * ((int32_t)vv_prng_below(d, 8) + 1);
		}
	}
	check_key_span_put(&span, group, spans);
	return r;
}

static bool lie_apart(const range *r, size_t count)
{
	bool apart = true;

	for (size_t i = 0; i < count; i++) {
		apart = apart && !r[i].mixed;
		for (size_t k = 0; k < i; k++) {
			apart = apart &&
				(r[i].least > r[k].greatest || r[k].least > r[i].greatest ||
				 r[i].least > r[i].greatest || r[k].least > r[k].greatest);
		}
	}
	return apart;
}

static void groups_lie_apart_if_no_two_of_them_share_a_key_or_its_place(void **state)
{
	vv_prng d;
	size_t apart = 0;

	(void)state;
	vv_prng_init(&d, 9);
	for (int round = 0; round < 20000; round++) {
		check_key_order order = (check_key_order)(round % 3);
		size_t count = (size_t)vv_prng_below(&d, 5) + 1;
		check_key_bounds a, b;
		vv_buf spans = VV_BUF_INIT, key = VV_BUF_INIT;
		range r[5];
		vv_error err;

		for (size_t i = 0; i < count; i++) {
			r[i] = put_group(&d, order, i, &spans);
		}
		bool expected = lie_apart(r, count);
		vv_assert_ok(check_key_bounds_init(&a, &order, 1, count, &err), &err);
		vv_assert_ok(check_key_bounds_init(&b, &order, 1, count, &err), &err);
		vv_assert_ok(check_key_bounds_take(&a, &spans, &err), &err);
		assert_int_equal(check_key_bounds_apart(&a, &err), expected);
		for (size_t i = 0; expected && i < count; i++) { /* what is kept gives the same */
			size_t len;
			const uint8_t *part = check_key_bounds_part(&a, i, &len);
			int32_t id = (int32_t)vv_prng_below(&d, 140) - 70;

			assert_false(check_key_bounds_set(&b, i, part, len - 1));
			assert_true(check_key_bounds_set(&b, i, part, len));
			put_key(&key, order, id);
			assert_int_equal(check_key_bounds_may(&b, i, &key),
					 id >= r[i].least && id <= r[i].greatest);
		}
		assert_int_equal(check_key_bounds_apart(&b, &err), expected);
		apart += expected;
		check_key_bounds_clear(&a);
		check_key_bounds_clear(&b);
		vv_buf_clear(&spans);
		vv_buf_clear(&key);
	}
	assert_true(apart > 2000 && apart < 18000);
}

#define ENTRIES 20000u

static int entry_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Hashes close together, far apart, equal, and the greatest; of few groups or many. */
static size_t make_entries(vv_prng *d, uint64_t *out, uint64_t groups)
{
	size_t count = (size_t)vv_prng_below(d, vv_prng_below(d, 2) ? 40 : ENTRIES);
	uint64_t all = (uint64_t)1 << 40, most = (uint64_t)1 << vv_prng_below(d, 41);
	uint64_t from = vv_prng_below(d, 2) ? 0 : all - most;

	for (size_t i = 0; i < count; i++) {
		uint64_t hash = vv_prng_below(d, 30) ? from + vv_prng_below(d, most)
						     : vv_prng_below(d, all);

		out[i] = hash << CHECK_GROUP_BITS | vv_prng_below(d, groups);
	}
	qsort(out, count, sizeof(*out), entry_order);
	return count;
}

static size_t first_from(const uint64_t *entries, size_t count, uint64_t hash)
{
	size_t i = 0;

	while (i < count && entries[i] >> CHECK_GROUP_BITS < hash) {
		i++;
	}
	return i;
}

static void find_all(check_key_run *run, vv_prng *d, const uint64_t *entries, size_t count)
{
	check_key_cursor c = check_key_run_find(run, 0), forward = c;
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++, check_key_cursor_next(&c)) {
		assert_true(c.entry == entries[i]);
	}
	assert_true(c.entry == UINT64_MAX);
	for (size_t n = 0; n < 60; n++) {
		uint64_t sought = count > 0 && vv_prng_below(d, 2)
					  ? entries[vv_prng_below(d, count)] >> CHECK_GROUP_BITS
					  : vv_prng_below(d, (uint64_t)1 << 40);
		sought &= ~(((uint64_t)1 << run->left_out) - 1);
		size_t at = first_from(entries, count, sought);

		c = check_key_run_find(run, sought);
		assert_true(c.entry == (at < count ? entries[at] : UINT64_MAX));
		/* in order, some near each other */
		at = first_from(entries, count, hash) + (size_t)vv_prng_below(d, n % 5 ? 40 : 4000);
		sought = at < count ? entries[at] >> CHECK_GROUP_BITS : hash;
		hash = (sought > hash ? sought : hash) + vv_prng_below(d, 2);
		hash &= ~(((uint64_t)1 << run->left_out) - 1);
		at = first_from(entries, count, hash);
		check_key_cursor_seek(&forward, hash);
		assert_true(forward.entry == (at < count ? entries[at] : UINT64_MAX));
	}
}

static void a_run_gives_the_entries_that_it_was_made_of(void **state)
{
	static uint64_t entries[ENTRIES];
	static const uint8_t name[32];
	const vv_hash128 id = {7, 7};
	vv_check_cache *cache;
	vv_prng d;
	tabled t;
	vv_error err;

	(void)state;
	vv_prng_init(&d, 11);
	table_of(&t, "id\n1\n", 5, "t.csv", NULL, NULL);
	vv_assert_ok(vv_check_cache_open(&cache, vv_test_path("run"), &err), &err);
	for (int round = 0; round < 200; round++) {
		size_t groups = (size_t)1 << vv_prng_below(&d, 12);
		size_t count = make_entries(&d, entries, groups);
		const uint8_t **names = vv_calloc(groups, sizeof(*names));
		vv_auto(char) *file = check_key_run_file(cache, id);
		/* another than there are, perhaps */
		uint64_t expected = vv_prng_below(&d, 3) ? count : vv_prng_below(&d, 1u << 20);
		check_key_writer *w;
		check_key_run run;

		for (size_t i = 0; i < groups; i++) {
			names[i] = name;
		}
		vv_assert_ok(check_key_writer_begin(&w, file, 5, &t.table, names, groups, expected,
						    0, &err),
			     &err);
		for (size_t i = 0; i < count; i++) {
			check_key_writer_put(w, entries[i]);
		}
		check_key_writer_end(w, entries, count < 10 ? count : 10);
		check_key_writer_free(w);
		vv_assert_ok(check_key_run_open(&run, cache, id, &err), &err);
		assert_non_null(run.entries);
		assert_int_equal(run.entry_count, count);
		for (size_t i = 0; i < count; i++) {
			entries[i] &= ~((((uint64_t)1 << run.left_out) - 1) << CHECK_GROUP_BITS);
		}
		find_all(&run, &d, entries, count);
		assert_true(check_key_run_sound(&run));
		check_key_run_close(&run);
		vv_free(names);
	}
	vv_check_cache_close(cache);
	table_gone(&t);
}

static void a_run_takes_three_bytes_a_row(void **state)
{
	static uint64_t entries[1u << 20];
	static const uint8_t *names[1u << 10];
	static const uint8_t name[32];
	const vv_hash128 id = {7, 7};
	vv_check_cache *cache;
	vv_stat st;
	vv_prng d;
	tabled t;
	vv_error err;

	(void)state;
	vv_prng_init(&d, 11);
	table_of(&t, "id\n1\n", 5, "t.csv", NULL, NULL);
	vv_assert_ok(vv_check_cache_open(&cache, vv_test_path("bytes"), &err), &err);
	for (size_t count = 20000; count <= sizeof(entries) / sizeof(*entries);
	     count += count / 3) {
		size_t groups = count / 1100 + 1;
		vv_auto(char) *file = check_key_run_file(cache, id);
		check_key_writer *w;

		for (size_t i = 0; i < groups; i++) {
			names[i] = name;
		}
		for (size_t i = 0; i < count; i++) {
			entries[i] = vv_prng_below(&d, (uint64_t)1 << 40) << CHECK_GROUP_BITS |
				     vv_prng_below(&d, groups);
		}
		qsort(entries, count, sizeof(*entries), entry_order);
		vv_assert_ok(check_key_writer_begin(&w, file, 5, &t.table, names, groups, count, 0,
						    &err),
			     &err);
		for (size_t i = 0; i < count; i++) {
			check_key_writer_put(w, entries[i]);
		}
		check_key_writer_end(w, NULL, 0);
		check_key_writer_free(w);
		vv_assert_ok(vv_lstat(&st, file, &err), &err);
		assert_true(st.size <= 3 * count);
		assert_true(st.size > 2 * count);
	}
	vv_check_cache_close(cache);
	table_gone(&t);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(keys_are_unique_if_a_set_says_so),
	cmocka_unit_test(a_key_that_ends_a_group_and_begins_the_next_comes_twice),
	cmocka_unit_test(groups_lie_apart_if_no_two_of_them_share_a_key_or_its_place),
	cmocka_unit_test(a_run_gives_the_entries_that_it_was_made_of),
	cmocka_unit_test(a_run_takes_three_bytes_a_row),
	cmocka_unit_test(keys_are_unique_in_runs_if_a_set_says_so),
};

VV_TEST_SUITE(unique_keys)
