/*
 * check_file: knows how a file that is no sound table is read on behind each fault.
 *
 * The rows of CSV are found by hand here, since the scanner stops at the first fault by
 * design. A quote that swallows lines and is then followed by text was not meant to
 * open a cell: the row is taken to end with its line, and reading goes on with the next.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/check_internal.h"

#define PIECE (256u << 10)
#define SAMPLE (1u << 20)
#define ROW_MAX ((size_t)64 << 20) /* a quoted cell that goes on for longer was not closed */

enum { EXTRA, MISSING, BLANK, ENCODING, STRAY, UNCLOSED, SOURCE, RULES };

static const char *const codes[RULES] = {"extra-cell",     "missing-cell", "blank-row",
					 "encoding-error", "stray-quote",  "unclosed-quote",
					 "source-error"};

typedef struct reading {
	const vv_source *source;
	const vv_check_options *o;
	vv_check_result *out;
	vv_error *err;
	vv_buf window; /* bytes from `at` on are still to be looked at */
	size_t at;
	bool at_end;
	const vv_sniff_result *sniffed;
	uint64_t line, row; /* line of window[at]; rows so far */
	uint64_t *totals;   /* [rule][column]; the last column: none */
	vv_severity severity[RULES];
	struct cell {
		size_t start, end;
	} * cells;    /* of the row under way, the first columns + 1 */
	size_t count; /* cells of the row */
} reading;

/* A row's end and what was wrong in it. */
typedef struct row {
	size_t end; /* behind its line end */
	size_t text_end;
	uint64_t lines;
	size_t stray, unclosed; /* offsets; SIZE_MAX */
} row;

/* More bytes: as many again as a row has had so far, since it is looked at anew. */
static vv_status fill(reading *r)
{
	size_t want;
	ssize_t n = 1;

	if (r->at > 0 && r->at >= r->window.len / 2) {
		memmove(r->window.data, r->window.data + r->at, r->window.len - r->at);
		r->window.len -= r->at;
		r->at = 0;
	}
	want = r->window.len - r->at > PIECE ? r->window.len - r->at : PIECE;
	if (!vv_buf_reserve(&r->window, want))
		return vv_fail_nomem(r->err);
	for (; want > 0 && n > 0; want -= (size_t)n) {
		n = r->source->read(r->source->payload, r->window.data + r->window.len, want,
				    r->err);
		if (n < 0)
			return (vv_status)n;
		r->window.len += (size_t)n;
	}
	r->at_end = n == 0;
	return VV_OK;
}

