/*
 * What an import promises: the bytes come back, the same inputs give the same root
 * however it was reached, and equal cells share their data list.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

/* A version kept for a test. */
typedef struct version {
	vv_import_result r;
	bool made;
} version;

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_pool *pool;
	vv_table_checks *checks; /* of all versions of a test, one after the other */
} fixture;

static int setup(void **state)
{
	fixture *f = calloc(1, sizeof(*f));
	vv_error err;
	assert_non_null(f);
	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->pool = vv_pool_new(2);
	f->checks = vv_table_checks_new();
	assert_non_null(f->checks);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;
	vv_pool_free(f->pool);
	vv_table_checks_free(f->checks);
	vv_mem_sink_free(f->mem);
	free(f);
	return 0;
}

static vv_status import_as(fixture *f, version *out, const char *bytes, size_t len,
			   const version *parent, bool cache, const vv_import_options *base,
			   vv_error *err)
{
	vv_import_options o = base ? *base : (vv_import_options){.hints = VV_SNIFF_HINTS_INIT};
	vv_source source;
	vv_mem_source storage;
	vv_source_mem(&source, &storage, bytes, len, "t.csv");
	o.secret = 42;
	o.temp_dir = vv_test_dir();
	if (!o.pool) {
		o.pool = f->pool;
	}
	if (parent) {
		o.parent = &parent->r.root;
		o.cache = cache ? parent->r.cache : NULL;
	}
	vv_status rc = vv_import(&out->r, &source, &f->sink, &o, err);
	out->made = rc == VV_OK;
	return rc;
}

static void drop(version *v)
{
	if (v->made) {
		vv_import_result_clear(&v->r);
	}
	v->made = false;
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void comes_back(fixture *f, const version *v, const char *bytes, size_t len)
{
	vv_error err;
	vv_table t;
	vv_buf b = VV_BUF_INIT;
	vv_assert_ok(vv_table_open(&t, &f->sink, &v->r.cid, &err), &err);
	vv_assert_ok(vv_table_bytes(&t, gather, &b, f->pool, NULL, &err), &err);
	assert_int_equal(b.len, len);
	assert_memory_equal(vv_buf_cstr(&b), bytes, len);
	vv_assert_ok(vv_table_check(&t, NULL, NULL, &err), &err);
	vv_assert_ok(vv_table_checks_next(f->checks, &t, NULL, NULL, &err), &err);
	vv_buf_clear(&b);
	vv_table_close(&t);
}

static void text_comes_back(fixture *f, const char *text)
{
	vv_error err;
	version v = {0};
	vv_assert_ok(import_as(f, &v, text, strlen(text), NULL, false, NULL, &err), &err);
	comes_back(f, &v, text, strlen(text));
	drop(&v);
}

static void odd_files_come_back_byte_for_byte(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"\r\n",
		"\n\n\n",
		"a\n",
		"a",
		"a,b\n",
		"a,b\n1,2",
		"a,b\r\n1,2\r\n",
		"a,b\r1,2\r3,4\r",
		"a,b\n1,2\r\n3,4\r5,6\n",
		"a,b\n1,2\n\n3,4\n\n\n",
		"\n\na,b\n1,2\n",
		"a,b\n1,2\n\n",
		"a,b\n1\n2,3\n",
		"a,b\n,\n\"\",\"\"\n",
		"a,b\n\"x, y\",\"q\"\"q\"\n",
		"a,b\n\"1\",2\n",
		"a,a,\n1,2,3\n",
		("\xEF\xBB\xBF"
		 "a,b\n1,2\n"),
		"a,b\n \"1\", 2 \n",
		"a,b\nx\"y,2\n",
		"a,b\n\"line\nbreak\",2\n",
		"a;b\n1;2\n3;4\n",
		"a\tb\n1\t2\n",
		"a|b|c\n1|2|3\n4|5|6\n",
		"id\n\n\n1\n",
		"id\n1\n\"\"\n2\n",
		"a,b\n\xff\xfe,\x80\n",
		"a,b\n1,2\n3,4\n\r\n\r\n",
		"a,b\n1,2\r\r\n3,4\n",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text_comes_back(*state, texts[i]);
	}
}

/* Random text of a table, in one of many styles. */
typedef struct style {
	char delimiter;
	const char *newline;
	unsigned odd; /* one line in so many is irregular; 0: none */
	bool quotes, final_newline, bom;
	unsigned columns;
} style;

