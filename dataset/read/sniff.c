/*
 * sniff: knows what is no table at all, which form a file has, and how rows of a
 * sample are read; sniff_csv and sniff_json judge.
 */
#include "dataset/read/sniff.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff_internal.h"

/*
 * Knows when a first line is names and when it is data: by what stands below it.
 */

/* What the cells of one column below the first row are like. */
typedef struct column_look {
	size_t data, text;
	size_t repeats; /* of the first row's value */
	uint32_t len;   /* of the first text */
	bool same_len;  /* all texts have it */
} column_look;

/* --- cells -------------------------------------------------------------- */

/* Digits with what numbers, dates and times have between them. */
static bool is_figures(const char *p, size_t len)
{
	static const bool between[256] = {
		['+'] = true, ['-'] = true, ['.'] = true, [','] = true, [':'] = true, ['/'] = true,
		[' '] = true, ['e'] = true, ['E'] = true, ['T'] = true, ['Z'] = true, ['%'] = true};
	size_t i, digits = 0;

	for (i = 0; i < len; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			digits++;
			continue;
		}
		if (!between[(uint8_t)p[i]]) {
			return false;
		}
		/* Letters only between digits, and Z at the end: 1e5, 2024-01-02T03:04Z. */
		if ((p[i] == 'e' || p[i] == 'E' || p[i] == 'T') && (i == 0 || i + 1 == len)) {
			return false;
		}
		if (p[i] == 'Z' && (i == 0 || i + 1 < len)) {
			return false;
		}
	}
	return digits > 0;
}

/* What a cell reads as. Data: number, date, time, true or false. */
typedef enum sniff_kind { SNIFF_EMPTY, SNIFF_DATA, SNIFF_TEXT } sniff_kind;

static sniff_kind cell_kind(const vv_cell *c)
{
	const char *p = c->text;
	size_t len = c->len;

	while (len > 0 && *p == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ') {
		len--;
	}
	if (len == 0) {
		return SNIFF_EMPTY;
	}
	if (is_figures(p, len) || (len == 4 && strncasecmp(p, "true", 4) == 0) ||
	    (len == 5 && strncasecmp(p, "false", 5) == 0)) {
		return SNIFF_DATA;
	}
	return SNIFF_TEXT;
}

/* A plain integer below 10^9, else -1. */
static long small_integer(const vv_cell *c)
{
	long v = 0;
	size_t i;

	if (c->len == 0 || c->len > 9) {
		return -1;
	}
	for (i = 0; i < c->len; i++) {
		if (c->text[i] < '0' || c->text[i] > '9') {
			return -1;
		}
		v = v * 10 + (c->text[i] - '0');
	}
	return v;
}

/* Are the numbers of the row a rising series in equal steps, at least two of them and
 * nothing but text beside them? So are years over columns, and columns that
 * someone's program numbered. */
static bool is_series(const vv_cell *cells, size_t count)
{
	long last = -1, step = 0;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		long v = small_integer(&cells[i]);

		if (v < 0) {
			if (cell_kind(&cells[i]) == SNIFF_DATA) {
				return false;
			}
			continue;
		}
		if (n > 0 && (v <= last || (n > 1 && v - last != step))) {
			return false;
		}
		step = v - last;
		last = v;
		n++;
	}
	return n >= 2;
}

/* --- the verdict -------------------------------------------------------- */

static void look_at(column_look *look, const vv_cell *first, const vv_cell *c)
{
	sniff_kind kind = cell_kind(c);

	look->repeats += c->len > 0 && c->len == first->len &&
			 memcmp(c->text, first->text, c->len) == 0;
	look->data += kind == SNIFF_DATA;
	if (kind != SNIFF_TEXT) {
		return;
	}
	if (look->text++ == 0) {
		look->len = c->len;
		look->same_len = true;
	}
	look->same_len &= c->len == look->len;
}

