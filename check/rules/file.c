/*
 * file: findings about a file that is not a sound table, row by row.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/emit.h"
#include "check/rules/readable_rows.h"
#include "dataset/format/form.h"
#include "dataset/read/header_rows.h"
#include "dataset/read/ragged.h"
#include "dataset/table/import.h"
#include "dataset/table/root.h"

enum { EXTRA, MISSING, BLANK, ENCODING, STRAY, UNCLOSED, SOURCE, RULES };

static const char *const codes[RULES] = {"extra-cell",     "missing-cell", "blank-row",
					 "encoding-error", "stray-quote",  "unclosed-quote",
					 "source-error"};

typedef struct reading {
	const vv_check_options *o;
	vv_check_result *out;
	vv_error *err;
	vv_ragged g;
	const vv_sniff_result *sniffed; /* NULL: not a table, or findings are about the whole
					 * file */
	uint64_t line, row;             /* line of the row at hand; rows so far */
	uint64_t *totals;               /* [rule][column]; the last column: none */
	const char *code[RULES];        /* code for the report */
	vv_severity severity[RULES];
} reading;

/* Unreadable files cannot be checked: always reported, under any rules. */
static void set_unread(reading *r, unsigned rule)
{
	r->code[rule] = codes[rule];
	r->severity[rule] = vv_rule_set_unread(r->o->rules, &r->code[rule]);
}

/* Rows that cannot be read are not counted. */
static bool has_row(const reading *r, unsigned rule)
{
	bool lines = r->sniffed && vv_form_is_typed(r->sniffed->dialect.form);

	return rule != BLANK && rule != SOURCE && !(lines && rule == ENCODING);
}

static vv_status give_finding(reading *r, unsigned rule, size_t column, uint64_t line,
			      const char *value, size_t value_len, const char *message,
			      const char *expected)
{
	size_t columns = r->sniffed ? r->sniffed->columns : 0;
	uint64_t *total = r->totals ? &r->totals[rule * (columns + 1) + column] : NULL;
	uint64_t limit = r->o->limit > 0 ? r->o->limit : UINT64_MAX;
	vv_finding f = {.rule = r->code[rule],
			.severity = r->severity[rule],
			.path = r->o->path,
			.commit = r->o->commit,
			.line = line,
			.row = has_row(r, rule) && total ? r->row + 1 : 0,
			.column = column < columns ? r->sniffed->names[column] : NULL,
			.value = value,
			.value_len = value_len,
			.message = message,
			.expected = expected};

	if (r->severity[rule] == VV_SEVERITY_OFF) return VV_OK;
	if (total && (*total)++ >= limit) return VV_OK;
	return r->o->finding ? r->o->finding(r->o->payload, &f, r->err) : VV_OK;
}