static void put_value(vv_buf *b, vv_prng *r, unsigned column, uint64_t id)
{
	static const char *const words[] = {"red", "green", "blue", "", "a b", "north", "x"};
	switch (column % 6) {
	case 0:
		vv_buf_printf(b, "%llu", (unsigned long long)id);
		break;
	case 1:
		vv_buf_puts(b, words[vv_prng_below(r, 7)]);
		break;
	case 2:
		vv_buf_printf(b, "%d.%02d", (int)vv_prng_below(r, 300), (int)vv_prng_below(r, 100));
		break;
	case 3:
		vv_buf_printf(b, "20%02d-0%d-1%d", (int)vv_prng_below(r, 30),
			      1 + (int)vv_prng_below(r, 9), (int)vv_prng_below(r, 10));
		break;
	case 4:
		vv_buf_printf(b, "%s", vv_prng_below(r, 2) ? "true" : "false");
		break;
	default:
		vv_buf_printf(b, "text %llu", (unsigned long long)vv_prng_u64(r));
		break;
	}
}

static void put_line(vv_buf *b, vv_prng *r, const style *s, uint64_t id)
{
	bool odd = s->odd && vv_prng_below(r, s->odd) == 0;
	unsigned columns = odd && vv_prng_below(r, 4) == 0
				   ? 1 + (unsigned)vv_prng_below(r, s->columns)
				   : s->columns;
	if (odd && vv_prng_below(r, 4) == 0) {
		vv_buf_puts(b, vv_prng_below(r, 2) ? "\n" : "\r\n");
	}
	for (unsigned c = 0; c < columns; c++) {
		if (c > 0) {
			vv_buf_putc(b, s->delimiter);
		}
		bool quote = s->quotes || (odd && vv_prng_below(r, 3) == 0);
		if (quote) {
			vv_buf_putc(b, '"');
		}
		put_value(b, r, c, id);
		if (quote && vv_prng_below(r, 5) == 0) {
			vv_buf_printf(b, "%c\"\"%s", s->delimiter, vv_prng_below(r, 2) ? "\n" : "");
		}
		if (quote) {
			vv_buf_putc(b, '"');
		}
	}
	static const char *const ends[] = {"\n", "\r\n", "\r"};
	vv_buf_puts(b, odd && vv_prng_below(r, 2) ? ends[vv_prng_below(r, 3)] : s->newline);
}

static style random_style(vv_prng *r)
{
	static const char *const ends[] = {"\n", "\n", "\r\n", "\r"};
	static const char delimiters[] = {',', ',', ';', '\t', '|'};
	return (style){.delimiter = delimiters[vv_prng_below(r, 5)],
		       .newline = ends[vv_prng_below(r, 4)],
		       .odd = vv_prng_below(r, 3) ? (unsigned)vv_prng_below(r, 40) : 0,
		       .quotes = vv_prng_below(r, 5) == 0,
		       .final_newline = vv_prng_below(r, 4) != 0,
		       .bom = vv_prng_below(r, 8) == 0,
		       .columns = 2 + (unsigned)vv_prng_below(r, 7)};
}

static void make_file(vv_buf *b, vv_prng *r, const style *s, unsigned rows)
{
	vv_buf_reset(b);
	if (s->bom) {
		vv_buf_puts(b, "\xEF\xBB\xBF");
	}
	for (unsigned c = 0; c < s->columns; c++) {
		vv_buf_printf(b, "%s%c%u", c ? (char[]){s->delimiter, 0} : "", 'a' + (char)c, c);
	}
	vv_buf_puts(b, s->newline);
	uint64_t id = 1000;
	for (unsigned i = 0; i < rows; i++) {
		id += 1 + vv_prng_below(r, 3);
		put_line(b, r, s, id);
	}
	if (!s->final_newline && rows > 0) {
		b->len -= strlen(s->newline) < b->len ? strlen(s->newline) : 0;
	}
}

/* Where some line ends, at random; the end when there is none after. */
static size_t some_line(const vv_buf *b, vv_prng *r)
{
	size_t at = (size_t)vv_prng_below(r, b->len + 1);
	while (at < b->len && (at == 0 || b->data[at - 1] != '\n')) {
		at++;
	}
	return at;
}

static void splice(vv_buf *b, size_t at, size_t remove, const vv_buf *insert)
{
	vv_buf n = VV_BUF_INIT;
	vv_buf_put(&n, b->data, at);
	if (insert) {
		vv_buf_put(&n, vv_buf_cstr(insert), insert->len);
	}
	vv_buf_put(&n, b->data + at + remove, b->len - at - remove);
	vv_buf_clear(b);
	*b = n;
}