/* For (positive) or against a header. */
static int vote(const column_look *look, const vv_cell *first)
{
	size_t seen = look->data + look->text;

	switch (cell_kind(first)) {
	case SNIFF_TEXT:
		if (seen > 0 && look->data * 10 >= seen * 9) {
			return look->text == 0 ? 3 : 2;
		}
		/* A name may happen to be a value somewhere; values come again and again. */
		if (look->repeats > 0 && look->repeats * 100 >= seen) {
			return -2;
		}
		return look->text >= 3 && look->same_len && look->len >= 2 &&
				       first->len != look->len
			       ? 1
			       : 0;
	case SNIFF_DATA:
		return look->data * 2 > seen ? -2 : -1;
	default:
		return 0;
	}
}

/* A header in the midst of rows comes from files put one behind the other. */
static bool repeats_row(const vv_cell *first, size_t count, const vv_cell *cells, size_t cell_count)
{
	size_t i = 0;

	while (count == cell_count && i < count && vv_cell_equal(&first[i], &cells[i])) {
		i++;
	}
	return count > 1 && i == count;
}

/* Adds up the votes of all columns. *series: the first row numbers its columns, and
 * the second does not do the same. */
static vv_status count_votes(const sniff *s, const vv_cell *first, size_t count, long *votes,
			     bool *series, vv_error *err)
{
	column_look *looks = vv_calloc(count, sizeof *looks);
	sniff_reader r = {.s = s};
	vv_error ignored;
	vv_row row;
	size_t rows = 0, i;
	vv_status rc = VV_OK;
	int n = 1;

	*votes = 0;
	*series = is_series(first, count);
	if (!looks) {
		return vv_fail_nomem(err);
	}
	rc = sniff_reader_open(&r, s, &s->out->dialect, 0, err);
	while (rc == VV_OK && rows <= SNIFF_ROWS &&
	       (n = sniff_reader_next(&r, &row, &ignored)) == 1) {
		if (rows++ == 0 || repeats_row(first, count, r.cells, row.cells)) {
			continue;
		}
		*series = *series && !(rows == 2 && is_series(r.cells, row.cells));
		for (i = 0; i < row.cells && i < count; i++) {
			look_at(&looks[i], &first[i], &r.cells[i]);
		}
	}
	if (rc == VV_OK && n == VV_ENOMEM) {
		rc = vv_fail_nomem(err);
	}
	*series = *series && rows > 1;
	for (i = 0; i < count; i++) {
		*votes += vote(&looks[i], &first[i]);
	}
	sniff_reader_close(&r);
	vv_free(looks);
	return rc;
}

static size_t first_data(const vv_cell *cells, size_t count)
{
	size_t i = 0;

	while (i < count && cell_kind(&cells[i]) != SNIFF_DATA) {
		i++;
	}
	return i;
}

static void warn_verdict(sniff *s, const vv_cell *first, size_t count, bool fixed, long votes)
{
	size_t data = first_data(first, count);
	vv_buf *w = &s->out->warnings;

	if (s->out->dialect.header && data < count) {
		vv_buf_printf(w, "the header looks like data: '%s' in column %zu\n",
			      vv_text_show(first[data].text, first[data].len), data + 1);
	} else if (!s->out->dialect.header && !fixed) {
		vv_buf_printf(w, "no header found: columns are named field1, field2 ...\n");
	} else if (!s->out->dialect.header && s->hints->header < 0 && votes > 0 && data == count) {
		vv_buf_printf(
			w,
			"the first line looks like a header; it is read as data, as in the version before\n");
	}
}

