/*
 * Rows with long cells come back byte for byte, pushed, pulled and in parts.
 */
#include "base/show.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "tests/unit/dataset/memory.h"

typedef enum form { CSV, TSV, NDJSON, ARRAY, ASCII, FORMS } form;

static const char *const names[FORMS] = {"t.csv", "t.tsv", "t.ndjson", "t.json", "t.ndjson"};

/* One of the texts that may stand in a cell: at chunk boundaries (64 KB and 256 KB on average
 * random) as much as between them. */
static void put_part(vv_buf *b, vv_prng *prng, unsigned kinds)
{
	static const char *const parts[] = {
		"plain ", "7", "\xc3\xa9", "\xf0\x9f\x98\x80", ",", "\t", "\n", "\"", "\r\n", "\\",
	};
	char letters[60];
	size_t n = vv_prng_below(prng, sizeof(letters));

	for (size_t i = 0; i < n; i++) {
		letters[i] = (char)('a' + vv_prng_below(prng, 26));
	}
	vv_buf_put(b, letters, n);
	vv_buf_puts(b, parts[vv_prng_below(prng, kinds)]);
}

static void put_json(vv_buf *b, const vv_buf *text, bool ascii)
{
	vv_buf_putc(b, '"');
	for (size_t i = 0; i < text->len;) {
		uint32_t cp = 0;
		size_t n = vv_utf8_decode(&cp, text->data + i, text->len - i);

		if (cp == '"' || cp == '\\') {
			vv_buf_printf(b, "\\%c", (int)cp);
		} else if (cp < 0x20) {
			vv_buf_puts(b, cp == '\n' ? "\\n" : cp == '\r' ? "\\r" : "\\t");
		} else if (!ascii || cp < 0x80) {
			vv_buf_put(b, text->data + i, n);
		} else if (cp < 0x10000) {
			vv_buf_printf(b, "\\u%04x", (unsigned)cp);
		} else {
			vv_buf_printf(b, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
				      0xdc00 + ((cp - 0x10000) & 0x3ff));
		}
		i += n;
	}
	vv_buf_putc(b, '"');
}

static void put_csv(vv_buf *b, const vv_buf *text, char delimiter)
{
	bool quoted = false;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];
		quoted |= c == delimiter || c == '"' || c == '\n' || c == '\r';
	}
	if (quoted) {
		vv_buf_putc(b, '"');
	}
	for (size_t i = 0; i < text->len; i++) {
		vv_buf_putc(b, text->data[i]);
		if (text->data[i] == '"') {
			vv_buf_putc(b, '"');
		}
	}
	if (quoted) {
		vv_buf_putc(b, '"');
	}
}

static void put_row(vv_buf *b, form f, unsigned id, const vv_buf *cell, unsigned cells)
{
	char delimiter = f == CSV ? ',' : '\t';

	if (f > TSV) {
		vv_buf_printf(b, "{\"id\":%u", id);
	} else {
		vv_buf_printf(b, "%u", id);
	}
	for (unsigned i = 0; i < cells; i++) {
		if (f > TSV) {
			vv_buf_printf(b, ",\"c%u\":", i);
			put_json(b, &cell[i], f == ASCII);
		} else {
			vv_buf_putc(b, delimiter);
			put_csv(b, &cell[i], delimiter);
		}
	}
	vv_buf_puts(b, f > TSV ? "}" : "\n");
}

#define CELLS 3u

/* A table of some rows, of which a few have cells of up to `most` bytes. */
static void put_table(vv_buf *b, form f, vv_prng *prng, size_t most, unsigned kinds)
{
	vv_buf cell[CELLS] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	unsigned rows = 40, first = 1 + (unsigned)vv_prng_below(prng, 3);

	vv_buf_puts(b, f == CSV ? "id,c0,c1,c2\n" : f == TSV ? "id\tc0\tc1\tc2\n" : "");
	vv_buf_puts(b, f == ARRAY ? "[" : "");
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned c = 0; c < CELLS; c++) {
			bool is_long = r >= first && (r - first) % 13 == 0 &&
				       (c == (r - first) / 13 || vv_prng_below(prng, 3) == 0);
			size_t len = is_long ? vv_prng_below(prng, most) : vv_prng_below(prng, 50);

			vv_buf_reset(&cell[c]);
			if (r == 0 && f == ASCII) { /* tells that the file is ASCII */
				vv_buf_puts(&cell[c], "\xc3\xa9");
			}
			while (cell[c].len < len) {
				put_part(&cell[c], prng, is_long ? kinds : 2);
			}
		}
		if (f == ARRAY && r > 0) {
			vv_buf_putc(b, ',');
		}
		put_row(b, f, r, cell, CELLS);
		vv_buf_puts(b, f == NDJSON || f == ASCII ? "\n" : "");
	}
	vv_buf_puts(b, f == ARRAY ? "]\n" : "");
	for (unsigned c = 0; c < CELLS; c++) {
		vv_buf_clear(&cell[c]);
	}
}