static vv_status give(reading *r, unsigned rule, size_t column, uint64_t line, const char *value,
		      size_t value_len, const char *message, const char *expected)
{
	size_t columns = r->sniffed ? r->sniffed->columns : 0;
	uint64_t *total = r->totals ? &r->totals[rule * (columns + 1) + column] : NULL;
	uint64_t limit = r->o->limit > 0 ? r->o->limit : UINT64_MAX;
	vv_finding f = {.rule = codes[rule],
			.severity = r->severity[rule],
			.path = r->o->path,
			.commit = r->o->commit,
			.line = line,
			.row = rule == BLANK || !total ? 0 : r->row + 1,
			.column = column < columns ? r->sniffed->names[column] : NULL,
			.value = value,
			.value_len = value_len,
			.message = message,
			.expected = expected};

	if (r->severity[rule] == VV_SEVERITY_OFF)
		return VV_OK;
	if (total && (*total)++ >= limit)
		return VV_OK;
	return r->o->finding ? r->o->finding(r->o->payload, &f, r->err) : VV_OK;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* How many bytes end the line at window[i]; 0: more must be read to tell. */
static size_t line_end(const reading *r, size_t i)
{
	const char *p = r->window.data;

	if (p[i] == '\n')
		return 1;
	if (i + 1 == r->window.len)
		return r->at_end ? 1 : 0;
	return p[i + 1] == '\n' ? 2 : 1;
}

static void end_cell(reading *r, size_t start, size_t end)
{
	if (r->count <= r->sniffed->columns)
		r->cells[r->count] = (struct cell){start, end};
	r->count++;
}

/* Ends a row with the line that its byte `from` is in: what stands there is data. */
static bool end_with_line(reading *r, row *out, size_t start, size_t from)
{
	const vv_dialect *d = &r->sniffed->dialect;
	const char *p = r->window.data;
	size_t i;

	for (i = from; i < r->window.len && !is_line_end(p[i]); i++) {
		if ((uint8_t)p[i] == d->delimiter) {
			end_cell(r, start, i);
			start = i + 1;
		}
	}
	if (i == r->window.len && !r->at_end)
		return false;
	end_cell(r, start, i);
	out->text_end = i;
	out->end = i < r->window.len ? i + line_end(r, i) : i;
	return i == r->window.len || out->end > i;
}

/* Behind the opening quote at i: *next is behind the closing one. False: it does not
 * close within what is read. */
static bool close_quote(const reading *r, size_t i, size_t *next, bool *lines)
{
	const vv_dialect *d = &r->sniffed->dialect;
	const char *p = r->window.data;

	*lines = false;
	for (i++; i < r->window.len; i++) {
		uint8_t c = (uint8_t)p[i];

		*lines = *lines || is_line_end(p[i]);
		if (d->escape && c == d->escape) {
			i++;
		} else if (c == d->quote) {
			if (d->escape || i + 1 == r->window.len || (uint8_t)p[i + 1] != d->quote) {
				*next = i + 1;
				return i + 1 < r->window.len || r->at_end;
			}
			i++;
		}
	}
	return false;
}

/* Finds the row at window[at]. False: more must be read. */
static bool find_row(reading *r, row *out)
{
	const vv_dialect *d = &r->sniffed->dialect;
	const char *p = r->window.data;
	size_t start = r->at, i = start, len = r->window.len;

	*out = (row){.stray = SIZE_MAX, .unclosed = SIZE_MAX};
	r->count = 0;
	for (;;) {
		if (d->quote && i < len && (uint8_t)p[i] == d->quote) {
			size_t next = i;
			bool lines = false, closed = close_quote(r, i, &next, &lines);
			bool ends = closed && (next == len || is_line_end(p[next]) ||
					       (uint8_t)p[next] == d->delimiter);

			if (!closed && !r->at_end && len - i < ROW_MAX)
				return false;
			if (!closed || (!ends && lines)) {
				out->unclosed = i;
				return end_with_line(r, out, start, i);
			}
			if (!ends && out->stray == SIZE_MAX)
				out->stray = next;
			i = next;
		}
		while (i < len && (uint8_t)p[i] != d->delimiter && !is_line_end(p[i]))
			i++;
		if (i == len) {
			if (!r->at_end)
				return false;
			end_cell(r, start, i);
			out->end = out->text_end = i;
			return true;
		}
		end_cell(r, start, i);
		if (is_line_end(p[i])) {
			out->text_end = i;
			out->end = i + line_end(r, i);
			return out->end > i;
		}
		start = ++i;
	}
}

static uint64_t count_lines(const char *s, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] == '\n' || (s[i] == '\r' && (i + 1 == len || s[i + 1] != '\n'));
	return n;
}

static vv_status check_utf8(reading *r, size_t end)
{
	vv_status rc = VV_OK;

	if (vv_utf8_valid(r->window.data + r->at, end - r->at))
		return VV_OK;
	for (size_t i = 0; i < r->count && i <= r->sniffed->columns && rc == VV_OK; i++) {
		const char *text = r->window.data + r->cells[i].start;
		size_t len = r->cells[i].end - r->cells[i].start;

		if (!vv_utf8_valid(text, len))
			rc = give(r, ENCODING, i, r->line, text, len, "is not valid UTF-8",
				  "UTF-8");
	}
	return rc;
}

