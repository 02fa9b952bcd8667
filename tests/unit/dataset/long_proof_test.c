/*
 * A row group with long cells is proved from its bytes: what is sound is proved once and not read again, and what a peer made up is refused whatever it changed.
 *
 * A forgery is a sound version in which items of the lists stand for others, with length and hash of
 * the bytes that it claims.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "base/hash.h"
#include "dataset/format/chunk.h"
#include "dataset/format/group.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

/* A cell of so many bytes is out of line. */
#define LONG (1300000u)

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_buf text;
	vv_import_result sound;
	const char *name;
} fixture;

static int setup(void **state)
{
	fixture *f = test_calloc(1, sizeof(*f));
	vv_error err;

	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->name = "t.csv";
	*state = f;
	return 0;
}

static void forget(fixture *f)
{
	vv_import_result_clear(&f->sound);
	vv_buf_clear(&f->text);
}

static int teardown(void **state)
{
	fixture *f = *state;

	forget(f);
	vv_mem_sink_free(f->mem);
	test_free(f);
	return 0;
}

/* len bytes of letters, and of `others` now and then. */
static void put_text(vv_buf *b, size_t len, const char *others)
{
	const size_t count = strlen(others);
	vv_prng r;

	vv_prng_init(&r, len + count);
	for (size_t i = 0; i < len; i++) {
		uint64_t n = vv_prng_below(&r, 26 + (count > 0));

		vv_buf_putc(b, n < 26 ? (char)('a' + n) : others[vv_prng_below(&r, count)]);
	}
}

/* The version of the text so far. */
static void add(fixture *f)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_source source;
	vv_mem_source storage;
	vv_error err;

	vv_source_mem(&source, &storage, f->text.data, f->text.len, f->name);
	vv_assert_ok(vv_import(&f->sound, &source, &f->sink, &o, &err), &err);
}

typedef struct counted_reads {
	fixture *f;
	size_t leaves;
} counted_reads;

static vv_status count_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	counted_reads *c = payload;

	c->leaves += cid->codec == VV_CODEC_RAW;
	return c->f->sink.get(c->f->sink.payload, cid, out, err);
}

/* Checks the version; *leaves gets how many blocks that are no nodes were read. */
static vv_status check(fixture *f, vv_table_checks *checks, const vv_cid *cid, size_t *leaves,
		       vv_error *err)
{
	counted_reads c = {f, 0};
	const vv_sink source = {.get = count_get, .payload = &c};
	vv_table t;
	vv_status rc = vv_table_open(&t, &source, cid, err);

	if (rc == VV_OK) {
		rc = vv_table_checks_next(checks, &t, NULL, NULL, err);
		vv_table_close(&t);
	}
	*leaves = c.leaves;
	return rc;
}

/* ---- what is sound ---- */

/* So many leaves are read again once all was proved, since what follows begins like a row end. */
static void is_proved(fixture *f, size_t again)
{
	vv_table_checks *checks = vv_table_checks_new();
	size_t leaves;
	vv_error err;

	assert_non_null(checks);
	vv_assert_ok(check(f, checks, &f->sound.cid, &leaves, &err), &err);
	assert_true(leaves > f->sound.groups);
	vv_assert_ok(check(f, checks, &f->sound.cid, &leaves, &err), &err);
	assert_true(again > 0 ? leaves >= again : leaves == 0);
	vv_table_checks_free(checks);
	forget(f);
}

static void a_long_group_is_proved_once(void **state)
{
	static const struct {
		const char *before, *others, *after;
	} forms[] = {
		{"1,a,b\n2,", "", ",x\n3,c,d\n"},
		{"1,a,b\n2,\"", ",\n\r; ", "\",x\n3,c,d\n"},
		{"1,a,b\n2,\"", "\n", "\",\"x,y\"\n3,c,d\n"},
		{"2,\"", ",", "\",x\n"},     /* the only row */
		{"2,\"", ",", "\",x"},       /* without its row end */
		{"1,a,b\n2,", "", ",x\r\n"}, /* with another */
		{"1,a,b\n2,", "", "\n3,c,d\n"},
		{"1,a,b\n2,", "\xff\x01", ",x\n3,c,d\n"},
	};
	fixture *f = *state;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		vv_buf_puts(&f->text, "id,text,n\n");
		vv_buf_puts(&f->text, forms[i].before);
		put_text(&f->text, LONG + i, forms[i].others);
		vv_buf_puts(&f->text, forms[i].after);
		add(f);
		is_proved(f, 0);
	}
}

