/*
 * lenient: the only user of libcsv. libcsv reads on through malformed quoting without a word, so
 * a small automaton walks beside it, which knows where a guess was made and on which
 * line, and which cuts the input where rows end.
 */
#include "dataset/read/lenient.h"

#include <csv.h>
#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"

#define CHUNK (64u << 10)
#define GUESSES 3

/* Where the automaton stands; the same states as libcsv's. */
typedef enum place {
	AT_ROW,    /* no byte of the row was seen */
	AT_CELL,   /* after a delimiter */
	IN_PLAIN,  /* in an unquoted cell */
	IN_QUOTES, /* in a quoted cell */
	AT_QUOTE   /* after a quote inside a quoted cell: its end, or doubled, or stray */
} place;

typedef struct reader {
	const vv_lenient *l;
	struct csv_parser parser;
	unsigned char delimiter, quote;
	vv_error *err;
	vv_status rc; /* a callback cannot stop libcsv: the first failure is kept */

	/* The row under way. */
	vv_buf text;
	vv_cell *cells; /* text is set once the row is complete */
	size_t count, cap;
	uint64_t rows;
	size_t expected;

	place at;
	uint64_t line, column;           /* of the next byte */
	uint64_t row_line, row_column;   /* where the row began */
	uint64_t open_line, open_column; /* where the last quoted cell began */
	bool after_cr;
	uint64_t noted[GUESSES]; /* the last line that the guess was told of */
} reader;

static vv_status note(reader *r, vv_guess guess, uint64_t line, uint64_t column, size_t cells)
{
	vv_lenient_note n = {guess, line, column, r->rows, cells};

	if (!r->l->note || r->noted[guess] == line) return VV_OK;
	r->noted[guess] = line;
	return r->l->note(r->l->payload, &n, r->err);
}

/* --- libcsv's side ------------------------------------------------------ */

static vv_status add_cell(reader *r, const void *text, size_t len)
{
	if (r->count == VV_COLUMNS_MAX || r->text.len + len > VV_ROW_MAX) {
		return vv_fail(r->err, VV_EINPUT, "line %llu: a row of more than %s",
			       (unsigned long long)r->row_line,
			       r->count == VV_COLUMNS_MAX ? "16384 cells" : "8 MiB");
	}
	if (!vv_array_room(r->cells, r->count, r->cap)) return vv_fail_nomem(r->err);
	r->cells[r->count++] = (vv_cell){.len = (uint32_t)len, .state = VV_CELL_TEXT};
	vv_buf_put(&r->text, text, len);
	return vv_buf_ok(&r->text, r->err);
}

static void on_cell(void *text, size_t len, void *payload)
{
	reader *r = payload;

	if (r->rc == VV_OK) {
		r->rc = add_cell(r, text, len);
	}
}

static vv_status give_row(reader *r)
{
	size_t at = 0;
	vv_status rc;

	for (size_t i = 0; i < r->count; i++) {
		r->cells[i].text = vv_buf_cstr(&r->text) + at;
		at += r->cells[i].len;
	}
	if (r->rows == 0) {
		r->expected = r->count;
	}
	if (r->count > r->expected) {
		rc = note(r, VV_GUESS_EXTRA_CELLS, r->row_line, r->row_column, r->count);
		if (rc < 0) return rc;
	}
	rc = r->l->row(r->l->payload, r->cells, r->count, r->err);
	r->rows++;
	r->count = 0;
	vv_buf_reset(&r->text);
	return rc;
}

static void on_row(int end VV_UNUSED, void *payload)
{
	reader *r = payload;

	if (r->rc == VV_OK) {
		r->rc = give_row(r);
	}
}

static int is_space(unsigned char c VV_UNUSED)
{
	return 0;
}

static vv_status feed(reader *r, const char *bytes, size_t len)
{
	if (len > 0 && csv_parse(&r->parser, bytes, len, on_cell, on_row, r) != len &&
	    r->rc == VV_OK) {
		r->rc = vv_fail_nomem(r->err);
	}
	return r->rc;
}

/* --- the automaton's side ----------------------------------------------- */

static void count_position(reader *r, unsigned char c)
{
	if (c == '\n' && r->after_cr) {
		r->column = 1;
	} else if (c == '\n' || c == '\r') {
		r->line++;
		r->column = 1;
	} else {
		r->column++;
	}
	r->after_cr = c == '\r';
}

