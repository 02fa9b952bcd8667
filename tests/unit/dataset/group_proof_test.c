/*
 * Row groups that are proved without reading their lines are those that reading proves, too, with the same
 * bytes; and whatever a forger changes is not proved, or proved by reading to be false.
 */
#include "dataset/format/group_proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"
#include "tests/unit/dataset/group_support.h"

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_pool *pool;
	group_proofs *proofs;
	vv_import_result made;
	vv_table table;
	size_t columns[2];
	vv_cut_params cut;
	/* of the group at hand */
	vv_buf data, layout, facts;
	uint64_t rows;
} fixture;

static int setup(void **state)
{
	fixture *f = calloc(1, sizeof *f);
	vv_error err;

	assert_non_null(f);
	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->pool = vv_pool_new(0);
	f->proofs = group_proofs_new();
	assert_true(f->pool && f->proofs);
	vv_assert_ok(group_proofs_begin(f->proofs, f->pool, &err), &err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;

	vv_buf_clear(&f->data);
	vv_buf_clear(&f->layout);
	vv_buf_clear(&f->facts);
	group_proofs_free(f->proofs);
	vv_pool_free(f->pool);
	vv_mem_sink_free(f->mem);
	free(f);
	return 0;
}

/* A version of this file, open. */
static void begin(fixture *f, const char *name, const char *text, size_t len)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_source source;
	vv_mem_source storage;
	vv_error err;

	vv_source_mem(&source, &storage, text, len, name);
	vv_assert_ok(vv_import(&f->made, &source, &f->sink, &o, &err), &err);
	vv_assert_ok(vv_table_open(&f->table, &f->sink, &f->made.cid, &err), &err);
	const vv_root *root = &f->table.root;
	assert_true(root->cut_column_count <= 2);
	f->cut = (vv_cut_params){.rows = root->cut_rows,
				 .columns = f->columns,
				 .column_count = root->cut_column_count};
	for (size_t i = 0; i < root->cut_column_count; i++) {
		const char *cut = root->cut_columns[i];
		f->columns[i] = (size_t)vv_schema_find(&f->table.schema, cut, strlen(cut));
	}
}

static void end(fixture *f)
{
	vv_table_close(&f->table);
	vv_import_result_clear(&f->made);
}

static void get_item(fixture *f, vv_list_kind kind, const vv_buf *top, size_t index, vv_buf *out)
{
	vv_list_reader *r;
	vv_list_item item;
	vv_error err;

	vv_buf_reset(out);
	if (top->len == 0) return;
	vv_assert_ok(vv_list_reader_open(&r, kind, &f->sink, top->data, top->len, &err), &err);
	vv_assert_ok(vv_list_seek_index(r, index, &err), &err);
	assert_int_equal(vv_list_next(r, &item, &err), 1);
	vv_buf_put(out, item.bytes, item.len);
	f->rows = kind == VV_LIST_DATA ? item.weight : f->rows;
	vv_list_reader_close(r);
}

static void load(fixture *f, size_t index)
{
	get_item(f, VV_LIST_DATA, &f->table.root.data, index, &f->data);
	get_item(f, VV_LIST_LAYOUT, &f->table.root.layout, index, &f->layout);
	get_item(f, VV_LIST_FACTS, &f->table.root.facts, index, &f->facts);
}

/* The group that was loaded. */
static bool proves(fixture *f, bool last, vv_pair *pair)
{
	const group_items items = {f->data.data,  f->layout.data, f->facts.data, f->data.len,
				   f->layout.len, f->facts.len,   last};
	vv_error err;
	const proof_setting setting = {&f->table.source, &f->table.root.dialect, f->table.columns,
				       &f->cut};
	int proved = group_prove(f->proofs, 0, &setting, &items, pair, &err);

	assert_in_range(proved, 0, 1);
	return proved == 1;
}

static bool is_proved(fixture *f, bool last)
{
	vv_pair pair;

	return proves(f, last, &pair);
}