vv_status sniff_header(sniff *s, const vv_cell *first, size_t count, vv_error *err)
{
	bool fixed = s->hints->header >= 0 || s->parent, series;
	long votes;
	vv_status rc = count_votes(s, first, count, &votes, &series, err);

	if (rc < 0) {
		return rc;
	}
	if (s->hints->header >= 0) {
		s->out->dialect.header = s->hints->header == 1;
	} else if (s->parent) {
		s->out->dialect.header = s->parent->header;
	} else {
		s->out->dialect.header = series || votes > 0 ||
					 (votes == 0 && first_data(first, count) == count);
	}
	warn_verdict(s, first, count, fixed, votes);
	return VV_OK;
}

/* --- names -------------------------------------------------------------- */

/* Names in order, each with its place. */
typedef struct placed_name {
	const vv_cell *cell;
	size_t place;
} placed_name;

static int by_name(const void *a, const void *b)
{
	const placed_name *x = a, *y = b;
	size_t len = x->cell->len < y->cell->len ? x->cell->len : y->cell->len;
	int order = len > 0 ? memcmp(x->cell->text, y->cell->text, len) : 0;

	if (order == 0 && x->cell->len != y->cell->len) {
		order = x->cell->len < y->cell->len ? -1 : 1;
	}
	if (order == 0) {
		order = x->place < y->place ? -1 : x->place > y->place;
	}
	return order;
}

#define WARNINGS_MAX 5u

static void warn_repeated(vv_buf *w, placed_name *names, size_t count)
{
	size_t i, warned = 0;

	qsort(names, count, sizeof *names, by_name);
	for (i = 1; i < count; i++) {
		const vv_cell *a = names[i - 1].cell, *b = names[i].cell;

		if (a->len == 0 || a->len != b->len || memcmp(a->text, b->text, a->len) != 0) {
			continue;
		}
		if (++warned <= WARNINGS_MAX) {
			vv_buf_printf(w, "columns %zu and %zu have the same name '%s'\n",
				      names[i - 1].place + 1, names[i].place + 1,
				      vv_text_show(a->text, a->len));
		}
	}
	if (warned > WARNINGS_MAX) {
		vv_buf_printf(w, "%zu more columns repeat a name\n", warned - WARNINGS_MAX);
	}
}

void sniff_warn_names(sniff *s, const vv_cell *first, size_t count)
{
	placed_name *names = vv_calloc(count, sizeof *names);
	vv_buf *w = &s->out->warnings;
	size_t i, warned = 0;

	for (i = 0; i < count; i++) {
		if (first[i].len == 0 && ++warned <= WARNINGS_MAX) {
			vv_buf_printf(w, "column %zu has no name\n", i + 1);
		}
		if (names) {
			names[i] = (placed_name){&first[i], i};
		}
	}
	if (warned > WARNINGS_MAX) {
		vv_buf_printf(w, "%zu more columns have no name\n", warned - WARNINGS_MAX);
	}
	if (names) {
		warn_repeated(w, names, count);
	} else {
		w->failed = true;
	}
	vv_free(names);
}

void vv_sniff_result_clear(vv_sniff_result *r)
{
	size_t i;

	vv_dialect_clear(&r->dialect);
	for (i = 0; r->names && i < r->columns; i++) {
		vv_free(r->names[i]);
	}
	vv_free(r->names);
	vv_free(r->name_lens);
	vv_buf_clear(&r->warnings);
	memset(r, 0, sizeof *r);
	vv_dialect_init(&r->dialect);
	vv_buf_init(&r->warnings);
}

vv_status sniff_set_names(sniff *s, const vv_cell *cells, size_t count, vv_error *err)
{
	vv_sniff_result *out = s->out;

	out->names = vv_calloc(count, sizeof *out->names);
	out->name_lens = vv_calloc(count, sizeof *out->name_lens);
	if (!out->names || !out->name_lens) {
		return vv_fail_nomem(err);
	}
	for (out->columns = 0; out->columns < count; out->columns++) {
		const vv_cell *c = &cells[out->columns];
		char *copy = c->len > 0 ? vv_strndup(c->text, c->len) : vv_strdup("");

		if (!copy) {
			return vv_fail_nomem(err);
		}
		out->names[out->columns] = copy;
		out->name_lens[out->columns] = c->len;
	}
	return VV_OK;
}

