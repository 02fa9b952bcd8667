/*
 * A row of CSV or JSON that is taken in pieces gives what it gives as a whole: the same root, the same entries
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
	const char *name;
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
	f->name = "t.csv";
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

	vv_source_mem(&source, &storage, text->data, text->len, f->name);
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
			if (!vv_test_sampled(i + k, 5)) {
				continue;
			}
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

/* The version after the small one, whose column "text" is of integers; *before is the caller's. */
static vv_import_options of_integers(fixture *f, vv_import_result *before, const char *text)
{
	vv_buf small = VV_BUF_INIT;
	vv_error err;

	vv_buf_puts(&small, text);
	vv_assert_ok(import_in(f, before, &small, AS_A_WHOLE, 0, NULL, &err), &err);
	vv_buf_clear(&small);
	vv_assert_contains(before->root.schema.data, "{\"name\":\"text\",\"type\":\"integer\"}");
	return (vv_import_options){
		.hints = VV_SNIFF_HINTS_INIT, .parent = &before->root, .cache = before->cache};
}

/* What looks at a cell's text gets it: a declared key, and a type that the version before has. */
static void keys_and_types(void **state)
{
	fixture *f = *state;
	static const char *const key[] = {"text", NULL};
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .key = key, .key_source = VV_KEY_DECLARED};
	vv_import_result before;
	vv_buf b = VV_BUF_INIT;

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
	o = of_integers(f, &before, "id,text,n\n1,12,1\n2,13,2\n");
	is_the_same(f, &b, 2, &o);
	b.data[b.len - 5] = 'x'; /* no integer */
	is_the_same(f, &b, 2, &o);
	vv_import_result_clear(&before);
	vv_buf_clear(&b);
}

