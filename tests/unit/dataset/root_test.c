/*
 * Roots: written in one way, read back whole, refused where they contradict
 * themselves; their pointer.
 */
#include "tests/unit/dataset/memory.h"

#include "base/sys.h"
#include "dataset/format/cell.h"
#include "dataset/table/root.h"

static const char schema[] =
	"{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"n\xc3\xa4me\",\"type\":\"string\"}]}";

/* What a test may spoil. */
typedef struct draft {
	uint64_t format, rows, bytes, cut_rows;
	size_t groups, forms, facts;
	const char *kind, *order, *key_source, *name, *extra;
	size_t hash_len;
} draft;

static const draft usual = {1, 30, 1000, 256, 3, 3, 3, "table", "file", "declared", "id", NULL, 16};

/* count data entries of 10 rows, or layout entries of 100 bytes. */
static void put_list(vv_buf *b, bool layout, size_t count)
{
	vv_cbor_put_map(b, 2);
	vv_cbor_put_key(b, "items");
	vv_cbor_put_array(b, count);
	for (size_t i = 0; i < count; i++) {
		vv_cid cid;

		if (layout) {
			vv_cbor_put_uint(b, 100);
			continue;
		}
		memset(&cid, (int)i, sizeof cid);
		cid.codec = VV_CODEC_RAW;
		vv_cbor_put_array(b, 2);
		vv_cbor_put_link(b, &cid);
		vv_cbor_put_uint(b, 10);
	}
	vv_cbor_put_key(b, "level");
	vv_cbor_put_uint(b, 0);
}

static void put_text(vv_buf *b, const char *key, const char *text)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_text(b, text, strlen(text));
}

static void put_names(vv_buf *b, const char *key, const char *name)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_array(b, name ? 1 : 0);
	if (name) {
		vv_cbor_put_text(b, name, strlen(name));
	}
}

static void put_number(vv_buf *b, const char *key, uint64_t v)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_uint(b, v);
}

static void put_facts(vv_buf *out, uint64_t count)
{
	vv_cbor_put_map(out, 2);
	vv_cbor_put_key(out, "items");
	vv_cbor_put_array(out, count);
	for (uint64_t i = 0; i < count; i++) {
		vv_cbor_put_bytes(out, "\x0c\x00\x0a", 3);
	}
	vv_cbor_put_key(out, "level");
	vv_cbor_put_uint(out, 0);
}

/* A root written by hand. */
static void put_draft(vv_buf *b, const draft *d)
{
	static const uint8_t hash[32] = {8, 7, 6, 5, 4, 3, 2, 1, 9};
	vv_dialect dialect;

	vv_buf_reset(b);
	vv_cbor_put_map(b, d->extra ? 16 : 15);
	put_text(b, "v", "root");
	vv_cbor_put_key(b, "cut");
	vv_cbor_put_map(b, 2);
	put_number(b, "rows", d->cut_rows);
	put_names(b, "columns", "id");
	put_names(b, "key", d->name);
	vv_cbor_put_key(b, "data");
	put_list(b, false, d->groups);
	vv_cbor_put_key(b, "hash");
	vv_cbor_put_bytes(b, hash, d->hash_len);
	put_text(b, "kind", d->kind);
	put_number(b, "rows", d->rows);
	put_number(b, "bytes", d->bytes);
	vv_cbor_put_key(b, "facts");
	put_facts(b, d->facts);
	put_text(b, "order", d->order);
	put_number(b, "format", d->format);
	vv_cbor_put_key(b, "layout");
	put_list(b, true, d->forms);
	put_text(b, "schema", schema);
	vv_cbor_put_key(b, "dialect");
	vv_dialect_init(&dialect);
	vv_dialect_put(b, &dialect);
	put_text(b, "keySource", d->key_source);
	if (d->extra) {
		put_number(b, d->extra, 1);
	}
}

static char **names_of(const char *name)
{
	char **names = vv_calloc(2, sizeof *names);

	names[0] = vv_strdup(name);
	return names;
}