static vv_status check_row(reading *r, const row *w)
{
	size_t columns = r->sniffed->columns;
	const char *p = r->window.data;
	char message[128], expected[64];
	vv_status rc;

	if ((rc = check_utf8(r, w->text_end)) < 0)
		return rc;
	if (w->unclosed != SIZE_MAX) {
		rc = give(r, UNCLOSED, columns,
			  r->line + count_lines(p + r->at, w->unclosed - r->at), p + w->unclosed,
			  w->text_end - w->unclosed, "the quote that opens here is not closed",
			  "a closing quote before the next delimiter");
	}
	if (rc == VV_OK && w->stray != SIZE_MAX) {
		size_t from = w->stray;

		while (from > r->at && (uint8_t)p[from - 1] != r->sniffed->dialect.delimiter &&
		       !is_line_end(p[from - 1]))
			from--;
		rc = give(r, STRAY, columns, r->line + count_lines(p + r->at, w->stray - r->at),
			  p + from, w->text_end > from ? w->text_end - from : 0,
			  "text stands behind a closing quote", "a delimiter or a line end there");
	}
	if (rc == VV_OK && r->count > columns) {
		snprintf(message, sizeof(message), "the row has %zu cells", r->count);
		snprintf(expected, sizeof(expected), "%zu", columns);
		rc = give(r, EXTRA, columns, r->line, NULL, 0, message, expected);
	}
	for (size_t i = r->count; i < columns && rc == VV_OK; i++)
		rc = give(r, MISSING, i, r->line, NULL, 0, "the row ends before this column",
			  "a cell");
	return rc;
}

static vv_status read_rows(reading *r)
{
	vv_status rc = VV_OK;

	for (;;) {
		row w;

		if (r->at == r->window.len && !r->at_end) {
			if ((rc = fill(r)) < 0)
				return rc;
			continue;
		}
		if (r->at == r->window.len)
			return VV_OK;
		if (!find_row(r, &w)) {
			if ((rc = fill(r)) < 0)
				return rc;
			continue;
		}
		if (w.text_end == r->at) {
			rc = give(r, BLANK, r->sniffed->columns, r->line, NULL, 0,
				  "the line is blank", "a row");
		} else {
			rc = check_row(r, &w);
			r->row++;
		}
		if (rc < 0)
			return rc;
		r->line += count_lines(r->window.data + r->at, w.end - r->at);
		r->at = w.end;
	}
}

static vv_status no_member(void *payload, const vv_json_member *m, vv_error *err)
{
	(void)payload;
	(void)m;
	(void)err;
	return VV_OK;
}

static vv_status check_object(reading *r, vv_json_rows *parser, size_t end)
{
	const char *p = r->window.data + r->at;
	size_t len = end - r->at, used = 0, blank = 0;
	vv_error why;
	vv_status rc;

	while (blank < len && (p[blank] == ' ' || p[blank] == '\t'))
		blank++;
	if (blank == len)
		return give(r, BLANK, r->sniffed->columns, r->line, NULL, 0, "the line is blank",
			    "an object");
	r->row++;
	if (!vv_utf8_valid(p, len))
		return give(r, ENCODING, r->sniffed->columns, r->line, p, len, "is not valid UTF-8",
			    "UTF-8");
	rc = p[blank] != '{' ? vv_fail(&why, VV_EINPUT, "the line does not begin with an object")
			     : vv_json_rows_object(parser, &used, p + blank, len - blank, false,
						   no_member, NULL, &why);
	if (rc == VV_ENOMEM)
		return vv_fail_nomem(r->err);
	for (used += blank; rc == VV_OK && used < len && (p[used] == ' ' || p[used] == '\t');
	     used++)
		;
	if (rc == VV_OK && used < len)
		rc = vv_fail(&why, VV_EINPUT, "something stands behind the object");
	r->row--;
	rc = rc < 0 ? give(r, SOURCE, r->sniffed->columns, r->line, p, len, why.message,
			   "one JSON object a line")
		    : VV_OK;
	r->row++;
	return rc;
}

static vv_status read_objects(reading *r)
{
	vv_json_rows *parser = vv_json_rows_new();
	vv_status rc = parser ? VV_OK : vv_fail_nomem(r->err);

	while (rc == VV_OK && (r->at < r->window.len || !r->at_end)) {
		const char *p = r->window.data;
		size_t i = r->at, end;

		while (i < r->window.len && !is_line_end(p[i]))
			i++;
		end = i < r->window.len ? i + line_end(r, i) : i;
		if ((i == r->window.len && !r->at_end) || (i < r->window.len && end == i)) {
			rc = fill(r);
			continue;
		}
		rc = check_object(r, parser, i);
		r->line++;
		r->at = end;
	}
	vv_json_rows_free(parser);
	return rc;
}

