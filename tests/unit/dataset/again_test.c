/* Nothing is stored that does not come back: a block that is not what the rows give is noticed. */
#include <string.h>

#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "tests/unit/dataset/memory.h"

/* An encoder that gets one text wrong, as the import sees it: blocks with `from` in them get `to`, of the same length,
 * in the store and in the importer's memory. */
typedef struct spoiling {
	memory m;
	const char *from, *to;
	unsigned spoiled;
} spoiling;

static uint8_t *find_text(const void *bytes, size_t len, const char *text)
{
	uint8_t *p = (uint8_t *)(uintptr_t)bytes;
	const size_t n = strlen(text);

	for (size_t i = 0; i + n <= len; i++) {
		if (memcmp(p + i, text, n) == 0) return p + i;
	}
	return NULL;
}

static vv_status put_spoiled(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, vv_error *err)
{
	spoiling *s = payload;
	uint8_t *at = find_text(bytes, len, s->from);
	vv_status rc = memory_put(&s->m, cid, bytes, len, base, err);

	if (rc == VV_OK && at) {
		memcpy(memory_find(&s->m, cid)->bytes + (at - (const uint8_t *)bytes), s->to,
		       strlen(s->to));
		memcpy(at, s->to, strlen(s->to));
		s->spoiled++;
	}
	return rc;
}

static vv_status get_spoiled(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	spoiling *s = payload;

	return memory_get(&s->m, cid, out, err);
}

static vv_sink begin(spoiling *s, const char *from, const char *to)
{
	*s = (spoiling){.from = from, .to = to};
	memory_init(&s->m);
	return (vv_sink){.put = put_spoiled, .get = get_spoiled, .payload = s};
}

static vv_status import(vv_import_result *out, const char *text, const char *name,
			const vv_sink *sink, const vv_import_options *opts, bool pipe,
			vv_error *err)
{
	vv_import_options o = *opts;
	vv_source source;
	vv_mem_source storage;

	o.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	o.temp_dir = vv_test_dir();
	vv_source_mem(&source, &storage, text, strlen(text), name);
	if (pipe) {
		source.again = NULL;
		source.line = NULL;
	}
	return vv_import(out, &source, sink, &o, err);
}

static const char rows_csv[] = "id,name\n1,abcdefghijk\n2,needle-in-a-row\n3,lmnopqrstuv\n";

static void a_wrong_block_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *name, *text;
	} of[] = {{"t.csv", rows_csv},
		  {"t.csv", "id,name\n\n1,abc\r\n2,needle-in-a-row\n3,\"xyz\"\n"},
		  {"t.ndjson", "{\"id\":1,\"name\":\"abcdef\"}\n\n{\"id\":2,\"name\":"
			       "\"needle-in-a-row\"}\n{\"id\":3,\"name\":\"ghij\"}\n"},
		  {"t.json", "[\n{\"id\":1,\"name\":\"abcdef\"},\n\n{\"id\":2,\"name\":"
			     "\"needle-in-a-row\"},\n{\"id\":3,\"name\":\"ghij\"}\n]\n"}};
	const vv_import_options o = {.kind = VV_KIND_TABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]) * 2; i++) {
		const unsigned line = i / 2 == 0 ? 3 : i / 2 == 3 ? 4 : i / 2 == 1 ? 4 : 3;
		spoiling s;
		vv_sink sink = begin(&s, "needle", "nettle");
		vv_import_result r;
		vv_error err;
		char wanted[64];

		vv_assert_status(import(&r, of[i / 2].text, of[i / 2].name, &sink, &o, i % 2, &err),
				 VV_EREFUSED, &err);
		assert_int_equal(s.spoiled, 1);
		(void)snprintf(wanted, sizeof wanted, "%s: line %u cannot be restored",
			       of[i / 2].name, line);
		vv_assert_contains(err.message, wanted);
		assert_true(r.only_bytes);
		memory_clear(&s.m);
	}
}

/* Its text is in chunks of its own; where its line is kept raw, too, only the cell is wrong. */
static void a_wrong_long_cell_is_refused_with_its_line(void **state)
{
	static const char *const begins[] = {"id,name\n1,a\n2,needle", "id,name\n1,a\n\"2\",needle",
					     "id,name\n1,a\n2,\"needle"};
	const vv_import_options o = {.kind = VV_KIND_TABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		spoiling s;
		vv_sink sink = begin(&s, "\x01needle", "\x01nettle");
		vv_import_result r;
		vv_error err;

		vv_buf_puts(&text, begins[i]);
		for (size_t k = 0; text.len < 3 * VV_CELLS_MAX; k++) {
			vv_buf_printf(&text, "%zu ", k);
		}
		vv_buf_puts(&text, i == 2 ? ", \"\"\"\n3,z\n" : "\n3,z\n");
		vv_assert_status(import(&r, text.data, "t.csv", &sink, &o, false, &err),
				 VV_EREFUSED, &err);
		assert_int_equal(s.spoiled, 1);
		vv_assert_contains(err.message, "t.csv: line 3 cannot be restored");
		memory_clear(&s.m);
	}
}

