/*
 * story: groups of equal changes are counted by hash; a formula is guessed from the first numbers and tried on all.
 */
#include "diff/write/story.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "diff/write/text_cell.h"

enum {
	GROUPS_MAX = 1000, /* different changes that are counted, for each column */
	NUMBERS_MAX = 64,  /* from which a formula is guessed */
	SHOWN_MAX = 3,     /* groups */
	TEXT_WIDTH = 24    /* of a value */
};

typedef struct group {
	vv_hash128 hash;
	uint64_t count;
	char *from, *to; /* escaped, cut */
} group;

typedef struct numbers {
	double from[NUMBERS_MAX], to[NUMBERS_MAX], half[NUMBERS_MAX];
	size_t kept;
	bool guessed;
	double factor, step;                /* NAN: none fits */
	uint64_t count, by_factor, by_step; /* pairs of numbers; those that the guesses explain */
} numbers;

typedef struct column {
	group *groups;
	size_t count, cap;
	vv_hash_index index;
	uint64_t changed, filled, emptied, other;
	numbers n;
} column;

struct vv_story {
	const vv_diff_table *t;
	column *columns;
	size_t count;
	vv_buf text[2];
};

vv_status vv_story_new(vv_story **out, const vv_diff_table *t, vv_error *err)
{
	vv_story *s = *out = vv_calloc(1, sizeof(*s));

	if (!s) return vv_fail_nomem(err);
	s->t = t;
	s->count = t->columns ? t->columns->count : 0;
	if (!(s->columns = vv_calloc(s->count + 1, sizeof(*s->columns)))) {
		vv_story_free(s);
		*out = NULL;
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->count; i++) {
		vv_hash_index_init(&s->columns[i].index);
	}
	return VV_OK;
}

void vv_story_free(vv_story *s)
{
	for (size_t i = 0; s && s->columns && i < s->count; i++) {
		column *c = &s->columns[i];

		for (size_t k = 0; k < c->count; k++) {
			vv_free(c->groups[k].from);
			vv_free(c->groups[k].to);
		}
		vv_free(c->groups);
		vv_hash_index_clear(&c->index);
	}
	if (s) {
		vv_buf_clear(&s->text[0]);
		vv_buf_clear(&s->text[1]);
		vv_free(s->columns);
	}
	vv_free(s);
}

/* --- equal changes ------------------------------------------------------------------------ */

static vv_hash128 hash_of(const column *c, const vv_cell *a, const vv_cell *b)
{
	const vv_hash128 from = vv_xxh3_128(a->len > 0 ? a->text : "", a->len,
					    c->index.seed + a->state);
	const vv_hash128 to = vv_xxh3_128(b->len > 0 ? b->text : "", b->len, from.lo + b->state);

	return (vv_hash128){.lo = from.hi ^ to.lo, .hi = to.hi};
}

static char *shown(vv_buf *text, const vv_cell *c)
{
	vv_auto(vv_buf) cut = VV_BUF_INIT;

	vv_buf_reset(text);
	vv_text_cell_put(text, c, true);
	vv_text_cell_fit(&cut, vv_buf_cstr(text), TEXT_WIDTH);
	return text->failed || cut.failed ? NULL : vv_strdup(vv_buf_cstr(&cut));
}

static vv_status count_group(vv_story *s, column *c, const vv_cell *a, const vv_cell *b,
			     vv_error *err)
{
	const vv_hash128 hash = hash_of(c, a, b);
	vv_hash_probe p = vv_hash_probe_begin(&c->index, hash.lo);
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (c->groups[at].hash.lo == hash.lo && c->groups[at].hash.hi == hash.hi) {
			c->groups[at].count++;
			return VV_OK;
		}
	}
	if (c->count == GROUPS_MAX) {
		c->other++;
		return VV_OK;
	}
	if (!vv_array_room(c->groups, c->count, c->cap) ||
	    !vv_hash_index_add(&c->index, hash.lo, c->count)) {
		return vv_fail_nomem(err);
	}
	group *g = &c->groups[c->count++];
	*g = (group){.hash = hash,
		     .count = 1,
		     .from = shown(&s->text[0], a),
		     .to = shown(&s->text[1], b)};
	return g->from && g->to ? VV_OK : vv_fail_nomem(err);
}