static void mutate(vv_buf *b, vv_prng *r, const style *s)
{
	vv_buf lines = VV_BUF_INIT;
	size_t a = some_line(b, r), z = some_line(b, r);
	switch (vv_prng_below(r, 9)) {
	case 0: /* rows put in */
		for (uint64_t n = 1 + vv_prng_below(r, 30); n > 0; n--) {
			put_line(&lines, r, s, 500000 + vv_prng_below(r, 100000));
		}
		splice(b, a, 0, &lines);
		break;
	case 1: /* rows taken out */
		splice(b, a < z ? a : z, a < z ? z - a : a - z, NULL);
		break;
	case 2: /* rows moved to the end */
		if (a < z) {
			vv_buf_put(&lines, b->data + a, z - a);
			splice(b, a, z - a, NULL);
			splice(b, b->len, 0, &lines);
		}
		break;
	case 3: /* appended */
		for (uint64_t n = 1 + vv_prng_below(r, 300); n > 0; n--) {
			put_line(&lines, r, s, 900000 + n);
		}
		splice(b, b->len, 0, &lines);
		break;
	case 4: /* a byte */
		if (b->len > 40) {
			b->data[40 + vv_prng_below(r, b->len - 40)] = (char)('0' +
									     vv_prng_below(r, 10));
		}
		break;
	case 5: /* the end cut off */
		b->len -= (size_t)vv_prng_below(r, b->len / 8 + 1);
		break;
	case 6: /* blank lines at the end, or none */
		vv_buf_puts(b, vv_prng_below(r, 2) ? "\n\n" : "\r\n");
		break;
	case 7: /* a final newline, or none */
		if (b->len > 0 && b->data[b->len - 1] == '\n') {
			b->len--;
		} else {
			vv_buf_putc(b, '\n');
		}
		break;
	default: /* a line end changed */
		if (a > 0) {
			vv_buf_puts(&lines, "\r\n");
			splice(b, a - 1, 1, &lines);
		}
		break;
	}
	vv_buf_clear(&lines);
}

static bool same_bytes(const vv_buf *a, const vv_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Grows a file over some versions; at each: it comes back, and adding it with the
 * scan cache gives the same root as without. */
static void history(fixture *f, uint64_t seed, unsigned *refused, unsigned *reused)
{
	vv_prng r;
	vv_buf b = VV_BUF_INIT;
	version now = {0}, fresh = {0}, next = {0};
	vv_error err;
	vv_prng_init(&r, seed);
	style s = random_style(&r);
	make_file(&b, &r, &s, (unsigned)vv_prng_below(&r, 4000));
	if (import_as(f, &now, b.data, b.len, NULL, false, NULL, &err) < 0) {
		assert_int_equal(err.code, VV_EINPUT);
		(*refused)++;
		goto done;
	}
	comes_back(f, &now, vv_buf_cstr(&b), b.len);
	for (unsigned step = 0; step < 4; step++) {
		mutate(&b, &r, &s);
		vv_import_options single = {.hints = VV_SNIFF_HINTS_INIT, .pool = NULL};
		vv_status one = import_as(f, &fresh, b.data, b.len, &now, false, &single, &err);
		vv_status two = import_as(f, &next, b.data, b.len, &now, true, NULL, &err);
		assert_int_equal(one, two);
		if (one < 0) {
			assert_int_equal(err.code, VV_EINPUT);
			(*refused)++;
			break;
		}
		if (!vv_cid_equal(&fresh.r.cid, &next.r.cid)) {
			fail_msg("seed %llu, step %u: re-added and fresh roots differ",
				 (unsigned long long)seed, step);
		}
		assert_true(same_bytes(&fresh.r.root.data, &next.r.root.data));
		comes_back(f, &next, vv_buf_cstr(&b), b.len);
		*reused += (unsigned)next.r.groups_reused;
		drop(&fresh);
		drop(&now);
		now = next;
		next = (version){0};
	}
done:
	drop(&now);
	drop(&fresh);
	drop(&next);
	vv_buf_clear(&b);
}

static void adding_again_gives_the_root_of_a_fresh_add(void **state)
{
	unsigned tried = 0, refused = 0, reused = 0;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		if (vv_test_sampled(seed, 5)) {
			history(*state, seed, &refused, &reused);
			tried++;
		}
	}
	assert_true(refused < tried * 3 / 4);
	assert_true(reused >
		    tried / 2); /* the property is about taking groups over: that must happen */
}