static void facts_are_the_same(void **state)
{
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .keep_types = true};
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
			f->lines = vv_test_sampled(first, 2);
			is_the_same(f, &b, REFUSED, NULL);
			if (vv_test_sampled(i, 4)) { /* with the other one, too */
				f->lines = !f->lines;
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
	at += 500;
	while (((uint8_t)b.data[at] & 0xc0) == 0x80 || ((uint8_t)b.data[at + 7] & 0xc0) == 0x80) {
		at++; /* within a character of two bytes */
	}
	memcpy(b.data + at, "changed", 7);
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

static void fails_without_memory(fixture *f, const vv_buf *b)
{
	unsigned failed = 0;
	bool struck = true;
	vv_import_result all, parts;
	vv_error err;

	vv_assert_ok(import_in(f, &all, b, 1, 0, NULL, &err), &err);
	for (unsigned n = 1; struck; n++) {
		if (!vv_test_sampled(n, 3)) {
			continue;
		}
		vv_fault_set(VV_FAULT_ALLOC, n, ENOMEM);
		vv_status rc = import_in(f, &parts, b, 1, 0, NULL, &err);
		struck = vv_fault_clear();
		if (rc == VV_OK) { /* a sample of rows that there is no memory for is passed over */
			assert_true(all.root.hash.lo == parts.root.hash.lo);
			assert_int_equal(parts.root.rows, all.root.rows);
			if (!struck) {
				assert_true(vv_cid_equal(&all.cid, &parts.cid));
			}
			vv_import_result_clear(&parts);
		} else {
			vv_assert_status(rc, VV_ENOMEM, &err);
			failed++;
		}
	}
	assert_true(failed > 50 / 3);
	vv_import_result_clear(&all);
}

static void a_full_disk_or_memory_fails_cleanly(void **state)
{
	fixture *f = *state;
	vv_buf b = VV_BUF_INIT;
	attempt a = {f, &b};
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
	fails_without_memory(f, &b);
	vv_buf_clear(&b);
}

/* ---- JSON ---- */

/* How the characters of a text are spelled. */
typedef enum spelling { AS_WRITTEN, ASCII_ALONE, ANY_WAY, HALF_PAIRS } spelling;

/* Text of len bytes or a few more, as it stands in a string. */
static void put_string(vv_buf *b, vv_prng *r, size_t len, spelling how)
{
	static const char *const common[] = {"\\\"", "\\\\", "\\n", "\\t", "\\u0001", "\\b"};
	static const char *const wide[] = {"\xc3\xa9", "\xf0\x9f\x98\x80", "\xe2\x82\xac"};
	static const char *const ascii[] = {"\\u00e9", "\\ud83d\\ude00", "\\u20ac"};
	static const char *const odd[] = {"\\/", "\\u0041", "\\u00E9", "\\u000a", "\\uD83D\\uDE00"};

	for (size_t end = b->len + len; b->len < end;) {
		uint64_t n = vv_prng_below(r, 60);

		if (n < 6) {
			vv_buf_puts(b, common[n]);
		} else if (n < 9) {
			vv_buf_puts(b, how == ASCII_ALONE ? ascii[n - 6] : wide[n - 6]);
		} else if (n < 14 && how == ANY_WAY) {
			vv_buf_puts(b, odd[n - 9]);
		} else if (n < 10 && how == HALF_PAIRS) {
			vv_buf_puts(b, "\\ud83d");
		} else {
			vv_buf_putc(b, "abcdefgh, "[n % 10]);
		}
	}
}

/* An object as member, its text, member ...; a NULL text is a long one, of this length. */
typedef struct member {
	const char *name, *value;
	size_t len;
	spelling how;
} member;

static void put_object(vv_buf *b, vv_prng *r, const member *members, size_t count)
{
	vv_buf_putc(b, '{');
	for (size_t i = 0; i < count && members[i].name; i++) {
		vv_buf_printf(b, "%s\"%s\":", i > 0 ? "," : "", members[i].name);
		if (members[i].value) {
			vv_buf_puts(b, members[i].value);
			continue;
		}
		vv_buf_putc(b, '"');
		put_string(b, r, members[i].len, members[i].how);
		vv_buf_putc(b, '"');
	}
	vv_buf_putc(b, '}');
}

static const member first_row[] = {{.name = "id", .value = "1"},
				   {.name = "text", .value = "\"a\""},
				   {.name = "more", .value = "\"b\""},
				   {.name = "n", .value = "null"}};

/* What stands around the rows of lines and of arrays. */
static const char *const around_rows[][4] = {{"", "\n", "\n", "t.ndjson"},
					     {"", "\r\n", "", "t.ndjson"},
					     {"[", ",\n  ", "\n]\n", "t.json"},
					     {"[\n", ",", "]", "t.json"}};

/* The row between others, in each of these forms. */
static void is_the_same_in_json(fixture *f, vv_prng *r, const member *row, size_t count,
				unsigned rows)
{
	const vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	vv_buf b = VV_BUF_INIT;

	for (size_t form = 0; form < 4; form++) {
		const bool last = vv_prng_below(r, 2) > 0;

		vv_buf_reset(&b);
		vv_buf_puts(&b, around_rows[form][0]);
		put_object(&b, r, first_row, 4);
		vv_buf_puts(&b, around_rows[form][1]);
		put_object(&b, r, row, count);
		if (!last) {
			vv_buf_puts(&b, around_rows[form][1]);
			put_object(&b, r, first_row, 4);
		}
		vv_buf_puts(&b, around_rows[form][2]);
		f->name = around_rows[form][3];
		is_the_same(f, &b, rows, &o);
	}
	vv_buf_clear(&b);
}

static void any_strings(fixture *f, size_t from)
{
	vv_prng r;

	vv_prng_init(&r, 20 + from);
	for (size_t i = from; i < LENGTHS; i += 2) {
		const spelling how = (spelling)(i % 4);
		const member rows[][4] = {{{.name = "id", .value = "2"},
					   {.name = "text", .len = LONG, .how = how},
					   {.name = "more", .len = lengths[i], .how = how},
					   {.name = "n", .value = "3"}},
					  {{.name = "id", .len = lengths[i], .how = how},
					   {.name = "more", .len = LONG, .how = AS_WRITTEN}},
					  {{.name = "n", .len = lengths[(i * 3 + 1) % LENGTHS]},
					   {.name = "text", .len = LONG, .how = how},
					   {.name = "id", .value = "\"\""},
					   {.name = "more", .len = 20}}};

		is_the_same_in_json(f, &r, rows[i % 3], 4, 1);
	}
}

static void strings_of_any_length(void **state)
{
	any_strings(*state, 0);
}

static void strings_of_any_spelling(void **state)
{
	any_strings(*state, 1);
}

/* Of strings of one length that which comes first among the columns goes out first, wherever it stands. */
static void strings_of_one_length_in_another_order(void **state)
{
	vv_buf b = VV_BUF_INIT;

	for (unsigned turn = 0; turn < 2; turn++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7}\n{");
		for (unsigned i = 0; i < 7; i++) {
			vv_buf_printf(&b, "%s\"%c\":\"", i > 0 ? "," : "",
				      turn ? 'g' - (int)i : 'a' + (int)i);
			for (size_t k = 0; k < 200000; k++) {
				vv_buf_putc(&b, (int)('p' + i));
			}
			vv_buf_putc(&b, '"');
		}
		vv_buf_puts(&b, "}\n{\"a\":1}\n");
		((fixture *)*state)->name = "t.ndjson";
		is_the_same(*state, &b, 1, NULL);
	}
	vv_buf_clear(&b);
}

/* Members that no row had before: of names that must be decoded, too. */
static void members_that_are_new_in_a_long_row(void **state)
{
	static const member row[] = {
		{.name = "new", .value = "\"x\""},
		{.name = "text", .len = LONG},
		{.name = "al\\u0073o", .len = 300000},
		{.name = "nest", .value = "{\"text\":[\"a}\",{}],\"b\":\"\\\"\"}"},
		{.name = "m\\u006fre", .len = 400000, .how = ANY_WAY},
		{.name = "true", .value = "true"}};
	vv_prng r;

	vv_prng_init(&r, 21);
	is_the_same_in_json(*state, &r, row, 6, 1);
}

/* So many that the rows before are a group of their own. */
static void a_long_row_that_is_too_wide_for_its_group(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 22);
	for (unsigned turn = 0; turn < 3; turn++) {
		vv_buf_reset(&b);
		for (unsigned i = 0; i < 255; i++) {
			vv_buf_printf(&b, "{\"id\":%u,\"text\":\"a\"}\n", i);
		}
		vv_buf_puts(&b, "{\"text\":\"");
		put_string(&b, &r, LONG, turn == 1 ? ANY_WAY : AS_WRITTEN);
		vv_buf_puts(&b, "\",\"id\":5");
		for (unsigned i = 0; i < 5000; i++) {
			vv_buf_printf(&b, ",\"c%u\":%u", i, i);
		}
		vv_buf_puts(&b, turn == 2 ? "}" : "}\n{\"id\":6}\n");
		((fixture *)*state)->name = "t.ndjson";
		is_the_same(*state, &b, 1, NULL);
	}
	vv_buf_clear(&b);
}

