/*
 * Tables in key order: the file comes back byte for byte, the same rows give the same groups, and a version
 * that says anything else than its file is refused.
 */
#include <errno.h>
#include <stdio.h>

#include "base/hint.h"
#include "base/sys.h"
#include "dataset/format/places.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "tests/unit/dataset/memory.h"

static vv_status try_import(memory *m, vv_import_result *out, const char *text, size_t len,
			    const char *name, const vv_root *parent, vv_order_wish order,
			    const char *key, vv_error *err)
{
	const char *const keys[] = {key, NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
			       .secret = 42,
			       .temp_dir = vv_test_dir(),
			       .parent = parent,
			       .order = order,
			       .key = key ? keys : NULL,
			       .key_source = VV_KEY_DECLARED,
			       .key_known = true}; /* not proved: there are ties */
	vv_mem_source storage;
	vv_source source;

	vv_source_mem(&source, &storage, text, len, name);
	return vv_import(out, &source, &m->sink, &o, err);
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void gives(memory *m, const vv_cid *cid, const char *text, size_t len)
{
	vv_buf got = VV_BUF_INIT;
	vv_table t;
	vv_table_source *s = NULL;
	char piece[777];
	ssize_t n;
	vv_error err;

	vv_assert_ok(vv_table_open_stored(&t, &m->sink, cid, &err), &err);
	vv_assert_ok(vv_table_bytes(&t, gather, &got, NULL, NULL, &err), &err);
	assert_int_equal(got.len, len);
	assert_memory_equal(vv_buf_cstr(&got), text, len);
	vv_buf_reset(&got);
	vv_assert_ok(vv_table_source_open(&s, &t, &err), &err);
	while ((n = vv_table_source_read(s, piece, sizeof(piece), &err)) > 0) {
		vv_buf_put(&got, piece, (size_t)n);
	}
	vv_assert_ok((vv_status)n, &err);
	vv_table_source_close(s);
	assert_int_equal(got.len, len);
	assert_memory_equal(vv_buf_cstr(&got), text, len);
	for (size_t from = 0; from < len; from += len / 5 + 1) {
		vv_buf_reset(&got);
		vv_assert_ok(vv_table_range(&t, from, len / 3 + 1, gather, &got, &err), &err);
		assert_int_equal(got.len, len / 3 + 1 < len - from ? len / 3 + 1 : len - from);
		assert_memory_equal(vv_buf_cstr(&got), text + from, got.len);
	}
	vv_assert_ok(vv_table_check(&t, NULL, NULL, &err), &err);
	vv_table_close(&t);
	vv_buf_clear(&got);
}

/* The lists of the version, opened in the file's order, are those of the same file imported so. */
static void reads_as_the_file(memory *m, const vv_import_result *sorted, const char *text,
			      size_t len, const char *name, const char *key)
{
	vv_import_result plain;
	vv_table t;
	vv_error err;

	vv_assert_ok(try_import(m, &plain, text, len, name, NULL, VV_ORDER_FILE, key, &err), &err);
	vv_assert_ok(vv_table_open(&t, &m->sink, &sorted->cid, &err), &err);
	assert_int_equal(t.root.data.len, plain.root.data.len);
	assert_memory_equal(t.root.data.data, plain.root.data.data, plain.root.data.len);
	assert_memory_equal(t.root.layout.data, plain.root.layout.data, plain.root.layout.len);
	assert_memory_equal(&t.root.hash, &plain.root.hash, sizeof(plain.root.hash));
	assert_true(vv_cid_equal(&t.cid, &sorted->cid));
	vv_table_close(&t);
	vv_import_result_clear(&plain);
}

/* What the format page says of the order, in other words than the code. */
static int class_of(const vv_cell *c, long long *number)
{
	char text[32] = "";
	size_t digits;

	if (c->len == 0) return 0;
	if (c->len < sizeof(text)) {
		memcpy(text, c->text, c->len);
	}
	digits = strspn(text + (text[0] == '-'), "0123456789");
	if (digits == 0 || digits > 18 || digits + (text[0] == '-') != c->len) return 2;
	*number = strtoll(text, NULL, 10);
	return 1;
}

static int order_of(const vv_cell *a, const vv_cell *b)
{
	long long x = 0, y = 0;
	int ca = class_of(a, &x), cb = class_of(b, &y), c;

	if (ca != cb || ca == 0) return ca - cb;
	if (ca == 1) return x < y ? -1 : x > y;
	c = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
	return c != 0 ? c : a->len < b->len ? -1 : a->len > b->len;
}

/* Are the stored rows in the order of column 0, and, where they are alike, of their places? */
static void is_sorted(memory *m, const vv_cid *cid)
{
	vv_table t;
	vv_table_reader *r = NULL;
	vv_places_reader *p = NULL;
	vv_batch b = {0};
	vv_buf last_text = VV_BUF_INIT;
	vv_cell last = {.text = NULL};
	uint64_t place, last_place = 0, rows = 0;
	vv_error err;

	vv_assert_ok(vv_table_open_stored(&t, &m->sink, cid, &err), &err);
	assert_true(vv_root_is_sorted(&t.root));
	vv_assert_ok(vv_places_open(&p, &m->sink, &t.root.places, &err), &err);
	vv_assert_ok(vv_table_reader_open(&r, &t, NULL, 0, false, &err), &err);
	while (vv_table_read(r, &b, &err) > 0) {
		for (size_t i = 0; i < b.rows; i++, rows++) {
			const vv_cell *c = &b.cells[i * b.columns];

			assert_int_equal(vv_places_next(p, &place, &err), 1);
			if (rows > 0) {
				int order = order_of(&last, c);

				assert_true(order < 0 || (order == 0 && last_place < place));
			}
			vv_buf_reset(&last_text);
			vv_buf_put(&last_text, c->text, c->len);
			last = (vv_cell){.text = vv_buf_cstr(&last_text), .len = c->len};
			last_place = place;
		}
	}
	assert_int_equal(rows, t.root.rows);
	vv_table_reader_close(r);
	vv_places_close(p);
	vv_batch_clear(&b);
	vv_buf_clear(&last_text);
	vv_table_close(&t);
}

/* ---- random tables ---- */

typedef struct line {
	char text[120];
} line;

static void make_key(char *out, size_t room, vv_prng *r, unsigned kind, size_t i)
{
	static const char *const odd[] = {"",
					  "-0",
					  "007",
					  "7",
					  "-12",
					  "12a",
					  "1.5",
					  "\"a,b\"",
					  "\"q\"\"q\"",
					  "zz",
					  "-",
					  "999999999999999999",
					  "1000000000000000000",
					  "\"l\nf\"",
					  "\xff\xfe"};

	if (kind == 0) { /* each once */
		(void)snprintf(out, room, "%zu", i * 7919 % 1000003);
	} else if (kind == 1) {
		(void)snprintf(out, room, "k%zx", i * 7919 % 1000003);
	} else if (kind == 2) { /* ties */
		(void)snprintf(out, room, "%u", (unsigned)vv_prng_below(r, 20));
	} else {
		(void)snprintf(out, room, "%s",
			       odd[vv_prng_below(r, sizeof(odd) / sizeof(odd[0]))]);
	}
}

static size_t make_lines(line *lines, size_t count, unsigned kind, vv_prng *r)
{
	for (size_t i = 0; i < count; i++) {
		char key[40];

		make_key(key, sizeof(key), r, kind, i);
		(void)snprintf(lines[i].text, sizeof(lines[i].text), "%s,v%u,%u", key,
			       (unsigned)vv_prng_below(r, 1000), (unsigned)vv_prng_below(r, 9));
	}
	return count;
}

static void shuffle(line *lines, size_t count, vv_prng *r)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = (size_t)vv_prng_below(r, i);
		line t = lines[i - 1];

		lines[i - 1] = lines[k];
		lines[k] = t;
	}
}