static void same_cells_share_their_data_list_across_forms(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_prng r;
	vv_buf csv = VV_BUF_INIT, tsv = VV_BUF_INIT;
	version a = {0}, b = {0}, c = {0};
	vv_prng_init(&r, 7);
	vv_buf_puts(&csv, "id,name,price\n");
	vv_buf_puts(&tsv, "id\tname\tprice\r\n");
	for (int i = 0; i < 20000; i++) {
		int p = (int)vv_prng_below(&r, 1000);
		vv_buf_printf(&csv, "%d,item %d,%d\n", i, p, p * 3);
		vv_buf_printf(&tsv, "%d\t\"item %d\"\t%d\r\n", i, p, p * 3);
	}
	vv_assert_ok(import_as(f, &a, csv.data, csv.len, NULL, false, NULL, &err), &err);
	vv_assert_ok(import_as(f, &b, tsv.data, tsv.len, NULL, false, NULL, &err), &err);
	assert_true(a.r.groups > 3);
	assert_true(same_bytes(&a.r.root.data, &b.r.root.data));
	assert_false(vv_cid_equal(&a.r.cid, &b.r.cid));
	/* and as the next version of the other */
	vv_assert_ok(import_as(f, &c, tsv.data, tsv.len, &a, true, NULL, &err), &err);
	assert_true(same_bytes(&a.r.root.data, &c.r.root.data));
	comes_back(f, &c, tsv.data, tsv.len);
	drop(&a);
	drop(&b);
	drop(&c);
	vv_buf_clear(&csv);
	vv_buf_clear(&tsv);
}

static void a_table_grown_line_by_line_has_the_data_list_of_one_run(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version grown = {0}, next = {0}, once = {0};
	vv_buf_puts(&b, "id,name\n");
	for (int i = 0; i < 60; i++) {
		for (int k = 0; k < 100; k++) {
			vv_buf_printf(&b, "%d,name of %d\n", i * 100 + k, k * i);
		}
		vv_assert_ok(import_as(f, &next, b.data, b.len, grown.made ? &grown : NULL, true,
				       NULL, &err),
			     &err);
		drop(&grown);
		grown = next;
	}
	vv_assert_ok(import_as(f, &once, b.data, b.len, &grown, false, NULL, &err), &err);
	assert_true(vv_cid_equal(&once.r.cid, &grown.r.cid));
	drop(&grown);
	drop(&once);
	vv_buf_clear(&b);
}

static void a_header_renamed_over_the_same_body_takes_all_groups_over(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version a = {0}, c = {0}, fresh = {0};
	vv_buf_puts(&b, "id,name\n");
	for (int i = 0; i < 9000; i++) {
		vv_buf_printf(&b, "%d,name of %d\n", i, i * 7);
	}
	vv_assert_ok(import_as(f, &a, b.data, b.len, NULL, false, NULL, &err), &err);
	assert_string_equal(a.r.root.key[0], "id");
	memcpy(b.data, "ID,NAME\n", 8);
	vv_assert_ok(import_as(f, &c, b.data, b.len, &a, true, NULL, &err), &err);
	assert_int_equal(c.r.groups_reused, c.r.groups);
	assert_true(same_bytes(&a.r.root.data, &c.r.root.data));
	vv_assert_ok(import_as(f, &fresh, b.data, b.len, &a, false, NULL, &err), &err);
	assert_true(vv_cid_equal(&fresh.r.cid, &c.r.cid));
	assert_string_equal(c.r.root.key[0], "ID");
	comes_back(f, &c, b.data, b.len);
	drop(&a);
	drop(&c);
	drop(&fresh);
	vv_buf_clear(&b);
}

static void a_declared_key_that_repeats_is_refused_with_both_lines(void **state)
{
	vv_error err;
	version v = {0};
	const char *key[] = {"id", NULL};
	const char *text = "id,x\n1,a\n2,b\n1,c\n";
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .key = key, .key_source = VV_KEY_DECLARED};
	vv_assert_status(import_as(*state, &v, text, strlen(text), NULL, false, &o, &err),
			 VV_ECONFLICT, &err);
	vv_assert_contains(err.message, "line 2 and line 4 both have id = '1'");
}

static void a_key_column_that_is_not_there_is_named(void **state)
{
	vv_error err;
	version v = {0};
	const char *key[] = {"nr", NULL};
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .key = key, .key_source = VV_KEY_DECLARED};
	vv_assert_status(import_as(*state, &v, "id,x\n1,a\n", 9, NULL, false, &o, &err),
			 VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no column named 'nr'");
	vv_assert_contains(err.hint, "id, x");
}

