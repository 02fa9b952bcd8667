/*
 * A row of CSV that is taken in pieces gives what it gives as a whole: the same root, the same entries
 * for the next time, the same warnings, and its bytes come back. Rows have cells of lengths around
 * what is out of line, chunks and pieces, with quotes, line ends and characters across the seams.
 */
#include "tests/unit/support.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "dataset/format/chunk.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_pool *pool;
	bool lines; /* the source can tell lines */
} fixture;

static int setup(void **state)
{
	fixture *f = test_calloc(1, sizeof(*f));
	vv_error err;

	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->pool = vv_pool_new(1);
	assert_non_null(f->pool);
	f->lines = true;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;

	vv_pool_free(f->pool);
	vv_mem_sink_free(f->mem);
	test_free(f);
	return 0;
}

#define AS_A_WHOLE SIZE_MAX

static vv_status import_in(fixture *f, vv_import_result *out, const vv_buf *text, size_t window,
			   size_t piece, const vv_import_options *base, vv_error *err)
{
	vv_import_options o = base ? *base : (vv_import_options){.hints = VV_SNIFF_HINTS_INIT};
	vv_source source;
	vv_mem_source storage;

	vv_source_mem(&source, &storage, text->data, text->len, "t.csv");
	if (!f->lines) {
		source.line = NULL;
	}
	o.secret = 42;
	o.temp_dir = vv_test_dir();
	o.pool = f->pool;
	o.row_window = window;
	o.row_piece = piece;
	return vv_import(out, &source, &f->sink, &o, err);
}

static void assert_same(const vv_import_result *a, const vv_import_result *b)
{
	assert_int_equal(a->root.rows, b->root.rows);
	assert_int_equal(a->groups, b->groups);
	assert_int_equal(a->irregular_rows, b->irregular_rows);
	assert_int_equal(a->short_rows, b->short_rows);
	assert_string_equal(vv_buf_cstr(&a->warnings), vv_buf_cstr(&b->warnings));
	assert_int_equal(a->finding_count, b->finding_count);
	for (size_t i = 0; i < a->finding_count; i++) {
		assert_int_equal(a->findings[i].row, b->findings[i].row);
		assert_int_equal(a->findings[i].count, b->findings[i].count);
		assert_int_equal(a->findings[i].offset, b->findings[i].offset);
		assert_string_equal(a->findings[i].value, b->findings[i].value);
	}
	assert_int_equal(a->cache->count, b->cache->count);
	for (size_t i = 0; i < a->cache->count; i++) {
		const vv_scan_entry *x = &a->cache->entries[i], *y = &b->cache->entries[i];

		assert_int_equal(x->raw_len, y->raw_len);
		assert_true(x->hash.lo == y->hash.lo && x->hash.hi == y->hash.hi);
		assert_true(x->raw_hash == y->raw_hash);
		assert_true(x->head_hash == y->head_hash);
		assert_int_equal(x->clean_cut, y->clean_cut);
	}
	assert_true(vv_cid_equal(&a->cid, &b->cid));
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void comes_back(fixture *f, const vv_import_result *r, const vv_buf *text)
{
	vv_error err;
	vv_table t;
	vv_buf b = VV_BUF_INIT;

	vv_assert_ok(vv_table_open(&t, &f->sink, &r->cid, &err), &err);
	vv_assert_ok(vv_table_bytes(&t, gather, &b, f->pool, NULL, &err), &err);
	assert_int_equal(b.len, text->len);
	assert_memory_equal(b.data, text->data, text->len);
	vv_assert_ok(vv_table_check(&t, NULL, NULL, &err), &err);
	vv_buf_clear(&b);
	vv_table_close(&t);
}

#define REFUSED UINT_MAX

/* With so many rows in pieces (of some lengths) as well as with none; or refused alike. */
static void is_the_same(fixture *f, const vv_buf *text, unsigned rows, const vv_import_options *o)
{
	static const size_t pieces[] = {0, 1000, 65537};
	vv_import_result whole, parts;
	vv_error err, other;
	vv_status rc = import_in(f, &whole, text, AS_A_WHOLE, 0, o, &err);

	if (rows == REFUSED) {
		assert_true(rc < 0);
	} else {
		vv_assert_ok(rc, &err);
	}
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		vv_status again = import_in(f, &parts, text, 1, pieces[i], o, &other);

		assert_int_equal(again, rc);
		if (rc < 0) {
			assert_string_equal(other.message, err.message);
			assert_string_equal(other.hint, err.hint);
			continue;
		}
		assert_int_equal(parts.long_rows, rows);
		assert_same(&parts, &whole);
		if (i == 0) {
			comes_back(f, &parts, text);
		}
		vv_import_result_clear(&parts);
	}
	if (rc == VV_OK) {
		assert_int_equal(whole.long_rows, 0);
		vv_import_result_clear(&whole);
	}
}

