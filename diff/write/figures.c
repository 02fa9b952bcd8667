/*
 * figures: values are counted by hash until there are too many, and looked at once for all their cells; bins are joined in
 * pairs for a number outside of them.
 */
#include "diff/write/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "diff/write/text_cell.h"

enum {
	TEXT_WIDTH = 24, /* of a value that is shown */
	WIDTH_LEAST = -60,
	DIGITS = 52 /* of a double: numbers of bins stay below 2^52 */
};

static bool is_number(const vv_field *f)
{
	return f && (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER);
}

/* A number in usual form, with *digits after its point; false: another text. */
static bool read_plain(int64_t *number, unsigned *digits, const char *text, size_t len)
{
	const uint64_t key = spell_key(text, len);
	const int fraction = len > 0 ? spell_fraction(text, len, key) : 0;
	uint64_t magnitude;

	*digits = fraction > 0 ? (unsigned)fraction : 0;
	return fraction != 0 && spell_read_fraction(&magnitude, text, len, key, fraction) &&
	       magnitude <= (uint64_t)VV_FIGURES_EXACT &&
	       spell_signed(number, magnitude, *text == '-');
}

/* Is the field one for read_plain, whose result is the nearest double by one division? */
static bool is_plain(const vv_field *f)
{
	unsigned digits;
	int64_t number;

	return vv_field_plain_marks(f) &&
	       !vv_ended_find(f->missing, it, read_plain(&number, &digits, *it, strlen(*it)));
}

void vv_figures_init(vv_figures *f, const vv_field *before, const vv_field *after, size_t most)
{
	*f = (vv_figures){.field = {before, after},
			  .numeric = is_number(before) && is_number(after),
			  .most = most};
	f->plain = f->numeric && is_plain(before) && is_plain(after);
}

static void forget_values(vv_figures *f)
{
	vv_free(f->values);
	vv_arena_clear(&f->texts);
	f->values = NULL;
	f->count = f->cap = 0;
	vv_hash_index_clear(&f->index);
}

void vv_figures_clear(vv_figures *f)
{
	forget_values(f);
	for (int i = 0; i < 2; i++) {
		vv_buf_clear_all(&f->side[i].low, &f->side[i].high);
	}
}

bool vv_figures_number(double *out, vv_buf *scratch, const vv_field *field, const vv_cell *cell)
{
	vv_decimal decimal;
	int64_t whole;

	if (vv_field_plain_marks(field) &&
	    vv_value_quick_number(&whole, out, true, cell->text, cell->len)) {
		return true;
	}
	vv_buf_reset(scratch);
	return vv_decimal_read(&decimal, scratch, field, cell->text, cell->len) &&
	       vv_decimal_double(out, &decimal, scratch) && isfinite(*out);
}

/* --- bins ---------------------------------------------------------------------------------- */

/* Makes bins twice as wide. */
static void widen_bins(vv_figures *f)
{
	const double first = floor(f->first / 2);
	uint64_t wide[2][VV_BARS] = {{0}};

	for (unsigned i = 0; i < VV_BARS && f->first + i <= f->last; i++) {
		const size_t to = (size_t)(floor((f->first + i) / 2) - first);

		wide[0][to] += f->bins[0][i];
		wide[1][to] += f->bins[1][i];
	}
	memcpy(f->bins, wide, sizeof(wide));
	f->first = first;
	f->last = floor(f->last / 2);
	f->width++;
}

static void count_bin(vv_figures *f, int side, double x, uint64_t times)
{
	const int fine = x == 0 ? WIDTH_LEAST : ilogb(x) - DIGITS;

	if (f->side[0].numbers + f->side[1].numbers == 0) {
		f->width = fine > WIDTH_LEAST ? fine : WIDTH_LEAST;
		f->first = f->last = floor(ldexp(x, -f->width));
	}
	while (f->width < fine) {
		widen_bins(f);
	}
	double at = floor(ldexp(x, -f->width));
	while (fmax(f->last, at) - fmin(f->first, at) >= VV_BARS) {
		widen_bins(f);
		at = floor(at / 2);
	}
	if (at < f->first) {
		const size_t by = (size_t)(f->first - at);

		for (int i = 0; i < 2; i++) {
			memmove(f->bins[i] + by, f->bins[i], (VV_BARS - by) * sizeof(uint64_t));
			memset(f->bins[i], 0, by * sizeof(uint64_t));
		}
		f->first = at;
	}
	f->last = fmax(f->last, at);
	f->bins[side][(size_t)(at - f->first)] += times;
}

/* --- cells --------------------------------------------------------------------------------- */