static void a_contradicted_type_gives_way_unless_it_is_declared(void **state)
{
	fixture *f = *state;
	vv_error err;
	version a = {0}, b = {0}, c = {0};
	const char *one = "id,n\n1,5\n2,6\n", *two = "id,n\n1,5\n2,x\n3,7\n";
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	vv_assert_ok(import_as(f, &a, one, strlen(one), NULL, false, NULL, &err), &err);
	vv_assert_contains(a.r.root.schema.data, "{\"name\":\"n\",\"type\":\"integer\"}");
	vv_assert_ok(import_as(f, &b, two, strlen(two), &a, true, NULL, &err), &err);
	assert_int_equal(b.r.finding_count, 0);
	vv_assert_contains(vv_buf_cstr(&b.r.warnings),
			   "n: 'x' in line 3 is not an integer: now string");
	vv_assert_contains(b.r.root.schema.data, "{\"name\":\"n\",\"type\":\"string\"}");
	o.schema = a.r.root.schema.data;
	o.schema_len = a.r.root.schema.len;
	vv_assert_ok(import_as(f, &c, two, strlen(two), &a, true, &o, &err), &err);
	assert_int_equal(c.r.finding_count, 1);
	assert_int_equal(c.r.findings[0].row, 1);
	assert_int_equal(c.r.findings[0].offset, 9);
	assert_string_equal(c.r.findings[0].value, "x");
	assert_string_equal(a.r.root.schema.data, c.r.root.schema.data);
	drop(&a);
	drop(&b);
	drop(&c);
}

static void a_cell_of_megabytes_comes_back(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version v = {0};
	vv_prng r;
	vv_prng_init(&r, 3);
	vv_buf_puts(&b, "id,text,more\n1,short,x\n2,\"");
	for (int i = 0; i < 1000000; i++) {
		vv_buf_printf(&b, "%x%s", (unsigned)vv_prng_below(&r, 65536),
			      i % 1000 ? "" : "\"\",\n");
	}
	vv_buf_puts(&b, "\",");
	for (int i = 0; i < 300000; i++) {
		vv_buf_putc(&b, 'y');
	}
	vv_buf_puts(&b, "\n3,short,z\n");
	vv_assert_ok(import_as(f, &v, b.data, b.len, NULL, false, NULL, &err), &err);
	assert_int_equal(v.r.root.rows, 3);
	comes_back(f, &v, b.data, b.len);
	drop(&v);
	vv_buf_clear(&b);
}

static void thousands_of_columns_come_back(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version v = {0};
	for (int row = 0; row < 40; row++) {
		for (int i = 0; i < 5000; i++) {
			vv_buf_printf(&b, row ? "%s%d" : "%sc%d", i ? "," : "", row * i);
		}
		vv_buf_putc(&b, '\n');
	}
	vv_assert_ok(import_as(f, &v, b.data, b.len, NULL, false, NULL, &err), &err);
	assert_int_equal(v.r.root.rows, 39);
	comes_back(f, &v, b.data, b.len);
	drop(&v);
	vv_buf_clear(&b);
}

static void any_bytes_come_back_as_a_file(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_prng r;
	vv_buf b = VV_BUF_INIT;
	version a = {0}, c = {0};
	vv_import_options o = {.kind = VV_KIND_FILE, .hints = VV_SNIFF_HINTS_INIT};
	vv_prng_init(&r, 11);
	for (int i = 0; i < 400000; i++) {
		vv_buf_putc(&b, (int)vv_prng_below(&r, 256));
	}
	vv_assert_ok(import_as(f, &a, b.data, b.len, NULL, false, &o, &err), &err);
	comes_back(f, &a, b.data, b.len);
	b.data[200000] ^= 1;
	vv_assert_ok(import_as(f, &c, b.data, b.len, &a, true, &o, &err), &err);
	comes_back(f, &c, b.data, b.len);
	drop(&a);
	vv_assert_ok(import_as(f, &a, "", 0, NULL, false, &o, &err), &err);
	comes_back(f, &a, "", 0);
	drop(&a);
	drop(&c);
	vv_buf_clear(&b);
}