/* So many bytes in a row are more than are looked at at once. */
#define LONG (1200000u)

/* Text of len bytes or one more, escaped as it stands in quotes. */
static void put_text(vv_buf *b, vv_prng *r, size_t len, const char *escaped_quote)
{
	for (size_t i = 0; i < len; i++) {
		switch (vv_prng_below(r, 40)) {
		case 0:
			vv_buf_puts(b, escaped_quote);
			break;
		case 1:
			vv_buf_puts(b, "\r\n");
			i++;
			break;
		case 2:
			vv_buf_puts(b, "\xc3\xa9");
			i++;
			break;
		case 3:
			vv_buf_putc(b, '\r');
			break;
		default:
			vv_buf_putc(b, "abcdefgh, "[vv_prng_below(r, 10)]);
		}
	}
}

static const size_t lengths[] = {VV_CELLS_MAX - 1,     VV_CELLS_MAX,         VV_CELLS_MAX + 1,
				 VV_CELLS_MAX + 2,     2 * VV_CHUNK_MAX - 1, 2 * VV_CHUNK_MAX,
				 2 * VV_CHUNK_MAX + 1, (1u << 20) + 3};
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

static void cells_in_quotes_of_any_length(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 1);
	for (size_t i = 0; i < LENGTHS; i++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "id,text,more,rest\n1,short,x,y\n2,\"");
		put_text(&b, &r, lengths[i], "\"\"");
		vv_buf_puts(&b, i % 2 ? "\",tail,\"" : "\",\"t,ail\",\"");
		put_text(&b, &r, LONG, "\"\"");
		vv_buf_puts(&b, "\"\n3,\"");
		put_text(&b, &r, lengths[(i * 3 + 1) % LENGTHS], "\"\"");
		vv_buf_puts(&b, "\",\"");
		put_text(&b, &r, LONG, "\"\"");
		vv_buf_puts(&b, "\",\"");
		put_text(&b, &r, lengths[(i * 5 + 2) % LENGTHS], "\"\"");
		vv_buf_puts(&b, i % 2 ? "\"\n4,e,f,g\n5,h,i,j\n" : "\"\n");
		is_the_same(*state, &b, 2, NULL);
	}
	vv_buf_clear(&b);
}

static void put_plain(vv_buf *b, vv_prng *r, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(b, "abcdefghij"[vv_prng_below(r, 10)]);
	}
}

static void cells_without_quotes_of_any_length(void **state)
{
	static const char *const ends[] = {"\n", "\r\n", "\r"};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 2);
	for (size_t i = 0; i < LENGTHS; i++) {
		const char *end = ends[i % 3];

		vv_buf_reset(&b);
		vv_buf_printf(&b, "id\ttext\tmore%s1\tshort\tx%s2\t", end, end);
		put_plain(&b, &r, lengths[i]);
		vv_buf_putc(&b, '\t');
		put_plain(&b, &r, LONG);
		vv_buf_printf(&b, "%s3\tsome\tmore%s4\t", end, end);
		put_plain(&b, &r, LONG);
		vv_buf_putc(&b, '\t');
		put_plain(&b, &r, lengths[(i * 3 + 1) % LENGTHS]);
		vv_buf_puts(&b, i % 4 == 0 ? "" : end);
		is_the_same(*state, &b, 2, NULL);
	}
	vv_buf_clear(&b);
}