/* One byte on; true when a row ends with it. */
static bool step(reader *r, unsigned char c)
{
	bool line_end = c == '\n' || c == '\r';

	if (r->at == AT_ROW) {
		r->row_line = r->line;
		r->row_column = r->column;
	}
	switch (r->at) {
	case AT_ROW:
	case AT_CELL:
		if (line_end) return r->at == AT_CELL;
		r->open_line = r->line;
		r->open_column = r->column;
		r->at = c == r->delimiter ? AT_CELL : c == r->quote ? IN_QUOTES : IN_PLAIN;
		return false;
	case IN_PLAIN:
		if (c == r->quote && r->rc == VV_OK) {
			r->rc = note(r, VV_GUESS_STRAY_QUOTE, r->line, r->column, 0);
		}
		r->at = c == r->delimiter ? AT_CELL : IN_PLAIN;
		return line_end;
	case IN_QUOTES:
		r->at = c == r->quote ? AT_QUOTE : IN_QUOTES;
		return false;
	default:
		if (c == r->delimiter) {
			r->at = AT_CELL;
		} else if (!line_end) {
			if (c != r->quote && r->rc == VV_OK) {
				r->rc = note(r, VV_GUESS_STRAY_QUOTE, r->line, r->column - 1, 0);
			}
			r->at = IN_QUOTES;
		}
		return line_end;
	}
}

/* Walks over the bytes and gives them to libcsv, row by row. */
static vv_status take(reader *r, const char *bytes, size_t len)
{
	size_t fed = 0;

	for (size_t i = 0; i < len && r->rc == VV_OK; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '\0' && r->l->no_quotes) {
			return vv_fail(
				r->err, VV_EINPUT,
				"line %" PRIu64 ", byte %" PRIu64
				": a NUL byte, which cannot be read leniently without quotes",
				r->line, r->column);
		}
		if (step(r, c)) {
			(void)feed(r, bytes + fed, i + 1 - fed);
			fed = i + 1;
			r->at = AT_ROW;
		}
		count_position(r, c);
	}
	return r->rc == VV_OK ? feed(r, bytes + fed, len - fed) : r->rc;
}

static vv_status finish(reader *r)
{
	if (r->at == IN_QUOTES) {
		r->rc = note(r, VV_GUESS_OPEN_QUOTE, r->open_line, r->open_column, 0);
	}
	if (r->rc == VV_OK && csv_fini(&r->parser, on_cell, on_row, r) != 0 && r->rc == VV_OK) {
		r->rc = vv_fail_nomem(r->err);
	}
	return r->rc;
}

/* Fills buf until it holds len bytes or the input ends. */
static ssize_t read_full(const vv_lenient *l, char *buf, size_t len, vv_error *err)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = l->read(l->payload, buf + have, len - have, err);

		if (n < 0) return n;
		if (n == 0) {
			break;
		}
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static vv_status read_all(reader *r, char *buf)
{
	bool first = true;
	vv_status rc = VV_OK;
	ssize_t n;

	while ((n = read_full(r->l, buf, CHUNK, r->err)) > 0 && rc == VV_OK) {
		size_t skip = first && n >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		first = false;
		rc = take(r, buf + skip, (size_t)n - skip);
	}
	if (rc == VV_OK && n < 0) {
		rc = (vv_status)n;
	}
	return rc == VV_OK ? finish(r) : rc;
}

vv_status vv_lenient_read(const vv_lenient *l, vv_error *err)
{
	reader r = {.l = l, .err = err, .line = 1, .column = 1, .at = AT_ROW};
	vv_auto(char) *buf = vv_malloc(CHUNK);

	if (!buf || csv_init(&r.parser, 0) != 0) return vv_fail_nomem(err);
	r.delimiter = l->delimiter != 0 ? l->delimiter : ',';
	/* libcsv always has a quote: NUL where there is none, and then no NUL byte is taken. */
	r.quote = l->no_quotes ? '\0' : l->quote != 0 ? l->quote : '"';
	csv_set_delim(&r.parser, r.delimiter);
	csv_set_quote(&r.parser, r.quote);
	csv_set_space_func(&r.parser, is_space);
	csv_set_realloc_func(&r.parser, vv_realloc);
	csv_set_free_func(&r.parser, vv_free);
	csv_set_blk_size(&r.parser, CHUNK);
	vv_status rc = read_all(&r, buf);
	csv_free(&r.parser);
	vv_buf_clear(&r.text);
	vv_free(r.cells);
	return rc;
}