static void put_file(vv_buf *out, const line *lines, size_t count, const char *end, bool last_end)
{
	vv_buf_reset(out);
	vv_buf_puts(out, "id,name,n");
	vv_buf_puts(out, end);
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(out, lines[i].text);
		vv_buf_puts(out, i + 1 < count || last_end ? end : "");
	}
}

static void any_file_comes_back_and_its_rows_are_sorted(void **state)
{
	static const size_t counts[] = {1, 2, 3, 40, 5000};
	line *lines = calloc(5000, sizeof(*lines));
	vv_buf text = VV_BUF_INIT;
	vv_import_result r;
	vv_error err;
	vv_prng prng;
	memory m;

	(void)state;
	assert_non_null(lines);
	memory_init(&m);
	vv_prng_init(&prng, 11);
	for (unsigned i = 0; i < 5 * 4 * 3; i++) {
		size_t count = counts[i % 5];
		const char *end = i % 3 == 1 ? "\r\n" : "\n";

		make_lines(lines, count, i / 5 % 4, &prng);
		shuffle(lines, count, &prng);
		put_file(&text, lines, count, end, i % 2 == 0);
		vv_assert_ok(try_import(&m, &r, text.data, text.len, "t.csv", NULL, VV_ORDER_KEY,
					"id", &err),
			     &err);
		assert_int_equal(r.root.rows, count);
		gives(&m, &r.cid, text.data, text.len);
		is_sorted(&m, &r.cid);
		reads_as_the_file(&m, &r, text.data, text.len, "t.csv", "id");
		vv_import_result_clear(&r);
	}
	memory_clear(&m);
	vv_buf_clear(&text);
	free(lines);
}