static size_t count_proved(fixture *f)
{
	size_t proved = 0;

	for (size_t i = 0; i < f->made.groups; i++) {
		load(f, i);
		proved += is_proved(f, i + 1 == f->made.groups);
	}
	return proved;
}

/* "@1" to "@5" stand for numbers: of the row, up to 1008, -3 to 3, up to 899, two digits. */
static void put_row(vv_buf *b, const char *form, unsigned i)
{
	for (const char *p = form; *p; p++) {
		if (*p != '@') {
			vv_buf_putc(b, *p);
			continue;
		}
		switch (*++p) {
		case '1':
			vv_buf_printf(b, "%u", i);
			break;
		case '2':
			vv_buf_printf(b, "%u", i * 31 % 1009);
			break;
		case '3':
			vv_buf_printf(b, "%d", (int)(i % 7) - 3);
			break;
		case '4':
			vv_buf_printf(b, "%u", i * 7 % 900);
			break;
		default:
			vv_buf_printf(b, "%02u", i * 13 % 100);
		}
	}
}

static void put_rows(vv_buf *b, const char *header, const char *end, unsigned rows,
		     const char *form)
{
	vv_buf_printf(b, "%s%s", header, end);
	for (unsigned i = 0; i < rows; i++) {
		put_row(b, form, i);
		vv_buf_puts(b, end);
	}
}

static const char plain[] = "@1,item @2,@3,@4.@5";

static void begin_plain(fixture *f, unsigned rows)
{
	vv_buf text = VV_BUF_INIT;

	put_rows(&text, "id,name,few,price", "\n", rows, plain);
	begin(f, "t.csv", text.data, text.len);
	vv_buf_clear(&text);
}

/* ---- what is proved ---- */

/* The pairs say what the file's bytes are. */
static void groups_are_what_the_file_has(fixture *f, const vv_buf *text)
{
	const vv_dialect *d = &f->table.root.dialect;
	size_t at = (d->bom ? 3 : 0) + d->prologue.len;

	for (size_t i = 0; i < f->made.groups; i++) {
		vv_pair pair;

		load(f, i);
		assert_true(proves(f, i + 1 == f->made.groups, &pair));
		assert_true(pair.raw_len <= text->len - at);
		assert_int_equal(pair.raw_hash, vv_xxh3(text->data + at, (size_t)pair.raw_len, 0));
		assert_int_equal(pair.first, text->data[at]);
		at += (size_t)pair.raw_len;
	}
	assert_int_equal(at, text->len);
}

typedef struct file_case {
	const char *name, *header, *end, *form;
	bool no_final_newline;
} file_case;

static void groups_are_proved_in_every_usual_form(void **state)
{
	static const file_case cases[] = {
		{"t.csv", "id,name,few,price", "\n", plain, false},
		{"t.csv", "id,name,few,price", "\n", plain, true},
		{"t.csv", "id,name,few,price", "\r\n", plain, false},
		{"t.csv", "id,name,few,price", "\r", plain, false},
		{"t.csv", "\xef\xbb\xbfid;name;few;price", "\n", "@1;item @2;@3;@4,@5", false},
		{"t.tsv", "id\tname\tfew\tprice", "\n", "@1\titem @2\t@3\t@4.@5", true},
		{"t.csv", "\"id\",\"name\",\"few\",\"price\"", "\n",
		 "\"@1\",\"item @2\",\"@3\",\"@4.@5\"", false},
		{"t.csv", "id,name,few,price", "\n", "@1,\"item, \"\"@2\"\"\",@3,@4.@5", false},
		{"t.csv", "id,name,few,price", "\n", "@1,\"two\nlines @2\r\",@3,@4.@5", false},
		{"t.csv", "when,name,few,price", "\n", "2024-01-01T00:00:00.@5Z,@1,@3,@4.@5",
		 false},
		{"t.csv", "id,name,few,price", "\n", "@1,@2\xc3\xa9\xff,@3,@4@5", false},
		{"t.csv", "a,b,few,last", "\n", "same,@1@2,@3,@4@5", false},
	};
	fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const file_case *c = &cases[i];
		vv_buf text = VV_BUF_INIT;

		put_rows(&text, c->header, c->end, 15000, c->form);
		text.len -= c->no_final_newline ? strlen(c->end) : 0;
		begin(f, c->name, text.data, text.len);
		assert_true(f->made.groups > 3);
		assert_int_equal(f->made.irregular_rows, 0);
		groups_are_what_the_file_has(f, &text);
		end(f);
		vv_buf_clear(&text);
	}
}