/* --- rows of the sample ------------------------------------------------- */

static vv_status set_columns(sniff_reader *r, size_t columns, size_t from, vv_error *err)
{
	vv_cell *cells = vv_realloc_array(r->cells, columns, sizeof *cells);
	vv_scan *scan = NULL;
	vv_status rc;

	if (!cells) {
		return vv_fail_nomem(err);
	}
	r->cells = cells;
	r->columns = columns;
	if (r->dialect->form != VV_FORM_CSV && r->scan) {
		return VV_OK;
	}
	rc = vv_scan_new(&scan, r->dialect, r->dialect->form == VV_FORM_CSV ? columns : 0, NULL,
			 NULL, err);
	if (rc < 0) {
		return rc;
	}
	vv_scan_free(r->scan);
	r->scan = scan;
	r->start = from;
	vv_scan_window(scan, r->s->text + from, r->s->len - from, r->s->at_end, from);
	return VV_OK;
}

vv_status sniff_reader_open(sniff_reader *r, const sniff *s, const vv_dialect *d, size_t from,
			    vv_error *err)
{
	memset(r, 0, sizeof *r);
	r->s = s;
	r->dialect = d;
	return set_columns(r, 32, from, err);
}

void sniff_reader_close(sniff_reader *r)
{
	vv_scan_free(r->scan);
	vv_free(r->cells);
	memset(r, 0, sizeof *r);
}

size_t sniff_reader_offset(const sniff_reader *r)
{
	return r->start + vv_scan_offset(r->scan);
}

int sniff_reader_next(sniff_reader *r, vv_row *row, vv_error *err)
{
	for (;;) {
		int n = vv_scan_row(r->scan, r->cells, r->columns, row, err);
		size_t need = n == 2 ? vv_scan_columns(r->scan) : r->scan->found;
		vv_status rc;

		if (n == 1) {
			row->start += r->start;
			row->end += r->start;
			row->text_start += r->start;
			row->text_end += r->start;
			return 1;
		}
		r->fault = r->start + vv_scan_fault(r->scan);
		/* A CSV row with more cells than any before, or new members. */
		if (n == 0 || need <= r->columns || need > VV_COLUMNS_MAX) {
			return n;
		}
		rc = set_columns(r, need, sniff_reader_offset(r), err);
		if (rc < 0) {
			return rc;
		}
	}
}

vv_status sniff_place(const sniff *s, size_t offset, vv_error *err)
{
	size_t line = 1, start = 0, i;

	for (i = 0; i < offset && i < s->len; i++) {
		bool crlf = s->text[i] == '\r' && i + 1 < s->len && s->text[i + 1] == '\n';

		if ((s->text[i] == '\n' || s->text[i] == '\r') && !crlf) {
			line++;
			start = i + 1;
		}
	}
	return vv_prefix(err, "line %zu, column %zu", line, offset - start + 1);
}

vv_status sniff_too_short(const sniff *s, vv_error *err)
{
	if (s->len > VV_HEADER_MAX && s->out->dialect.form == VV_FORM_CSV &&
	    s->hints->header != 0) {
		vv_fail(err, VV_EINPUT, "the first line is longer than %u KiB",
			VV_HEADER_MAX >> 10);
		return vv_hint(err, "a quote that is never closed? '--as file' keeps it as bytes");
	}
	return vv_fail(err, VV_ENOTFOUND, "the sample ends inside the first row");
}

/* --- what is no table --------------------------------------------------- */

typedef struct magic {
	const char *bytes;
	size_t len;
	const char *what;
	bool packed; /* a compressed file, of which the inside may be a table */
} magic;

