/*
 * text: the report for people: by dataset and rule, the rows as a small table, and
 * a verdict in one line at the end.
 */
#include <string.h>

#include "base/text.h"
#include "check/report/items.h"
#include "check/report/words.h"
#include "check/report/writers.h"

#define COLUMNS 7u
#define NARROWEST 10u /* of a column that is cut to keep to the terminal */
#define INDENT 4u
#define GAP 2u

enum { AT_LINE, AT_ROW, AT_KEY, AT_VALUE, AT_PROBABLY, AT_MESSAGE, AT_EXPECTED };

/* Widths of columns if they fit. */
static const size_t widest[COLUMNS] = {20, 20, 32, 34, 72, 72, 72};
#define INTENDED 8u
#define CONDITION 100u /* the value of a condition: those of several columns */

static const char *color_code(const vv_check_report *r, const char *code)
{
	return r->options.color ? code : "";
}

static const char *color_of(const vv_check_report *r, vv_severity s)
{
	return color_code(r, s == VV_SEVERITY_ERROR ? "\033[31m" : "\033[33m");
}

static bool says_the_same(const vv_report_group *g)
{
	return g->kept > 0 && g->one_message;
}

static bool expects_the_same(const vv_report_group *g)
{
	return g->kept > 0 && g->one_expected;
}

/* One cell of an item's row, into b, cut to width columns; empty where there is nothing. */
static void put_cell(vv_buf *b, const vv_report_item *i, size_t column, size_t width)
{
	b->len = 0; /* not reset: that memory ran out must not be forgotten */
	if (column == AT_LINE || column == AT_ROW) {
		const unsigned long long n = column == AT_LINE ? i->line : i->row;

		if (n > 0) {
			vv_buf_printf(b, "%llu", n);
		}
	} else if (column == AT_KEY && i->key) {
		vv_report_put_value(b, i->key, i->key_len, i->key_cut, width);
	} else if (column == AT_VALUE && i->value) {
		vv_buf_putc(b, '\'');
		vv_report_put_value(b, i->value, i->value_len, i->value_cut,
				    width > 2 ? width - 2 : 1);
		vv_buf_putc(b, '\'');
	} else if (column >= AT_PROBABLY) {
		const char *text;

		if (column == AT_PROBABLY) {
			text = i->probably;
		} else if (column == AT_MESSAGE) {
			text = i->message;
		} else {
			text = i->expected;
		}

		vv_text_put_words(b, text ? text : "", text ? strlen(text) : 0, width);
	}
}

/* Widths of the columns; 0: not shown. */
static void measure_columns(size_t *width, const vv_report_group *g, vv_buf *cell)
{
	memset(width, 0, COLUMNS * sizeof(*width));
	for (const vv_report_item *i = g->first; i; i = i->next) {
		for (size_t c = 0; c < COLUMNS; c++) {
			if ((c == AT_MESSAGE && g->one_message) ||
			    (c == AT_EXPECTED && g->one_expected)) {
				continue;
			}
			put_cell(cell, i, c, c == AT_VALUE && g->condition ? CONDITION : widest[c]);
			size_t w = vv_text_words_width(vv_buf_cstr(cell), cell->len);
			width[c] = w > width[c] ? w : width[c];
		}
	}
	if (says_the_same(g)) {
		width[AT_MESSAGE] = 0;
	}
	if (expects_the_same(g)) {
		width[AT_EXPECTED] = 0;
	}
}

static void put_line(vv_buf *out, const size_t *width, const char *const *names,
		     const vv_report_item *i, vv_buf *cell)
{
	size_t pending = INDENT; /* blanks before the next cell: none are left at the end */

	for (size_t c = 0; c < COLUMNS; c++) {
		if (width[c] == 0) {
			continue;
		}
		if (i) {
			put_cell(cell, i, c, width[c]);
		} else {
			cell->len = 0;
			vv_buf_puts(cell, names[c]);
		}
		size_t w = vv_text_words_width(vv_buf_cstr(cell), cell->len);
		if (c <= AT_ROW) { /* numbers are right-aligned */
			pending += width[c] - w;
		}
		if (cell->len > 0) {
			vv_buf_printf(out, "%*s", (int)pending, "");
			vv_buf_put(out, cell->data, cell->len);
			pending = 0;
		} else {
			pending += c <= AT_ROW ? 0 : w;
		}
		pending += GAP + (c <= AT_ROW ? 0 : width[c] - w);
	}
	vv_buf_putc(out, '\n');
}