static void several_long_cells_and_groups_are_proved_once(void **state)
{
	fixture *f = *state;

	vv_buf_puts(&f->text, "id,text,more\n");
	for (unsigned i = 0; i < 12; i++) {
		vv_buf_printf(&f->text, "%u,x,y\n%u,\"", 2 * i, 2 * i + 1);
		put_text(&f->text, LONG + i, i % 3 == 0 ? "," : i % 3 == 1 ? "\n" : ", ;");
		for (unsigned k = 0; k < 3; k++) {
			vv_buf_puts(&f->text, "\"\"");
		}
		vv_buf_puts(&f->text, i % 2 ? "\",\"" : "\",");
		put_text(&f->text, LONG / 2 + i, i % 2 ? "," : "");
		vv_buf_puts(&f->text, i % 2 ? "\"\n" : "\n");
	}
	add(f);
	assert_int_equal(f->sound.groups, 12);
	is_proved(f, 0);
}

static void a_long_group_before_a_blank_line_is_proved_where_it_stands(void **state)
{
	fixture *f = *state;

	vv_buf_puts(&f->text, "id,text\n1,a\n2,");
	put_text(&f->text, LONG, "");
	vv_buf_puts(&f->text, "\n\n3,b\n");
	add(f);
	is_proved(f, 1);
}

/* A string of len bytes and some that are escaped, between objects. */
static void add_lines(fixture *f, size_t len)
{
	f->name = "t.ndjson";
	vv_buf_puts(&f->text, "{\"id\":1,\"text\":\"a\",\"more\":\"b\"}\n{\"id\":2,\"text\":\"");
	put_text(&f->text, len, "");
	vv_buf_puts(&f->text, "\\n\\\"\\u0001\\\\\xc3\xa9\",\"more\":\"x\"}\n");
	vv_buf_puts(&f->text, "{\"id\":3,\"text\":\"c\",\"more\":null}\n");
	add(f);
	assert_int_equal(f->sound.groups, 2);
	assert_int_equal(f->sound.irregular_rows, 0);
}

static void a_long_string_is_proved_once(void **state)
{
	fixture *f = *state;

	for (size_t i = 0; i < 4; i++) {
		add_lines(f, LONG + i * 65536);
		is_proved(f, 0);
	}
}

/* ---- forgeries ---- */

/* A data item with one long cell, taken apart. */
typedef struct item {
	vv_cid group;
	uint64_t rows, row, column, bytes;
	vv_buf chunks;
} item;

typedef struct forgery {
	fixture *f;
	vv_list_builder *data, *layout;
	vv_xxh3_state *hash;
	uint64_t rows, bytes;
} forgery;

static void read_nth(fixture *f, vv_list_kind kind, size_t n, vv_buf *out)
{
	const vv_root *root = &f->sound.root;
	const vv_buf *top = kind == VV_LIST_DATA ? &root->data : &root->layout;
	vv_list_reader *r;
	vv_list_item found;
	vv_error err;

	vv_assert_ok(vv_list_reader_open(&r, kind, &f->sink, top->data, top->len, &err), &err);
	vv_assert_ok(vv_list_seek_index(r, n, &err), &err);
	assert_int_equal(vv_list_next(r, &found, &err), 1);
	vv_buf_reset(out);
	vv_buf_put(out, found.bytes, found.len);
	vv_list_reader_close(r);
}