static void keep_text(vv_buf *to, const vv_cell *cell)
{
	vv_buf_set(to, cell->text, cell->len < VV_FIGURES_TEXT ? cell->len : VV_FIGURES_TEXT);
}

/* Compares the cell with the text of a bound, and numbers by x and `with`; equal values by their bytes. */
static int compare_bound(const vv_figures *f, int side, double x, double with, const vv_cell *cell,
			 const vv_buf *text, vv_buf *scratch)
{
	const vv_cell a = {.text = cell->text,
			   .len = cell->len < VV_FIGURES_TEXT ? cell->len : VV_FIGURES_TEXT};
	const vv_cell b = {.text = vv_buf_cstr(text), .len = (uint32_t)text->len};
	const int rank = f->numeric ? (x > with) - (x < with)
				    : vv_value_text_rank(scratch, f->field[side], &a, &b);

	return rank != 0 ? rank : vv_fact_text_order(a.text, a.len, b.text, b.len);
}

static void bound_side(vv_figures *f, int side, double x, const vv_cell *cell, vv_buf *scratch)
{
	vv_figures_side *s = &f->side[side];

	if (!s->any || compare_bound(f, side, x, s->least, cell, &s->low, scratch) < 0) {
		s->least = x;
		keep_text(&s->low, cell);
	}
	if (!s->any || compare_bound(f, side, x, s->greatest, cell, &s->high, scratch) > 0) {
		s->greatest = x;
		keep_text(&s->high, cell);
	}
	s->any = true;
}

static void count_number(vv_figures *f, int side, double x, uint64_t times)
{
	vv_figures_side *s = &f->side[side];
	const double y = x * (double)times - s->lost, sum = s->sum + y;

	count_bin(f, side, x, times);
	s->lost = (sum - s->sum) - y;
	s->sum = sum;
	s->numbers += times;
}

/* A number has a text where that may be the least or the greatest. */
static void look_at_number(vv_figures *f, int side, const vv_figures_value *v, uint64_t times,
			   vv_buf *scratch)
{
	const vv_figures_side *s = &f->side[side];
	const double x = (double)v->number / (double)spell_power[v->digits];
	char text[VV_SPELL_MAX];

	count_number(f, side, x, times);
	if (!s->any || x <= s->least || x >= s->greatest) {
		const size_t len = v->digits > 0 ? spell_write_decimal(text, v->number, v->digits,
								       v->digits)
						 : spell_write_integer(text, v->number);
		bound_side(f, side, x, &(vv_cell){.text = text, .len = (uint32_t)len}, scratch);
	}
}

/* v: whole, not yet cut. */
static vv_status look_at(vv_figures *f, int side, const vv_figures_value *v, uint64_t times,
			 vv_buf *scratch, vv_error *err)
{
	const vv_cell cell = {.text = v->text, .len = v->len, .state = v->state};
	vv_figures_side *s = &f->side[side];
	double x = 0;

	if (!v->text) {
		look_at_number(f, side, v, times, scratch);
	} else if (!f->numeric && vv_field_accepts(f->field[side], &cell)) {
		bound_side(f, side, 0, &cell, scratch);
	} else if (f->numeric && vv_figures_number(&x, scratch, f->field[side], &cell)) {
		count_number(f, side, x, times);
		bound_side(f, side, x, &cell, scratch);
	}
	return s->low.failed || s->high.failed || scratch->failed ? vv_fail_nomem(err) : VV_OK;
}

