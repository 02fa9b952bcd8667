/*
 * Writes the difference of two small tables in every form, twice: with cells and names as the
 * input has them, and with a letter in place of every character that has a meaning in some
 * form. Both outputs must have the same structure: then no text has broken out of its place.
 *
 * The input: cells, 0x01 between them, 0x02 between rows, 0x03 between the two tables.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"
#include "diff/rows/rowdiff.h"
#include "diff/write/writer_kinds.h"
#include "tests/fuzz/fuzz.h"

#define CELL_MAX 24u /* longer ones are cut for display, by bytes or by letters */

static const char special[] = "<>&\"'`|\\*_[]#$;-!~^{}=%/";

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void *need(void *p)
{
	require(p != NULL);
	return p;
}

/* --- tables ---------------------------------------------------------------------- */

/* One character of a cell. Letters of the alphabet that is put in are none of the input's. */
static void put_char(vv_buf *out, uint8_t c, bool plain)
{
	const char *at = c ? strchr(special, c) : NULL;
	if (at && plain) {
		vv_buf_putc(out, '\xD0'); /* Cyrillic */
		vv_buf_putc(out, (char)('\x90' + (at - special)));
	} else if (c == '"') {
		vv_buf_puts(out, "\"\"");
	} else {
		vv_buf_putc(out, (char)(c < 0x20 || c > 0x7E ? 'q' : c));
	}
}

/* The input's table as CSV, each cell in quotes and beginning with a letter, so that no
 * cell is a number in one of the two spellings. */
static void put_table(vv_buf *out, const uint8_t *data, size_t size, bool plain)
{
	size_t len = 0;
	vv_buf_puts(out, "\"w");
	for (size_t i = 0; i < size; i++) {
		if (data[i] == 1 || data[i] == 2) {
			vv_buf_puts(out, data[i] == 1 ? "\",\"w" : "\"\n\"w");
			len = 0;
		} else if (len++ < CELL_MAX) {
			put_char(out, data[i], plain);
		}
	}
	vv_buf_puts(out, "\"\n");
}

typedef struct side {
	vv_table table;
	bool is_open;
} side;

static bool open_side(side *s, const vv_sink *sink, const vv_buf *text)
{
	static const char *const none[] = {NULL};
	vv_import_options io = {.hints = VV_SNIFF_HINTS_INIT, .key = none, .temp_dir = "/tmp"};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	io.hints.has_form = true;
	io.hints.form = VV_FORM_CSV;
	io.hints.delimiter = ',';
	io.hints.quote = '"';
	io.hints.header = 1;
	vv_source_mem(&source, &storage, vv_buf_cstr(text), text->len, "t.csv");
	if (vv_import(&r, &source, sink, &io, NULL) < 0) {
		return false; /* names twice, rows of other lengths */
	}
	require(vv_table_open(&s->table, sink, &r.cid, NULL) == VV_OK);
	s->is_open = true;
	vv_import_result_clear(&r);
	return true;
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static void write_form(vv_buf *out, const vv_diff_writer_kind *kind, side s[2], const char *path)
{
	vv_diff_writer_options wo = {.write = gather, .payload = out, .width = 80, .context = 2};
	vv_columns columns = {0};
	vv_columns_options co = {.no_renames = true};
	vv_rowdiff *d = NULL;
	vv_diff_writer *w = NULL;
	vv_row_change c;
	vv_status rc = VV_OK;
	vv_error err = {0};
	require(vv_columns_match(&columns, &s[0].table, &s[1].table, &co, &err) == VV_OK);
	vv_rowdiff_options ro = {.columns = &columns, .moves = true, .temp_dir = "/tmp"};
	require(vv_rowdiff_open(&d, &s[0].table, &s[1].table, &ro, &err) == VV_OK);
	vv_diff_table t = {.path = path,
			   .a = &s[0].table,
			   .b = &s[1].table,
			   .columns = &columns,
			   .old_name = path,
			   .new_name = "new"};
	t.key = vv_rowdiff_key(d, &t.key_count);
	require(vv_diff_writer_open(&w, kind, &wo, &err) == VV_OK &&
		vv_diff_writer_begin_table(w, &t, &err) == VV_OK);
	while (vv_rowdiff_next(d, &c, &rc, &err)) {
		rc = vv_diff_writer_row(w, &c, &err);
	}
	require(rc == VV_OK &&
		vv_diff_writer_end_table(w, vv_rowdiff_stats_get(d), &err) == VV_OK &&
		vv_diff_writer_end(w, &err) == VV_OK);
	vv_diff_writer_close(w);
	vv_rowdiff_close(d);
	vv_columns_clear(&columns);
}

/* --- how a form is built ------------------------------------------------------------- */

/* The text outside of strings. */
static void json_frame(vv_buf *out, const char *p, const char *end)
{
	for (bool in = false; p < end; p++) {
		if (in && *p == '\\') {
			p++;
		} else if (*p == '"') {
			in = !in;
		} else if (!in) {
			vv_buf_putc(out, *p);
		}
	}
}

/* Likewise for strings and names of SQL, in which a quote is doubled. */
static void sql_frame(vv_buf *out, const char *p, const char *end)
{
	for (char in = 0; p < end; p++) {
		if (in && *p == in) {
			in = 0;
		} else if (!in && (*p == '"' || *p == '\'')) {
			in = *p;
		} else if (!in && *p == '-' && p + 1 < end && p[1] == '-') {
			p = memchr(p, '\n', (size_t)(end - p)); /* a comment */
			require(p != NULL);
			vv_buf_putc(out, '\n');
		} else if (!in && (uint8_t)*p != 0xD0) {
			vv_buf_putc(out, *p);
		}
	}
}

/* Cells of tables, lines and tags. */
static void markdown_frame(vv_buf *out, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end) {
			p++;
		} else if (*p == '|' || *p == '\n' || *p == '<') {
			vv_buf_putc(out, *p);
		}
	}
}