/* The root that put_draft writes for the usual draft. */
static void make_table(vv_root *r)
{
	vv_error err;

	vv_root_init(r);
	r->kind = VV_KIND_TABLE;
	r->rows = 30;
	r->bytes = 1000;
	r->hash.lo = UINT64_C(0x0102030405060708);
	r->hash.hi = 9;
	vv_assert_ok(vv_bytes_set(&r->schema, schema, strlen(schema), &err), &err);
	r->key = names_of("id");
	r->key_count = 1;
	r->key_source = VV_KEY_DECLARED;
	r->cut_rows = 256;
	r->cut_columns = names_of("id");
	r->cut_column_count = 1;
	put_list(&r->data, false, 3);
	put_list(&r->layout, true, 3);
	put_facts(&r->facts, 3);
}

static void expect_equal(const vv_root *a, const vv_root *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->facts.len, b->facts.len);
	assert_int_equal(a->file_order_declared, b->file_order_declared);
	assert_int_equal(a->rows, b->rows);
	assert_int_equal(a->bytes, b->bytes);
	assert_true(a->hash.lo == b->hash.lo && a->hash.hi == b->hash.hi);
	assert_int_equal(a->schema.len, b->schema.len);
	if (a->schema.len) {
		assert_string_equal(a->schema.data, b->schema.data);
	}
	assert_int_equal(a->key_count, b->key_count);
	for (size_t i = 0; i < a->key_count; i++) {
		assert_string_equal(a->key[i], b->key[i]);
	}
	assert_int_equal(a->key_source, b->key_source);
	assert_int_equal(a->cut_rows, b->cut_rows);
	assert_int_equal(a->cut_column_count, b->cut_column_count);
	for (size_t i = 0; i < a->cut_column_count; i++) {
		assert_string_equal(a->cut_columns[i], b->cut_columns[i]);
	}
	assert_true(vv_dialect_equal(&a->dialect, &b->dialect));
	assert_int_equal(a->data.len, b->data.len);
	assert_memory_equal(a->data.data, b->data.data, a->data.len);
	assert_int_equal(a->layout.len, b->layout.len);
	if (a->layout.len) {
		assert_memory_equal(a->layout.data, b->layout.data, a->layout.len);
	}
}

static void a_table_is_written_as_the_format_says_and_comes_back(void **state)
{
	vv_buf wanted = VV_BUF_INIT, found = VV_BUF_INIT;
	vv_root r, back;
	vv_error err;

	(void)state;
	make_table(&r);
	put_draft(&wanted, &usual);
	vv_assert_ok(vv_root_encode(&found, &r, &err), &err);
	assert_int_equal(found.len, wanted.len);
	assert_memory_equal(found.data, wanted.data, wanted.len);
	vv_assert_ok(vv_cbor_check(found.data, found.len, &err), &err);
	vv_root_init(&back);
	vv_assert_ok(vv_root_decode(&back, found.data, found.len, &err), &err);
	expect_equal(&r, &back);
	assert_null(back.key[1]); /* NULL-ended */
	vv_root_clear(&r);
	vv_root_clear(&back);
	vv_buf_clear(&wanted);
	vv_buf_clear(&found);
}

static void all_that_a_table_can_say_comes_back(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_root r, back;
	vv_error err;

	(void)state;
	make_table(&r);
	vv_free(r.key[0]);
	vv_free(r.key);
	r.key = NULL;
	r.key_count = 0;
	r.key_source = VV_KEY_NONE;
	r.cut_rows = 1u << 20;
	vv_free(r.cut_columns[0]);
	r.cut_column_count = 0;
	r.bytes = UINT64_MAX;
	r.dialect.bom = true;
	r.dialect.newline = VV_CRLF;
	vv_assert_ok(vv_bytes_set(&r.dialect.prologue, "id,n\xe4me\r\n", 9, &err), &err);
	vv_assert_ok(vv_root_encode(&b, &r, &err), &err);
	vv_root_init(&back);
	vv_assert_ok(vv_root_decode(&back, b.data, b.len, &err), &err);
	expect_equal(&r, &back);
	vv_root_clear(&r);
	vv_root_clear(&back);
	vv_buf_clear(&b);
}