static const magic magics[] = {
	{"\x1f\x8b", 2, "compressed with gzip", true},
	{"\x28\xb5\x2f\xfd", 4, "compressed with zstd", true},
	{"\xfd"
	 "7zXZ",
	 6, "compressed with xz", true},
	{"BZh", 3, "compressed with bzip2", true},
	{"PK\x03\x04", 4, "a ZIP archive (xlsx, ods ...)", true},
	{"PAR1", 4, "a Parquet file", false},
	{"SQLite format 3", 16, "an SQLite database", false},
	{"%PDF-", 5, "a PDF document", false},
};

static vv_status refuse_magic(const char *sample, size_t len, vv_error *err)
{
	size_t i;

	for (i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const magic *m = &magics[i];

		/* "BZh" and "PK" might begin a text; what follows never does. */
		if (len < m->len || memcmp(sample, m->bytes, m->len) != 0 ||
		    (m->bytes[0] == 'B' &&
		     (len < 10 || memcmp(sample + 4, "\x31\x41\x59\x26\x53\x59", 6) != 0))) {
			continue;
		}
		vv_fail(err, VV_EINPUT, "%s, no table", m->what);
		return m->packed
			       ? vv_hint(err,
					 "unpack it first: compressed versions share nothing and cannot be "
					 "compared; '--as file' keeps it as bytes")
			       : vv_hint(err, "'--as file' keeps it as bytes");
	}
	return VV_OK;
}

static vv_status refuse_utf16(vv_error *err)
{
	vv_fail(err, VV_EINPUT, "UTF-16 text, no UTF-8");
	return vv_hint(err, "'varve convert' writes it as UTF-8; '--as file' keeps it as bytes");
}

/* NULs in every second byte are UTF-16; in many other places they are no text. */
static vv_status refuse_nuls(const char *sample, size_t len, vv_error *err)
{
	size_t nuls[2] = {0, 0}, i;

	if (!memchr(sample, '\0', len)) {
		return VV_OK;
	}
	for (i = 0; i < len; i++) {
		nuls[i & 1] += sample[i] == '\0';
	}
	if (len >= 8 &&
	    ((nuls[0] == 0 && nuls[1] * 5 > len) || (nuls[1] == 0 && nuls[0] * 5 > len))) {
		return refuse_utf16(err);
	}
	if (nuls[0] + nuls[1] >= 4 && (nuls[0] + nuls[1]) * 32 > len) {
		vv_fail(err, VV_EINPUT, "binary: %zu of the first %zu bytes are NUL",
			nuls[0] + nuls[1], len);
		return vv_hint(err, "'--as file' keeps it as bytes");
	}
	return VV_OK;
}

static vv_status refuse_binary(const char *sample, size_t len, vv_error *err)
{
	vv_status rc;

	if (len >= 2 &&
	    (memcmp(sample, "\xff\xfe", 2) == 0 || memcmp(sample, "\xfe\xff", 2) == 0)) {
		return refuse_utf16(err);
	}
	rc = refuse_magic(sample, len, err);
	return rc < 0 ? rc : refuse_nuls(sample, len, err);
}

/* --- the form ----------------------------------------------------------- */

static const char *extension(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path;
	const char *dot = name ? strrchr(name, '.') : NULL;

	return dot ? dot + 1 : "";
}

static bool one_of(const char *word, const char *const *list)
{
	while (*list && strcasecmp(word, *list) != 0) {
		list++;
	}
	return *list != NULL;
}

static size_t skip_space(const sniff *s, size_t at)
{
	while (at < s->len && memchr(" \t\r\n", s->text[at], 4)) {
		at++;
	}
	return at;
}

static char byte_at(const sniff *s, size_t at)
{
	return at < s->len ? s->text[at] : '\0';
}