static void it_is_kept_as_bytes_where_that_is_allowed(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE, .or_as_file = true};
	spoiling s;
	vv_sink sink = begin(&s, "kneedle", "knettle"); /* two texts of a column side by side */
	vv_import_result r;
	vv_error err;

	(void)state;
	vv_assert_ok(import(&r, rows_csv, "t.csv", &sink, &o, false, &err), &err);
	assert_int_equal(s.spoiled, 1);
	assert_int_equal(r.root.kind, VV_KIND_FILE);
	vv_assert_contains(vv_buf_cstr(&r.warnings), "line 3 cannot be restored byte for byte");
	vv_assert_contains(vv_buf_cstr(&r.warnings), ": kept as bytes\n");
	vv_import_result_clear(&r);
	memory_clear(&s.m);
}

static void bytes_that_are_no_table_are_made_again_too(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_FILE};
	spoiling s;
	vv_sink sink = begin(&s, "needle", "nettle");
	vv_import_result r;
	vv_error err;

	(void)state;
	vv_assert_status(import(&r, rows_csv, "t.bin", &sink, &o, false, &err), VV_EREFUSED, &err);
	assert_int_equal(s.spoiled, 1);
	vv_assert_contains(err.message, "t.bin: the bytes from 0 on cannot be restored");
	memory_clear(&s.m);
}

static void a_wrong_block_in_key_order_is_refused(void **state)
{
	static const char *const key[] = {"id", NULL};
	const vv_import_options o = {.kind = VV_KIND_TABLE,
				     .key = key,
				     .key_source = VV_KEY_DECLARED,
				     .order = VV_ORDER_KEY};
	spoiling s;
	vv_sink sink = begin(&s, "needle", "nettle");
	vv_import_result r;
	vv_error err;

	(void)state;
	vv_assert_status(import(&r, rows_csv, "t.csv", &sink, &o, false, &err), VV_EREFUSED, &err);
	assert_true(s.spoiled > 0);
	vv_assert_contains(err.message,
			   "t.csv: the file cannot be restored byte for byte from its key order");
	assert_true(r.only_bytes);
	memory_clear(&s.m);
}

/* What is stored for no longer than a command is not worth the time. */
static void what_is_not_stored_is_not_made_again(void **state)
{
	const vv_import_options o = {.kind = VV_KIND_TABLE};
	spoiling s;
	vv_sink sink = begin(&s, "needle", "nettle");
	vv_import_result r;
	vv_error err;

	(void)state;
	sink.passing = true;
	vv_assert_ok(import(&r, rows_csv, "t.csv", &sink, &o, false, &err), &err);
	assert_true(s.spoiled > 0);
	vv_import_result_clear(&r);
	memory_clear(&s.m);
}

static vv_status append(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* A mark of comments that does not begin a row is an ordinary byte; one that does is in quotes, or the line would be a
 * comment. */
static void marks_of_comments_within_rows_come_back(void **state)
{
	static const struct {
		const char *text;
		unsigned odd; /* rows that are kept as they are written */
	} of[] = {{"id,tag,v\n1,#a,2\n# note\n3,b,4\n5,c,6\n", 1},
		  {"id,tag,v\r\n1,#a,2\r\n# note\r\n3,b,4\r\n5,#c,#6\r\n", 1},
		  {"id;tag;v\n1;#a;2\n# note\n3;\"#b\";4\n\"#5\";c;6\n", 1},
		  {"id,tag,v\r1,#a,2\r3,b,4\r5,#,6\r", 0}};
	const vv_import_options o = {.kind = VV_KIND_TABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		memory m;
		vv_import_result r;
		vv_import_options with = o;
		vv_source source;
		vv_mem_source storage;
		vv_auto(vv_buf) back = VV_BUF_INIT;
		vv_error err;
		vv_table t;

		memory_init(&m);
		with.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
		with.hints.comment = '#';
		with.temp_dir = vv_test_dir();
		vv_source_mem(&source, &storage, of[i].text, strlen(of[i].text), "t.csv");
		vv_assert_ok(vv_import(&r, &source, &m.sink, &with, &err), &err);
		assert_int_equal(r.root.kind, VV_KIND_TABLE);
		assert_int_equal(r.irregular_rows, of[i].odd);
		assert_int_equal(r.root.rows, 3);
		vv_assert_ok(vv_table_open(&t, &m.sink, &r.cid, &err), &err);
		vv_assert_ok(vv_table_bytes(&t, append, &back, NULL, NULL, &err), &err);
		assert_int_equal(back.len, strlen(of[i].text));
		assert_memory_equal(back.data, of[i].text, back.len);
		vv_table_close(&t);
		vv_import_result_clear(&r);
		memory_clear(&m);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_wrong_block_is_refused_with_its_line),
	cmocka_unit_test(a_wrong_long_cell_is_refused_with_its_line),
	cmocka_unit_test(it_is_kept_as_bytes_where_that_is_allowed),
	cmocka_unit_test(bytes_that_are_no_table_are_made_again_too),
	cmocka_unit_test(a_wrong_block_in_key_order_is_refused),
	cmocka_unit_test(what_is_not_stored_is_not_made_again),
	cmocka_unit_test(marks_of_comments_within_rows_come_back),
};

VV_TEST_SUITE(again)