/* A file of these cells in some dialect. */
static void write_table(vv_buf *out, const columns *t, vv_prng *r)
{
	static const vv_newline ends[] = {VV_LF, VV_CRLF, VV_CR};
	vv_row_writer *w;
	uint8_t quoting[8];
	size_t end_len;
	vv_dialect d;
	vv_error err;

	vv_dialect_init(&d);
	d.delimiter = (uint8_t) ",;\t"[vv_prng_below(r, 3)];
	d.newline = ends[vv_prng_below(r, 3)];
	d.quoting = quoting;
	d.quoting_count = t->count;
	for (size_t c = 0; c < t->count; c++) {
		quoting[c] = (uint8_t)vv_prng_below(r, 4);
		vv_buf_printf(out, "%sc%zu", c > 0 ? (char[]){(char)d.delimiter, 0} : "", c);
	}
	const char *end = vv_dialect_row_end(&d, &end_len);
	vv_buf_put(out, end, end_len);
	vv_assert_ok(vv_row_writer_new(&w, &d, t->count, NULL, NULL, &err), &err);
	for (size_t i = 0; i < t->rows; i++) {
		vv_row_write(w, out, t->cells + i * t->count, t->count);
		vv_buf_put(out, end, i + 1 < t->rows || vv_prng_below(r, 2) ? end_len : 0);
	}
	vv_row_writer_free(w);
}

/* Whatever the table: without reading lines nothing else is found than with it. */
static void random_tables_are_proved_as_by_reading(void **state)
{
	fixture *f = *state;
	size_t proved = 0, groups = 0;
	vv_prng r;

	vv_prng_init(&r, 6);
	for (int trial = 0; trial < 60; trial++) {
		vv_table_checks *checks = vv_table_checks_new();
		vv_buf text = VV_BUF_INIT;
		columns t;
		vv_error err;

		assert_non_null(checks);
		columns_make(&t, 700 + (size_t)vv_prng_below(&r, 2800),
			     2 + (size_t)vv_prng_below(&r, 6), &r);
		for (size_t i = 0; vv_prng_below(&r, 4) && i < t.rows * t.count; i++) {
			t.cells[i].state = VV_CELL_TEXT; /* else some rows are short */
		}
		write_table(&text, &t, &r);
		begin(f, "t.csv", text.data, text.len);
		const vv_dialect *d = &f->table.root.dialect;
		size_t at = (d->bom ? 3 : 0) + d->prologue.len;
		for (size_t i = 0; i < f->made.groups; i++) {
			vv_pair pair;

			load(f, i);
			const size_t len = (size_t)f->made.cache->entries[i].raw_len;
			if (proves(f, i + 1 == f->made.groups, &pair)) {
				proved++;
				assert_int_equal(pair.raw_len, len);
				assert_int_equal(pair.raw_hash, vv_xxh3(text.data + at, len, 0));
				assert_int_equal(pair.first, text.data[at]);
			}
			at += len;
		}
		groups += f->made.groups;
		vv_assert_ok(vv_table_check(&f->table, NULL, NULL, &err), &err);
		vv_assert_ok(vv_table_checks_next(checks, &f->table, NULL, NULL, &err), &err);
		vv_table_checks_free(checks);
		end(f);
		vv_buf_clear(&text);
		columns_clear(&t);
	}
	assert_true(groups > 100);
	assert_true(proved > groups / 3 && proved < groups);
}