/* Is the first line one object (1)? *end is behind it. 0, VV_ENOMEM. */
static int starts_with_object(const sniff *s, size_t *end, vv_error *err)
{
	sniff_reader r;
	vv_dialect d;
	vv_row row;
	int n;

	vv_dialect_init(&d);
	d.form = VV_FORM_NDJSON;
	n = sniff_reader_open(&r, s, &d, 0, err);
	if (n == VV_OK) {
		n = sniff_reader_next(&r, &row, err);
		*end = n == 1 ? row.end : 0;
	}
	sniff_reader_close(&r);
	return n == VV_ENOMEM ? n : n > 0;
}

/* By what the user says, the parent, the extension, the first bytes, in this order. */
static vv_status choose_form(const sniff *s, vv_form *out, vv_error *err)
{
	static const char *const lines[] = {"ndjson", "jsonl", "jsonlines", NULL};
	static const char *const arrays[] = {"json", "geojson", NULL};
	static const char *const plain[] = {"csv", "tsv", "tab", "psv", NULL};
	const char *ext = extension(s->hints->path);
	size_t first = skip_space(s, 0), second = skip_space(s, first + 1), end = 0;
	char c = byte_at(s, first), next = byte_at(s, second);
	const vv_dialect *parent = s->hints->parent;
	int object = 0;

	*out = VV_FORM_CSV;
	if (s->hints->has_form) {
		*out = s->hints->form;
	} else if (parent && parent->form != VV_FORM_CSV &&
		   c == (parent->form == VV_FORM_JSON ? '[' : '{')) {
		*out = parent->form;
	} else if (one_of(ext, lines)) {
		*out = VV_FORM_NDJSON;
	} else if (!one_of(ext, plain)) {
		object = c == '{' ? starts_with_object(s, &end, err) : 0;
		if (one_of(ext, arrays)) {
			/* A lone object is a document, and for the parser of arrays to refuse. */
			*out = object > 0 && byte_at(s, skip_space(s, end)) == '{' ? VV_FORM_NDJSON
										   : VV_FORM_JSON;
		} else if (c == '[' && (next == '{' || next == ']')) {
			*out = VV_FORM_JSON;
		} else if (object > 0) {
			*out = VV_FORM_NDJSON;
		}
	}
	return object < 0 ? (vv_status)object : VV_OK;
}

vv_status vv_sniff(vv_sniff_result *out, const char *sample, size_t len, bool at_end,
		   const vv_sniff_hints *hints, vv_error *err)
{
	static const vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	sniff s = {sample, len, at_end, hints ? hints : &none, NULL, out};
	vv_status rc;
	size_t bom;

	memset(out, 0, sizeof *out);
	vv_dialect_init(&out->dialect);
	vv_buf_init(&out->warnings);
	if (len < 4 && !at_end) {
		return vv_fail(err, VV_ENOTFOUND, "the sample ends inside the first row");
	}
	rc = refuse_binary(sample, len, err);
	if (rc < 0) {
		return rc;
	}
	bom = len >= 3 && memcmp(sample, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	out->dialect.bom = bom > 0;
	s.text = len > 0 ? sample + bom : "";
	s.len -= bom;
	rc = choose_form(&s, &out->dialect.form, err);
	if (rc < 0) {
		return rc;
	}
	if (s.hints->parent && s.hints->parent->form == out->dialect.form) {
		s.parent = s.hints->parent;
	}
	rc = out->dialect.form == VV_FORM_CSV ? sniff_csv(&s, err) : sniff_json(&s, err);
	if (rc == VV_OK) {
		rc = vv_bytes_set(&out->dialect.prologue, s.text, out->body, err);
	}
	if (rc == VV_OK && out->body > VV_HEADER_MAX) {
		vv_fail(err, VV_EINPUT,
			"%zu bytes before the first row, at most %u KiB can be kept", out->body,
			VV_HEADER_MAX >> 10);
		rc = vv_hint(err, "'--as file' keeps it as bytes");
	}
	if (rc == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	out->body += bom;
	if (rc < 0) {
		vv_sniff_result_clear(out);
	}
	return rc;
}