static void make_file(vv_root *r, memory *m)
{
	static const char text[] = "some bytes";
	vv_buf list = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;
	vv_list_builder *b;
	vv_buf item = VV_BUF_INIT;

	vv_root_init(r);
	r->kind = VV_KIND_FILE;
	r->bytes = sizeof text;
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, text, sizeof text, &err), &err);
	vv_assert_ok(vv_list_builder_new(&b, VV_LIST_CHUNKS, &m->sink, NULL, &err), &err);
	vv_cbor_put_array(&item, 2);
	vv_cbor_put_link(&item, &cid);
	vv_cbor_put_uint(&item, sizeof text);
	vv_assert_ok(vv_list_builder_add(b, item.data, item.len, sizeof text, &err), &err);
	vv_assert_ok(vv_list_builder_finish(b, &list, &err), &err);
	vv_list_builder_free(b);
	vv_buf_clear(&item);
	r->data = list;
}

static void a_file_comes_back(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_root r, back;
	vv_error err;
	memory m;

	(void)state;
	memory_init(&m);
	make_file(&r, &m);
	vv_assert_ok(vv_root_encode(&b, &r, &err), &err);
	vv_assert_ok(vv_cbor_check(b.data, b.len, &err), &err);
	vv_root_init(&back);
	vv_assert_ok(vv_root_decode(&back, b.data, b.len, &err), &err);
	expect_equal(&r, &back);
	r.bytes++;
	vv_assert_ok(vv_root_encode(&b, &r, &err), &err);
	vv_assert_status(vv_root_decode(&back, b.data, b.len, &err), VV_ECORRUPT, &err);
	vv_root_clear(&r);
	vv_root_clear(&back);
	vv_buf_clear(&b);
	memory_clear(&m);
}

static void roots_that_contradict_themselves_are_refused(void **state)
{
	draft wrong[20];
	size_t n = 0;
	vv_buf b = VV_BUF_INIT;
	vv_root r;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		wrong[i] = usual;
	}
	wrong[n++].format = 0;
	wrong[n++].facts = 2;
	wrong[n++].facts = 4;
	wrong[n++].rows = 29;
	wrong[n++].bytes = 299;
	wrong[n++].cut_rows = 0;
	wrong[n++].cut_rows = 255;
	wrong[n++].cut_rows = 1u << 21;
	wrong[n++].groups = 2;
	wrong[n++].forms = 4;
	wrong[n++].forms = 257;
	wrong[n++].kind = "view";
	wrong[n++].kind = "file";
	wrong[n++].order = "key";
	wrong[n++].key_source = "guessed";
	wrong[n++].key_source = "none";
	wrong[n++].hash_len = 15;
	vv_root_init(&r);
	put_draft(&b, &usual);
	vv_assert_ok(vv_root_decode(&r, b.data, b.len, &err), &err);
	for (size_t i = 0; i < n; i++) {
		put_draft(&b, &wrong[i]);
		if (vv_root_decode(&r, b.data, b.len, &err) != VV_ECORRUPT) {
			print_error("variant %zu\n", i);
		}
		vv_assert_status(vv_root_decode(&r, b.data, b.len, &err), VV_ECORRUPT, &err);
		assert_null(r.schema.data); /* nothing half-read stays */
	}
	vv_root_clear(&r);
	vv_buf_clear(&b);
}

