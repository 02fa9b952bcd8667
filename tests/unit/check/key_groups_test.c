/*
 * Row groups found by key: none that has a row of the key is left out, whatever became of what checks keep.
 */
#include "tests/unit/check/check_support.h"

#include "base/file.h"
#include "check/rules/key_groups.h"

typedef struct dice {
	uint64_t state;
} dice;

static uint64_t roll(dice *d, uint64_t sides)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (d->state >> 33) % sides;
}

#define ROWS 24000u
#define VERSIONS 6u
#define KEY_LEN 24u

typedef struct rows {
	char (*keys)[KEY_LEN];
	uint64_t salt[ROWS];
} rows;

/* Ids in no order; some are written oddly, some are missing, some come twice. */
static void make_key(dice *d, char *out)
{
	unsigned long long id = roll(d, 4 * ROWS);
	const char *form = roll(d, 500) == 0   ? "0%llu"
			   : roll(d, 500) == 0 ? "x%llu"
			   : roll(d, 500) == 0 ? "+%llu"
					       : "%llu";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(out, KEY_LEN, form, id);
#pragma GCC diagnostic pop
	if (roll(d, 600) == 0) {
		snprintf(out, KEY_LEN, roll(d, 2) ? "" : "NA");
	}
}

static void put_rows(vv_buf *out, const rows *r, bool json)
{
	vv_buf_reset(out);
	vv_buf_puts(out, json ? "" : "id,salt\n");
	for (size_t i = 0; i < ROWS; i++) {
		bool digits = strspn(r->keys[i], "123456789") > 0 &&
			      strspn(r->keys[i], "0123456789") == strlen(r->keys[i]);

		vv_buf_printf(out,
			      json && digits ? "{\"id\":%s,\"salt\":%llu}\n"
			      : json         ? "{\"id\":\"%s\",\"salt\":%llu}\n"
					     : "%s,%llu\n",
			      r->keys[i], (unsigned long long)r->salt[i]);
	}
}

static void change(dice *d, rows *r)
{
	size_t at = (size_t)roll(d, ROWS - 2000);

	for (size_t n = (size_t)roll(d, 3) * 600 + 1; n > 0; n--, at++) {
		make_key(d, r->keys[at]);
		r->salt[at]++;
	}
	if (roll(d, 3) == 0) { /* a block twice: row groups, too */
		memcpy(r->keys[0], r->keys[ROWS / 2], ROWS / 3 * KEY_LEN);
		memcpy(r->salt, r->salt + ROWS / 2, ROWS / 3 * sizeof(r->salt[0]));
	}
}

static void damage(const char *dir, dice *d)
{
	char **names;
	size_t count;
	vv_error err;

	if (vv_list_dir(&names, &count, dir, &err) < 0) return;
	for (size_t i = 0; i < count; i++) {
		const char *path = vv_test_path("%s/%s", dir + strlen(vv_test_dir()) + 1, names[i]);
		size_t len;
		const char *bytes = vv_test_read(path, &len);
		char *copy;

		if (len == 0) {
			continue;
		}
		copy = vv_malloc(len);
		memcpy(copy, bytes, len);
		copy[roll(d, len)] ^= (char)(1 + roll(d, 255));
		if (roll(d, 2)) { /* a stretch of it, where it is not the head */
			memset(copy + len / 3, (int)roll(d, 256), len / 2);
		}
		vv_test_write(path, copy, roll(d, 4) == 0 ? (size_t)roll(d, len) : len);
		vv_free(copy);
	}
	vv_names_free(names, count);
}

/* Which groups have such a row, by reading them all. */
static uint8_t *read_groups(vv_table *t, const char *key, size_t *count)
{
	static uint8_t has[4096];
	const size_t column = 0;
	vv_table_reader *reader;
	vv_batch batch = {0};
	vv_error err;

	memset(has, 0, sizeof(has));
	*count = 0;
	vv_assert_ok(vv_table_reader_open(&reader, t, &column, 1, false, &err), &err);
	while (vv_table_read(reader, &batch, &err) > 0) {
		assert_true(batch.index < sizeof(has));
		for (size_t i = 0; i < batch.rows; i++) {
			const vv_cell *c = &batch.cells[i * batch.columns];

			if (c->len == strlen(key) && memcmp(c->text, key, c->len) == 0) {
				has[batch.index] = 1;
			}
		}
		*count += has[batch.index];
	}
	vv_table_reader_close(reader);
	vv_batch_clear(&batch);
	return has;
}