static void the_same_rows_in_another_order_give_the_same_groups(void **state)
{
	const size_t count = 6000;
	line *lines = calloc(count, sizeof(*lines));
	vv_buf text = VV_BUF_INIT;
	vv_import_result first, r;
	vv_error err;
	vv_prng prng;
	memory m;

	(void)state;
	assert_non_null(lines);
	for (unsigned kind = 0; kind < 2; kind++) {
		memory_init(&m);
		vv_prng_init(&prng, kind);
		make_lines(lines, count, kind, &prng);
		put_file(&text, lines, count, "\n", true);
		vv_assert_ok(try_import(&m, &first, text.data, text.len, "t.csv", NULL,
					VV_ORDER_KEY, "id", &err),
			     &err);
		for (unsigned i = 0; i < 3; i++) {
			shuffle(lines, count, &prng);
			put_file(&text, lines, count, "\n", true);
			/* nobody asks for the order any more */
			vv_assert_ok(try_import(&m, &r, text.data, text.len, "t.csv", &first.root,
						VV_ORDER_KEEP, NULL, &err),
				     &err);
			assert_int_equal(r.groups_new, 0);
			assert_int_equal(r.root.data.len, first.root.data.len);
			assert_memory_equal(r.root.data.data, first.root.data.data,
					    r.root.data.len);
			assert_false(vv_cid_equal(&r.cid, &first.cid));
			gives(&m, &r.cid, text.data, text.len);
			vv_import_result_clear(&r);
		}
		vv_import_result_clear(&first);
		memory_clear(&m);
	}
	vv_buf_clear(&text);
	free(lines);
}

static void other_forms_come_back(void **state)
{
	static const char *const files[][2] = {
		{"t.ndjson",
		 "{\"id\":3,\"a\":\"x\"}\n{\"id\":1,\"a\":null}\n{\"id\":2,\"b\":[1]}\n"},
		{"t.ndjson", "{\"id\":\"b\"}\n{\"id\":1}\n{\"id\":\"a\"}"},
		{"t.json", "[\n{\"id\":3},\n{\"id\":1},\n{\"id\":2}\n]\n"},
		{"t.json", "[{\"id\":2}, {\"id\":1}]"},
		{"t.tsv", "id\tx\n2\tb\n1\ta\n"},
		{"t.csv", "\xEF\xBB\xBFid;x\r\n2;b\r\n1;a"},
		{"t.csv", "id,x\n"},
		{"t.csv", "id\n3\n\"\"\n1\n"},
	};
	vv_import_result r;
	vv_error err;
	memory m;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *text = files[i][1];

		memory_init(&m);
		vv_assert_ok(try_import(&m, &r, text, strlen(text), files[i][0], NULL, VV_ORDER_KEY,
					"id", &err),
			     &err);
		assert_true(vv_root_is_sorted(&r.root));
		gives(&m, &r.cid, text, strlen(text));
		is_sorted(&m, &r.cid);
		reads_as_the_file(&m, &r, text, strlen(text), files[i][0], "id");
		vv_import_result_clear(&r);
		memory_clear(&m);
	}
}