static void a_later_format_generation_is_named(void **state)
{
	draft later = usual;
	vv_buf b = VV_BUF_INIT;
	vv_root r;
	vv_error err;

	(void)state;
	later.format = 2;
	later.extra = "somethingNew";
	put_draft(&b, &later);
	vv_root_init(&r);
	vv_assert_status(vv_root_decode(&r, b.data, b.len, &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "format 2");
	assert_true(err.hint[0] != '\0');
	vv_root_clear(&r);
	vv_buf_clear(&b);
}

static void what_a_later_varve_may_put_into_this_format_is_named(void **state)
{
	draft later[2] = {usual, usual};
	const char *const names[] = {"somethingNew", "order"}; /* and its order */
	vv_buf b = VV_BUF_INIT;
	vv_root r;
	vv_error err;

	(void)state;
	later[0].extra = "somethingNew";
	later[1].order = "random";
	vv_root_init(&r);
	for (int i = 0; i < 2; i++) {
		put_draft(&b, &later[i]);
		vv_assert_status(vv_root_decode(&r, b.data, b.len, &err), VV_ENOSUPPORT, &err);
		vv_assert_contains(err.message, names[i]);
		assert_true(err.hint[0] != '\0');
	}
	vv_root_clear(&r);
	vv_buf_clear(&b);
}

/* A root without facts is none, and what is written of one cannot be read. */
static void a_table_has_facts_of_each_group(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_root a, back;
	vv_error err;

	(void)state;
	vv_root_init(&back);
	make_table(&a);
	vv_buf_reset(&a.facts);
	vv_assert_ok(vv_root_encode(&b, &a, &err), &err);
	vv_assert_status(vv_root_decode(&back, b.data, b.len, &err), VV_ECORRUPT, &err);
	vv_root_clear(&a);
	vv_root_clear(&back);
	vv_buf_clear(&b);
}

static void put_places(vv_buf *out, const char *block, size_t len)
{
	vv_buf_reset(out);
	vv_cbor_put_map(out, 2);
	vv_cbor_put_key(out, "items");
	vv_cbor_put_array(out, 1);
	vv_cbor_put_bytes(out, block, len);
	vv_cbor_put_key(out, "level");
	vv_cbor_put_uint(out, 0);
}

/* Places of as many rows as there are make a root in key order; of another number, none. */
static void key_order_comes_back(void **state)
{
	vv_buf b = VV_BUF_INIT, again = VV_BUF_INIT;
	vv_root a, back;
	vv_error err;

	(void)state;
	vv_root_init(&back);
	make_table(&a);
	a.sorted_by = names_of("id");
	a.sorted_by_count = 1;
	vv_assert_status(vv_root_encode(&b, &a, &err), VV_EUSAGE, &err);
	for (char rows = 29; rows <= 31; rows++) {
		const char block[] = {0, 0, rows};

		put_places(&a.places, block, sizeof(block));
		vv_assert_ok(vv_root_encode(&b, &a, &err), &err);
		vv_assert_status(vv_root_decode(&back, b.data, b.len, &err),
				 rows == 30 ? VV_OK : VV_ECORRUPT, &err);
		assert_int_equal(back.sorted_by_count, rows == 30 ? 1 : 0);
		if (rows == 30) {
			assert_string_equal(back.sorted_by[0], "id");
			vv_assert_ok(vv_root_encode(&again, &back, &err), &err);
			assert_int_equal(again.len, b.len);
			assert_memory_equal(again.data, b.data, b.len);
		}
	}
	vv_free(a.sorted_by[0]);
	a.sorted_by[0] = NULL;
	a.sorted_by_count = 0; /* no order, no places */
	vv_assert_ok(vv_root_encode(&b, &a, &err), &err);
	vv_assert_ok(vv_root_decode(&back, b.data, b.len, &err), &err);
	assert_int_equal(back.places.len, 0);
	vv_free(a.sorted_by);
	a.sorted_by = NULL;
	vv_root_clear(&a);
	vv_root_clear(&back);
	vv_buf_clear(&b);
	vv_buf_clear(&again);
}

static void the_declared_order_of_the_file_comes_back(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_root a, back;
	vv_error err;

	(void)state;
	vv_root_init(&back);
	make_table(&a);
	a.file_order_declared = true;
	vv_assert_ok(vv_root_encode(&b, &a, &err), &err);
	vv_assert_ok(vv_root_decode(&back, b.data, b.len, &err), &err);
	expect_equal(&a, &back);
	vv_root_clear(&a);
	vv_root_clear(&back);
	vv_buf_clear(&b);
}

static void any_damaged_byte_is_survived(void **state)
{
	vv_buf b = VV_BUF_INIT, again = VV_BUF_INIT;
	uint8_t *bytes;
	vv_root r;
	vv_error err;

	(void)state;
	put_draft(&b, &usual);
	vv_root_init(&r);
	bytes = malloc(b.len);
	for (size_t at = 0; at < b.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(bytes, b.data, b.len);
			bytes[at] ^= (uint8_t)(1u << bit);
			if (vv_root_decode(&r, bytes, b.len, &err) < 0) {
				continue;
			}
			/* what is taken is written again in the same way */
			vv_assert_ok(vv_root_encode(&again, &r, &err), &err);
			assert_int_equal(again.len, b.len);
			assert_memory_equal(again.data, bytes, b.len);
		}
	}
	for (size_t len = 0; len < b.len; len++) {
		assert_true(vv_root_decode(&r, b.data, len, &err) < 0);
	}
	free(bytes);
	vv_root_clear(&r);
	vv_buf_clear(&b);
	vv_buf_clear(&again);
}