static void take_apart(fixture *f, size_t n, item *out)
{
	vv_buf b = VV_BUF_INIT;
	size_t count;
	vv_error err;

	read_nth(f, VV_LIST_DATA, n, &b);
	vv_cbor c = vv_cbor_of(b.data, b.len);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	assert_int_equal(count, 3);
	vv_assert_ok(vv_cbor_get_link(&c, &out->group, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &out->rows, &err), &err);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	assert_int_equal(count, 1);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &out->row, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &out->column, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &out->bytes, &err), &err);
	out->chunks = (vv_buf)VV_BUF_INIT;
	vv_buf_put(&out->chunks, c.p, (size_t)(c.end - c.p));
	vv_buf_clear(&b);
}

static void put_together(vv_buf *out, const item *items, size_t count)
{
	vv_buf_reset(out);
	vv_cbor_put_array(out, 3);
	vv_cbor_put_link(out, &items[0].group);
	vv_cbor_put_uint(out, items[0].rows);
	vv_cbor_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_array(out, 4);
		vv_cbor_put_uint(out, items[i].row);
		vv_cbor_put_uint(out, items[i].column);
		vv_cbor_put_uint(out, items[i].bytes);
		vv_buf_put(out, items[i].chunks.data, items[i].chunks.len);
	}
	assert_false(out->failed);
}

static void chunks_of(fixture *f, item *it, const char *text, size_t len)
{
	vv_buf chunks = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_chunks_write(&chunks, &f->sink, text, len, &err), &err);
	vv_buf_clear(&it->chunks);
	it->chunks = chunks;
	it->bytes = len;
}

/* The same text in chunks of one length. */
static void even_chunks_of(fixture *f, item *it, const char *text, size_t len)
{
	vv_list_builder *list;
	vv_buf chunks = VV_BUF_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_list_builder_new(&list, VV_LIST_CHUNKS, &f->sink, NULL, &err), &err);
	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < 100000 ? len - at : 100000;
		vv_buf_reset(&b);
		vv_chunk_encode(&b, text + at, n);
		vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, b.data, b.len, &err), &err);
		vv_assert_ok(f->sink.put(f->sink.payload, &cid, b.data, b.len, NULL, &err), &err);
		vv_buf_reset(&b);
		vv_cbor_put_array(&b, 2);
		vv_cbor_put_link(&b, &cid);
		vv_cbor_put_uint(&b, n);
		vv_assert_ok(vv_list_builder_add(list, b.data, b.len, n, &err), &err);
	}
	vv_assert_ok(vv_list_builder_finish(list, &chunks, &err), &err);
	vv_list_builder_free(list);
	vv_buf_clear(&b);
	vv_buf_clear(&it->chunks);
	it->chunks = chunks;
}

static void begin(forgery *g, fixture *f)
{
	vv_error err;

	*g = (forgery){.f = f, .hash = vv_xxh3_new(0)};
	assert_non_null(g->hash);
	vv_assert_ok(vv_list_builder_new(&g->data, VV_LIST_DATA, &f->sink, NULL, &err), &err);
	vv_assert_ok(vv_list_builder_new(&g->layout, VV_LIST_LAYOUT, &f->sink, NULL, &err), &err);
	g->bytes = f->sound.root.dialect.prologue.len;
}

static void put_group(forgery *g, const vv_buf *data, uint64_t rows, const vv_buf *layout,
		      uint64_t raw_len, uint64_t raw_hash)
{
	uint8_t le[8];
	vv_error err;

	vv_assert_ok(vv_list_builder_add(g->data, data->data, data->len, rows, &err), &err);
	vv_assert_ok(vv_list_builder_add(g->layout, layout->data, layout->len, raw_len, &err),
		     &err);
	g->rows += rows;
	g->bytes += raw_len;
	vv_put_le64(le, raw_hash);
	vv_xxh3_update(g->hash, le, sizeof(le));
}