/* Holds the answer against that of reading; gives what vv_key_groups_find did. */
static int look_for(vv_table *t, const char *dir, const char *key, bool make, vv_pool *pool,
		    size_t *spare)
{
	const vv_key_value value = {0, key, strlen(key)};
	vv_key_lookup o = {.path = "t", .make = make, .pool = pool};
	vv_key_groups found;
	size_t wanted, met = 0;
	uint8_t *has = read_groups(t, key, &wanted);
	vv_error err;
	int known;

	vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
	known = vv_key_groups_find(&found, t, &value, 1, &o, &err);
	assert_true(known >= 0);
	for (size_t i = 0; i < found.count; i++) {
		assert_true(i == 0 || found.groups[i] > found.groups[i - 1]);
		met += has[found.groups[i]];
	}
	if (known > 0) {
		assert_int_equal(met, wanted);
		*spare += found.count - wanted;
	}
	vv_key_groups_clear(&found);
	vv_check_cache_close(o.cache);
	return known;
}

static void check(vv_table *t, const char *dir, uint64_t memory)
{
	vv_check_options o = {.path = "t", .memory = memory, .limit = 1};
	vv_buf lines = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
	check_into(&lines, NULL, t, NULL, &o);
	vv_check_cache_close(o.cache);
	vv_buf_clear(&lines);
}

static void open_version(tabled *t, vv_mem_sink *mem, const vv_buf *text, const char *name,
			 const vv_root *parent)
{
	static const char *const key[] = {"id", NULL};
	vv_error err;
	vv_cid cid;

	table_of(t, text->data, text->len, name, parent, mem);
	vv_assert_ok(vv_table_reschema(&cid, &t->table, &t->sink, t->table.root.schema.data,
				       t->table.root.schema.len, key, VV_KEY_DECLARED, NULL, &err),
		     &err);
	vv_table_close(&t->table);
	vv_assert_ok(vv_table_open(&t->table, &t->sink, &cid, &err), &err);
}

static void compare(const char *name, bool json, uint64_t seed)
{
	vv_pool *pool = seed % 2 ? vv_pool_new(2) : NULL;
	rows *r = vv_calloc(1, sizeof(*r));
	const char *dir = vv_test_path("keys-%s-%llu", name, (unsigned long long)seed);
	const char *files = vv_test_path("keys-%s-%llu-files", name, (unsigned long long)seed);
	dice d = {.state = seed * 99 + 1};
	vv_buf text = VV_BUF_INIT;
	tabled versions[VERSIONS];
	size_t known = 0, spare = 0;
	vv_mem_sink *mem;
	vv_error err;

	r->keys = vv_calloc(ROWS, KEY_LEN);
	for (size_t i = 0; i < ROWS; i++) {
		make_key(&d, r->keys[i]);
	}
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	for (size_t v = 0; v < VERSIONS; v++) {
		tabled *t = &versions[v];

		put_rows(&text, r, json);
		open_version(t, mem, &text, name, v > 0 ? &versions[v - 1].import.root : NULL);
		if (v % 2 == seed % 2) {
			check(&t->table, dir, v < 3 ? 64 << 10 : 0);
		}
		for (size_t n = 0; n < 12; n++) {
			/* as it stands there, oddly or not; what is not there; an older version */
			const char *key = n % 4 == 3 ? "123456789" : r->keys[roll(&d, ROWS)];
			vv_table *at = &versions[roll(&d, v + 1)].table;

			known += (size_t)look_for(at, dir, key, n % 2, pool, &spare);
			if (roll(&d, 6) == 0) {
				damage(dir, &d);
				damage(files, &d);
			}
		}
		look_for(&t->table, dir, "NA", true, pool, &spare);
		assert_int_equal(look_for(&t->table, dir, "", true, pool, &spare), 0);
		change(&d, r);
	}
	assert_true(known > VERSIONS * 6);
	/* the groups of an id that is written in two ways are all that is too many */
	assert_true(spare < VERSIONS * 4);
	for (size_t v = 0; v < VERSIONS; v++) {
		table_gone(&versions[v]);
	}
	vv_mem_sink_free(mem);
	vv_pool_free(pool);
	vv_buf_clear(&text);
	vv_free(r->keys);
	vv_free(r);
}

static void no_group_with_a_row_of_the_key_is_left_out(void **state)
{
	(void)state;
	for (uint64_t seed = 2; seed <= 5; seed++) {
		if (vv_test_sampled(seed / 2, 2)) { /* one with threads, one without */
			compare("t.csv", false, seed);
		}
	}
}

static void numbers_and_texts_of_json_are_found_by_their_text(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		compare("t.ndjson", true, seed);
	}
}