typedef struct sink {
	const vv_buf *text;
	size_t at;
} sink;

static vv_status compare(void *payload, const void *bytes, size_t len, vv_error *err)
{
	sink *s = payload;

	(void)err;
	assert_true(s->at + len <= s->text->len);
	assert_memory_equal(bytes, s->text->data + s->at, len);
	s->at += len;
	return VV_OK;
}

static void assert_pulled(vv_table *t, const vv_buf *text)
{
	vv_table_source *s;
	sink got = {text, 0};
	char buf[70000];
	ssize_t n;
	vv_error err;

	vv_assert_ok(vv_table_source_open(&s, t, &err), &err);
	while ((n = vv_table_source_read(s, buf, sizeof(buf), &err)) > 0) {
		compare(&got, buf, (size_t)n, &err);
	}
	assert_int_equal(n, 0);
	assert_int_equal(got.at, text->len);
	vv_table_source_close(s);
}

static void assert_parts(vv_table *t, const vv_buf *text, vv_prng *prng)
{
	vv_error err;

	for (unsigned i = 0; i < 25; i++) {
		size_t from = vv_prng_below(prng, text->len);
		size_t len = vv_prng_below(prng, i % 2 == 0 ? 100 : text->len) + 1;
		sink got = {text, from};

		vv_assert_ok(vv_table_range(t, from, len, compare, &got, &err), &err);
		assert_int_equal(got.at, from + len < text->len ? from + len : text->len);
	}
}

static void import_text(memory *m, vv_import_result *out, const vv_buf *text, const char *name)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_mem_source storage;
	vv_source source;
	vv_error err;

	memory_init(m);
	o.kind = VV_KIND_TABLE;
	vv_source_mem(&source, &storage, text->data, text->len, name);
	vv_assert_ok(vv_import(out, &source, &m->sink, &o, &err), &err);
}

static void assert_whole(vv_table *t, const vv_buf *text, const vv_scan_cache *like)
{
	vv_scan_cache *cache = vv_scan_cache_new();
	vv_bytes_options o = {.cache = cache, .secret = 42, .old_fd = -1};
	sink got = {text, 0};
	vv_error err;

	vv_assert_ok(vv_table_bytes_with(t, compare, &got, &o, &err), &err);
	assert_int_equal(got.at, text->len);
	/* What is known of the groups is what the import found. */
	assert_int_equal(cache->count, like->count);
	for (size_t i = 0; i < like->count; i++) {
		const vv_scan_entry *a = &cache->entries[i], *b = &like->entries[i];

		assert_int_equal(a->raw_len, b->raw_len);
		assert_int_equal(a->raw_hash, b->raw_hash);
		assert_int_equal(a->hash.lo, b->hash.lo);
		assert_int_equal(a->head_hash, b->head_hash);
	}
	vv_scan_cache_free(cache);
}

static void every_form_comes_back_byte_for_byte(void **state)
{
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 21);
	for (unsigned i = 0; i < 4 * FORMS; i++) {
		form f = (form)(i % FORMS);

		if (!vv_test_sampled(i / FORMS + f, 6)) {
			continue;
		}
		/* nothing special; delimiters and line ends; quotes, too */
		unsigned kinds = i / FORMS == 0 ? 4 : i / FORMS == 1 ? 7 : 10;
		vv_buf text = VV_BUF_INIT;
		vv_import_result r;
		vv_table t;
		memory m;
		vv_error err;

		put_table(&text, f, &prng, 2500000, kinds);
		import_text(&m, &r, &text, names[f]);
		assert_int_equal(r.irregular_rows, 0);
		vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
		assert_whole(&t, &text, r.cache);
		assert_pulled(&t, &text);
		assert_parts(&t, &text, &prng);
		vv_table_close(&t);
		vv_import_result_clear(&r);
		memory_clear(&m);
		vv_buf_clear(&text);
	}
}