/* --- formulas ------------------------------------------------------------------------------ */

/* Half of the last decimal place: how far rounding may have moved it. */
static double half_place(const vv_cell *c)
{
	const char *point = memchr(c->text, '.', c->len);

	return point ? 0.5 * pow(10, -(double)(c->text + c->len - point - 1)) : 0.5;
}

static bool explains_factor(double factor, double from, double to, double half)
{
	return fabs(from * factor - to) <= half * 1.0001 + fabs(to) * 1e-9;
}

static bool explains_step(double step, double from, double to)
{
	return fabs(from + step - to) <= (fabs(from) + fabs(to) + fabs(step)) * 1e-12;
}

/* To so many digits. */
static double rounded(double x, int digits)
{
	if (x == 0 || !isfinite(x)) return x;
	const double scale = pow(10, digits - 1 - floor(log10(fabs(x))));

	return round(x * scale) / scale;
}

/* The shortest factor that explains all that is kept; NAN: none does. */
static double guess_factor(const numbers *n)
{
	size_t largest = 0;

	for (size_t i = 1; i < n->kept; i++) {
		largest = fabs(n->from[i]) > fabs(n->from[largest]) ? i : largest;
	}
	if (n->from[largest] == 0) return NAN;
	for (int digits = 1; digits <= 7; digits++) {
		const double factor = rounded(n->to[largest] / n->from[largest], digits);
		size_t i = 0;

		while (i < n->kept && explains_factor(factor, n->from[i], n->to[i], n->half[i])) {
			i++;
		}
		if (i == n->kept) return factor;
	}
	return NAN;
}

static double guess_step(const numbers *n)
{
	const double step = rounded(n->to[0] - n->from[0], 10);

	for (size_t i = 0; i < n->kept; i++) {
		if (!explains_step(step, n->from[i], n->to[i])) return NAN;
	}
	return step;
}

static void guess(numbers *n)
{
	n->guessed = true;
	n->factor = guess_factor(n);
	n->step = guess_step(n);
	n->by_factor = isnan(n->factor) ? 0 : n->kept;
	n->by_step = isnan(n->step) ? 0 : n->kept;
}

static void count_number(numbers *n, const vv_field *fa, const vv_cell *a, const vv_field *fb,
			 const vv_cell *b)
{
	int64_t whole;
	double from, to;

	if (!vv_field_plain_marks(fa) || !vv_field_plain_marks(fb) ||
	    !vv_value_quick_number(&whole, &from, true, a->text, a->len) ||
	    !vv_value_quick_number(&whole, &to, true, b->text, b->len)) {
		return;
	}
	n->count++;
	if (n->kept < NUMBERS_MAX) {
		n->from[n->kept] = from;
		n->to[n->kept] = to;
		n->half[n->kept++] = half_place(b);
		return;
	}
	if (!n->guessed) {
		guess(n);
	}
	n->by_factor += !isnan(n->factor) && explains_factor(n->factor, from, to, half_place(b));
	n->by_step += !isnan(n->step) && explains_step(n->step, from, to);
}

