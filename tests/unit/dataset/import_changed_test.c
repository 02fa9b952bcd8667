/*
 * A version that takes groups over from the one before is the version that reading all of it makes: random tables and edits are
 * imported in both ways.
 */
#include <string.h>

#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "tests/unit/dataset/memory.h"

/* Lines of a table, header first. */
typedef struct lines {
	vv_buf *line;
	size_t count;
} lines;

typedef struct form {
	char delimiter;
	const char *newline;
	bool quoted;
	unsigned columns;
} form;

static void put_value(vv_buf *b, vv_prng *r, unsigned kind, uint64_t row)
{
	static const char *const words[] = {"north",      "south", "",
					    "a \"word\"", "x,y;z", "\xc3\xa9t\xc3\xa9"};
	const unsigned long long n = vv_prng_below(r, 100000);

	switch (kind % 12) {
	case 0:
		vv_buf_printf(b, "%llu", 1000000ULL + 3 * row);
		break;
	case 1:
		vv_buf_printf(b, "%llu", n % 12);
		break;
	case 2:
		vv_buf_printf(b, "%llu.%02llu", n / 100, n % 100);
		break;
	case 3:
		vv_buf_printf(b, "20%02llu-%02llu-%02llu", n % 30, n % 12 + 1, n % 28 + 1);
		break;
	case 4:
		vv_buf_puts(b, words[n % 6]);
		break;
	case 5:
		vv_buf_printf(b, "text %llx of row %llu", n, (unsigned long long)row);
		break;
	case 6:
		break;
	case 7:
		vv_buf_puts(b, n % 3 == 0 ? "" : "12");
		break;
	case 8:
		vv_buf_printf(b, "2026-01-02T%02llu:00:00Z", n % 24);
		break;
	case 9:
		vv_buf_printf(b, "-%llu", n);
		break;
	case 10:
		vv_buf_puts(b, "always");
		break;
	default:
		vv_buf_printf(b, "%llu.5", n);
		break;
	}
}

/* Edits give any column values of any kind. */
static void put_cell(vv_buf *b, vv_prng *r, const form *f, unsigned kind, uint64_t row)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	put_value(&text, r, kind, row);
	bool quote = f->quoted && text.len > 0;
	for (size_t i = 0; i < text.len; i++) {
		quote = quote || strchr("\"\n,;\t", text.data[i]) != NULL;
	}
	if (!quote) {
		vv_buf_put(b, vv_buf_cstr(&text), text.len);
		return;
	}
	vv_buf_putc(b, '"');
	for (size_t i = 0; i < text.len; i++) {
		vv_buf_puts(b, text.data[i] == '"' ? "\"" : "");
		vv_buf_putc(b, text.data[i]);
	}
	vv_buf_putc(b, '"');
}

/* odd: its cells are of another kind than those of the other rows, each with this chance in 100. */
static void put_row(vv_buf *b, vv_prng *r, const form *f, uint64_t row, unsigned odd)
{
	vv_buf_reset(b);
	for (unsigned c = 0; c < f->columns; c++) {
		const unsigned kind = vv_prng_below(r, 100) < odd ? (unsigned)vv_prng_below(r, 12)
				      : f->columns == 1           ? 5
								  : c;

		if (c > 0) {
			vv_buf_putc(b, f->delimiter);
		}
		put_cell(b, r, f, kind, row);
	}
	vv_buf_puts(b, f->newline);
}

static lines make_table(vv_prng *r, const form *f, size_t rows)
{
	lines t = {.line = calloc(rows * 2 + 1, sizeof(vv_buf)), .count = rows + 1};

	assert_non_null(t.line);
	for (unsigned c = 0; c < f->columns; c++) {
		vv_buf_printf(&t.line[0], "%.*sc%u", c > 0, &f->delimiter, c);
	}
	vv_buf_puts(&t.line[0], f->newline);
	for (size_t i = 1; i < t.count; i++) {
		put_row(&t.line[i], r, f, i, 0);
	}
	return t;
}