/* Blank and repeated names in the header, which an import only warns of. */
static vv_status check_names(reading *r, const vv_check_options *o)
{
	const vv_sniff_result *s = r->sniffed;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < s->columns && s->dialect.header && rc == VV_OK; i++) {
		vv_finding f = {
			.path = o->path, .commit = o->commit, .line = 1, .column = s->names[i]};
		char message[96];
		size_t k = 0;

		while (k < s->name_lens[i] && (s->names[i][k] == ' ' || s->names[i][k] == '\t'))
			k++;
		if (k == s->name_lens[i]) {
			f.rule = "blank-label";
			f.column = NULL;
			snprintf(message, sizeof(message), "column %zu has no name", i + 1);
		} else {
			for (k = 0;
			     k < i && (s->name_lens[k] != s->name_lens[i] ||
				       memcmp(s->names[k], s->names[i], s->name_lens[i]) != 0);
			     k++)
				;
			if (k == i)
				continue;
			f.rule = "duplicate-label";
			snprintf(message, sizeof(message), "column %zu has the name of column %zu",
				 i + 1, k + 1);
		}
		f.message = message;
		f.severity = o->rules ? vv_rule_set_severity(o->rules, f.rule) : VV_SEVERITY_ERROR;
		if (f.severity == VV_SEVERITY_OFF)
			continue;
		*(f.severity == VV_SEVERITY_ERROR ? &r->out->errors : &r->out->warnings) += 1;
		rc = o->finding ? o->finding(o->payload, &f, r->err) : VV_OK;
	}
	return rc;
}

static vv_status add_totals(reading *r)
{
	size_t columns = r->sniffed->columns;
	uint64_t limit = r->o->limit > 0 ? r->o->limit : UINT64_MAX;
	vv_check_result *out = r->out;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < RULES * (columns + 1) && rc == VV_OK; i++) {
		size_t rule = i / (columns + 1), column = i % (columns + 1);
		vv_finding f = {.rule = codes[rule],
				.severity = r->severity[rule],
				.path = r->o->path,
				.commit = r->o->commit,
				.message = "further findings of this rule"};
		vv_check_total *t;

		if (r->totals[i] == 0)
			continue;
		t = vv_realloc_array(out->totals, out->total_count + 1, sizeof(*t));
		if (!t)
			return vv_fail_nomem(r->err);
		out->totals = t;
		t += out->total_count++;
		*t = (vv_check_total){.rule = vv_rule_find(codes[rule]),
				      .severity = r->severity[rule],
				      .found = r->totals[i]};
		if (column < columns) {
			t->column = vv_arena_strndup(&out->arena, r->sniffed->names[column],
						     r->sniffed->name_lens[column]);
			if (!t->column)
				return vv_fail_nomem(r->err);
		}
		f.column = t->column;
		*(t->severity == VV_SEVERITY_ERROR ? &out->errors : &out->warnings) += t->found;
		if (t->found > limit && r->o->more)
			rc = r->o->more(r->o->payload, &f, t->found - limit, r->err);
	}
	return rc;
}

/* A fault of the whole file. */
static vv_status give_source(reading *r, const char *message)
{
	const vv_sniff_result *sniffed = r->sniffed;
	vv_status rc;

	r->sniffed = NULL;
	if (r->severity[SOURCE] != VV_SEVERITY_OFF)
		*(r->severity[SOURCE] == VV_SEVERITY_ERROR ? &r->out->errors
							   : &r->out->warnings) += 1;
	rc = give(r, SOURCE, 0, 0, NULL, 0, message, "a table");
	r->sniffed = sniffed;
	return rc;
}