static void json_rows_come_back_byte_for_byte(void **state)
{
	fixture *f = *state;
	static const char *const lines[] = {
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n{\"b\":null,\"c\":[1, 2]}\n",
		"{\"a\": 1, \"b\": \"x\"}\r\n{\"a\": 2.50}",
		"{}\n{\"a\":\"\\u00e9\"}\n\n{\"a\":\"\xC3\xA9\"}\n",
		"{\"a\":\"\\ud800\"}\n",
		"",
	};
	static const char *const arrays[] = {
		"[]",
		"[ ]\n",
		"[{\"a\":1}]",
		"[\n  {\n    \"a\": 1,\n    \"b\": \"x\"\n  },\n  {\n    \"a\": 2,\n    \"b\": \"y\"\n  }\n]\n",
		"[{\"a\":1},{\"a\":2} , {\"b\":true}]",
	};
	vv_error err;
	version v = {0};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	o.hints.has_form = true;
	o.hints.form = VV_FORM_NDJSON;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		vv_assert_ok(import_as(f, &v, lines[i], strlen(lines[i]), NULL, false, &o, &err),
			     &err);
		comes_back(f, &v, lines[i], strlen(lines[i]));
		drop(&v);
	}
	o.hints.form = VV_FORM_JSON;
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		vv_assert_ok(import_as(f, &v, arrays[i], strlen(arrays[i]), NULL, false, &o, &err),
			     &err);
		comes_back(f, &v, arrays[i], strlen(arrays[i]));
		drop(&v);
	}
}

static void json_adding_again_gives_the_root_of_a_fresh_add(void **state)
{
	fixture *f = *state;
	vv_error err;
	for (int form = VV_FORM_NDJSON; form <= VV_FORM_JSON; form++) {
		version a = {0}, c = {0}, fresh = {0};
		for (int round = 0; round < 6; round++) {
			vv_buf b = VV_BUF_INIT;
			vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
			o.hints.has_form = true;
			o.hints.form = (vv_form)form;
			vv_buf_puts(&b, form == VV_FORM_JSON ? "[\n" : "");
			int rows = 3000 + round * 40;
			for (int i = 0; i < rows; i++) {
				vv_buf_printf(&b, "{\"id\":%d,\"v\":\"%d\"%s}", i,
					      i % 70 == round ? -i : i,
					      i > 2900 + round * 9 ? ",\"late\":true" : "");
				vv_buf_puts(&b, form == VV_FORM_NDJSON ? "\n"
						: i + 1 < rows         ? ",\n"
								       : "\n]\n");
			}
			vv_assert_ok(
				import_as(f, &c, b.data, b.len, a.made ? &a : NULL, true, &o, &err),
				&err);
			vv_assert_ok(import_as(f, &fresh, b.data, b.len, a.made ? &a : NULL, false,
					       &o, &err),
				     &err);
			assert_true(vv_cid_equal(&c.r.cid, &fresh.r.cid));
			comes_back(f, &c, b.data, b.len);
			drop(&fresh);
			drop(&a);
			a = c;
			c = (version){0};
			vv_buf_clear(&b);
		}
		drop(&a);
	}
}

/* How the rows of a JSON file are spelled. */
typedef struct spelling {
	const char *colon, *close, *text, *between;
} spelling;

/* The first `own` of the rows have this spelling, the others the usual one. */
static void put_spelled_json(vv_buf *b, vv_form form, const spelling *s, int own)
{
	static const spelling usual = {":", "}", "\xC3\xA9", ","};
	const int rows = 12000;

	vv_buf_puts(b, form == VV_FORM_JSON ? "[\n" : "");
	for (int i = 0; i < rows; i++) {
		const spelling *as = i < own ? s : &usual;

		vv_buf_printf(b, "{\"id\"%s%d,\"text\"%s\"a text of some length %s\"%s", as->colon,
			      i, as->colon, as->text, as->close);
		vv_buf_puts(b, form == VV_FORM_NDJSON || i + 1 == rows ? "" : as->between);
		vv_buf_puts(b, "\n");
	}
	vv_buf_puts(b, form == VV_FORM_JSON ? "]\n" : "");
}

/* Groups whose bytes did not change have another meaning under the new form of the file. */
static void json_rows_come_back_where_only_the_first_ones_are_spelled_anew(void **state)
{
	static const spelling spellings[] = {{": ", "}", "\xC3\xA9", ","},
					     {":", " }", "\xC3\xA9", ","},
					     {":", "}", "\\u00e9", ","},
					     {":", "}", "\xC3\xA9", " ,"}};
	fixture *f = *state;
	vv_error err;

	for (size_t i = 0; i < 8; i++) {
		vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
		vv_buf before = VV_BUF_INIT, after = VV_BUF_INIT;
		version a = {0}, c = {0};

		o.hints.has_form = true;
		o.hints.form = i < 4 ? VV_FORM_NDJSON : VV_FORM_JSON;
		put_spelled_json(&before, o.hints.form, &spellings[i % 4], 0);
		put_spelled_json(&after, o.hints.form, &spellings[i % 4], 9000);
		vv_assert_ok(import_as(f, &a, before.data, before.len, NULL, false, &o, &err),
			     &err);
		vv_assert_ok(import_as(f, &c, after.data, after.len, &a, true, &o, &err), &err);
		comes_back(f, &c, after.data, after.len);
		drop(&a);
		drop(&c);
		vv_buf_clear_all(&before, &after);
	}
}