/* What a row of many cells sheds while it is read is what it would shed at its end. */
static void rows_of_many_cells(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 3);
	for (unsigned turn = 0; turn < 6; turn++) {
		vv_buf_reset(&b);
		for (unsigned i = 0; i < 60; i++) {
			vv_buf_printf(&b, "c%u%s", i, i < 59 ? "," : "\n");
		}
		for (unsigned row = 0; row < 3; row++) {
			for (unsigned i = 0; i < 60; i++) {
				size_t len = turn < 2 ? 22000 /* equal ones: the first goes first */
					     : turn < 4 ? 9000 + vv_prng_below(&r, 40000)
							: vv_prng_below(&r, 4) * 17345;

				put_plain(&b, &r, row == 1 ? 3 : len);
				vv_buf_putc(&b, i < 59 ? ',' : '\n');
			}
		}
		is_the_same(*state, &b, 2, NULL);
	}
	vv_buf_clear(&b);
}

/* Rows that are not written as the others, so that they are kept as they stand. */
static void lines_that_are_kept_raw(void **state)
{
	static const char *const forms[][2] = {
		{"2,\"", "\",b\n"},                /* quotes that need not be */
		{"2,a\"b", ",b\n"},                /* a quote inside of a cell without */
		{"2,", ",\"b\"\n"},                /* a short cell in quotes */
		{"\n\r\n2,", ",b\n"},              /* blank lines before */
		{"2,", ",b\r\n"},                  /* another line end */
		{"2,", "\n"},                      /* a cell too few */
		{"2,", "\r"},                      /* both */
		{"2,\"\"\"", "\"\"\",\"x\ny\"\n"}, /* none of it: this one is like the others */
	};
	static const char *const after[] = {"3,c,d\n", "", "\n", "\n\r\n\n", "\n3,c,d\n"};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 4);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
			vv_buf_reset(&b);
			vv_buf_puts(&b, "id,text,more\n1,short,x\n\n8,other,z\r\n");
			vv_buf_puts(&b, forms[i][0]);
			put_plain(&b, &r, LONG + 1000 * k);
			vv_buf_puts(&b, forms[i][1]);
			vv_buf_puts(&b, after[k]);
			is_the_same(*state, &b, 1, NULL);
		}
	}
	vv_buf_clear(&b);
}

static void an_escape_character_of_its_own(void **state)
{
	static const char *const quotes[] = {"\\\"", "\"\"", "\\x"};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 5);
	o.hints.escape = '\\';
	for (size_t i = 0; i < 3; i++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "id,text\n1,\"a\\\"b\"\n2,\"");
		put_text(&b, &r, LONG, quotes[i]);
		vv_buf_puts(&b, "\"\n3,c\n");
		is_the_same(*state, &b, 1, &o);
	}
	vv_buf_clear(&b);
}

/* All of a text column in quotes: they say nothing about what is inside. */
static void habits_of_quoting(void **state)
{
	static const char *const forms[][2] = {
		{"\"2\",\"", "\",\"b\"\n"}, {"2,\"", "\",\"b\"\n"}, {"\"2\",", ",\"b\"\n"}};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 6);
	for (size_t i = 0; i < 3; i++) {
		for (unsigned digits = 0; digits < 2; digits++) {
			vv_buf_reset(&b);
			vv_buf_puts(&b, "\"id\",\"text\",\"more\"\n");
			for (unsigned k = 0; k < 50; k++) {
				vv_buf_printf(&b,
					      i == 1 ? "%u,\"t%u\",\"x\"\n"
						     : "\"%u\",\"t%u\",\"x\"\n",
					      k + 10, k);
			}
			vv_buf_puts(&b, forms[i][0]);
			for (unsigned k = 0; digits && k < LONG; k++) {
				vv_buf_putc(&b, '7');
			}
			put_plain(&b, &r, digits ? 0 : LONG);
			vv_buf_puts(&b, forms[i][1]);
			is_the_same(*state, &b, 1, NULL);
		}
	}
	vv_buf_clear(&b);
}