/* Without leave to make them no hashes are made, and only those of a few groups. */
static void nothing_is_read_where_nothing_is_kept(void **state)
{
	rows *r = vv_calloc(1, sizeof(*r));
	vv_buf text = VV_BUF_INIT;
	dice d = {.state = 7};
	size_t spare = 0;
	vv_mem_sink *mem;
	vv_error err;
	tabled t;

	(void)state;
	r->keys = vv_calloc(ROWS, KEY_LEN);
	for (size_t i = 0; i < ROWS; i++) {
		make_key(&d, r->keys[i]);
	}
	put_rows(&text, r, false);
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	open_version(&t, mem, &text, "t.csv", NULL);
	assert_int_equal(look_for(&t.table, vv_test_path("none"), "17", false, NULL, &spare), 0);
	assert_int_equal(look_for(&t.table, vv_test_path("none"), "17", true, NULL, &spare), 1);
	assert_int_equal(look_for(&t.table, vv_test_path("none"), "17", false, NULL, &spare), 1);
	assert_int_equal(spare, 0);
	table_gone(&t);
	vv_mem_sink_free(mem);
	vv_buf_clear(&text);
	vv_free(r->keys);
	vv_free(r);
}

/* A source that counts what is got, and may be without the nodes of a list. */
typedef struct counted {
	vv_sink below;
	size_t gets;
	const vv_cid *gone; /* such blocks are not here */
	size_t gone_count;
} counted;

static vv_status get_counted(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	counted *c = payload;

	c->gets++;
	for (size_t i = 0; i < c->gone_count; i++) {
		if (vv_cid_equal(cid, &c->gone[i])) return vv_fail(err, VV_EMISSING, "gone");
	}
	return c->below.get(c->below.payload, cid, out, err);
}

/* The nodes of a version's list of groups. */
static size_t nodes_of(const vv_table *t, vv_cid *out, size_t max)
{
	vv_list_reader *list;
	vv_list_node node;
	size_t count = 0;
	vv_list_item item;
	vv_error err;

	vv_assert_ok(vv_list_reader_open(&list, VV_LIST_DATA, &t->source, t->root.data.data,
					 t->root.data.len, &err),
		     &err);
	while (count < max && vv_list_next_node(list, 1, &node, &err) > 0) {
		out[count++] = node.name;
	}
	if (count == 0) {
		assert_true(vv_list_next(list, &item, &err) > 0);
	}
	vv_list_reader_close(list);
	return count;
}

/* Long enough for a list with nodes. */
static void put_long_rows(vv_buf *out, const rows *r)
{
	vv_buf_reset(out);
	vv_buf_puts(out, "id,salt\n");
	for (size_t i = 0; i < ROWS; i++) {
		unsigned long long x = i * 2654435761u;

		vv_buf_printf(out, "%s,", r->keys[i]);
		for (size_t n = 0; n < 40;
		     n++, x = x * 6364136223846793005u + 1442695040888963407u) {
			vv_buf_printf(out, "%016llx", x);
		}
		vv_buf_putc(out, '\n');
	}
}

/* Keys in no order. */
static size_t long_key(size_t row)
{
	return row * 7919 % 100003;
}

/* Opens a version whose row in the middle has this key; NULL: the key it had. */
static void open_long(tabled *t, vv_mem_sink *mem, rows *r, const char *middle,
		      const vv_root *parent)
{
	vv_buf text = VV_BUF_INIT;

	for (size_t i = 0; i < ROWS; i++) {
		snprintf(r->keys[i], KEY_LEN, "%zu", long_key(i));
	}
	if (middle) {
		snprintf(r->keys[ROWS / 2], KEY_LEN, "%s", middle);
	}
	put_long_rows(&text, r);
	open_version(t, mem, &text, "t.csv", parent);
	vv_buf_clear(&text);
}