static bool is_number(const vv_field *f)
{
	return f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER;
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool is_empty(const vv_field *f, const vv_cell *c)
{
	return c->len == 0 || vv_field_missing(f, c);
}

vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0;
	     c->kind == VV_ROW_CHANGED && c->changed > 0 && i < s->count && rc == VV_OK; i++) {
		column *col = &s->columns[i];

		if (c->cells[i] != VV_CELL_CHANGED) {
			continue;
		}
		const vv_column_pair *p = &s->t->columns->pairs[i];
		const vv_field *fa = &s->t->a->schema.fields[p->a],
			       *fb = &s->t->b->schema.fields[p->b];
		const vv_cell *a = &c->old_cells[p->a], *b = &c->new_cells[p->b];

		col->changed++;
		if (is_empty(fa, a) != is_empty(fb, b)) {
			col->filled += is_empty(fa, a);
			col->emptied += is_empty(fb, b);
			continue;
		}
		if (is_number(fa) && is_number(fb)) {
			count_number(&col->n, fa, a, fb, b);
		}
		rc = count_group(s, col, a, b, err);
	}
	return rc;
}

/* --- words ------------------------------------------------------------------------------------ */

static int by_count(const void *a, const void *b)
{
	const group *x = *(const group *const *)a, *y = *(const group *const *)b;

	if (x->count != y->count) return x->count > y->count ? -1 : 1;
	int c = strcmp(x->from, y->from);
	return c != 0 ? c : strcmp(x->to, y->to);
}

static void part(vv_buf *out, size_t start)
{
	vv_buf_puts(out, out->len > start ? ", " : "");
}

/* " in 3,000", unless that is all of them. */
static void put_times(vv_buf *out, uint64_t times, const column *c)
{
	if (times < c->changed) {
		vv_buf_printf(out, " in %s", vv_text_count(times));
	}
}

/* "x 1.19", "+ 5": nearly all numbers that changed follow it, and it is not one change repeated. */
static uint64_t put_formula(vv_buf *out, column *c)
{
	numbers *n = &c->n;

	if (!n->guessed && n->kept > 0) {
		guess(n);
	}
	if (n->count < 3 || c->count < 3) return 0;
	bool step = n->by_step * 20 >= n->count * 19, factor = n->by_factor * 20 >= n->count * 19;
	if (step) {
		vv_buf_printf(out, "%c %.10g", n->step < 0 ? '-' : '+', fabs(n->step));
	} else if (factor) {
		vv_buf_printf(out, "x %.7g", n->factor);
	} else {
		return 0;
	}
	const uint64_t explained = step ? n->by_step : n->by_factor;
	put_times(out, explained, c);
	return explained;
}

/* The largest groups of at least two, or of one in a hundred. */
static uint64_t put_groups(vv_buf *out, size_t start, const column *c)
{
	const group **list = vv_calloc(c->count + 1, sizeof(*list));
	uint64_t told = 0;

	if (!list) {
		out->failed = true;
		return 0;
	}
	for (size_t i = 0; i < c->count; i++) {
		list[i] = &c->groups[i];
	}
	qsort(list, c->count, sizeof(*list), by_count);
	for (size_t i = 0; i < c->count && i < SHOWN_MAX && list[i]->count >= 2 &&
			   list[i]->count * 100 >= c->changed;
	     i++) {
		part(out, start);
		vv_buf_printf(out, "%s -> %s", list[i]->from, list[i]->to);
		put_times(out, list[i]->count, c);
		told += list[i]->count;
	}
	vv_free(list);
	return told;
}

void vv_story_put(vv_buf *out, const vv_story *s, size_t pair)
{
	column *c = &s->columns[pair];
	size_t start = out->len;
	uint64_t told;

	if (c->changed < 2) return;
	told = put_formula(out, c);
	if (told == 0) {
		told = put_groups(out, start, c);
	}
	if (c->filled > 0) {
		part(out, start);
		vv_buf_printf(out, "filled in %s", vv_text_count(c->filled));
	}
	if (c->emptied > 0) {
		part(out, start);
		vv_buf_printf(out, "emptied %s", vv_text_count(c->emptied));
	}
	told += c->filled + c->emptied;
	if (told > 0 && told < c->changed) {
		part(out, start);
		vv_buf_printf(out, "other %s", vv_text_count(c->changed - told));
	}
}