/* What looks at a cell's text gets it: a declared key, and a type that the version before has. */
static void keys_and_types(void **state)
{
	fixture *f = *state;
	static const char *const key[] = {"text", NULL};
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .key = key, .key_source = VV_KEY_DECLARED};
	vv_import_result before;
	vv_error err;
	vv_buf b = VV_BUF_INIT, small = VV_BUF_INIT;

	for (unsigned same = 0; same < 2; same++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "id,text,n\n1,7,1\n");
		for (unsigned row = 2; row < 4; row++) {
			vv_buf_printf(&b, "%u,", row);
			for (unsigned i = 0; i < LONG; i++) {
				vv_buf_putc(&b, '8');
			}
			vv_buf_printf(&b, "%u,1\n", same ? 0 : row);
		}
		is_the_same(f, &b, same ? REFUSED : 2, &o);
	}
	vv_buf_puts(&small, "id,text,n\n1,12,1\n2,13,2\n");
	vv_assert_ok(import_in(f, &before, &small, AS_A_WHOLE, 0, NULL, &err), &err);
	vv_assert_contains(before.root.schema.data, "{\"name\":\"text\",\"type\":\"integer\"}");
	o = (vv_import_options){.hints = VV_SNIFF_HINTS_INIT,
				.parent = &before.root,
				.cache = before.cache,
				.facts = true};
	is_the_same(f, &b, 2, &o);
	b.data[b.len - 5] = 'x'; /* no integer */
	is_the_same(f, &b, 2, &o);
	vv_import_result_clear(&before);
	vv_buf_clear(&small);
	vv_buf_clear(&b);
}

static void facts_are_the_same(void **state)
{
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .facts = true, .keep_types = true};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 7);
	vv_buf_puts(&b, "id,text,n\n1,x,1\n2,");
	put_plain(&b, &r, LONG);
	vv_buf_puts(&b, ",17\n3,y,5\n");
	is_the_same(*state, &b, 1, &o);
	vv_buf_clear(&b);
}

/* Refused at the same line and column, whether the source can tell lines or not. */
static void faults_have_their_place(void **state)
{
	static const char *const ends[] = {
		"\"x,b\n3,c,d\n", /* text after the closing quote */
		",b\n3,c,d\n",    /* never closed */
		"\",b,too,many\n3,c,d\n",
		"\",b\n3,c,d\n4,\"",          /* in a short row after it */
		"\r\n\r\n\n\r\",\"b\nc\"d\n", /* with line ends before it in the row */
	};
	fixture *f = *state;
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 8);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (unsigned first = 0; first < 2; first++) {
			vv_buf_reset(&b);
			vv_buf_puts(&b, "id,text,more\n");
			vv_buf_puts(&b, first ? "" : "1,\"a\r\nb\",x\r\n\r\n");
			vv_buf_puts(&b, "2,\"");
			put_text(&b, &r, 1300000, "\"\"");
			vv_buf_puts(&b, ends[i]);
			for (unsigned lines = 0; lines < 2; lines++) {
				f->lines = lines;
				is_the_same(f, &b, REFUSED, NULL);
			}
		}
	}
	vv_buf_clear(&b);
}

static void a_row_over_the_limit_is_refused_at_its_begin(void **state)
{
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .max_row = 1300000};
	vv_import_result r;
	vv_error err;
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "id,text\n1,\"a\nb\"\n2,\"");
	while (b.len < 1300000 + 10) {
		vv_buf_puts(&b, "some words\n");
	}
	for (unsigned over = 0; over < 2; over++) {
		vv_buf_puts(&b, over ? "" : "\"\n3,c\n");
		o.max_row = over ? 1250000 : 1350000;
		if (over) {
			vv_assert_status(import_in(*state, &r, &b, 1, 0, &o, &err), VV_EINPUT,
					 &err);
			vv_assert_contains(err.message, "t.csv: line 4, column 1: a row of more");
			vv_assert_contains(err.hint, "--as file");
		} else {
			is_the_same(*state, &b, 1, &o);
		}
	}
	vv_buf_clear(&b);
}