static void text_frame(vv_buf *out, const char *p, const char *end)
{
	for (; p < end; p++) {
		require(*p == '\n' || *p == '\t' || (uint8_t)*p >= 0x20);
		if (*p == '\n' || *p == '\t') {
			vv_buf_putc(out, *p);
		}
	}
}

/* Of forms that are not lines of text. */
static const struct form {
	const char *name;
	void (*frame)(vv_buf *out, const char *p, const char *end);
} forms[] = {
	{"json", json_frame},         {"ndjson", json_frame}, {"sql", sql_frame},
	{"markdown", markdown_frame}, {"patch", NULL}, /* it uses the lines of the files, which these tables do not have */
};

#define FORM_NAME(name, kind, about) name,
static const char *const names[] = {VV_DIFF_FORMS(FORM_NAME)};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static struct form form_of(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].name, name) == 0) return forms[i];
	}
	return (struct form){name, text_frame};
}

/* Lengths of lines and the like differ, but nothing else. */
static void compare(const struct form *f, side s[2][2])
{
	if (!f->frame) return;
	vv_buf out[2] = {VV_BUF_INIT, VV_BUF_INIT}, frame[2] = {VV_BUF_INIT, VV_BUF_INIT};
	const vv_diff_writer_kind *kind = need((void *)(uintptr_t)vv_diff_writer_find(f->name));
	for (size_t i = 0; i < 2; i++) {
		write_form(&out[i], kind, s[i], i == 0 ? "a<b&\"c'|`.csv" : "awbwwcwww.csv");
		f->frame(&frame[i], vv_buf_cstr(&out[i]), vv_buf_cstr(&out[i]) + out[i].len);
	}
	require(vv_utf8_valid(vv_buf_cstr(&out[0]), out[0].len));
	require(frame[0].len == frame[1].len &&
		memcmp(vv_buf_cstr(&frame[0]), vv_buf_cstr(&frame[1]), frame[0].len) == 0);
	if (strcmp(f->name, "json") == 0) {
		vv_arena arena = VV_ARENA_INIT;
		vv_json *doc;
		require(vv_json_read(&doc, &arena, out[0].data, out[0].len, "json", NULL) == VV_OK);
		vv_arena_clear(&arena);
	}
	for (size_t i = 0; i < 2; i++) {
		vv_buf_clear(&out[i]);
		vv_buf_clear(&frame[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *parted = size > 0 ? memchr(data, 3, size) : NULL;
	size_t first = parted ? (size_t)(parted - data) : size,
	       rest = parted ? size - first - 1 : 0;
	side s[2][2] = {{{.is_open = false}}};
	vv_mem_sink *blocks = NULL;
	vv_sink sink;
	bool fine = size <= 2048;
	require(vv_mem_sink_new(&blocks, NULL, "/tmp", NULL) == VV_OK);
	vv_mem_sink_use(&sink, blocks);
	for (size_t i = 0; i < 4 && fine; i++) {
		vv_buf text = VV_BUF_INIT;
		put_table(&text, i % 2 ? data + size - rest : data, i % 2 ? rest : first, i >= 2);
		fine = open_side(&s[i / 2][i % 2], &sink, &text);
		vv_buf_clear(&text);
	}
	for (size_t i = 0; fine && i < NAMES; i++) {
		const struct form f = form_of(names[i]);
		compare(&f, s);
	}
	for (size_t i = 0; i < 4; i++) {
		if (s[i / 2][i % 2].is_open) {
			vv_table_close(&s[i / 2][i % 2].table);
		}
	}
	vv_mem_sink_free(blocks);
	return 0;
}