/* Group n of the sound version, with other items where they are not NULL, and so many more bytes. */
static void put_like(forgery *g, size_t n, const vv_buf *data, const vv_buf *layout, int more)
{
	const vv_scan_entry *e = &g->f->sound.cache->entries[n];
	vv_buf own_data = VV_BUF_INIT, own_layout = VV_BUF_INIT;
	vv_cid cid;
	uint64_t rows;
	size_t count;
	vv_error err;

	read_nth(g->f, VV_LIST_DATA, n, &own_data);
	read_nth(g->f, VV_LIST_LAYOUT, n, &own_layout);
	vv_cbor c = vv_cbor_of(own_data.data, own_data.len);
	vv_assert_ok(vv_cbor_get_array(&c, &count, &err), &err);
	vv_assert_ok(vv_cbor_get_link(&c, &cid, &err), &err);
	vv_assert_ok(vv_cbor_get_uint(&c, &rows, &err), &err);
	put_group(g, data ? data : &own_data, rows, layout ? layout : &own_layout,
		  e->raw_len + (uint64_t)(int64_t)more, e->raw_hash);
	vv_buf_clear(&own_data);
	vv_buf_clear(&own_layout);
}

static vv_cid end(forgery *g)
{
	vv_root root = g->f->sound.root; /* borrows */
	vv_buf data = VV_BUF_INIT, layout = VV_BUF_INIT;
	vv_buf block = VV_BUF_INIT;
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_list_builder_finish(g->data, &data, &err), &err);
	vv_assert_ok(vv_list_builder_finish(g->layout, &layout, &err), &err);
	root.rows = g->rows;
	root.bytes = g->bytes;
	root.hash = vv_xxh3_digest128(g->hash);
	root.data = data;
	root.layout = layout;
	vv_assert_ok(vv_root_encode(&block, &root, &err), &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	vv_assert_ok(g->f->sink.put(g->f->sink.payload, &cid, block.data, block.len, NULL, &err),
		     &err);
	vv_buf_clear(&block);
	vv_buf_clear(&data);
	vv_buf_clear(&layout);
	vv_list_builder_free(g->data);
	vv_list_builder_free(g->layout);
	vv_xxh3_free(g->hash);
	return cid;
}

/* Refused, also after the sound version was proved; which then is known as it was before. */
static void is_refused(fixture *f, const vv_cid *cid)
{
	vv_table_checks *checks = vv_table_checks_new();
	size_t leaves;
	vv_error err;

	assert_non_null(checks);
	assert_false(vv_cid_equal(cid, &f->sound.cid));
	for (unsigned round = 0; round < 2; round++) {
		vv_error_clear(&err);
		vv_assert_status(check(f, checks, cid, &leaves, &err), VV_ECORRUPT, &err);
		assert_true(strlen(err.message) > 10);
		vv_error_clear(&err);
		vv_assert_ok(check(f, checks, &f->sound.cid, &leaves, &err), &err);
		assert_true(round == 0 ? leaves > 0 : leaves == 0);
	}
	vv_table_checks_free(checks);
}

/* The sound version has two groups: of rows 1 and 2, whose text is long, and of row 3. */
static void with_groups(fixture *f, const item *items, size_t count, const vv_buf *layout, int more)
{
	vv_buf data = VV_BUF_INIT;
	forgery g;
	vv_cid cid;

	if (items) {
		put_together(&data, items, count);
	}
	begin(&g, f);
	put_like(&g, 0, items ? &data : NULL, layout, more);
	put_like(&g, 1, NULL, NULL, 0);
	cid = end(&g);
	is_refused(f, &cid);
	vv_buf_clear(&data);
}

/* text: where in the version's it stands. */
static const char *add_plain(fixture *f, size_t *len)
{
	static const char before[] = "id,text,more\n1,a,b\n2,";

	vv_buf_puts(&f->text, before);
	put_text(&f->text, *len = LONG, "");
	vv_buf_puts(&f->text, ",x\n3,c,d\n");
	add(f);
	assert_int_equal(f->sound.groups, 2);
	return f->text.data + strlen(before);
}