static void swap(lines *t, size_t a, size_t b)
{
	const vv_buf line = t->line[a];

	t->line[a] = t->line[b];
	t->line[b] = line;
}

/* Changes some rows; now and then rows come, go, or change places. */
static void edit(lines *t, vv_prng *r, const form *f)
{
	const size_t edits = 1 + (size_t)vv_prng_below(r, 40);
	const unsigned how = (unsigned)vv_prng_below(r, 8);

	for (size_t i = 0; i < edits; i++) {
		const size_t at = 1 + (size_t)vv_prng_below(r, t->count - 1);

		put_row(&t->line[at], r, f, at, how < 4 ? how * 30 : 5);
	}
	if (how == 4) {
		put_row(&t->line[1], r, f, 1, 20);
		put_row(&t->line[t->count - 1], r, f, 7, 20);
	} else if (how == 5) {
		swap(t, 1 + (size_t)vv_prng_below(r, t->count - 1),
		     1 + (size_t)vv_prng_below(r, t->count - 1));
	} else if (how == 6) {
		const size_t at = 1 + (size_t)vv_prng_below(r, t->count - 1);

		put_row(&t->line[t->count++], r, f, at, 0);
		for (size_t i = t->count - 1; i > at; i--) {
			swap(t, i, i - 1);
		}
	} else if (how == 7) {
		for (size_t i = 1 + (size_t)vv_prng_below(r, t->count - 1); i + 1 < t->count; i++) {
			swap(t, i, i + 1);
		}
		vv_buf_clear(&t->line[--t->count]);
	}
}

static void join(vv_buf *out, const lines *t)
{
	vv_buf_reset(out);
	for (size_t i = 0; i < t->count; i++) {
		vv_buf_put(out, vv_buf_cstr(&t->line[i]), t->line[i].len);
	}
	assert_false(out->failed);
}

static void drop(lines *t)
{
	for (size_t i = 0; i < t->count; i++) {
		vv_buf_clear(&t->line[i]);
	}
	free(t->line);
}

/* A store that puts other bytes into some blocks and into the importer's memory. */
typedef struct watched {
	memory m;
	vv_sink sink;
	const char *from, *to;
	bool keyed; /* a key is looked for, and key order taken where it pays */
} watched;

static vv_status get_watched(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	watched *w = payload;

	return memory_get(&w->m, cid, out, err);
}

static vv_status put_watched(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, vv_error *err)
{
	watched *w = payload;
	vv_status rc = memory_put(&w->m, cid, bytes, len, base, err);
	char *p = (char *)(uintptr_t)bytes;

	for (size_t i = 0; w->from && i + strlen(w->from) <= len; i++) {
		if (memcmp(p + i, w->from, strlen(w->from)) == 0) {
			memcpy(p + i, w->to, strlen(w->to));
		}
	}
	return rc;
}

static void begin(watched *w)
{
	*w = (watched){.sink = {.put = put_watched, .get = get_watched, .payload = w}};
	memory_init(&w->m);
}