/* Makes the widest columns narrower until a line keeps to the terminal. */
static void fit_columns(size_t *width, const vv_check_report *r)
{
	for (;;) {
		size_t sum = INDENT, shown = 0, most = AT_KEY;

		for (size_t c = 0; c < COLUMNS; c++) {
			sum += width[c];
			shown += width[c] > 0;
			most = c > most && width[c] > width[most] ? c : most;
		}
		sum += shown > 0 ? (shown - 1) * GAP : 0;
		if (r->options.width == 0 || sum <= r->options.width || width[most] <= NARROWEST) {
			return;
		}
		width[most]--;
	}
}

static void put_table(vv_buf *out, const vv_check_report *r, const vv_report_group *g)
{
	static const char *const names[COLUMNS] = {"line",     "row",     "key",     "value",
						   "probably", "problem", "expected"};
	size_t width[COLUMNS], shown = 0;
	vv_auto(vv_buf) cell = VV_BUF_FOR(out);

	measure_columns(width, g, &cell);
	for (size_t c = 0; c < COLUMNS; c++) {
		size_t w = strlen(names[c]);

		shown += width[c] > 0;
		width[c] = width[c] > 0 && width[c] < w ? w : width[c];
	}
	fit_columns(width, r);
	if (shown > 0) {
		vv_buf_puts(out, color_code(r, "\033[2m"));
		put_line(out, width, names, NULL, &cell);
		vv_buf_puts(out, color_code(r, "\033[0m"));
		for (const vv_report_item *i = g->first; i; i = i->next) {
			put_line(out, width, names, i, &cell);
			vv_report_drain(r, out);
		}
	}
}

/* Ends a line that is at column `from` with text that is escaped already, and empties that. */
static void put_wrapped(vv_buf *out, const vv_check_report *r, vv_buf *text, size_t from,
			size_t indent)
{
	vv_text_put_wrapped(out, vv_buf_cstr(text), text->len, from, indent, r->options.width);
	vv_buf_putc(out, '\n');
	out->failed = out->failed || text->failed;
	vv_buf_reset(text);
}

/* How numbers are written is shown by one of them; else each value counts. */
static bool same_intention(const char *a, const char *b)
{
	const char *equals = strstr(a, " --number ") ? strrchr(a, '=') : NULL;

	return equals ? strncmp(a, b, (size_t)(equals - a)) == 0 : strcmp(a, b) == 0;
}

/* Puts the ways to accept the values, each once, at most INTENDED. */
static void put_intended(vv_buf *out, const vv_check_report *r, const vv_report_group *g)
{
	const char *put[INTENDED];
	size_t count = 0;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	for (const vv_report_item *i = g->first; i && count < INTENDED; i = i->next) {
		size_t k = i->intended ? 0 : count;

		while (k < count && !same_intention(put[k], i->intended)) {
			k++;
		}
		if (!i->intended || k < count) {
			continue;
		}
		put[count++] = i->intended;
		vv_buf_puts(out, "    if it is intended: ");
		vv_text_put_words(&b, i->intended, strlen(i->intended), 0);
		put_wrapped(out, r, &b, INDENT + strlen("if it is intended: "), INDENT + 2);
	}
}

static void put_accepted(vv_buf *out, const vv_check_report *r, const vv_report_group *g)
{
	vv_auto(vv_buf) why = VV_BUF_FOR(out);

	if (g->accepted == 0) return;
	for (const vv_report_item *i = g->first; i; i = i->next) {
		if (i->accepted && strcmp(vv_buf_cstr(&why), i->accepted) != 0) {
			vv_buf_reset(&why);
			vv_buf_puts(&why, i->accepted);
			vv_buf_puts(out, "    accepted");
			if (g->errors + g->warnings > 0 && i->key) { /* not all of them are */
				vv_buf_puts(out, ", ");
				vv_report_put_value(out, i->key, i->key_len, i->key_cut, 0);
			}
			vv_buf_puts(out, ": ");
			vv_text_put_escaped(out, why.data, why.len);
			vv_buf_putc(out, '\n');
			vv_report_drain(r, out);
		}
	}
}