static void nothing_changed_is_the_sound_version(void **state)
{
	fixture *f = *state;
	size_t len;
	item it;
	vv_buf data = VV_BUF_INIT;
	forgery g;
	vv_cid cid;

	(void)add_plain(f, &len);
	take_apart(f, 0, &it);
	assert_int_equal(it.bytes, len);
	put_together(&data, &it, 1);
	begin(&g, f);
	put_like(&g, 0, &data, NULL, 0);
	put_like(&g, 1, NULL, NULL, 0);
	cid = end(&g);
	assert_true(vv_cid_equal(&cid, &f->sound.cid));
	vv_buf_clear(&data);
	vv_buf_clear(&it.chunks);
}

static void another_text_of_the_same_length_is_refused(void **state)
{
	static const char bytes[] = "z\",\n\r";
	fixture *f = *state;
	size_t len;
	const char *text = add_plain(f, &len);
	vv_buf other = VV_BUF_INIT;
	item it;

	take_apart(f, 0, &it);
	for (size_t i = 0; i < strlen(bytes); i++) {
		vv_buf_reset(&other);
		vv_buf_put(&other, text, len);
		other.data[len - 1 - i * len / 7] = bytes[i] == other.data[len - 1] ? 'y'
										    : bytes[i];
		chunks_of(f, &it, other.data, other.len);
		with_groups(f, &it, 1, NULL, 0);
	}
	vv_buf_clear(&other);
	vv_buf_clear(&it.chunks);
}

/* What no string of JSON has as its text, or has in another spelling. */
static void another_text_of_a_string_is_refused(void **state)
{
	static const char *const ends[] = {"\n\"\x01\\\xc3\xff", "\n\"\x01\\\xc3\xa8",
					   "\n\"\n\\\xc3\xa9", "\n\"\x01/\xc3\xa9",
					   "\n\"\x02\\\xed\xa0"};
	fixture *f = *state;
	vv_buf other = VV_BUF_INIT;
	item it;

	add_lines(f, LONG);
	take_apart(f, 0, &it);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		vv_buf_reset(&other);
		put_text(&other, LONG, "");
		vv_buf_puts(&other, ends[i]);
		assert_int_equal(other.len, it.bytes);
		chunks_of(f, &it, other.data, other.len);
		with_groups(f, &it, 1, NULL, 0);
	}
	vv_buf_clear(&other);
	vv_buf_clear(&it.chunks);
}

static void a_text_in_other_chunks_is_refused(void **state)
{
	fixture *f = *state;
	size_t len;
	const char *text = add_plain(f, &len);
	item it;

	take_apart(f, 0, &it);
	even_chunks_of(f, &it, text, len);
	with_groups(f, &it, 1, NULL, 0);
	vv_buf_clear(&it.chunks);
}

static void a_text_of_another_length_or_place_is_refused(void **state)
{
	fixture *f = *state;
	size_t len;
	const char *text = add_plain(f, &len);
	item it;

	take_apart(f, 0, &it);
	chunks_of(f, &it, text, len - 1);
	with_groups(f, &it, 1, NULL, 0);
	chunks_of(f, &it, text, len);
	it.column = 2;
	with_groups(f, &it, 1, NULL, 0);
	it.column = 1;
	it.row = 0;
	with_groups(f, &it, 1, NULL, 0);
	vv_buf_clear(&it.chunks);
}

static void another_form_of_the_same_line_is_refused(void **state)
{
	fixture *f = *state;
	vv_buf layout = VV_BUF_INIT;
	size_t len;

	(void)add_plain(f, &len);
	for (int more = -1; more <= 1; more++) {
		const uint64_t claims = f->sound.cache->entries[0].raw_len +
					(uint64_t)(int64_t)more;

		vv_buf_reset(&layout);
		if (more == 0) { /* row 2 ends in LF, as all rows do */
			vv_cbor_put_array(&layout, 2);
			vv_cbor_put_uint(&layout, claims);
			vv_cbor_put_bytes(&layout, "\x01\x01", 2);
		} else {
			vv_cbor_put_uint(&layout, claims);
		}
		with_groups(f, NULL, 0, &layout, more);
	}
	vv_buf_clear(&layout);
}