/* One long cell with this inside, opened; the caller closes and clears all. */
static void open_one(memory *m, vv_import_result *r, vv_table *t, vv_buf *text, const char *before,
		     const char *inside, const char *after)
{
	vv_error err;

	vv_buf_puts(text, "id,c\n1,a\n2,");
	vv_buf_puts(text, before);
	while (text->len < 1300000) {
		vv_buf_printf(text, "%zu ", text->len);
	}
	vv_buf_puts(text, inside);
	vv_buf_puts(text, after);
	vv_buf_puts(text, "\n3,c\n");
	import_text(m, r, text, "t.csv");
	vv_assert_ok(vv_table_open(t, &m->sink, &r->cid, &err), &err);
}

static void clear_one(memory *m, vv_import_result *r, vv_table *t, vv_buf *text)
{
	vv_table_close(t);
	vv_import_result_clear(r);
	memory_clear(m);
	vv_buf_clear(text);
}

static vv_status ignore(void *payload, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)bytes;
	(void)len;
	(void)err;
	return VV_OK;
}

static void a_length_that_does_not_fit_the_cell_is_damage(void **state)
{
	/* Two bytes more than there are: so the cell would stand in quotes, or in more of them. */
	static const struct {
		const char *before, *inside, *after;
		int change;
	} cases[] = {{"", "", "", 1},          {"", "", "", 2},        {"", "", "", -1},
		     {"\"", ",", "\"", -2},    {"\"", ",", "\"", 2},   {"\"", ",", "\"", -1},
		     {"\"", "\"\"", "\"", -1}, {"\"", "\"\"", "\"", 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf text = VV_BUF_INIT;
		vv_import_result r;
		vv_table t;
		memory m;
		vv_error err;
		unsigned found = 0;

		open_one(&m, &r, &t, &text, cases[i].before, cases[i].inside, cases[i].after);
		for (size_t k = 0; k + 5 <= t.root.layout.len; k++) {
			uint8_t *p = (uint8_t *)t.root.layout.data + k;
			uint32_t len = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 |
				       (uint32_t)p[3] << 8 | p[4];

			if (p[0] == 0x1a && len > 1300000 && len < 1400000) {
				len += (uint32_t)cases[i].change;
				p[2] = (uint8_t)(len >> 16);
				p[3] = (uint8_t)(len >> 8);
				p[4] = (uint8_t)len;
				found++;
			}
		}
		assert_true(found > 0);
		assert_int_equal(vv_table_bytes(&t, ignore, NULL, NULL, NULL, &err), VV_ECORRUPT);
		clear_one(&m, &r, &t, &text);
	}
}

static vv_status give_all(void *payload, vv_error *err)
{
	return vv_table_bytes(payload, ignore, NULL, NULL, NULL, err);
}

static vv_status give_middle(void *payload, vv_error *err)
{
	return vv_table_range(payload, 700000, 100000, ignore, NULL, err);
}

static void without_memory_or_a_chunk_it_is_said(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_import_result r;
	vv_table t;
	memory m;
	vv_error err;

	(void)state;
	open_one(&m, &r, &t, &text, "\"", "a \"\" and\nmore", "\"");
	vv_fault_each(VV_FAULT_ALLOC, 0, give_all, NULL, &t);
	vv_fault_each(VV_FAULT_ALLOC, 0, give_middle, NULL, &t);
	m.block[m.count / 2].gone = true;
	assert_int_equal(give_all(&t, &err), VV_EMISSING);
	clear_one(&m, &r, &t, &text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_form_comes_back_byte_for_byte),
	cmocka_unit_test(a_length_that_does_not_fit_the_cell_is_damage),
	cmocka_unit_test(without_memory_or_a_chunk_it_is_said),
};

VV_TEST_SUITE(long_cells)