/* Bytes that have been read already, and then the rest. */
static ssize_t read_again(void *payload, void *buf, size_t len, vv_error *err)
{
	reading *r = payload;
	size_t left = r->window.len - r->at, n = left < len ? left : len;

	if (n == 0)
		return r->at_end ? 0 : r->source->read(r->source->payload, buf, len, err);
	memcpy(buf, r->window.data + r->at, n);
	r->at += n;
	return (ssize_t)n;
}

static vv_status no_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	(void)payload;
	(void)cid;
	(void)out;
	return vv_fail(err, VV_EMISSING, "no block");
}

/* Of a JSON array the first fault. */
static vv_status read_array(reading *r, const vv_sniff_hints *hints)
{
	vv_source again = *r->source;
	vv_sink sink = {.get = no_block};
	vv_import_options opts = {.kind = VV_KIND_TABLE, .hints = *hints};
	vv_import_result result;
	vv_error why;
	vv_status rc;

	again.read = read_again;
	again.line = NULL;
	again.payload = r;
	r->at = 0;
	rc = vv_import(&result, &again, &sink, &opts, &why);
	if (rc == VV_OK) {
		r->row = result.root.rows;
		vv_import_result_clear(&result);
		return VV_OK;
	}
	if (rc == VV_EINPUT || rc == VV_EREFUSED)
		return give_source(r, why.message);
	if (r->err)
		*r->err = why;
	return rc;
}

/* Finds out what the file is; VV_EINPUT in *why: no table. */
static vv_status sniff(reading *r, vv_sniff_result *s, const vv_sniff_hints *hints, vv_error *why)
{
	vv_status rc;

	do {
		size_t want = r->window.len + SAMPLE;

		while (!r->at_end && r->window.len < want) {
			if ((rc = fill(r)) < 0)
				return rc;
		}
		rc = vv_sniff(s, vv_buf_cstr(&r->window), r->window.len, r->at_end, hints, why);
		if (rc != VV_OK)
			vv_sniff_result_clear(s);
	} while (rc == VV_ENOTFOUND && !r->at_end);
	return rc;
}

static vv_status read_file(reading *r, vv_sniff_result *s, const vv_sniff_hints *hints)
{
	vv_error why;
	vv_status rc;

	vv_error_clear(&why);
	rc = sniff(r, s, hints, &why);
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND)
		return give_source(r, why.message);
	if (rc < 0) {
		if (why.code < 0 && r->err)
			*r->err = why;
		return rc;
	}
	r->sniffed = s;
	r->out->columns = s->columns;
	if (s->columns == 0)
		return VV_OK;
	if (s->dialect.form == VV_FORM_JSON)
		return read_array(r, hints);
	r->totals = vv_calloc(RULES * (s->columns + 1), sizeof(*r->totals));
	r->cells = vv_calloc(s->columns + 1, sizeof(*r->cells));
	if (!r->totals || !r->cells)
		return vv_fail_nomem(r->err);
	r->line = 1 + count_lines(vv_buf_cstr(&r->window), s->body);
	r->at = s->body;
	if (s->dialect.form == VV_FORM_NDJSON)
		rc = read_objects(r);
	else if ((rc = check_names(r, r->o)) == VV_OK)
		rc = read_rows(r);
	return rc < 0 ? rc : add_totals(r);
}

vv_status vv_check_file(vv_check_result *out, const vv_source *source, const vv_sniff_hints *hints,
			const vv_check_options *o, vv_error *err)
{
	vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	reading r = {.source = source, .o = o, .out = out, .err = err};
	vv_sniff_result s;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	memset(&s, 0, sizeof(s));
	vv_arena_init(&out->arena);
	for (size_t i = 0; i < RULES; i++) {
		r.severity[i] = o->rules ? vv_rule_set_severity(o->rules, codes[i])
					 : vv_rule_find(codes[i])->by_default;
	}
	rc = read_file(&r, &s, hints ? hints : &none);
	out->rows = r.row;
	if (r.sniffed)
		vv_sniff_result_clear(&s);
	vv_buf_clear(&r.window);
	vv_free(r.totals);
	vv_free(r.cells);
	if (rc < 0)
		vv_check_result_clear(out);
	return rc;
}