static vv_status import(watched *w, vv_import_result *out, const vv_buf *text,
			const vv_import_result *before, bool cache, vv_error *err)
{
	const char *const no_key[] = {NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
			       .secret = 42,
			       .temp_dir = vv_test_dir(),
			       .key = w->keyed ? NULL : no_key,
			       .key_source = VV_KEY_DECLARED,
			       .choose_order = true,
			       .parent = before ? &before->root : NULL,
			       .cache = cache ? before->cache : NULL};
	vv_source source;
	vv_mem_source storage;

	vv_source_mem(&source, &storage, text->data, text->len, "t.csv");
	return vv_import(out, &source, &w->sink, &o, err);
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void comes_back(watched *w, const vv_import_result *r, const vv_buf *text)
{
	vv_auto(vv_buf) back = VV_BUF_INIT;
	vv_error err;
	vv_table t;

	vv_assert_ok(vv_table_open(&t, &w->sink, &r->cid, &err), &err);
	vv_assert_ok(vv_table_bytes(&t, gather, &back, NULL, NULL, &err), &err);
	vv_table_close(&t);
	assert_int_equal(back.len, text->len);
	assert_memory_equal(back.data, text->data, text->len);
}

/* Some versions of a table, each imported in both ways. */
static void versions(uint64_t seed, const form *f, size_t rows, unsigned count)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_import_result before, now, fresh;
	watched w;
	vv_prng r;
	vv_error err;

	vv_prng_init(&r, seed);
	begin(&w);
	w.keyed = seed % 4 == 3;
	lines t = make_table(&r, f, rows);
	join(&text, &t);
	vv_assert_ok(import(&w, &before, &text, NULL, false, &err), &err);
	assert_int_equal(before.root.kind, VV_KIND_TABLE);
	for (unsigned i = 0; i < count; i++) {
		edit(&t, &r, f);
		join(&text, &t);
		vv_assert_ok(import(&w, &fresh, &text, &before, false, &err), &err);
		vv_assert_ok(import(&w, &now, &text, &before, true, &err), &err);
		if (!vv_cid_equal(&now.cid, &fresh.cid)) {
			fail_msg("seed %llu, version %u: not the version that reading all gives",
				 (unsigned long long)seed, i);
		}
		comes_back(&w, &now, &text);
		vv_import_result_clear(&fresh);
		vv_import_result_clear(&before);
		before = now;
	}
	vv_import_result_clear(&before);
	memory_clear(&w.m);
	drop(&t);
}

static void it_is_what_reading_all_rows_gives(void **state)
{
	static const form forms[] = {{',', "\n", false, 12}, {';', "\r\n", true, 9},
				     {'\t', "\n", false, 5}, {',', "\n", false, 1},
				     {',', "\n", true, 3},   {',', "\n", false, 300}};

	(void)state;
	for (uint64_t seed = 0; seed < 48; seed++) {
		const form *f = &forms[seed % 6];

		if (vv_test_sampled(seed, 10)) {
			versions(seed, f, f->columns > 100 ? 400 : 9000, 5);
		}
	}
}

static const form usual = {',', "\n", false, 12};
#define ROWS 6000u

/* A version, and the next one, in which some cells changed. */
typedef struct pair {
	watched w;
	lines t;
	vv_buf text;
	vv_import_result before, fresh;
	size_t blocks; /* of before */
} pair;

static void begin_pair(pair *p, vv_prng *r)
{
	vv_error err;

	*p = (pair){.blocks = 0};
	begin(&p->w);
	p->t = make_table(r, &usual, ROWS);
	join(&p->text, &p->t);
	vv_assert_ok(import(&p->w, &p->before, &p->text, NULL, false, &err), &err);
	p->blocks = p->w.m.count;
	for (size_t at = 50; at < ROWS; at += 1300) {
		put_row(&p->t.line[at], r, &usual, at, 30);
	}
	join(&p->text, &p->t);
	vv_assert_ok(import(&p->w, &p->fresh, &p->text, &p->before, false, &err), &err);
}

static void end_pair(pair *p)
{
	vv_import_result_clear(&p->before);
	vv_import_result_clear(&p->fresh);
	memory_clear(&p->w.m);
	vv_buf_clear(&p->text);
	drop(&p->t);
}

static void gives_the_same(pair *p)
{
	vv_import_result now;
	vv_error err;

	vv_assert_ok(import(&p->w, &now, &p->text, &p->before, true, &err), &err);
	assert_true(vv_cid_equal(&now.cid, &p->fresh.cid));
	vv_import_result_clear(&now);
}

/* Bytes that cannot be read at one place, once. */
typedef struct torn {
	vv_source source;
	uint64_t at, fails_at;
} torn;