/* Put together through a file that cannot be written, or read. */
static void is_said_to_fail(memory *m, const vv_cid *cid, vv_fault kind, int number)
{
	vv_buf got = VV_BUF_INIT;
	vv_table t;
	vv_error err = {0};

	vv_assert_ok(vv_table_open_stored(&t, &m->sink, cid, &err), &err);
	vv_fault_set_lasting(kind, 2, number);
	vv_assert_status(vv_table_bytes(&t, gather, &got, NULL, NULL, &err), VV_EIO, &err);
	assert_true(vv_fault_clear());
	assert_non_null(strstr(err.message, strerror(number)));
	vv_error_clear(&err);
	vv_table_close(&t);
	vv_buf_clear(&got);
}

/* More than what is sorted, and put in its places, at once. */
static void a_large_file_comes_back(void **state)
{
	const size_t count = 36000;
	vv_buf text = VV_BUF_INIT;
	char wide[2000];
	vv_import_result r;
	vv_error err;
	vv_prng prng;
	memory m;

	(void)state;
	memory_init(&m);
	vv_prng_init(&prng, 5);
	vv_buf_puts(&text, "id,x\n");
	for (size_t i = 0; i < count; i++) {
		size_t len = (size_t)vv_prng_below(&prng, sizeof(wide));

		memset(wide, 'a' + (int)(i % 26), len);
		vv_buf_printf(&text, "%u,", (unsigned)vv_prng_below(&prng, 1u << 31));
		vv_buf_put(&text, wide, len);
		vv_buf_putc(&text, '\n');
	}
	vv_assert_ok(
		try_import(&m, &r, text.data, text.len, "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	gives(&m, &r.cid, text.data, text.len);
	is_sorted(&m, &r.cid);
	is_said_to_fail(&m, &r.cid, VV_FAULT_WRITE, ENOSPC);
	is_said_to_fail(&m, &r.cid, VV_FAULT_READ, EIO);
	vv_import_result_clear(&r);
	memory_clear(&m);
	vv_buf_clear(&text);
}

/* ---- what cannot be so ---- */

static void an_irregular_line_is_named_or_keeps_the_files_order(void **state)
{
	static const char good[] = "id,x\n3,a\n1,b\n2,c\n";
	static const char *const odd[] = {"id,x\n3,a\n1,\"b\"\n2,c\n", "id,x\n3,a\r\n1,b\n2,c\n",
					  "id,x\n3,a\n\n1,b\n2,c\n"};
	static const char *const lines[] = {"line 3 ", "line 2 ", "line 4 "};
	vv_import_result first, r;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_ok(
		try_import(&m, &first, good, strlen(good), "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	for (size_t i = 0; i < 3; i++) {
		vv_assert_status(try_import(&m, &r, odd[i], strlen(odd[i]), "t.csv", &first.root,
					    VV_ORDER_KEY, NULL, &err),
				 VV_EREFUSED, &err);
		assert_non_null(strstr(err.message, lines[i]));
		assert_non_null(strstr(err.message, "t.csv"));
		vv_error_clear(&err);
		vv_assert_ok(try_import(&m, &r, odd[i], strlen(odd[i]), "t.csv", &first.root,
					VV_ORDER_KEEP, NULL, &err),
			     &err);
		assert_false(vv_root_is_sorted(&r.root));
		assert_non_null(strstr(vv_buf_cstr(&r.warnings), lines[i]));
		assert_non_null(strstr(vv_buf_cstr(&r.warnings),
				       ": stored in the file's order from this version on"));
		gives(&m, &r.cid, odd[i], strlen(odd[i]));
		vv_import_result_clear(&r);
	}
	vv_import_result_clear(&first);
	memory_clear(&m);
}

/* The caller clears the result of a refused import, too. */
static void a_file_without_rows_has_no_key_order(void **state)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .kind = VV_KIND_FILE, .order = VV_ORDER_KEY};
	vv_import_result r;
	vv_mem_source storage;
	vv_source source;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	memset(&r, 0x55, sizeof(r));
	vv_source_mem(&source, &storage, "id\n1\n", 5, "t.csv");
	vv_assert_status(vv_import(&r, &source, &m.sink, &o, &err), VV_EUSAGE, &err);
	assert_int_equal(r.root_block.len, 0);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static void a_column_that_is_gone_keeps_the_files_order(void **state)
{
	static const char good[] = "id,x\n3,a\n1,b\n2,c\n", other[] = "y,x\nq,a\nr,b\ns,c\n";
	vv_import_result first, r;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_ok(
		try_import(&m, &first, good, strlen(good), "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	vv_assert_ok(try_import(&m, &r, other, strlen(other), "t.csv", &first.root, VV_ORDER_KEEP,
				NULL, &err),
		     &err);
	assert_false(vv_root_is_sorted(&r.root));
	assert_non_null(strstr(vv_buf_cstr(&r.warnings),
			       "no longer has the column 'id', which sorts the rows"));
	gives(&m, &r.cid, other, strlen(other));
	vv_import_result_clear(&r);
	vv_import_result_clear(&first);
	memory_clear(&m);
}

static void without_a_key_there_is_no_key_order(void **state)
{
	static const char text[] = "x,y\n3,a\n1,b\n3,a\n";
	vv_import_result r;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_status(
		try_import(&m, &r, text, strlen(text), "t.csv", NULL, VV_ORDER_KEY, NULL, &err),
		VV_EUSAGE, &err);
	assert_int_equal(err.hint_id, VV_HINT_ADD_KEY);
	vv_error_clear(&err);
	memory_clear(&m);
}

static void the_order_goes_when_it_is_no_longer_wanted(void **state)
{
	static const char text[] = "id,x\n3,a\n1,b\n";
	vv_import_result first, r, plain;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_ok(
		try_import(&m, &first, text, strlen(text), "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	vv_assert_ok(try_import(&m, &r, text, strlen(text), "t.csv", &first.root, VV_ORDER_FILE,
				NULL, &err),
		     &err);
	vv_assert_ok(try_import(&m, &plain, text, strlen(text), "t.csv", NULL, VV_ORDER_FILE, "id",
				&err),
		     &err);
	assert_true(vv_cid_equal(&r.cid, &plain.cid));
	vv_import_result_clear(&plain);
	vv_import_result_clear(&r);
	vv_import_result_clear(&first);
	memory_clear(&m);
}

/* ---- forgeries ---- */

#define FORGED "id,x\n3,a\n1,b\n2,c\n1,d\n"

/* The sound version's root with these places in it, or with another change. */
static void is_refused(const uint64_t *places, size_t count, const char *from, const char *to)
{
	vv_import_result r;
	vv_places_writer *w = NULL;
	vv_buf list = VV_BUF_INIT;
	vv_buf block = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_cid cid;
	vv_table t;
	vv_error err;
	vv_status rc;
	memory m;

	memory_init(&m);
	vv_assert_ok(
		try_import(&m, &r, FORGED, strlen(FORGED), "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	if (places) {
		vv_assert_ok(vv_places_writer_new(&w, &m.sink, NULL, &err), &err);
		for (size_t i = 0; i < count; i++) {
			vv_assert_ok(vv_places_add(w, places[i], &err), &err);
		}
		vv_assert_ok(vv_places_finish(w, &list, &err), &err);
		vv_places_writer_free(w);
		vv_buf_clear(&r.root.places);
		r.root.places = list;
	}
	vv_assert_ok(vv_root_encode(&block, &r.root, &err), &err);
	for (size_t i = 0; from && i + strlen(from) <= block.len; i++) {
		if (memcmp(block.data + i, from, strlen(from)) == 0) {
			memcpy(block.data + i, to, strlen(from));
		}
	}
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	assert_false(vv_cid_equal(&cid, &r.cid));
	vv_assert_ok(m.sink.put(m.sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	if ((rc = vv_table_open_stored(&t, &m.sink, &cid, &err)) == VV_OK) {
		rc = vv_table_check(&t, NULL, NULL, &err);
		vv_assert_status(rc, VV_ECORRUPT, &err);
		vv_error_clear(&err);
		/* Whatever is wrong, nothing but the sound file comes out of it. */
		rc = vv_table_bytes(&t, gather, &got, NULL, NULL, &err);
		if (rc == VV_OK) {
			assert_int_equal(got.len, strlen(FORGED));
			assert_memory_equal(got.data, FORGED, got.len);
		} else {
			vv_assert_status(rc, VV_ECORRUPT, &err);
		}
		vv_table_close(&t);
	} else {
		vv_assert_status(rc, VV_ECORRUPT, &err);
	}
	vv_error_clear(&err);
	vv_buf_clear(&got);
	vv_buf_clear(&block);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static void forged_places_are_refused(void **state)
{
	static const uint64_t twice[] = {1, 1, 2, 0}, outside[] = {1, 3, 2, 4}, few[] = {1, 3, 2},
			      many[] = {1, 3, 2, 0, 4}, other[] = {0, 1, 2, 3},
			      tie[] = {3, 1, 2, 0}, far[] = {1, 3, 2, UINT64_C(1) << 47};

	(void)state;
	is_refused(twice, 4, NULL, NULL);
	is_refused(outside, 4, NULL, NULL);
	is_refused(few, 3, NULL, NULL);
	is_refused(many, 5, NULL, NULL);
	is_refused(other, 4, NULL, NULL);
	is_refused(tie, 4, NULL, NULL);
	is_refused(far, 4, NULL, NULL);
}

static void a_forged_order_is_refused(void **state)
{
	(void)state;
	is_refused(NULL, 0, "sortedBy\x81\x62id", "sortedBy\x81\x62zz");
	is_refused(NULL, 0,
		   "\x66"
		   "format\x01",
		   "\x66"
		   "format\x00");
	/* runs where packed is shorter, and the other way round */
	is_refused(NULL, 0, "\x44\x01\x02\x04", "\x44\x00\x02\x04");
}

/* Rows in another order than the key's, whose places give the file all the same. */
static void groups_that_are_not_sorted_are_refused(void **state)
{
	vv_import_result r, plain;
	vv_places_writer *w = NULL;
	vv_buf list = VV_BUF_INIT;
	vv_buf block = VV_BUF_INIT;
	vv_cid cid;
	vv_table t;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_ok(
		try_import(&m, &r, FORGED, strlen(FORGED), "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	vv_assert_ok(try_import(&m, &plain, FORGED, strlen(FORGED), "t.csv", NULL, VV_ORDER_FILE,
				"id", &err),
		     &err);
	vv_assert_ok(vv_places_writer_new(&w, &m.sink, NULL, &err), &err);
	for (uint64_t i = 0; i < 4; i++) {
		vv_assert_ok(vv_places_add(w, i, &err), &err);
	}
	vv_assert_ok(vv_places_finish(w, &list, &err), &err);
	vv_places_writer_free(w);
	vv_buf_clear(&r.root.places);
	r.root.places = list;
	vv_buf_reset(&r.root.data);
	vv_buf_put(&r.root.data, plain.root.data.data, plain.root.data.len);
	vv_buf_reset(&r.root.layout);
	vv_buf_put(&r.root.layout, plain.root.layout.data, plain.root.layout.len);
	vv_assert_ok(vv_root_encode(&block, &r.root, &err), &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	vv_assert_ok(m.sink.put(m.sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	vv_assert_ok(vv_table_open_stored(&t, &m.sink, &cid, &err), &err);
	vv_assert_status(vv_table_check(&t, NULL, NULL, &err), VV_ECORRUPT, &err);
	vv_error_clear(&err);
	vv_table_close(&t);
	vv_buf_clear(&block);
	vv_import_result_clear(&plain);
	vv_import_result_clear(&r);
	memory_clear(&m);
}

static void a_missing_block_is_missing(void **state)
{
	const size_t count = 6000;
	line *lines = calloc(count, sizeof(*lines));
	vv_buf text = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_import_result r;
	vv_prng prng;
	vv_table t;
	vv_error err;
	memory m;

	(void)state;
	assert_non_null(lines);
	memory_init(&m);
	vv_prng_init(&prng, 3);
	make_lines(lines, count, 0, &prng);
	shuffle(lines, count, &prng);
	put_file(&text, lines, count, "\n", true);
	vv_assert_ok(
		try_import(&m, &r, text.data, text.len, "t.csv", NULL, VV_ORDER_KEY, "id", &err),
		&err);
	for (size_t i = 0; i < m.count; i++) {
		if (vv_cid_equal(&m.block[i].cid, &r.cid)) {
			continue;
		}
		m.block[i].gone = true;
		vv_assert_ok(vv_table_open_stored(&t, &m.sink, &r.cid, &err), &err);
		vv_assert_status(vv_table_bytes(&t, gather, &got, NULL, NULL, &err), VV_EMISSING,
				 &err);
		vv_error_clear(&err);
		vv_table_close(&t);
		vv_assert_status(vv_table_open(&t, &m.sink, &r.cid, &err), VV_EMISSING, &err);
		vv_error_clear(&err);
		m.block[i].gone = false;
	}
	vv_import_result_clear(&r);
	memory_clear(&m);
	vv_buf_clear(&text);
	vv_buf_clear(&got);
	free(lines);
}

/* ---- faults ---- */

static vv_status once(void *payload, vv_error *err)
{
	memory *m = payload;
	vv_import_result r;
	vv_table t;
	vv_buf got = VV_BUF_INIT;
	vv_status rc = try_import(m, &r, FORGED, strlen(FORGED), "t.csv", NULL, VV_ORDER_KEY, "id",
				  err);

	if (rc < 0) return rc;
	if ((rc = vv_table_open(&t, &m->sink, &r.cid, err)) == VV_OK) {
		vv_table_close(&t);
	}
	if (rc == VV_OK && (rc = vv_table_open_stored(&t, &m->sink, &r.cid, err)) == VV_OK) {
		rc = vv_table_bytes(&t, gather, &got, NULL, NULL, err);
		vv_table_close(&t);
	}
	vv_import_result_clear(&r);
	vv_buf_clear(&got);
	return rc;
}

static void running_out_of_memory_is_said_and_leaves_nothing(void **state)
{
	memory m;

	(void)state;
	memory_init(&m);
	vv_fault_each(VV_FAULT_ALLOC, 0, once, NULL, &m);
	memory_clear(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(any_file_comes_back_and_its_rows_are_sorted),
	cmocka_unit_test(the_same_rows_in_another_order_give_the_same_groups),
	cmocka_unit_test(other_forms_come_back),
	cmocka_unit_test(a_large_file_comes_back),
	cmocka_unit_test(an_irregular_line_is_named_or_keeps_the_files_order),
	cmocka_unit_test(a_column_that_is_gone_keeps_the_files_order),
	cmocka_unit_test(a_file_without_rows_has_no_key_order),
	cmocka_unit_test(without_a_key_there_is_no_key_order),
	cmocka_unit_test(the_order_goes_when_it_is_no_longer_wanted),
	cmocka_unit_test(forged_places_are_refused),
	cmocka_unit_test(a_forged_order_is_refused),
	cmocka_unit_test(groups_that_are_not_sorted_are_refused),
	cmocka_unit_test(a_missing_block_is_missing),
	cmocka_unit_test(running_out_of_memory_is_said_and_leaves_nothing),
};

VV_TEST_SUITE(key_order)