/* They are sound, and left to whoever reads their lines. */
static void what_has_another_form_is_left_to_reading(void **state)
{
	static const char *const rows[][2] = {
		{"one.csv", "alone\n1\n2\n3\n"},
		{"t.csv", "id,name\n1,a\n2,\"b\"\n3,c\n"}, /* an irregular line */
		{"t.csv", "id,name\n1,a\n\n2,b\n3,c\n"},   /* a blank line */
		{"t.csv", "id,name\n1,a\n2,b\r\n3,c\n"},   /* another line end */
		{"t.csv", "id,name,x\n1,a,x\n2\n3,c,x\n"}, /* a short row */
		{"t.ndjson", "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n"},
	};
	fixture *f = *state;
	vv_error err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin(f, rows[i][0], rows[i][1], strlen(rows[i][1]));
		assert_int_equal(count_proved(f), 0);
		vv_assert_ok(vv_table_check(&f->table, NULL, NULL, &err), &err);
		end(f);
	}
	const char *text = "id,name\n1,a\n2,b\n3,c\n";
	begin(f, "t.csv", text, strlen(text));
	assert_int_equal(count_proved(f), 1);
	f->table.root.dialect.escape = '\\';
	assert_int_equal(count_proved(f), 0);
	f->table.root.dialect.quote = f->table.root.dialect.escape = 0;
	assert_int_equal(count_proved(f), 0);
	end(f);
}

/* ---- what is not ---- */

static void a_claim_that_is_off_is_not_proved(void **state)
{
	fixture *f = *state;
	uint64_t raw_len;
	vv_error err;

	begin_plain(f, 5000);
	load(f, 0);
	assert_true(is_proved(f, false) && is_proved(f, true));
	vv_cbor c = vv_cbor_of(f->layout.data, f->layout.len);
	vv_assert_ok(vv_cbor_get_uint(&c, &raw_len, &err), &err);
	/* its length */
	for (int64_t off = -1; off <= 1; off++) {
		vv_buf_reset(&f->layout);
		vv_cbor_put_uint(&f->layout, raw_len + (uint64_t)off);
		assert_int_equal(is_proved(f, false), off == 0);
	}
	/* in more bytes than needed, with something behind it, or with a line form */
	vv_buf_putc(&f->layout, 0);
	assert_false(is_proved(f, false));
	vv_buf_reset(&f->layout);
	vv_buf_put(&f->layout, "\x1b\0\0\0\0\0", 6);
	for (int shift = 16; shift >= 0; shift -= 8) {
		vv_buf_putc(&f->layout, (int)(raw_len >> shift & 255));
	}
	assert_false(is_proved(f, false));
	vv_buf_reset(&f->layout);
	vv_cbor_put_array(&f->layout, 2);
	vv_cbor_put_uint(&f->layout, raw_len);
	vv_cbor_put_bytes(&f->layout, "\0\1\1", 3);
	assert_false(is_proved(f, false));
	load(f, 0);
	/* the number of rows */
	f->data.data[f->data.len - 1]++;
	assert_false(is_proved(f, false));
	f->data.data[f->data.len - 1]--;
	assert_true(is_proved(f, false));
	/* another block's name */
	f->data.data[20] ^= 1;
	assert_false(is_proved(f, false));
	end(f);
}

static void a_group_that_is_cut_elsewhere_is_not_proved(void **state)
{
	fixture *f = *state;

	begin_plain(f, 5000);
	const size_t last = (size_t)f->made.groups - 1;
	/* Nothing was cut where the file ended. */
	load(f, last);
	assert_true(is_proved(f, true));
	assert_false(is_proved(f, false));
	load(f, 1);
	assert_true(is_proved(f, false));
	f->cut.rows *= 8; /* a cut comes later */
	assert_false(is_proved(f, false));
	f->cut.rows /= 64; /* or sooner */
	assert_false(is_proved(f, false));
	assert_false(is_proved(f, true));
	f->cut.rows *= 8;
	assert_true(is_proved(f, false));
	f->cut.column_count = 1;
	f->columns[0] = 1; /* by another column */
	assert_false(is_proved(f, false));
	f->columns[0] = 99;
	f->cut.column_count = 1;
	assert_false(is_proved(f, false));
	end(f);
}