/* The line kept raw, though it is what its cells give. */
static void a_raw_line_that_need_not_be_is_refused(void **state)
{
	fixture *f = *state;
	vv_buf layout = VV_BUF_INIT, quirks = VV_BUF_INIT;
	vv_buf chunks = VV_BUF_INIT;
	vv_error err;
	size_t len;
	const char *text = add_plain(f, &len);

	vv_buf_puts(&quirks, "\x01");
	vv_buf_putc(&quirks, 0);
	vv_buf_put_varint(&quirks, 2 + len + 3);
	vv_buf_put(&quirks, text - 2, 2 + len + 3);
	vv_assert_ok(vv_chunks_write(&chunks, &f->sink, quirks.data, quirks.len, &err), &err);
	vv_cbor_put_array(&layout, 2);
	vv_cbor_put_uint(&layout, f->sound.cache->entries[0].raw_len);
	vv_cbor_put_array(&layout, 2);
	vv_cbor_put_uint(&layout, quirks.len);
	vv_buf_put(&layout, chunks.data, chunks.len);
	with_groups(f, NULL, 0, &layout, 0);
	vv_buf_clear(&chunks);
	vv_buf_clear(&quirks);
	vv_buf_clear(&layout);
}

/* The block of rows whose cells are these. */
static vv_cid put_cells(fixture *f, const vv_cell *cells, size_t rows, size_t columns)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf block = VV_BUF_INIT;
	vv_cid cid;
	vv_error err;

	assert_non_null(e);
	vv_assert_ok(vv_group_encode(e, &block, cells, rows, columns, columns, NULL, NULL, &err),
		     &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, block.data, block.len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	vv_buf_clear(&block);
	vv_group_encoder_free(e);
	return cid;
}

static vv_cell cell(const char *text)
{
	return (vv_cell){.state = VV_CELL_TEXT, .text = text, .len = (uint32_t)strlen(text)};
}

/* A cell that belongs into the group is in chunks, too. */
static void a_short_cell_in_chunks_is_refused(void **state)
{
	fixture *f = *state;
	const vv_cell cells[] = {cell("1"), cell("a"), cell("b"), cell("2"), cell(""), cell("")};
	item items[2] = {0};
	size_t len;

	(void)add_plain(f, &len);
	take_apart(f, 0, &items[0]);
	items[1] = items[0];
	items[1].column = 2;
	items[1].chunks = (vv_buf)VV_BUF_INIT;
	chunks_of(f, &items[1], "x", 1);
	items[0].group = put_cells(f, cells, 2, 3);
	with_groups(f, items, 2, NULL, 0);
	vv_buf_clear(&items[0].chunks);
	vv_buf_clear(&items[1].chunks);
}

/* Two long rows in one group, which ends after the first; with the length and hash that they give. */
static void two_long_rows_in_one_group_are_refused(void **state)
{
	fixture *f = *state;
	const vv_cell cells[] = {cell("1"), cell(""), cell("2"), cell("")};
	vv_buf data = VV_BUF_INIT, layout = VV_BUF_INIT;
	item items[2];
	forgery g;
	vv_cid cid;

	vv_buf_puts(&f->text, "id,text\n1,");
	put_text(&f->text, LONG, "");
	vv_buf_puts(&f->text, "\n2,");
	put_text(&f->text, LONG + 7, "");
	vv_buf_puts(&f->text, "\n");
	add(f);
	assert_int_equal(f->sound.groups, 2);
	take_apart(f, 0, &items[0]);
	take_apart(f, 1, &items[1]);
	items[1].row = 1;
	items[0].rows = 2;
	items[0].group = put_cells(f, cells, 2, 2);
	put_together(&data, items, 2);
	const char *rows = f->text.data + strlen("id,text\n");
	const size_t len = f->text.len - strlen("id,text\n");
	vv_cbor_put_uint(&layout, len);
	begin(&g, f);
	put_group(&g, &data, 2, &layout, len, vv_xxh3(rows, len, 0));
	cid = end(&g);
	is_refused(f, &cid);
	vv_buf_clear(&items[0].chunks);
	vv_buf_clear(&items[1].chunks);
	vv_buf_clear(&layout);
	vv_buf_clear(&data);
}