/* A short row with megabytes of blank lines after it is no long one. */
static void blank_lines_make_no_row_long(void **state)
{
	vv_buf b = VV_BUF_INIT;

	for (unsigned more = 0; more < 2; more++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "id,text\n1,a\n");
		for (unsigned i = 0; i < 1300000; i++) {
			vv_buf_putc(&b, '\n');
		}
		vv_buf_puts(&b, more ? "2,b\n3,c\n" : "");
		is_the_same(*state, &b, 0, NULL);
	}
	vv_buf_clear(&b);
}

/* Added again, with groups of before taken over around the long row, and after it changed. */
static void adding_again_gives_the_root_of_a_fresh_add(void **state)
{
	fixture *f = *state;
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	vv_import_result before;
	vv_error err;
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 9);
	vv_buf_puts(&b, "id,text\n");
	for (unsigned i = 0; i < 9000; i++) {
		vv_buf_printf(&b, "%u,row %u\n", i, i * 7);
	}
	vv_buf_puts(&b, "9000,\"");
	size_t at = b.len;
	put_text(&b, &r, LONG, "\"\"");
	vv_buf_puts(&b, "\"\n");
	for (unsigned i = 9001; i < 12000; i++) {
		vv_buf_printf(&b, "%u,row %u\n", i, i * 7);
	}
	vv_assert_ok(import_in(f, &before, &b, 1, 0, NULL, &err), &err);
	o.parent = &before.root;
	o.cache = before.cache;
	is_the_same(f, &b, 1, &o);
	memcpy(b.data + at + 500, "changed", 7);
	is_the_same(f, &b, 1, &o);
	memcpy(b.data + 20, "7", 1);
	is_the_same(f, &b, 1, &o);
	vv_import_result_clear(&before);
	vv_buf_clear(&b);
}

/* One attempt of an import whose disk or memory fails. */
typedef struct attempt {
	fixture *f;
	const vv_buf *text;
} attempt;

static vv_status try_import(void *payload, vv_error *err)
{
	attempt *a = payload;
	vv_import_result r;
	vv_status rc = import_in(a->f, &r, a->text, 1, 0, NULL, err);

	if (rc == VV_OK) {
		vv_import_result_clear(&r);
	}
	return rc;
}

static void a_full_disk_or_memory_fails_cleanly(void **state)
{
	fixture *f = *state;
	vv_buf b = VV_BUF_INIT;
	attempt a = {f, &b};
	unsigned failed = 0;
	bool struck = true;
	vv_prng r;

	vv_prng_init(&r, 10);
	vv_buf_puts(&b, "id,text,more\n1,a,b\n2,\"");
	put_plain(&b, &r, LONG); /* in quotes that need not be: kept raw */
	vv_buf_puts(&b, "\",\"");
	put_text(&b, &r, 300000, "\"\"");
	vv_buf_puts(&b, "\"\n3,c,d\n");
	vv_fault_each(VV_FAULT_WRITE, ENOSPC, try_import, NULL, &a);
	vv_pool_free(f->pool);
	f->pool = vv_pool_new(0);
	/* a sample of rows that there is no memory for is passed over */
	for (unsigned n = 1; struck; n++) {
		vv_import_result parts;
		vv_error err;

		vv_fault_set(VV_FAULT_ALLOC, n, ENOMEM);
		vv_status rc = import_in(f, &parts, &b, 1, 0, NULL, &err);
		struck = vv_fault_clear();
		if (rc == VV_OK) {
			vv_import_result_clear(&parts);
		} else {
			vv_assert_status(rc, VV_ENOMEM, &err);
			failed++;
		}
	}
	assert_true(failed > 50);
	vv_buf_clear(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static const struct CMUnitTest tests[] = {
	CASE(cells_in_quotes_of_any_length),
	CASE(cells_without_quotes_of_any_length),
	CASE(rows_of_many_cells),
	CASE(lines_that_are_kept_raw),
	CASE(an_escape_character_of_its_own),
	CASE(habits_of_quoting),
	CASE(keys_and_types),
	CASE(facts_are_the_same),
	CASE(faults_have_their_place),
	CASE(a_row_over_the_limit_is_refused_at_its_begin),
	CASE(blank_lines_make_no_row_long),
	CASE(adding_again_gives_the_root_of_a_fresh_add),
	CASE(a_full_disk_or_memory_fails_cleanly),
};

VV_TEST_SUITE(long_row)