static vv_status check_utf8(reading *r, size_t end)
{
	const vv_ragged *g = &r->g;
	vv_status rc;

	if (vv_utf8_valid(g->window.data + g->at, end - g->at)) return VV_OK;
	for (size_t i = 0; i < g->count && i <= r->sniffed->columns; i++) {
		size_t len;
		const char *text = vv_ragged_cell(g, i, &len);

		if (!vv_utf8_valid(text, len) &&
		    (rc = give_finding(r, ENCODING, i, r->line, text, len, "is not valid UTF-8",
				       "UTF-8")) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status check_quotes(reading *r, const vv_ragged_row *w)
{
	const vv_ragged *g = &r->g;
	size_t columns = r->sniffed->columns, from = w->stray;
	const char *p = g->window.data;
	vv_status rc = VV_OK;

	if (w->unclosed != SIZE_MAX) {
		rc = give_finding(r, UNCLOSED, columns,
				  r->line + vv_ragged_count_lines(p + g->at, w->unclosed - g->at),
				  p + w->unclosed, w->text_end - w->unclosed,
				  "the quote that opens here is not closed",
				  "a closing quote before the next delimiter");
	}
	if (rc < 0 || w->stray == SIZE_MAX) return rc;
	while (from > g->at && (uint8_t)p[from - 1] != r->sniffed->dialect.delimiter &&
	       !vv_ragged_is_line_end(p[from - 1])) {
		from--;
	}
	return give_finding(r, STRAY, columns,
			    r->line + vv_ragged_count_lines(p + g->at, w->stray - g->at), p + from,
			    w->text_end > from ? w->text_end - from : 0,
			    "text follows a closing quote", "a delimiter or a line end there");
}

static vv_status check_row(reading *r, const vv_ragged_row *w)
{
	size_t columns = r->sniffed->columns, count = r->g.count;
	char message[128], expected[64];
	vv_status rc;

	if (!r->o->mend && (rc = check_utf8(r, w->text_end)) < 0) return rc;
	rc = check_quotes(r, w);
	if (rc == VV_OK && count > columns) {
		snprintf(message, sizeof(message), "the row has %zu cells", count);
		snprintf(expected, sizeof(expected), "%zu", columns);
		rc = give_finding(r, EXTRA, columns, r->line, NULL, 0, message, expected);
	}
	for (size_t i = count; i < columns && rc == VV_OK && !r->o->mend; i++) {
		rc = give_finding(r, MISSING, i, r->line, NULL, 0,
				  "the row ends before this column", "a cell");
	}
	return rc;
}

static vv_status give_blank(reading *r, const char *expected)
{
	return r->o->mend ? VV_OK
			  : give_finding(r, BLANK, r->sniffed->columns, r->line, NULL, 0,
					 "the line is blank", expected);
}

static vv_status give_too_long(reading *r)
{
	return give_finding(
		r, SOURCE, r->sniffed->columns, r->line, NULL, 0,
		"the row that begins here is longer than 8 MiB, or a quote is not closed",
		"a row of at most 8 MiB");
}

static vv_status read_rows(reading *r)
{
	vv_ragged_row w;
	vv_status rc = VV_OK;
	int more;

	while ((more = vv_ragged_next(&r->g, &w, r->err)) > 0) {
		/* with one column a blank line is a row without a value */
		if (w.too_long) {
			rc = give_too_long(r);
		} else if (w.comment) {
			rc = VV_OK;
		} else if (w.text_end == r->g.at && r->sniffed->columns > 1) {
			rc = give_blank(r, "a row");
		} else {
			rc = check_row(r, &w);
			r->row++;
		}
		if (rc < 0) return rc;
		r->line += vv_ragged_count_lines(r->g.window.data + r->g.at, w.end - r->g.at);
		vv_ragged_pass(&r->g, &w);
	}
	return (vv_status)more;
}

/* A row of its own only where it can be read: what follows it keeps its number. */
static vv_status check_object(reading *r, vv_json_rows *parser, size_t end)
{
	const char *p = r->g.window.data + r->g.at;
	size_t len = end - r->g.at;
	bool blank;
	vv_error why;

	if (!vv_utf8_valid(p, len)) {
		return give_finding(r, ENCODING, r->sniffed->columns, r->line, p, len,
				    "is not valid UTF-8", "UTF-8");
	}
	vv_status rc = vv_mend_object(parser, p, len, &blank, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(r->err);
	if (rc < 0) {
		return give_finding(r, SOURCE, r->sniffed->columns, r->line, p, len, why.message,
				    "one JSON object per line");
	}
	if (blank) return give_blank(r, "an object");
	r->row++;
	return VV_OK;
}

static vv_status read_objects(reading *r)
{
	vv_auto(vv_json_rows) *parser = vv_json_rows_new();
	vv_ragged_row w;
	vv_status rc = parser ? VV_OK : vv_fail_nomem(r->err);
	int more = 0;

	set_unread(r, ENCODING);
	while (rc == VV_OK && (more = vv_ragged_line(&r->g, &w, r->err)) > 0) {
		rc = w.too_long ? give_too_long(r) : check_object(r, parser, w.text_end);
		r->line++;
		vv_ragged_pass(&r->g, &w);
	}
	return rc < 0 ? rc : (vv_status)more;
}

/* Blank and repeated names in the header, which an import only warns of. */
static vv_status check_names(reading *r, const vv_check_options *o)
{
	const vv_sniff_result *s = r->sniffed;
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT;
	vv_status rc = vv_header_rows_read(&h, &s->dialect, r->err);
	const uint64_t line = vv_ragged_count_lines(s->dialect.prologue.data, h.last) + 1;

	for (size_t i = 0; i < s->columns && s->dialect.header && rc == VV_OK; i++) {
		vv_finding f = {
			.path = o->path, .commit = o->commit, .line = line, .column = s->names[i]};
		char message[96];
		const bool blank = !vv_array_find(s->names[i], s->name_lens[i], it,
						  *it != ' ' && *it != '\t');

		if (blank && i == 0) {
			continue; /* the index that R and pandas write */
		} else if (blank) {
			f.rule = "blank-label";
			f.column = NULL;
			snprintf(message, sizeof(message), "column %zu has no name", i + 1);
		} else {
			const size_t k = vv_find_place(
				n, i,
				s->name_lens[n] == s->name_lens[i] &&
					memcmp(s->names[n], s->names[i], s->name_lens[i]) == 0);

			if (k == i) {
				continue;
			}
			f.rule = "duplicate-label";
			snprintf(message, sizeof(message), "column %zu has the name of column %zu",
				 i + 1, k + 1);
		}
		f.message = message;
		f.severity = o->rules ? vv_rule_set_severity(o->rules, f.rule) : VV_SEVERITY_ERROR;
		if (f.severity == VV_SEVERITY_OFF) {
			continue;
		}
		*(f.severity == VV_SEVERITY_ERROR ? &r->out->errors : &r->out->warnings) += 1;
		rc = o->finding ? o->finding(o->payload, &f, r->err) : VV_OK;
	}
	return rc;
}

static vv_status add_totals(reading *r)
{
	const size_t columns = r->sniffed->columns;
	const uint64_t limit = r->o->limit > 0 ? r->o->limit : UINT64_MAX;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < RULES * (columns + 1) && rc == VV_OK; i++) {
		const size_t rule = i / (columns + 1), column = i % (columns + 1);
		const uint64_t found = r->totals[i];
		const vv_finding f = {.rule = r->code[rule],
				      .severity = r->severity[rule],
				      .column = column < columns ? r->sniffed->names[column]
								 : NULL};

		rc = check_total_add(r->out, r->o, &f, found, found < limit ? found : limit, false,
				     r->err);
	}
	return rc;
}

/* A fault of the whole file. */
static vv_status give_source(reading *r, const char *message, const char *expected)
{
	const vv_sniff_result *sniffed = r->sniffed;

	r->sniffed = NULL;
	if (r->severity[SOURCE] != VV_SEVERITY_OFF) {
		*(r->severity[SOURCE] == VV_SEVERITY_ERROR ? &r->out->errors
							   : &r->out->warnings) += 1;
	}
	vv_status rc = give_finding(r, SOURCE, 0, 0, NULL, 0, message, expected);
	r->sniffed = sniffed;
	return rc;
}

/* Bytes that have been read already, and then the rest. */
static ssize_t read_again(void *payload, void *buf, size_t len, vv_error *err)
{
	reading *r = payload;
	vv_ragged *g = &r->g;
	size_t left = g->window.len - g->at, n = left < len ? left : len;

	if (n == 0) return g->at_end ? 0 : g->source->read(g->source->payload, buf, len, err);
	memcpy(buf, g->window.data + g->at, n);
	g->at += n;
	return (ssize_t)n;
}

static vv_status no_block(void *payload VV_UNUSED, const vv_cid *cid VV_UNUSED,
			  vv_buf *out VV_UNUSED, vv_error *err)
{
	return vv_fail(err, VV_EMISSING, "no block");
}

/* Finds a JSON array's first error. */
static vv_status read_array(reading *r, const vv_sniff_hints *hints)
{
	vv_source again = *r->g.source;
	vv_sink sink = {.get = no_block};
	vv_import_options opts = {.kind = VV_KIND_TABLE, .hints = *hints};
	vv_auto(vv_import_result) result = {0};
	vv_error why;

	again.read = read_again;
	again.line = NULL;
	again.again = NULL;
	again.payload = r;
	r->g.at = 0;
	vv_status rc = vv_import(&result, &again, &sink, &opts, &why);
	if (rc == VV_OK) {
		r->row = result.root.rows;
		return VV_OK;
	}
	if (rc == VV_EINPUT || rc == VV_EREFUSED) {
		return give_source(
			r, why.message,
			"an array of objects; the part after this fault was not checked");
	}
	return vv_error_copy(r->err, &why);
}

static vv_status read_file(reading *r, const vv_source *source, const vv_sniff_hints *hints)
{
	const vv_sniff_result *s = &r->g.sniffed;
	vv_error why;

	vv_error_clear(&why);
	vv_status rc = vv_ragged_open(&r->g, source, hints, &why);
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND) {
		return give_source(r, why.message, "a table");
	}
	if (rc < 0) {
		if (r->err) {
			*r->err = why;
		}
		return rc;
	}
	r->sniffed = s;
	r->out->columns = s->columns;
	if (s->columns == 0) return VV_OK;
	if (vv_form_is_document(s->dialect.form)) return read_array(r, hints);
	r->totals = vv_calloc(RULES * (s->columns + 1), sizeof(*r->totals));
	if (!r->totals) return vv_fail_nomem(r->err);
	r->line = 1 + vv_ragged_count_lines(vv_buf_cstr(&r->g.window), s->body);
	if (vv_form_is_typed(s->dialect.form)) {
		rc = read_objects(r);
	} else if (r->o->mend || (rc = check_names(r, r->o)) == VV_OK) {
		rc = read_rows(r);
	}
	return rc < 0 ? rc : add_totals(r);
}

vv_status vv_check_file(vv_check_result *out, const vv_source *source, const vv_sniff_hints *hints,
			const vv_check_options *o, vv_error *err)
{
	vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	reading r = {.o = o, .out = out, .err = err};

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < RULES; i++) {
		r.code[i] = codes[i];
		r.severity[i] = o->rules ? vv_rule_set_severity(o->rules, codes[i])
					 : vv_rule_find(codes[i])->by_default;
	}
	set_unread(&r, SOURCE);
	vv_status rc = read_file(&r, source, hints ? hints : &none);
	out->rows = r.row;
	vv_ragged_close(&r.g);
	vv_free(r.totals);
	if (rc < 0) {
		vv_check_result_clear(out);
	}
	return rc;
}