/* Proved under one dialect says nothing of another. */
static void a_group_is_proved_in_its_dialect_alone(void **state)
{
	fixture *f = *state;
	uint8_t always[4] = {VV_QUOTE_ALWAYS, VV_QUOTE_ALWAYS, VV_QUOTE_ALWAYS, VV_QUOTE_ALWAYS};
	vv_pair sound, other;

	begin_plain(f, 5000);
	vv_dialect *d = &f->table.root.dialect;
	load(f, 0);
	assert_true(proves(f, false, &sound));
	d->newline = VV_CRLF; /* a byte more in each row */
	assert_false(is_proved(f, false));
	vv_buf_reset(&f->layout);
	vv_cbor_put_uint(&f->layout, sound.raw_len + f->rows);
	assert_true(proves(f, false, &other));
	assert_true(sound.raw_hash != other.raw_hash);
	d->newline = VV_LF;
	load(f, 0);
	uint8_t *quoting = d->quoting;
	const size_t count = d->quoting_count;
	d->quoting = always;
	d->quoting_count = 4;
	assert_false(is_proved(f, false));
	d->quoting = quoting;
	d->quoting_count = count;
	d->delimiter = ' '; /* which stands in names: they get quotes */
	assert_false(is_proved(f, false));
	d->delimiter = ';'; /* as long, and other bytes */
	assert_true(proves(f, false, &other));
	assert_true(sound.raw_hash != other.raw_hash);
	end(f);
}

/* A delimiter in a cell puts it in quotes: as many bytes as without are not its lines. */
static void a_cell_with_a_delimiter_is_not_proved_without_quotes(void **state)
{
	static const char text[] = "id,name\n1,\"a,b\"\n2,c\n3,\"d\"\"e\"\n",
			  lines[] = "1,a,b\n2,c\n3,d\"e\n";
	fixture *f = *state;

	begin(f, "t.csv", text, sizeof text - 1);
	load(f, 0);
	assert_true(is_proved(f, true));
	vv_buf_reset(&f->layout);
	vv_cbor_put_uint(&f->layout, sizeof lines - 1);
	assert_false(is_proved(f, true));
	f->table.root.dialect.quote = 0; /* and where nothing is quoted, nothing is proved */
	assert_false(is_proved(f, true));
	end(f);
}

typedef struct liar {
	fixture *f;
	vv_buf block; /* that it gives for every leaf */
} liar;

static vv_status lie(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	liar *l = payload;

	if (cid->codec != VV_CODEC_RAW) return l->f->sink.get(l->f->sink.payload, cid, out, err);
	vv_buf_reset(out);
	vv_buf_put(out, l->block.data, l->block.len);
	return vv_buf_ok(out, err);
}

static vv_cid cid_of_item(const fixture *f)
{
	vv_cid cid;
	size_t n;
	vv_error err;

	vv_cbor c = vv_cbor_of(f->data.data, f->data.len);
	vv_assert_ok(vv_cbor_get_array(&c, &n, &err), &err);
	vv_assert_ok(vv_cbor_get_link(&c, &cid, &err), &err);
	return cid;
}

static void a_block_that_is_not_what_its_name_says_is_not_proved(void **state)
{
	fixture *f = *state;
	liar l = {f, VV_BUF_INIT};
	vv_error err;

	begin_plain(f, 5000);
	load(f, 0);
	const vv_cid cid = cid_of_item(f);
	vv_assert_ok(f->sink.get(f->sink.payload, &cid, &l.block, &err), &err);
	f->table.source = (vv_sink){.get = lie, .payload = &l};
	assert_true(is_proved(f, false));
	for (size_t at = 0; at < l.block.len; at += 1 + l.block.len / 300) {
		l.block.data[at] ^= 4;
		assert_false(is_proved(f, false));
		l.block.data[at] ^= 4;
	}
	assert_true(is_proved(f, false));
	vv_buf_clear(&l.block);
	end(f);
}