/* `rows` narrow objects, one with `members` members, then some more narrow ones. */
static void put_sparse_json(vv_buf *b, int rows, int members)
{
	for (int i = 0; i < rows; i++) {
		vv_buf_puts(b, "{\"a\":1}\n");
	}
	vv_buf_puts(b, "{\"a\":1");
	for (int i = 0; i < members; i++) {
		vv_buf_printf(b, ",\"m%d\":%d", i, i);
	}
	vv_buf_puts(b, "}\n{\"a\":2}\n");
}

static void narrow_json_rows_before_a_very_wide_one_come_back(void **state)
{
	fixture *f = *state;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version v = {0};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	o.hints.has_form = true;
	o.hints.form = VV_FORM_NDJSON;
	put_sparse_json(&b, 4000, 1500);
	vv_assert_ok(import_as(f, &v, b.data, b.len, NULL, false, &o, &err), &err);
	assert_int_equal(v.r.root.rows, 4002);
	comes_back(f, &v, b.data, b.len);
	drop(&v);
	vv_buf_clear(&b);
}

static void a_table_too_sparse_to_be_read_is_refused(void **state)
{
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	version v = {0};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	o.hints.has_form = true;
	o.hints.form = VV_FORM_NDJSON;
	put_sparse_json(&b, 15200, 9000);
	vv_assert_status(import_as(*state, &v, b.data, b.len, NULL, false, &o, &err), VV_EREFUSED,
			 &err);
	vv_assert_contains(err.message, "too sparse for a table");
	assert_int_equal(err.hint_id, VV_HINT_AS_FILE);
	vv_buf_clear(&b);
}

/* A table whose columns are a number, a code and a text, as far as `odd` and `plain` let them. */
static void put_rows(vv_buf *b, unsigned rows, unsigned changed, const char *odd)
{
	vv_buf_puts(b, "id,code,text\n");
	for (unsigned i = 0; i < rows; i++) {
		vv_buf_printf(b, "%u,%s%u,a text of some length %u\n", i, i == 17 ? odd : "", i * 7,
			      i == changed ? 0 : i);
	}
}

/* What both files have is taken over, and yet the result is that of the second file alone. */
static void import_like(fixture *f, const char *odd_first, const char *odd_second,
			const char *wanted_type)
{
	static const char *const no_key[] = {NULL};
	vv_buf one = VV_BUF_INIT, two = VV_BUF_INIT;
	version first = {0}, alone = {0}, like = {0};
	vv_table t, known;
	vv_error err;

	put_rows(&one, 45000, 45000, odd_first);
	put_rows(&two, 45000, 15000, odd_second);
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .key = no_key, .keep_types = true};
	vv_assert_ok(import_as(f, &first, one.data, one.len, NULL, false, &o, &err), &err);
	vv_assert_ok(import_as(f, &alone, two.data, two.len, NULL, false, &o, &err), &err);
	vv_assert_ok(vv_table_open(&known, &f->sink, &first.r.cid, &err), &err);
	o.known = &known.root;
	o.known_types = &first.r.types;
	o.known_schema = &known.schema;
	o.cache = first.r.cache;
	vv_assert_ok(import_as(f, &like, two.data, two.len, NULL, false, &o, &err), &err);
	assert_true(vv_cid_equal(&like.r.cid, &alone.r.cid));
	assert_true(like.r.groups_reused + 5 > like.r.groups);
	assert_true(like.r.groups > 10);
	vv_assert_ok(vv_table_open(&t, &f->sink, &like.r.cid, &err), &err);
	assert_string_equal(vv_type_name(t.schema.fields[1].type), wanted_type);
	vv_table_close(&t);
	vv_table_close(&known);
	drop(&first);
	drop(&alone);
	drop(&like);
	vv_buf_clear(&one);
	vv_buf_clear(&two);
}

static void a_file_like_another_is_read_as_if_it_stood_alone(void **state)
{
	import_like(*state, "", "", "integer");
	import_like(*state, "x", "", "integer");
	import_like(*state, "", "x", "string");
	import_like(*state, "x", "y", "string");
}