static void put_group(vv_buf *out, const vv_check_report *r, const vv_report_group *g)
{
	uint64_t found = vv_report_found(g);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (found == 0) {
		return; /* all of them known */
	}
	vv_buf_printf(out, "\n  %s%s%s", color_of(r, g->severity), vv_severity_name(g->severity),
		      color_code(r, "\033[0m"));
	vv_buf_printf(&b, " %s", g->code);
	if (g->column) {
		vv_buf_puts(&b, ", column ");
		vv_text_put_words(&b, g->column, strlen(g->column), 0);
	}
	if (found > 1) {
		vv_buf_printf(&b, ", %s times", vv_text_count(found));
	}
	if (says_the_same(g)) {
		vv_buf_puts(&b, ": ");
		vv_text_put_words(&b, g->first->message, strlen(g->first->message), 0);
	}
	put_wrapped(out, r, &b, 2 + strlen(vv_severity_name(g->severity)), INDENT + 2);
	if (expects_the_same(g) && g->first->expected) {
		vv_buf_puts(out, "    expected: ");
		vv_text_put_words(&b, g->first->expected, strlen(g->first->expected), 0);
		put_wrapped(out, r, &b, INDENT + strlen("expected: "), INDENT + 2);
	}
	put_intended(out, r, g);
	put_accepted(out, r, g);
	put_table(out, r, g);
	if (vv_report_unlisted(g) > 0) {
		vv_buf_printf(out, "    and %s more\n", vv_text_count(vv_report_unlisted(g)));
	}
}

static void put_dataset(vv_buf *out, const vv_check_report *r, const vv_report_dataset *d)
{
	vv_auto(vv_buf) b = VV_BUF_FOR(out);
	size_t from = d->commit ? 11 : 0;

	if (d->commit) {
		vv_buf_printf(out, "%.10s ", d->commit);
	}
	vv_text_put_escaped(&b, d->path, strlen(d->path));
	vv_buf_printf(out, "%s%s%s", color_code(r, "\033[1m"), vv_buf_cstr(&b),
		      color_code(r, "\033[0m"));
	from += vv_text_words_width(vv_buf_cstr(&b), b.len);
	vv_buf_reset(&b);
	if (d->facts.columns > 0) { /* varve.json has none */
		vv_buf_printf(&b, ": %s, %s", vv_text_counted(d->facts.rows, "row", NULL),
			      vv_text_counted(d->facts.columns, "column", NULL));
	}
	if (d->facts.base) {
		vv_buf_puts(&b, ", against ");
		vv_text_put_escaped(&b, d->facts.base, strlen(d->facts.base));
	}
	vv_buf_puts(&b, ": ");
	vv_report_put_counts(&b, d->errors, d->warnings);
	if (d->known > 0) {
		vv_buf_printf(&b, ", %s known", vv_text_count(d->known));
	}
	if (d->accepted > 0) {
		vv_buf_printf(&b, ", %s accepted", vv_text_count(d->accepted));
	}
	put_wrapped(out, r, &b, from, 2);
	for (const vv_report_group *g = d->first; g; g = g->next) {
		put_group(out, r, g);
	}
	if (d->errors + d->warnings + d->accepted > 0) {
		vv_buf_putc(out, '\n');
	}
}

vv_status vv_report_text(const vv_check_report *r, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_FOR(out);

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		/* of a long range, or with new_only, only datasets with findings */
		if ((r->totals.commits > 1 || r->options.new_only) &&
		    d->errors + d->warnings + d->accepted == 0) {
			continue;
		}
		put_dataset(out, r, d);
	}
	vv_buf_puts(out, color_of(r, vv_report_passes(r, r->totals.errors, r->totals.warnings)
					     ? VV_SEVERITY_WARNING
					     : VV_SEVERITY_ERROR));
	vv_report_put_verdict(&b, r);
	vv_text_put_wrapped(out, vv_buf_cstr(&b), b.len, 0, 2, r->options.width);
	vv_buf_printf(out, "%s\n", color_code(r, "\033[0m"));
	return vv_buf_ok(out, err);
}