/* ---- whole versions ---- */

/* The cells of a column as texts with a length each, which the encoder chooses for none of these. */
static void put_as_text(vv_buf *b, const vv_buf *block, size_t c)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_error err;
	vv_group g;

	vv_assert_ok(vv_group_open(&g, block->data, block->len, &err), &err);
	vv_cell *cells = calloc(g.rows, sizeof *cells);
	assert_non_null(cells);
	vv_assert_ok(vv_group_column(&g, c, cells, 1, &arena, &err), &err);
	vv_buf_putc(b, GROUP_TEXT);
	vv_buf_putc(b, GROUP_LEN_VARINTS);
	for (size_t r = 0; r < g.rows; r++) {
		vv_buf_put_varint(b, cells[r].len);
	}
	for (size_t r = 0; r < g.rows; r++) {
		vv_buf_put(b, cells[r].text, cells[r].len);
	}
	free(cells);
	vv_group_close(&g);
	vv_arena_clear(&arena);
}

static vv_cid put(const fixture *f, uint8_t codec, const vv_buf *bytes)
{
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_cid_of(&cid, codec, bytes->data, bytes->len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, bytes->data, bytes->len, NULL, &err), &err);
	return cid;
}

/* The version with another block for its only group: everything else is right. */
static vv_cid put_version(fixture *f, const vv_cid *group)
{
	vv_list_builder *b;
	vv_buf list = VV_BUF_INIT;
	vv_root root = f->table.root; /* borrows */
	vv_buf item = VV_BUF_INIT, block = VV_BUF_INIT;
	vv_cid cid;
	vv_error err;

	vv_cbor_put_array(&item, 2);
	vv_cbor_put_link(&item, group);
	vv_cbor_put_uint(&item, f->rows);
	vv_assert_ok(vv_list_builder_new(&b, VV_LIST_DATA, &f->sink, NULL, &err), &err);
	vv_assert_ok(vv_list_builder_add(b, item.data, item.len, f->rows, &err), &err);
	vv_assert_ok(vv_list_builder_finish(b, &list, &err), &err);
	root.data = list;
	vv_assert_ok(vv_root_encode(&block, &root, &err), &err);
	cid = put(f, VV_CODEC_DAG_CBOR, &block);
	vv_list_builder_free(b);
	vv_buf_clear(&list);
	vv_buf_clear(&item);
	vv_buf_clear(&block);
	return cid;
}

static vv_status check(vv_table_checks *checks, const fixture *f, const vv_cid *cid)
{
	vv_table t;
	vv_error err;
	vv_status rc;

	vv_assert_ok(vv_table_open(&t, &f->sink, cid, &err), &err);
	rc = checks ? vv_table_checks_next(checks, &t, NULL, NULL, &err)
		    : vv_table_check(&t, NULL, NULL, &err);
	vv_table_close(&t);
	return rc;
}

/* By reading and without, before and after the sound version was proved: the same answer. */
static vv_status check_all_ways(const fixture *f, const vv_cid *cid)
{
	vv_table_checks *fresh = vv_table_checks_new(), *after = vv_table_checks_new();
	vv_status rc = check(NULL, f, cid);

	assert_true(fresh && after);
	assert_int_equal(check(after, f, &f->made.cid), VV_OK);
	assert_int_equal(check(fresh, f, cid), rc);
	assert_int_equal(check(after, f, cid), rc);
	vv_table_checks_free(fresh);
	vv_table_checks_free(after);
	return rc;
}

static void columns_written_another_way_are_refused(void **state)
{
	fixture *f = *state;
	vv_buf block = VV_BUF_INIT;
	vv_error err;

	begin_plain(f, 40);
	assert_int_equal(f->made.groups, 1);
	load(f, 0);
	const vv_cid cid = cid_of_item(f);
	vv_assert_ok(f->sink.get(f->sink.payload, &cid, &block, &err), &err);
	assert_int_equal(check_all_ways(f, &f->made.cid), VV_OK);
	for (size_t c = 0; c < f->table.columns; c++) {
		vv_buf column = VV_BUF_INIT;
		put_as_text(&column, &block, c);
		vv_buf forged = with_column(&block, c, &column);
		vv_cid group = put(f, VV_CODEC_RAW, &forged), version = put_version(f, &group);
		assert_false(vv_cid_equal(&version, &f->made.cid));
		assert_int_equal(check_all_ways(f, &version), VV_ECORRUPT);
		vv_buf_clear(&column);
		vv_buf_clear(&forged);
	}
	vv_buf_clear(&block);
	end(f);
}