static ssize_t read_torn(void *payload, void *out, size_t len, vv_error *err)
{
	torn *t = payload;

	if (t->at <= t->fails_at && t->at + len > t->fails_at && t->fails_at < UINT64_MAX) {
		const size_t before = (size_t)(t->fails_at - t->at);

		if (before == 0) {
			t->fails_at = UINT64_MAX;
			return vv_fail(err, VV_EIO, "torn");
		}
		len = before;
	}
	ssize_t n = t->source.read(t->source.payload, out, len, err);
	t->at += n > 0 ? (uint64_t)n : 0;
	return n;
}

static void what_cannot_be_read_is_an_error(void **state)
{
	const char *const no_key[] = {NULL};
	vv_prng r;
	pair p;

	(void)state;
	vv_prng_init(&r, 9);
	begin_pair(&p, &r);
	for (uint64_t at = 1; at < p.text.len; at += p.text.len / 23) {
		vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT,
				       .secret = 42,
				       .temp_dir = vv_test_dir(),
				       .key = no_key,
				       .key_source = VV_KEY_DECLARED,
				       .parent = &p.before.root,
				       .cache = p.before.cache};
		torn t = {.fails_at = at};
		vv_mem_source storage;
		vv_import_result now;
		vv_error err;

		vv_source_mem(&t.source, &storage, p.text.data, p.text.len, "t.csv");
		vv_source source = t.source;
		source.payload = &t;
		source.read = read_torn;
		vv_assert_status(vv_import(&now, &source, &p.w.sink, &o, &err), VV_EIO, &err);
	}
	end_pair(&p);
}

static void memory_that_ends_spoils_nothing(void **state)
{
	unsigned failed = 0, tried = 0, all;
	vv_prng r;
	pair p;

	(void)state;
	vv_prng_init(&r, 11);
	begin_pair(&p, &r);
	vv_fault_set(VV_FAULT_ALLOC, 100000, 12);
	gives_the_same(&p);
	all = 100000 - vv_fault_left();
	(void)vv_fault_clear();
	for (unsigned n = 1; n <= all; n++) {
		vv_import_result now;
		vv_error err;

		if (!vv_test_sampled(n, 6)) {
			continue;
		}
		tried++;
		vv_fault_set(VV_FAULT_ALLOC, n, 12);
		vv_status rc = import(&p.w, &now, &p.text, &p.before, true, &err);
		(void)vv_fault_clear();
		if (rc < 0) {
			failed++;
			vv_assert_status(rc, VV_ENOMEM, &err);
			continue;
		}
		assert_true(vv_cid_equal(&now.cid, &p.fresh.cid));
		vv_import_result_clear(&now);
	}
	assert_true(failed > tried / 2);
	end_pair(&p);
}

static void a_wrong_block_is_refused_with_its_line(void **state)
{
	vv_import_result now;
	vv_error err;
	vv_prng r;
	pair p;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		vv_prng_init(&r, 7);
		begin_pair(&p, &r);
		/* in the column of texts of a row that changed; of one that did not, in a column that did not either */
		p.w.from = i == 0 ? "needle in a row" : "of row 1500";
		p.w.to = i == 0 ? "nettle" : "of rov";
		vv_buf *line = &p.t.line[1400];

		if (i == 0) {
			vv_buf_reset(line);
			vv_buf_puts(line,
				    "1,2,3,2026-01-01,east,needle in a row,,,,-1,always,7.5\n");
		} else {
			line->data[0] = '7';
		}
		join(&p.text, &p.t);
		vv_assert_status(import(&p.w, &now, &p.text, &p.before, true, &err), VV_EREFUSED,
				 &err);
		vv_assert_contains(err.message, i == 0 ? "t.csv: line 1401 cannot be restored"
						       : "t.csv: line 1501 cannot be restored");
		end_pair(&p);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(it_is_what_reading_all_rows_gives),
	cmocka_unit_test(what_cannot_be_read_is_an_error),
	cmocka_unit_test(memory_that_ends_spoils_nothing),
	cmocka_unit_test(a_wrong_block_is_refused_with_its_line),
};

VV_TEST_SUITE(import_changed)