static void what_does_not_fit_a_root_is_refused_with_a_way_out(void **state)
{
	char *text = malloc(VV_HEADER_MAX + 2);
	vv_buf b = VV_BUF_INIT;
	vv_root r;
	vv_error err;

	(void)state;
	memset(text, 'x', VV_HEADER_MAX + 2);
	make_table(&r);
	vv_assert_ok(vv_bytes_set(&r.dialect.prologue, text, VV_HEADER_MAX + 1, &err), &err);
	vv_assert_status(vv_root_encode(&b, &r, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "header");
	vv_assert_contains(err.hint, "--as file");
	vv_assert_ok(vv_bytes_set(&r.dialect.prologue, text, VV_HEADER_MAX, &err), &err);
	vv_assert_ok(vv_root_encode(&b, &r, &err), &err);
	vv_assert_ok(vv_bytes_set(&r.schema, text, VV_HEADER_MAX, &err), &err);
	vv_assert_status(vv_root_encode(&b, &r, &err), VV_EREFUSED, &err);
	vv_assert_ok(vv_bytes_set(&r.schema, "\xff", 1, &err), &err);
	vv_assert_status(vv_root_encode(&b, &r, &err), VV_EINPUT, &err);
	free(text);
	vv_root_clear(&r);
	vv_buf_clear(&b);
}

static void the_pointer_is_a_function_of_the_root(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_root r;
	vv_error err;
	vv_cid cid;

	(void)state;
	make_table(&r);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, "x", 1, &err), &err);
	vv_assert_ok(vv_root_pointer(&b, &cid, &r, &err), &err);
	vv_assert_ok(vv_pointer_read(&p, &arena, b.data, b.len, &err), &err);
	assert_string_equal(p.kind, "table");
	assert_true(vv_cid_equal(&p.root, &cid));
	assert_int_equal(p.rows, 30);
	assert_int_equal(p.bytes, 1000);
	assert_int_equal(p.key_count, 1);
	assert_string_equal(p.key[0], "id");
	assert_int_equal(p.column_count, 2);
	assert_string_equal(p.columns[1].name, "n\xc3\xa4me");
	assert_string_equal(p.columns[0].type, "integer");
	vv_root_clear(&r);
	vv_arena_clear(&arena);
	vv_buf_clear(&b);
}

static vv_status encode_and_decode(void *payload, vv_error *err)
{
	const vv_root *r = payload;
	vv_buf b = VV_BUF_INIT;
	vv_root back;
	vv_status rc = vv_root_encode(&b, r, err);

	vv_root_init(&back);
	if (rc >= 0) {
		rc = vv_root_decode(&back, b.data, b.len, err);
	}
	if (rc >= 0) {
		expect_equal(r, &back);
	}
	vv_root_clear(&back);
	vv_buf_clear(&b);
	return rc;
}

static void every_failed_allocation_is_reported(void **state)
{
	vv_root r;

	(void)state;
	make_table(&r);
	vv_fault_each(VV_FAULT_ALLOC, 12, encode_and_decode, NULL, &r);
	vv_root_clear(&r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_table_is_written_as_the_format_says_and_comes_back),
	cmocka_unit_test(all_that_a_table_can_say_comes_back),
	cmocka_unit_test(a_file_comes_back),
	cmocka_unit_test(roots_that_contradict_themselves_are_refused),
	cmocka_unit_test(a_later_format_generation_is_named),
	cmocka_unit_test(what_a_later_varve_may_put_into_this_format_is_named),
	cmocka_unit_test(a_table_has_facts_of_each_group),
	cmocka_unit_test(key_order_comes_back),
	cmocka_unit_test(the_declared_order_of_the_file_comes_back),
	cmocka_unit_test(any_damaged_byte_is_survived),
	cmocka_unit_test(what_does_not_fit_a_root_is_refused_with_a_way_out),
	cmocka_unit_test(the_pointer_is_a_function_of_the_root),
	cmocka_unit_test(every_failed_allocation_is_reported),
};

VV_TEST_SUITE(root)