/* A block with a changed byte and its own name: refused by reading and without alike, unless it means
 * the same, which none does. */
static void changed_blocks_are_refused_by_reading_and_without(void **state)
{
	fixture *f = *state;
	vv_buf block = VV_BUF_INIT;
	vv_prng r;
	vv_error err;

	vv_prng_init(&r, 5);
	begin_plain(f, 40);
	load(f, 0);
	const vv_cid cid = cid_of_item(f);
	vv_assert_ok(f->sink.get(f->sink.payload, &cid, &block, &err), &err);
	for (size_t at = 0; at < block.len; at++) {
		const char was = block.data[at];
		block.data[at] = (char)(was ^ (1 << vv_prng_below(&r, 8)));
		vv_cid group = put(f, VV_CODEC_RAW, &block), version = put_version(f, &group);
		assert_int_equal(check_all_ways(f, &version), VV_ECORRUPT);
		block.data[at] = was;
	}
	vv_buf_clear(&block);
	end(f);
}

/* One long text for all rows, as texts or in another state: few bytes that would make many. */
static void a_text_that_all_rows_share_is_refused_before_their_lines_are_made(void **state)
{
	fixture *f = *state;
	const size_t long_len = 300000;
	vv_buf block = VV_BUF_INIT;
	vv_error err;

	begin_plain(f, 40);
	load(f, 0);
	const vv_cid cid = cid_of_item(f);
	vv_assert_ok(f->sink.get(f->sink.payload, &cid, &block, &err), &err);
	for (int literal = 0; literal < 2; literal++) {
		vv_buf column = VV_BUF_INIT;
		vv_table t;

		vv_buf_putc(&column, (char)(GROUP_CONST | (literal ? GROUP_ONE_STATE << 4 : 0)));
		if (literal) {
			vv_buf_putc(&column, VV_CELL_LITERAL);
		}
		vv_buf_put_varint(&column, long_len);
		for (size_t i = 0; i < long_len; i++) {
			vv_buf_putc(&column, '7');
		}
		vv_buf forged = with_column(&block, 1, &column);
		vv_cid group = put(f, VV_CODEC_RAW, &forged), version = put_version(f, &group);
		assert_int_equal(check_all_ways(f, &version), VV_ECORRUPT);
		vv_assert_ok(vv_table_open(&t, &f->sink, &version, &err), &err);
		vv_assert_status(vv_table_check(&t, NULL, NULL, &err), VV_ECORRUPT, &err);
		assert_null(strstr(err.message, "instead of")); /* all of them were made */
		vv_table_close(&t);
		vv_buf_clear(&column);
		vv_buf_clear(&forged);
	}
	vv_buf_clear(&block);
	end(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(groups_are_proved_in_every_usual_form),
	TEST(random_tables_are_proved_as_by_reading),
	TEST(what_has_another_form_is_left_to_reading),
	TEST(a_claim_that_is_off_is_not_proved),
	TEST(a_group_that_is_cut_elsewhere_is_not_proved),
	TEST(a_group_is_proved_in_its_dialect_alone),
	TEST(a_cell_with_a_delimiter_is_not_proved_without_quotes),
	TEST(a_block_that_is_not_what_its_name_says_is_not_proved),
	TEST(columns_written_another_way_are_refused),
	TEST(changed_blocks_are_refused_by_reading_and_without),
	TEST(a_text_that_all_rows_share_is_refused_before_their_lines_are_made),
};

VV_TEST_SUITE(group_proof)