static void objects_that_are_kept_raw(void **state)
{
	static const char *const forms[][2] = {
		{" {\"id\":2,\"text\":\"", "\",\"n\":1}\n"},
		{"{\"id\":2,\"text\": \"", "\",\"n\":1}\n"},
		{"{\"id\":2,\"text\":\"", "\",\"n\":1} \n"},
		{"{\"id\":2,\"text\":\"", "\" ,\"n\":1}\r\n"},
		{"\n\n{\"id\":2,\"text\":\"", "\",\"n\":1}\n"},
		{"{\"text\":\"", "\",\"id\":2,\"n\":1}\n"},
		{"{\"id\":2,\"text\":\"", "\",\"n\":\"\\u0041\"}\n"},
		{"{\"id\":2,\"text\":\"\\/", "\",\"n\":1}\r"},
		{"{\"id\":2,\"text\":\"", "\",\"n\":1}\r\n"}, /* but for its end as the others */
	};
	static const char *const after[] = {"{\"id\":3}\n", "", "\n", " \n\t ", "\n {\"id\":3}\n"};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 23);
	((fixture *)*state)->name = "t.ndjson";
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
			if (!vv_test_sampled(i + k, 5)) {
				continue;
			}
			vv_buf_reset(&b);
			vv_buf_puts(&b, "{\"id\":1,\"text\":\"x\",\"n\":7}\n{\"id\":8}\n");
			vv_buf_puts(&b, forms[i][0]);
			put_string(&b, &r, LONG + 1000 * k, AS_WRITTEN);
			vv_buf_puts(&b, forms[i][1]);
			vv_buf_puts(&b, after[k]);
			is_the_same(*state, &b, 1, NULL);
		}
	}
	vv_buf_clear(&b);
}

static void strings_of_keys_and_types(void **state)
{
	fixture *f = *state;
	static const char *const key[] = {"text", NULL};
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .key = key, .key_source = VV_KEY_DECLARED};
	vv_import_result before;
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	f->name = "t.ndjson";
	for (unsigned same = 0; same < 2; same++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "{\"id\":1,\"text\":\"7\"}\n");
		for (unsigned row = 2; row < 4; row++) {
			vv_prng_init(&r, 24);
			vv_buf_printf(&b, "{\"id\":%u,\"text\":\"", row);
			put_string(&b, &r, LONG, AS_WRITTEN);
			vv_buf_printf(&b, "%u\"}\n", same ? 0 : row);
		}
		is_the_same(f, &b, same ? REFUSED : 2, &o);
	}
	o = of_integers(f, &before, "{\"id\":1,\"text\":12}\n{\"id\":2,\"text\":13}\n");
	is_the_same(f, &b, 2, &o);
	vv_import_result_clear(&before);
	vv_buf_clear(&b);
}