/* All groups by one reader, into a batch that had other columns or rows before. */
static void read_only(vv_batch *b, vv_table *t, const size_t *wanted, size_t count)
{
	vv_table_reader *r;
	vv_error err;

	vv_assert_ok(vv_table_reader_open(&r, t, wanted, count, false, &err), &err);
	while (vv_table_read(r, b, &err) > 0) {
		for (size_t i = 0; i < b->rows * b->columns; i++) {
			size_t column = i % b->columns, k = 0;

			while (k < count && wanted[k] != column) {
				k++;
			}
			assert_int_equal(b->cells[i].state,
					 !wanted || k < count ? VV_CELL_TEXT : VV_CELL_ABSENT);
		}
	}
	vv_table_reader_close(r);
}

static void a_batch_has_the_columns_that_are_asked_for_whatever_it_had_before(void **state)
{
	static const size_t first[] = {0}, last[] = {2, 1};
	fixture *f = *state;
	version small = {0}, wide = {0};
	vv_buf text = VV_BUF_INIT;
	vv_table t, u;
	vv_batch b = {0};
	vv_error err;

	vv_buf_puts(&text, "id,a,b\n");
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_printf(&text, "%u,x%u,%s\n", i, i * i, i % 3 == 0 ? "yes" : "no");
	}
	vv_assert_ok(import_as(f, &small, text.data, text.len, NULL, false, NULL, &err), &err);
	vv_assert_ok(import_as(f, &wide, "p,q,r,s\n1,2,3,4\n", 16, NULL, false, NULL, &err), &err);
	vv_assert_ok(vv_table_open(&t, &f->sink, &small.r.cid, &err), &err);
	vv_assert_ok(vv_table_open(&u, &f->sink, &wide.r.cid, &err), &err);
	for (unsigned i = 0; i < 2; i++) {
		read_only(&b, &u, last, 2);
		read_only(&b, &t, first, 1);
		read_only(&b, &t, last, 2);
		read_only(&b, &t, NULL, 0);
		read_only(&b, &t, first, 1);
		read_only(&b, &u, first, 1);
	}
	vv_batch_clear(&b);
	vv_table_close(&t);
	vv_table_close(&u);
	vv_buf_clear(&text);
	drop(&small);
	drop(&wide);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(
		a_batch_has_the_columns_that_are_asked_for_whatever_it_had_before, setup, teardown),
	cmocka_unit_test_setup_teardown(a_file_like_another_is_read_as_if_it_stood_alone, setup,
					teardown),
	cmocka_unit_test_setup_teardown(narrow_json_rows_before_a_very_wide_one_come_back, setup,
					teardown),
	cmocka_unit_test_setup_teardown(a_table_too_sparse_to_be_read_is_refused, setup, teardown),
	cmocka_unit_test_setup_teardown(odd_files_come_back_byte_for_byte, setup, teardown),
	cmocka_unit_test_setup_teardown(adding_again_gives_the_root_of_a_fresh_add, setup,
					teardown),
	cmocka_unit_test_setup_teardown(same_cells_share_their_data_list_across_forms, setup,
					teardown),
	cmocka_unit_test_setup_teardown(a_table_grown_line_by_line_has_the_data_list_of_one_run,
					setup, teardown),
	cmocka_unit_test_setup_teardown(a_header_renamed_over_the_same_body_takes_all_groups_over,
					setup, teardown),
	cmocka_unit_test_setup_teardown(a_declared_key_that_repeats_is_refused_with_both_lines,
					setup, teardown),
	cmocka_unit_test_setup_teardown(a_key_column_that_is_not_there_is_named, setup, teardown),
	cmocka_unit_test_setup_teardown(a_contradicted_type_gives_way_unless_it_is_declared, setup,
					teardown),
	cmocka_unit_test_setup_teardown(a_cell_of_megabytes_comes_back, setup, teardown),
	cmocka_unit_test_setup_teardown(thousands_of_columns_come_back, setup, teardown),
	cmocka_unit_test_setup_teardown(any_bytes_come_back_as_a_file, setup, teardown),
	cmocka_unit_test_setup_teardown(json_rows_come_back_byte_for_byte, setup, teardown),
	cmocka_unit_test_setup_teardown(json_adding_again_gives_the_root_of_a_fresh_add, setup,
					teardown),
	cmocka_unit_test_setup_teardown(
		json_rows_come_back_where_only_the_first_ones_are_spelled_anew, setup, teardown),
};

VV_TEST_SUITE(import)