/* All cells of the values that were counted. */
static vv_status look_at_values(vv_figures *f, vv_buf *scratch, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < 2 * f->count; i++) {
		const vv_figures_value *v = &f->values[i / 2];

		if (v->count[i % 2] > 0 && !v->cut) {
			if ((rc = look_at(f, (int)(i % 2), v, v->count[i % 2], scratch, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* 1: the value was counted, and will be looked at; 0: it is to be looked at now. */
static int count_value(vv_figures *f, int side, const vv_figures_value *of, uint64_t times,
		       vv_buf *scratch, vv_error *err)
{
	vv_hash_probe p = vv_hash_probe_begin(&f->index, of->hash);
	vv_figures_value v = *of;
	vv_status rc;
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (f->values[at].hash == v.hash) {
			f->side[side].distinct += f->values[at].count[side] == 0;
			f->values[at].count[side] += times;
			return !f->values[at].cut;
		}
	}
	if (f->count == f->most) {
		f->many = true;
		if ((rc = look_at_values(f, scratch, err)) < 0) return (int)rc;
		forget_values(f);
		return 0;
	}
	v.count[side] = times;
	v.cut = v.len > VV_FIGURES_TEXT;
	v.len = v.cut ? VV_FIGURES_TEXT : v.len;
	v.text = v.text ? vv_arena_strndup(&f->texts, v.text, v.len) : NULL;
	if ((of->text && !v.text) || !vv_hash_index_add(&f->index, v.hash, f->count) ||
	    !vv_array_add(f->values, f->count, f->cap, v)) {
		return (int)vv_fail_nomem(err);
	}
	f->side[side].distinct++;
	return !v.cut;
}

static vv_status add_value(vv_figures *f, int side, const vv_figures_value *v, uint64_t times,
			   vv_buf *scratch, vv_error *err)
{
	const int counted = f->many ? 0 : count_value(f, side, v, times, scratch, err);

	if (counted != 0) return counted < 0 ? (vv_status)counted : VV_OK;
	return look_at(f, side, v, times, scratch, err);
}

vv_status vv_figures_add_number(vv_figures *f, int side, int64_t number, unsigned digits,
				uint64_t times, vv_buf *scratch, vv_error *err)
{
	const uint64_t what[2] = {(uint64_t)number, digits};
	const vv_figures_value v = {.hash = vv_xxh3(what, sizeof(what), vv_hash_seed()),
				    .number = number,
				    .digits = (uint8_t)digits};

	f->side[side].cells += times;
	return add_value(f, side, &v, times, scratch, err);
}

vv_status vv_figures_add(vv_figures *f, int side, const vv_cell *cell, uint64_t times,
			 vv_buf *scratch, vv_error *err)
{
	vv_figures_side *s = &f->side[side];
	vv_figures_value v = {.text = cell->text, .len = cell->len, .state = cell->state};
	unsigned digits;
	int64_t number;

	if (f->plain && read_plain(&number, &digits, cell->text, cell->len)) {
		return vv_figures_add_number(f, side, number, digits, times, scratch, err);
	}
	s->cells += times;
	if (cell->len == 0 || vv_field_missing(f->field[side], cell)) {
		s->missing += times;
		return VV_OK;
	}
	v.hash = vv_xxh3(cell->text, cell->len, vv_hash_seed());
	return add_value(f, side, &v, times, scratch, err);
}

vv_status vv_figures_end(vv_figures *f, vv_buf *scratch, vv_error *err)
{
	return look_at_values(f, scratch, err);
}

vv_status vv_figures_same(vv_figures *f, vv_error *err)
{
	vv_figures_side *to = &f->side[1];

	*to = f->side[0];
	to->low = to->high = (vv_buf)VV_BUF_INIT;
	vv_buf_put(&to->low, f->side[0].low.data, f->side[0].low.len);
	vv_buf_put(&to->high, f->side[0].high.data, f->side[0].high.len);
	memcpy(f->bins[1], f->bins[0], sizeof(f->bins[0]));
	vv_array_each(f->values, f->count, value) {
		value->count[1] = value->count[0];
	}
	return to->low.failed || to->high.failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- words --------------------------------------------------------------------------------- */

static void put_value(vv_buf *out, const char *text, size_t len)
{
	const vv_cell cell = {.text = text, .len = (uint32_t)len};
	vv_auto(vv_buf) shown = VV_BUF_FOR(out);

	vv_text_cell_put(&shown, &cell, true);
	vv_text_cell_fit(out, vv_buf_cstr(&shown), TEXT_WIDTH);
}

/* Puts both sides' figures from a and b, and empties these. */
static void put_both(vv_buf *out, const char *label, vv_buf *a, vv_buf *b)
{
	if (a->len + b->len > 0) {
		vv_buf_printf(out, "%s%s %s", out->len > 0 ? ", " : "", label,
			      a->len > 0 ? vv_buf_cstr(a) : "none");
		if (strcmp(vv_buf_cstr(a), vv_buf_cstr(b)) != 0) {
			vv_buf_printf(out, " -> %s", b->len > 0 ? vv_buf_cstr(b) : "none");
		}
	}
	vv_buf_reset(a);
	vv_buf_reset(b);
}

/* Whether a comes before b among the most frequent: at side, or at both (2). */
static bool more_frequent(const vv_figures_value *a, const vv_figures_value *b, int side)
{
	const uint64_t x = side < 2 ? a->count[side] : a->count[0] + a->count[1];
	const uint64_t y = side < 2 ? b->count[side] : b->count[0] + b->count[1];

	if (x != y) return x > y;
	return vv_fact_text_order(a->text, a->len, b->text, b->len) < 0;
}

static void put_frequent(vv_buf *out, const vv_figures *f, int side)
{
	const vv_figures_value *best = NULL;

	vv_array_each(f->values, f->count, value) {
		best = !best || more_frequent(value, best, side) ? value : best;
	}
	if (best && best->count[side] > 1) {
		put_value(out, best->text, best->len);
		vv_buf_printf(out, " (%s)", vv_text_count(best->count[side]));
	}
}

static void put_bars(vv_buf *out, const uint64_t *counts, size_t n, bool ascii)
{
	static const char *const fine[] = {"\u2581", "\u2582", "\u2583", "\u2584",
					   "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char coarse[] = "_.:-=+*#";
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		most = counts[i] > most ? counts[i] : most;
	}
	for (size_t i = 0; i < n; i++) {
		const uint64_t part = most > 0 ? most / 7 + (most % 7 != 0) : 1;
		const size_t level = (size_t)((counts[i] + part - 1) / part);

		if (ascii) {
			vv_buf_putc(out, coarse[level]);
		} else {
			vv_buf_puts(out, fine[level]);
		}
	}
}

/* The eight most frequent values, of both sides together. */
static size_t frequent_counts(uint64_t counts[2][VV_BARS], const vv_figures *f)
{
	const vv_figures_value *best[VV_BARS];
	size_t n = 0;

	vv_array_each(f->values, f->count, v) {
		if (n == VV_BARS && !more_frequent(v, best[n - 1], 2)) {
			continue;
		}
		size_t at = n < VV_BARS ? n++ : n - 1;
		for (; at > 0 && more_frequent(v, best[at - 1], 2); at--) {
			best[at] = best[at - 1];
		}
		best[at] = v;
	}
	for (size_t i = 0; i < n; i++) {
		counts[0][i] = best[i]->count[0];
		counts[1][i] = best[i]->count[1];
	}
	return n;
}

static void put_spread(vv_buf *out, const vv_figures *f, bool ascii, vv_buf *a, vv_buf *b)
{
	uint64_t counts[2][VV_BARS] = {{0}};
	size_t n = VV_BARS;

	if (f->numeric) {
		memcpy(counts, f->bins, sizeof(counts));
		n = f->last > f->first ? n : 0;
	} else {
		n = frequent_counts(counts, f);
	}
	if (n < 2) return;
	put_bars(a, counts[0], n, ascii);
	put_bars(b, counts[1], n, ascii);
	vv_buf_printf(out, ", %s -> %s", vv_buf_cstr(a), vv_buf_cstr(b));
}

void vv_figures_put(vv_buf *out, const vv_figures *f, bool ascii)
{
	vv_auto(vv_buf) line = VV_BUF_FOR(out), a = VV_BUF_FOR(out), b = VV_BUF_FOR(out);
	vv_buf *const text[2] = {&a, &b};
	const bool mean = f->numeric;

	for (int i = 0; i < 2; i++) {
		vv_buf_puts(text[i], vv_text_count(f->side[i].missing));
	}
	put_both(&line, "missing", &a, &b);
	if (f->many) {
		vv_buf_printf(&line, ", distinct more than %s", vv_text_count(f->most));
	} else {
		for (int i = 0; i < 2; i++) {
			vv_buf_puts(text[i], vv_text_count(f->side[i].distinct));
		}
		put_both(&line, "distinct", &a, &b);
	}
	for (int high = 0; high < 2; high++) {
		for (int i = 0; i < 2; i++) {
			const vv_buf *end = high ? &f->side[i].high : &f->side[i].low;
			if (f->side[i].any) {
				put_value(text[i], vv_buf_cstr(end), end->len);
			}
		}
		put_both(&line, high ? "greatest" : "least", &a, &b);
	}
	for (int i = 0; i < 2; i++) {
		if (mean && f->side[i].numbers > 0) {
			vv_buf_printf(text[i], "%.6g", f->side[i].sum / (double)f->side[i].numbers);
		} else if (!mean) {
			put_frequent(text[i], f, i);
		}
	}
	put_both(&line, mean ? "mean" : "most frequent", &a, &b);
	put_spread(&line, f, ascii, &a, &b);
	vv_buf_put(out, line.data, line.len);
}

void vv_figures_fold(vv_buf *out, const char *text, size_t len)
{
	const size_t start = out->len;
	bool space = false;

	for (size_t i = 0; i < len; i++) {
		const bool wide = i + 1 < len && memcmp(text + i, "\xc2\xa0", 2) == 0;

		if (wide || memchr(" \t\r\n", text[i], 4)) {
			space = true;
			i += wide;
			continue;
		}
		if (space && out->len > start) {
			vv_buf_putc(out, ' ');
		}
		space = false;
		vv_buf_putc(out, (char)vv_to_lower(text[i]));
	}
}