static void faults_in(fixture *f, unsigned form)
{
	static const char *const ends[] = {
		"\\q\",\"n\":1}",
		"\\u00g1\"}",
		"\x01\"}",
		"\xc3\"}",
		"\xff\"}",
		"\\\xc3\xa9\"}",
		"",
		"\\",
		"\\u00",
		"\"",
		"\",\"n\":tru}",
		"\",\"text\":\"twice\"}",
		"\",\"text\":1}",
		"\"]",
		"\",\"n\":[}",
		"\"}}",
		"\"} x",
		"\",\"n\":\"\\x\"}",
		"\" \"n\":1}",
		"\",}",
		"\",\"n\":\x0b}",
		"\",\"\\ud800\":1}",
		"\",\"n\\ud800\":1}",
		"\",\"n\":\"a\x02\"}",
	};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 25);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!vv_test_sampled(i + form, 3)) {
			continue;
		}
		vv_buf_reset(&b);
		vv_buf_puts(&b, form == 2 ? "[" : "");
		vv_buf_puts(&b, "{\"id\":1,\"text\":\"x\",\"n\":7}");
		vv_buf_puts(&b, form == 2 ? ",\n" : "\n");
		vv_buf_puts(&b, "{\"id\":2,\"text\":\"");
		put_string(&b, &r, 1300000, i % 3 == 1 ? ANY_WAY : AS_WRITTEN);
		vv_buf_puts(&b, ends[i]);
		vv_buf_puts(&b, form == 0 ? "\n{\"id\":3}\n" : form == 1 ? "" : "\n]\n");
		f->name = form == 2 ? "t.json" : "t.ndjson";
		f->lines = i % 2;
		is_the_same(f, &b, REFUSED, NULL);
	}
	vv_buf_clear(&b);
}

static void faults_of_lines_have_their_place(void **state)
{
	faults_in(*state, 0);
}

static void faults_of_the_last_line_have_their_place(void **state)
{
	faults_in(*state, 1);
}

static void faults_of_arrays_have_their_place(void **state)
{
	faults_in(*state, 2);
}

static void put_blank(vv_buf *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(b, " \n"[i % 2]);
	}
}

static void an_object_over_the_limit_is_refused_as_it_is_as_a_whole(void **state)
{
	/* blank bytes before, bytes of text, blank bytes after */
	static const size_t rows[][3] = {
		{0, 1400000, 0}, {7, 1400000, 0}, {900000, 1100000, 0}, {0, 1100000, 900000}};
	fixture *f = *state;
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .max_row = 1300000};
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, 27);
	f->name = "t.ndjson";
	for (size_t i = 0; i < 4; i++) {
		vv_buf_reset(&b);
		vv_buf_puts(&b, "{\"id\":1,\"text\":\"x\"}\n");
		put_blank(&b, rows[i][0]);
		vv_buf_puts(&b, "{\"id\":2,\"text\":\"");
		put_string(&b, &r, rows[i][1], AS_WRITTEN);
		vv_buf_puts(&b, "\"}\n");
		put_blank(&b, rows[i][2]);
		is_the_same(f, &b, REFUSED, &o);
	}
	vv_buf_clear(&b);
}

static void a_full_disk_or_memory_fails_an_object_cleanly(void **state)
{
	fixture *f = *state;
	vv_buf b = VV_BUF_INIT;
	attempt a = {f, &b};
	vv_prng r;

	vv_prng_init(&r, 26);
	f->name = "t.ndjson";
	vv_buf_puts(&b, "{\"id\":1,\"text\":\"a\",\"more\":2}\n{\"id\":2,\"text\":\"");
	put_string(&b, &r, LONG, HALF_PAIRS);
	vv_buf_puts(&b, "\",\"more\":\"");
	put_string(&b, &r, 300000, ANY_WAY);
	vv_buf_puts(&b, "\"}\n{\"id\":3}\n");
	vv_fault_each(VV_FAULT_WRITE, ENOSPC, try_import, NULL, &a);
	vv_pool_free(f->pool);
	f->pool = vv_pool_new(0);
	fails_without_memory(f, &b);
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
	CASE(strings_of_any_length),
	CASE(strings_of_any_spelling),
	CASE(strings_of_one_length_in_another_order),
	CASE(members_that_are_new_in_a_long_row),
	CASE(a_long_row_that_is_too_wide_for_its_group),
	CASE(objects_that_are_kept_raw),
	CASE(strings_of_keys_and_types),
	CASE(faults_of_lines_have_their_place),
	CASE(faults_of_the_last_line_have_their_place),
	CASE(faults_of_arrays_have_their_place),
	CASE(a_full_disk_or_memory_fails_cleanly),
	CASE(an_object_over_the_limit_is_refused_as_it_is_as_a_whole),
	CASE(a_full_disk_or_memory_fails_an_object_cleanly),
};

VV_TEST_SUITE(long_row)