static vv_status drop(void *payload, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)bytes;
	(void)len;
	(void)err;
	return VV_OK;
}

/* A text of so many bytes in the long cell, and a group of `raw_len`, are refused for a row that is too long (why): by
 * the check and, when they cannot be in memory (reads false), by the reader. */
static void is_too_long(fixture *f, size_t bytes, uint64_t raw_len, bool reads, const char *why)
{
	vv_table_checks *checks = vv_table_checks_new();
	vv_buf text = VV_BUF_INIT, raw = VV_BUF_INIT, data = VV_BUF_INIT, layout = VV_BUF_INIT;
	size_t leaves;
	forgery g;
	vv_table t;
	item it;
	vv_cid cid;
	vv_error err;

	assert_non_null(checks);
	take_apart(f, 0, &it);
	put_text(&text, bytes, "");
	chunks_of(f, &it, text.data, text.len);
	put_together(&data, &it, 1);
	vv_cbor_put_uint(&layout, raw_len);
	vv_buf_puts(&raw, "1,a,b\n2,");
	vv_buf_put(&raw, text.data, text.len);
	vv_buf_puts(&raw, ",x\n");
	begin(&g, f);
	put_group(&g, &data, it.rows, &layout, raw_len, vv_xxh3(raw.data, raw.len, 0));
	put_like(&g, 1, NULL, NULL, 0);
	cid = end(&g);
	vv_assert_status(check(f, checks, &cid, &leaves, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, why);
	if (!reads) {
		vv_assert_ok(vv_table_open(&t, &f->sink, &cid, &err), &err);
		vv_assert_status(vv_table_bytes(&t, drop, NULL, NULL, NULL, &err), VV_ECORRUPT,
				 &err);
		vv_assert_status(vv_table_range(&t, 100, 10, drop, NULL, &err), VV_ECORRUPT, &err);
		vv_table_close(&t);
	}
	vv_table_checks_free(checks);
	vv_buf_clear(&it.chunks);
	vv_buf_clear(&text);
	vv_buf_clear(&raw);
	vv_buf_clear(&data);
	vv_buf_clear(&layout);
}

static void a_row_over_the_limit_is_refused_whoever_made_it(void **state)
{
	const size_t around = strlen("1,a,b\n2,,x\n"), row = strlen("2,,x\n");
	fixture *f = *state;
	size_t len;

	(void)add_plain(f, &len);
	is_too_long(f, VV_ROW_MAX - row + 1, VV_ROW_MAX - row + 1 + around, true,
		    "the row that begins here is longer than 8 MiB, or a quote is not closed");
	is_too_long(f, VV_GROUP_BYTES_MAX - around + 1, VV_GROUP_BYTES_MAX + 1, false,
		    "a row group has");
	is_too_long(f, 1000, UINT64_C(1) << 40, false, "a row group has");
	is_too_long(f, VV_GROUP_BYTES_MAX + 1, 1000, false, "a long cell");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static const struct CMUnitTest tests[] = {
	CASE(a_long_group_is_proved_once),
	CASE(several_long_cells_and_groups_are_proved_once),
	CASE(a_long_string_is_proved_once),
	CASE(a_long_group_before_a_blank_line_is_proved_where_it_stands),
	CASE(nothing_changed_is_the_sound_version),
	CASE(another_text_of_the_same_length_is_refused),
	CASE(another_text_of_a_string_is_refused),
	CASE(a_text_in_other_chunks_is_refused),
	CASE(a_text_of_another_length_or_place_is_refused),
	CASE(another_form_of_the_same_line_is_refused),
	CASE(a_raw_line_that_need_not_be_is_refused),
	CASE(a_short_cell_in_chunks_is_refused),
	CASE(two_long_rows_in_one_group_are_refused),
	CASE(a_row_over_the_limit_is_refused_whoever_made_it),
};

VV_TEST_SUITE(long_proof)