static void a_search_in_a_later_version_reads_what_changed_alone(void **state)
{
	rows *r = vv_calloc(1, sizeof(*r));
	const char *dir = vv_test_path("later");
	char old[KEY_LEN], after[KEY_LEN];
	vv_cid nodes[64];
	tabled versions[2];
	size_t spare = 0;
	vv_mem_sink *mem;
	counted c = {.gets = 0};
	vv_table *t = &versions[1].table;
	vv_key_value value = {0, after, 0};
	vv_key_lookup o = {.path = "t"};
	vv_key_groups found;
	vv_error err;

	(void)state;
	r->keys = vv_calloc(ROWS, KEY_LEN);
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	open_long(&versions[0], mem, r, NULL, NULL);
	check(&versions[0].table, dir, 64 << 10);
	open_long(&versions[1], mem, r, "999999999", &versions[0].import.root);
	snprintf(old, sizeof(old), "%zu", long_key(ROWS / 2));
	snprintf(after, sizeof(after), "%s", r->keys[ROWS - 5]);
	value.len = strlen(after);
	c.below = t->source;
	t->source = (vv_sink){.get = get_counted, .payload = &c};
	vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
	assert_int_equal(vv_key_groups_find(&found, t, &value, 1, &o, &err), 1);
	assert_int_equal(found.count, 1);
	assert_true(c.gets <= 8);
	vv_key_groups_clear(&found);
	/* the row that changed, by its key of before and of now */
	assert_int_equal(look_for(t, dir, old, false, NULL, &spare), 1);
	assert_int_equal(look_for(t, dir, "999999999", false, NULL, &spare), 1);
	assert_int_equal(spare, 0);
	/* the version before is not here any more */
	c.gone = nodes;
	c.gone_count = nodes_of(&versions[0].table, nodes, 64);
	assert_true(c.gone_count > 1);
	for (size_t i = 0; i < c.gone_count;) { /* what the later one has, too, is here */
		vv_cid own[64];
		size_t count = nodes_of(&(vv_table){.source = c.below, .root = t->root}, own, 64),
		       k;

		for (k = 0; k < count && !vv_cid_equal(&own[k], &nodes[i]); k++) {
		}
		if (k < count) {
			nodes[i] = nodes[--c.gone_count];
		} else {
			i++;
		}
	}
	assert_true(c.gone_count > 0);
	assert_int_equal(look_for(t, dir, "999999999", false, NULL, &spare), 1);
	assert_int_equal(spare, 0);
	vv_check_cache_close(o.cache);
	t->source = c.below;
	table_gone(&versions[0]);
	table_gone(&versions[1]);
	vv_mem_sink_free(mem);
	vv_free(r->keys);
	vv_free(r);
}

/* Damages a quarter of the only file in the folder. */
static void spoil(const char *dir, size_t quarter)
{
	char **names;
	size_t count, len;
	const char *path, *bytes;
	char *copy;
	vv_error err;

	vv_assert_ok(vv_list_dir(&names, &count, dir, &err), &err);
	assert_int_equal(count, 1);
	path = vv_test_path("%s/%s", dir + strlen(vv_test_dir()) + 1, names[0]);
	bytes = vv_test_read(path, &len);
	assert_true(len > 1000);
	copy = vv_malloc(len);
	memcpy(copy, bytes, len);
	for (size_t i = quarter * (len / 4); i < (quarter + 1) * (len / 4); i++) {
		copy[i] ^= 0x10;
	}
	vv_test_write(path, copy, len);
	vv_free(copy);
	vv_names_free(names, count);
}

/* A run a quarter of which is damaged: a key that a changed row repeats is found nevertheless. */
static void a_key_that_comes_twice_is_found_whatever_pieces_are_damaged(void **state)
{
	rows *r = vv_calloc(1, sizeof(*r));
	const char *dir = vv_test_path("piece"), *files = vv_test_path("piece-files");
	tabled before, twice;
	vv_mem_sink *mem;
	vv_error err;

	(void)state;
	r->keys = vv_calloc(ROWS, KEY_LEN);
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	open_long(&before, mem, r, NULL, NULL);
	open_long(&twice, mem, r, "87109", &before.import.root);
	/* where a hash stands is another place each time */
	for (size_t round = 0; round < 20; round++) {
		vv_check_options o = {.path = "t", .memory = 64 << 10};
		vv_check_result result;
		vv_buf lines = VV_BUF_INIT;

		vv_assert_ok(vv_remove_tree(dir, &err), &err);
		vv_assert_ok(vv_remove_tree(files, &err), &err);
		check(&before.table, dir, 64 << 10);
		spoil(files, round % 4);
		vv_assert_ok(vv_check_cache_open(&o.cache, dir, &err), &err);
		check_into(&lines, &result, &twice.table, NULL, &o);
		vv_check_cache_close(o.cache);
		assert_non_null(strstr(vv_buf_cstr(&lines), "primary-key"));
		vv_check_result_clear(&result);
		vv_buf_clear(&lines);
	}
	table_gone(&before);
	table_gone(&twice);
	vv_mem_sink_free(mem);
	vv_free(r->keys);
	vv_free(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_search_in_a_later_version_reads_what_changed_alone),
	cmocka_unit_test(a_key_that_comes_twice_is_found_whatever_pieces_are_damaged),
	cmocka_unit_test(no_group_with_a_row_of_the_key_is_left_out),
	cmocka_unit_test(numbers_and_texts_of_json_are_found_by_their_text),
	cmocka_unit_test(nothing_is_read_where_nothing_is_kept),
};

VV_TEST_SUITE(key_groups)
