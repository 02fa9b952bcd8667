/*
 * story: groups of equal changes are counted by hash; a formula is guessed from the first numbers and tried on all.
 *
 * Figures are of whole columns in tables of at most WHOLE_CELLS cells; of larger ones, of the columns that changed, where counting
 * them costs at most FEW_CELLS or the COST_PART of the difference. Else they are of the cells that differ.
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
#include "dataset/rows/table_facts.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"
#include "diff/rows/rowdiff.h"
#include "diff/write/figures.h"
#include "diff/write/text_cell.h"
#include "diff/write/whole_figures.h"

#define ARROW " -> "
#define FILLED "filled in"
#define EMPTIED "emptied"

enum {
	GROUPS_MAX = 1000, /* different changes that are counted, for each column */
	NUMBERS_MAX = 64,  /* from which a formula is guessed */
	SHOWN_MAX = 3,     /* groups */
	TEXT_WIDTH = 24,   /* of a value */
	WHOLE_CELLS = 300000,
	FEW_CELLS = 1000000,
	COST_PART = 20,
	VALUES_MAX = 10000,  /* distinct values that are counted, for each column */
	VALUES_ALL = 200000, /* for all columns */
	ALIKE_LEAST = 10,    /* rows that have one value in common, to be striking */
	STRIKING_MAX = 12
};

typedef struct group {
	vv_hash128 hash;
	uint64_t count;
	bool spelling;   /* they differ only in spaces and upper case */
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
	uint64_t rewritten,
		spelled; /* the same value; other texts that differ only in spaces and upper case */
	numbers n;
	vv_story_cell last;
	vv_figures figures;
	bool whole;      /* they are of the whole column; else facts has its bounds */
	vv_buf alike[2]; /* the value of all rows that were removed or added; */
	bool unlike[2];  /* there is none */
} column;

struct vv_story {
	const vv_diff_table *t;
	column *columns;
	size_t count;
	vv_buf text[2];
	vv_facts facts[2];
	uint64_t alone[2]; /* rows removed, added */
	char *striking[STRIKING_MAX];
	size_t striking_count;
};

static bool is_number(const vv_field *f)
{
	return f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER;
}

static const vv_field *field_of(const vv_story *s, size_t pair, int side)
{
	const vv_column_pair *p = &s->t->columns->pairs[pair];

	if (side == 0) return p->a < 0 ? NULL : &s->t->a->schema.fields[p->a];
	return p->b < 0 ? NULL : &s->t->b->schema.fields[p->b];
}

/* Starts the figures of a pair, without cells. */
static void begin_figures(vv_figures *out, const vv_story *s, size_t pair)
{
	const size_t fair = VALUES_ALL / (s->count + 1);

	vv_figures_init(out, field_of(s, pair, 0), field_of(s, pair, 1),
			fair > VALUES_MAX ? VALUES_MAX : fair);
}

vv_status vv_story_new(vv_story **out, const vv_diff_table *t, vv_error *err)
{
	vv_auto(vv_story) *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	s->t = t;
	s->count = t->columns ? t->columns->count : 0;
	if (!(s->columns = vv_calloc(s->count + 1, sizeof(*s->columns)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count; i++) {
		begin_figures(&s->columns[i].figures, s, i);
	}
	return vv_hand_over(out, &s);
}

void vv_story_free(vv_story *s)
{
	for (size_t i = 0; s && s->columns && i < s->count; i++) {
		column *c = &s->columns[i];

		vv_array_clear(c->groups, c->count, it, vv_free_all(it->from, it->to));
		vv_hash_index_clear(&c->index);
		vv_figures_clear(&c->figures);
		vv_buf_clear_all(&c->alike[0], &c->alike[1]);
	}
	for (size_t i = 0; s && i < s->striking_count; i++) {
		vv_free(s->striking[i]);
	}
	if (s) {
		vv_facts_clear(&s->facts[0]);
		vv_facts_clear(&s->facts[1]);
		vv_buf_clear_all(&s->text[0], &s->text[1]);
		vv_free(s->columns);
	}
	vv_free(s);
}

/* --- equal changes ------------------------------------------------------------------------ */

static vv_hash128 hash_of(const vv_cell *a, const vv_cell *b)
{
	const vv_hash128 from = vv_xxh3_128(a->len > 0 ? a->text : "", a->len,
					    vv_hash_seed() + a->state);
	const vv_hash128 to = vv_xxh3_128(b->len > 0 ? b->text : "", b->len, from.lo + b->state);

	return (vv_hash128){.lo = from.hi ^ to.lo, .hi = to.hi};
}

static char *show_cell(vv_buf *text, const vv_cell *c)
{
	vv_auto(vv_buf) cut = VV_BUF_INIT;

	vv_buf_reset(text);
	vv_text_cell_put(text, c, true);
	vv_text_cell_fit(&cut, vv_buf_cstr(text), TEXT_WIDTH);
	return text->failed || cut.failed ? NULL : vv_strdup(vv_buf_cstr(&cut));
}

/* Do they differ only in spaces and upper case? Overwrites text. */
static bool is_spelling(vv_buf text[2], const vv_cell *a, const vv_cell *b)
{
	vv_buf_reset(&text[0]);
	vv_buf_reset(&text[1]);
	vv_figures_fold(&text[0], a->text, a->len);
	vv_figures_fold(&text[1], b->text, b->len);
	return text[0].len == text[1].len && !text[0].failed && !text[1].failed &&
	       memcmp(vv_buf_cstr(&text[0]), vv_buf_cstr(&text[1]), text[0].len) == 0;
}

static vv_status count_group(vv_story *s, column *c, const vv_cell *a, const vv_cell *b,
			     vv_error *err)
{
	const vv_hash128 hash = hash_of(a, b);
	vv_hash_probe p = vv_hash_probe_begin(&c->index, hash.lo);
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (vv_hash128_equal(c->groups[at].hash, hash)) {
			c->groups[at].count++;
			c->spelled += c->groups[at].spelling;
			c->last.group = at;
			return VV_OK;
		}
	}
	const bool spelling = is_spelling(s->text, a, b);
	if (s->text[0].failed || s->text[1].failed) return vv_fail_nomem(err);
	c->spelled += spelling;
	if (c->count == GROUPS_MAX) {
		c->other++;
		return VV_OK;
	}
	if (!vv_array_room(c->groups, c->count, c->cap) ||
	    !vv_hash_index_add(&c->index, hash.lo, c->count)) {
		return vv_fail_nomem(err);
	}
	group *g = &c->groups[c->count++];
	c->last.group = c->count - 1;
	*g = (group){.hash = hash,
		     .count = 1,
		     .spelling = spelling,
		     .from = show_cell(&s->text[0], a),
		     .to = show_cell(&s->text[1], b)};
	return g->from && g->to ? VV_OK : vv_fail_nomem(err);
}

/* --- formulas ------------------------------------------------------------------------------ */

/* Half of the last decimal place: how far rounding may have moved it. */
static double half_place(const vv_field *f, const vv_cell *c)
{
	const char *point = memchr(c->text, f->decimal[0], c->len);
	int places = 0;

	while (point && ++point < c->text + c->len && *point >= '0' && *point <= '9') {
		places++;
	}
	return 0.5 * pow(10, -places);
}

static bool explains_factor(double factor, double from, double to, double half)
{
	return fabs(from * factor - to) <= half * 1.0001 + fabs(to) * 1e-9;
}

static bool explains_step(double step, double from, double to)
{
	return fabs(from + step - to) <= (fabs(from) + fabs(to) + fabs(step)) * 1e-12;
}

static double round_number(double x, int digits)
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
		const double factor = round_number(n->to[largest] / n->from[largest], digits);

		if (vv_find_place(i, n->kept,
				  !explains_factor(factor, n->from[i], n->to[i], n->half[i])) ==
		    n->kept) {
			return factor;
		}
	}
	return NAN;
}

static double guess_step(const numbers *n)
{
	const double step = round_number(n->to[0] - n->from[0], 10);

	return vv_find_place(i, n->kept, !explains_step(step, n->from[i], n->to[i])) == n->kept
		       ? step
		       : NAN;
}

static void guess_formula(numbers *n)
{
	n->guessed = true;
	n->factor = guess_factor(n);
	n->step = guess_step(n);
	n->by_factor = isnan(n->factor) ? 0 : n->kept;
	n->by_step = isnan(n->step) ? 0 : n->kept;
}

static void count_number(vv_story *s, column *c, const vv_field *fa, const vv_cell *a,
			 const vv_field *fb, const vv_cell *b)
{
	numbers *n = &c->n;
	vv_story_cell *l = &c->last;

	if (!vv_figures_number(&l->from, &s->text[0], fa, a) ||
	    !vv_figures_number(&l->to, &s->text[0], fb, b)) {
		return;
	}
	l->half = half_place(fb, b);
	l->numbers = true;
	n->count++;
	if (n->kept < NUMBERS_MAX) {
		n->from[n->kept] = l->from;
		n->to[n->kept] = l->to;
		n->half[n->kept++] = l->half;
		return;
	}
	if (!n->guessed) {
		guess_formula(n);
	}
	n->by_factor += !isnan(n->factor) && explains_factor(n->factor, l->from, l->to, l->half);
	n->by_step += !isnan(n->step) && explains_step(n->step, l->from, l->to);
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool is_empty(const vv_field *f, const vv_cell *c)
{
	return c->len == 0 || vv_field_missing(f, c);
}

static vv_status changed_cell(vv_story *s, size_t pair, const vv_cell *a, const vv_cell *b,
			      vv_error *err)
{
	column *c = &s->columns[pair];
	const vv_field *fa = field_of(s, pair, 0), *fb = field_of(s, pair, 1);
	const bool none = is_empty(fa, a), gone = is_empty(fb, b);
	vv_status rc;

	c->changed++;
	c->last = (vv_story_cell){.group = SIZE_MAX, .one_sided = none != gone};
	if ((rc = vv_figures_add(&c->figures, 0, a, 1, &s->text[0], err)) < 0 ||
	    (rc = vv_figures_add(&c->figures, 1, b, 1, &s->text[0], err)) < 0) {
		return rc;
	}
	if (none != gone) {
		c->filled += none;
		c->emptied += gone;
		return VV_OK;
	}
	if (is_number(fa) && is_number(fb)) {
		count_number(s, c, fa, a, fb, b);
	}
	return count_group(s, c, a, b, err);
}

/* A row that only one version has. */
static vv_status lone_row(vv_story *s, int side, const vv_cell *cells, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		column *c = &s->columns[i];
		const vv_column_pair *p = &s->t->columns->pairs[i];

		if (p->a < 0 || p->b < 0) {
			continue;
		}
		const vv_cell *cell = &cells[side == 0 ? p->a : p->b];
		rc = vv_figures_add(&c->figures, side, cell, 1, &s->text[0], err);
		if (c->unlike[side]) {
			continue;
		}
		if (s->alone[side] == 0) {
			vv_buf_put(&c->alike[side], cell->text, cell->len);
		}
		if (c->alike[side].failed) return vv_fail_nomem(err);
		c->unlike[side] = cell->len > VV_FIGURES_TEXT || cell->len != c->alike[side].len ||
				  (cell->len > 0 &&
				   memcmp(cell->text, c->alike[side].data, cell->len) != 0);
	}
	s->alone[side]++;
	return rc;
}

vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err)
{
	vv_status rc = VV_OK;

	if (c->kind == VV_ROW_ADDED) return lone_row(s, 1, c->new_cells, err);
	if (c->kind == VV_ROW_REMOVED) return lone_row(s, 0, c->old_cells, err);
	for (size_t i = 0; c->cells && c->changed + c->formatted > 0 && i < s->count && rc == VV_OK;
	     i++) {
		const vv_column_pair *p = &s->t->columns->pairs[i];

		s->columns[i].rewritten += c->cells[i] == VV_CELL_FORMAT;
		if (c->cells[i] == VV_CELL_CHANGED) {
			rc = changed_cell(s, i, &c->old_cells[p->a], &c->new_cells[p->b], err);
		}
	}
	return rc;
}

/* --- whole columns ------------------------------------------------------------------------------ */

static bool is_small(const vv_story *s)
{
	const vv_table *a = s->t->a, *b = s->t->b;

	return a->root.rows <= WHOLE_CELLS && b->root.rows <= WHOLE_CELLS &&
	       a->root.rows * a->columns + b->root.rows * b->columns <= WHOLE_CELLS;
}

/* Of all rows of both versions? */
static bool has_all_rows(const vv_story *s, size_t pair)
{
	const vv_figures *f = &s->columns[pair].figures;

	return f->side[0].cells == s->t->a->root.rows && f->side[1].cells == s->t->b->root.rows;
}

/* Which pairs are wanted as a whole, and how many cells may be counted for it. */
static vv_status want_whole(vv_story *s, bool *wanted, uint64_t *most, vv_error *err)
{
	const bool small = is_small(s);
	uint64_t cells = 0;
	vv_status rc = vv_rowdiff_cost(&cells, s->t->a, s->t->b, s->t->columns, err);

	if (small) {
		*most = UINT64_MAX;
	} else if (cells / COST_PART > FEW_CELLS) {
		*most = cells / COST_PART;
	} else {
		*most = FEW_CELLS;
	}
	for (size_t i = 0; i < s->count; i++) {
		const vv_column_pair *p = &s->t->columns->pairs[i];
		column *c = &s->columns[i];

		c->whole = has_all_rows(s, i);
		wanted[i] = !c->whole && p->a >= 0 && p->b >= 0 &&
			    (small || c->changed + c->rewritten > 0);
	}
	return rc;
}

/* Blocks that are missing here leave the figures of what differs. */
static vv_status read_whole(vv_story *s, vv_error *err)
{
	vv_auto_free vv_figures *read = vv_calloc(s->count + 1, sizeof(*read));
	vv_auto_free bool *wanted = vv_calloc(s->count + 1, sizeof(*wanted));
	uint64_t most;
	vv_status rc;

	if (!read || !wanted) return vv_fail_nomem(err);
	if (s->t->partial) return VV_OK;
	if ((rc = want_whole(s, wanted, &most, err)) < 0) return rc;
	for (size_t i = 0; i < s->count; i++) {
		begin_figures(&read[i], s, i);
	}
	rc = vv_whole_figures(read, wanted, s->t, most, err);
	for (size_t i = 0; i < s->count; i++) {
		column *c = &s->columns[i];

		if (rc == VV_OK && wanted[i]) {
			const vv_figures told = c->figures;

			c->figures = read[i];
			c->whole = true;
			read[i] = told;
		}
		vv_figures_clear(&read[i]);
	}
	if (rc == VV_EMISSING) {
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* Reads facts without reading rows; missing blocks have none. */
static vv_status read_facts(vv_story *s, int side, vv_error *err)
{
	const vv_table *t = side == 0 ? s->t->a : s->t->b;
	vv_status rc = t->root.facts.len > 0 ? vv_table_facts(&s->facts[side], t, err) : VV_OK;

	if (rc == VV_EMISSING) {
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* --- striking changes ------------------------------------------------------------------------------ */

static vv_status add_striking(vv_story *s, vv_buf *line, vv_error *err)
{
	if (line->failed) return vv_fail_nomem(err);
	if (line->len > 0 && s->striking_count < STRIKING_MAX) {
		if (!(s->striking[s->striking_count] = vv_strdup(vv_buf_cstr(line)))) {
			return vv_fail_nomem(err);
		}
		s->striking_count++;
	}
	vv_buf_reset(line);
	return VV_OK;
}

static void put_name(vv_buf *out, const vv_story *s, size_t pair)
{
	const vv_field *f = field_of(s, pair, 1);

	vv_text_put_words(out, f->name, f->name_len, TEXT_WIDTH);
}

static void put_quoted(vv_buf *out, const char *text, size_t len)
{
	vv_buf_putc(out, '\'');
	vv_text_put_cut(out, text, len, TEXT_WIDTH);
	vv_buf_putc(out, '\'');
}

/* "every changed price x 100": of units that were mixed up. */
static void put_unit(vv_buf *out, const vv_story *s, size_t pair)
{
	const column *c = &s->columns[pair];
	const double power = c->n.guessed && c->n.by_factor > 0 ? log10(fabs(c->n.factor)) : 0;

	if (c->n.count < 3 || c->n.by_factor < c->n.count || c->n.count < c->changed ||
	    power == 0 || fabs(power - round(power)) > 1e-9) {
		return;
	}
	vv_buf_puts(out, "every changed ");
	put_name(out, s, pair);
	vv_buf_printf(out, " x %.7g", c->n.factor);
}

/* "new value 'EU ' beside 'EU' in region", for the first such value. */
static vv_status put_twin(vv_buf *out, const vv_story *s, size_t pair, vv_error *err)
{
	const vv_figures *f = &s->columns[pair].figures;
	vv_auto(vv_hash_index) folded = {0};
	vv_auto(vv_buf) key = VV_BUF_INIT, other = VV_BUF_INIT;

	for (int pass = 0; !f->numeric && pass < 2; pass++) {
		for (size_t i = 0; i < f->count; i++) {
			const vv_figures_value *v = &f->values[i];
			size_t at;

			if (v->cut || (v->count[0] > 0) != (pass == 0)) {
				continue;
			}
			vv_buf_reset(&key);
			vv_figures_fold(&key, v->text, v->len);
			if (key.failed) return vv_fail_nomem(err);
			const uint64_t hash = vv_xxh3(vv_buf_cstr(&key), key.len, vv_hash_seed());
			if (pass == 0 && !vv_hash_index_add(&folded, hash, i)) {
				return vv_fail_nomem(err);
			}
			vv_hash_probe p = vv_hash_probe_begin(&folded, hash);
			while (pass == 1 && vv_hash_probe_next(&p, &at)) {
				const vv_figures_value *old = &f->values[at];

				vv_buf_reset(&other);
				vv_figures_fold(&other, old->text, old->len);
				if (other.failed) return vv_fail_nomem(err);
				if (other.len != key.len ||
				    strcmp(vv_buf_cstr(&other), vv_buf_cstr(&key)) != 0) {
					continue;
				}
				vv_buf_puts(out, "new value ");
				put_quoted(out, v->text, v->len);
				vv_buf_puts(out, " beside ");
				put_quoted(out, old->text, old->len);
				vv_buf_puts(out, " in ");
				put_name(out, s, pair);
				return VV_OK;
			}
		}
	}
	return VV_OK;
}

static bool same_text(const vv_fact_text *a, const vv_fact_text *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* Has the pair's column another value than the one that all these rows have? */
static bool has_others(const vv_story *s, size_t pair, int side)
{
	const vv_figures_side *f = &s->columns[pair].figures.side[side];
	const vv_column_pair *p = &s->t->columns->pairs[pair];

	if (s->columns[pair].whole) {
		return f->distinct + (f->missing > 0) > 1 || s->columns[pair].figures.many;
	}
	const vv_fact fact = vv_table_fact(&s->facts[side], (size_t)(side == 0 ? p->a : p->b));
	return fact.missing == VV_MISSING_SOME || (fact.numbers && fact.texts) ||
	       (fact.numbers && vv_fact_number_order(&fact.least, &fact.greatest) != 0) ||
	       (fact.texts && (fact.open || !same_text(&fact.low, &fact.high)));
}

/* "400 rows lost, all with status=closed" */
static void put_alike(vv_buf *out, const vv_story *s, int side)
{
	size_t told = 0;

	for (size_t i = 0; s->alone[side] >= ALIKE_LEAST && i < s->count && told < 3; i++) {
		const column *c = &s->columns[i];
		const vv_column_pair *p = &s->t->columns->pairs[i];

		if (p->a < 0 || p->b < 0 || c->unlike[side] || !has_others(s, i, side)) {
			continue;
		}
		if (told++ == 0) {
			vv_buf_printf(out, "%s rows %s, all with ", vv_text_count(s->alone[side]),
				      side == 0 ? "lost" : "added");
		} else {
			vv_buf_puts(out, ", ");
		}
		put_name(out, s, i);
		if (c->alike[side].len > 0) {
			vv_buf_putc(out, '=');
			vv_text_put_cut(out, c->alike[side].data, c->alike[side].len, TEXT_WIDTH);
		} else {
			vv_buf_puts(out, " empty");
		}
	}
}

vv_status vv_story_end(vv_story *s, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc = read_whole(s, err);

	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		rc = vv_figures_end(&s->columns[i].figures, &s->text[0], err);
	}
	if (rc == VV_OK && (rc = read_facts(s, 0, err)) == VV_OK) {
		rc = read_facts(s, 1, err);
	}
	for (int side = 0; side < 2 && rc == VV_OK; side++) {
		put_alike(&line, s, side);
		rc = add_striking(s, &line, err);
	}
	for (size_t i = 0; i < s->count && rc == VV_OK; i++) {
		if (s->columns[i].n.kept > 0 && !s->columns[i].n.guessed) {
			guess_formula(&s->columns[i].n);
		}
		put_unit(&line, s, i);
		if ((rc = add_striking(s, &line, err)) == VV_OK &&
		    (rc = put_twin(&line, s, i, err)) == VV_OK) {
			rc = add_striking(s, &line, err);
		}
	}
	return rc;
}

const char *vv_story_striking(const vv_story *s, size_t n)
{
	return n < s->striking_count ? s->striking[n] : NULL;
}

/* --- one cell among the others ---------------------------------------------------------------------- */

vv_story_cell vv_story_cell_of(const vv_story *s, size_t pair)
{
	return s->columns[pair].last;
}

uint64_t vv_story_like(const vv_story *s, size_t pair, const vv_story_cell *cell)
{
	const column *c = &s->columns[pair];
	const numbers *n = &c->n;
	uint64_t like = cell->group < c->count ? c->groups[cell->group].count : 1;

	if (cell->one_sided) return c->filled + c->emptied;
	if (!cell->numbers || !n->guessed) return like;
	if (n->by_factor > like && explains_factor(n->factor, cell->from, cell->to, cell->half)) {
		like = n->by_factor;
	}
	if (n->by_step > like && explains_step(n->step, cell->from, cell->to)) {
		like = n->by_step;
	}
	return like;
}

/* The ratio of the larger number to the smaller, as a logarithm; a change of sign ranks highest. */
double vv_story_size(const vv_story_cell *cell)
{
	if (!cell->numbers) return 0;
	if (cell->from * cell->to <= 0) return 1000;
	return fabs(log(fabs(cell->to / cell->from)));
}

/* --- words ------------------------------------------------------------------------------------ */

static int by_count(const void *a, const void *b)
{
	const group *x = *(const group *const *)a, *y = *(const group *const *)b;

	if (x->count != y->count) return x->count > y->count ? -1 : 1;
	int c = strcmp(x->from, y->from);
	return c != 0 ? c : strcmp(x->to, y->to);
}

/* "x 1.19", "+ 5": nearly all numbers that changed follow it, and it is not one change repeated. How many do. */
static uint64_t put_formula(vv_buf *out, const column *c)
{
	const numbers *n = &c->n;
	bool step = n->by_step * 20 >= n->count * 19, factor = n->by_factor * 20 >= n->count * 19;

	if (n->count < 3 || c->count < 3 || (!step && !factor)) return 0;
	if (step) {
		vv_buf_printf(out, "%c %.10g", n->step < 0 ? '-' : '+', fabs(n->step));
	} else {
		vv_buf_printf(out, "x %.7g", n->factor);
	}
	return step ? n->by_step : n->by_factor;
}

static vv_status pass_part(const vv_story_parts *p, const char *name, uint64_t cells,
			   vv_story_part_kind kind, vv_error *err)
{
	return cells > 0 ? p->part(p->payload, name, cells, kind, err) : VV_OK;
}

/* The largest groups of at least two, or of one in a hundred; a single change. */
static vv_status tell_groups(const vv_story_parts *p, const column *c, uint64_t *told,
			     uint64_t *spelled, vv_error *err)
{
	vv_auto_free const group **list = vv_calloc(c->count + 1, sizeof(*list));
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (!list) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		list[i] = &c->groups[i];
	}
	qsort(list, c->count, sizeof(*list), by_count);
	for (size_t i = 0;
	     rc == VV_OK && i < c->count && i < SHOWN_MAX &&
	     (list[i]->count >= 2 || c->changed == 1) && list[i]->count * 100 >= c->changed;
	     i++) {
		vv_buf_reset(&name);
		vv_buf_printf(&name, "%s" ARROW "%s", list[i]->from, list[i]->to);
		rc = name.failed ? vv_fail_nomem(err)
				 : pass_part(p, vv_buf_cstr(&name), list[i]->count, VV_STORY_EQUAL,
					     err);
		*told += list[i]->count;
		*spelled -= list[i]->spelling ? list[i]->count : 0;
	}
	return rc;
}

uint64_t vv_story_changes(const vv_story *s, size_t pair)
{
	return s->columns[pair].changed + s->columns[pair].rewritten;
}

vv_status vv_story_tell(const vv_story *s, size_t pair, const vv_story_parts *p, vv_error *err)
{
	const column *c = &s->columns[pair];
	uint64_t spelled = c->spelled, told = 0;
	vv_auto(vv_buf) formula = VV_BUF_INIT;
	vv_status rc;

	if ((told = put_formula(&formula, c)) > 0) {
		spelled = 0;
		rc = pass_part(p, vv_buf_cstr(&formula), told, VV_STORY_FORMULA, err);
	} else {
		rc = tell_groups(p, c, &told, &spelled, err);
	}
	told += c->filled + c->emptied + spelled;
	if (rc < 0 || (rc = pass_part(p, FILLED, c->filled, VV_STORY_SIDED, err)) < 0 ||
	    (rc = pass_part(p, EMPTIED, c->emptied, VV_STORY_SIDED, err)) < 0 ||
	    (rc = pass_part(p, "spelled otherwise", spelled + c->rewritten, VV_STORY_REST, err)) <
		    0) {
		return rc;
	}
	return told > 0 ? pass_part(p, "other", c->changed - told, VV_STORY_REST, err) : VV_OK;
}

typedef struct putting {
	vv_buf *out;
	size_t start;
	uint64_t changed;
} putting;

static vv_status put_part(void *payload, const char *name, uint64_t cells, vv_story_part_kind kind,
			  vv_error *err)
{
	const putting *p = payload;
	bool of_all = kind == VV_STORY_EQUAL || kind == VV_STORY_FORMULA;

	vv_buf_printf(p->out, "%s%s", p->out->len > p->start ? ", " : "", name);
	if (!of_all || cells < p->changed) {
		vv_buf_printf(p->out, of_all ? " in %s" : " %s", vv_text_count(cells));
	}
	return vv_buf_ok(p->out, err);
}

void vv_story_put(vv_buf *out, const vv_story *s, size_t pair)
{
	putting p = {out, out->len, s->columns[pair].changed};
	const vv_story_parts parts = {put_part, &p};

	if (vv_story_tell(s, pair, &parts, VV_IGNORED) < 0) {
		vv_buf_fail(out);
	}
}

void vv_story_put_name(vv_buf *out, vv_story *s, size_t pair, const vv_row_change *r)
{
	const vv_column_pair *p = &s->t->columns->pairs[pair];
	const vv_cell *a = &r->old_cells[p->a], *b = &r->new_cells[p->b];
	const bool none = is_empty(field_of(s, pair, 0), a),
		   gone = is_empty(field_of(s, pair, 1), b);

	if (none != gone) {
		vv_buf_puts(out, none ? FILLED : EMPTIED);
		return;
	}
	vv_auto(char) *from = show_cell(&s->text[0], a), *to = show_cell(&s->text[1], b);
	vv_buf_printf(out, "%s" ARROW "%s", from ? from : "", to ? to : "");
	if (!from || !to) {
		vv_buf_fail(out);
	}
}

/* "column 0.5 .. 99 -> 0.5 .. 9900": of numbers in a column of which not all cells were read. */
static void put_bounds(vv_buf *out, const vv_story *s, size_t pair)
{
	const vv_column_pair *p = &s->t->columns->pairs[pair];
	vv_auto(vv_buf) a = VV_BUF_FOR(out), b = VV_BUF_FOR(out);
	vv_buf *const text[2] = {&a, &b};

	for (int i = 0; i < 2; i++) {
		const vv_fact f = vv_table_fact(&s->facts[i], (size_t)(i == 0 ? p->a : p->b));

		if (s->facts[i].count == 0 || f.unknown || !f.numbers) return;
		vv_fact_number_put(text[i], &f.least);
		vv_buf_puts(text[i], " .. ");
		vv_fact_number_put(text[i], &f.greatest);
	}
	vv_buf_printf(out, ", column %s", vv_buf_cstr(&a));
	if (strcmp(vv_buf_cstr(&a), vv_buf_cstr(&b)) != 0) {
		vv_buf_printf(out, " -> %s", vv_buf_cstr(&b));
	}
}

void vv_story_put_figures(vv_buf *out, const vv_story *s, size_t pair, bool ascii)
{
	const vv_figures *f = &s->columns[pair].figures;

	vv_buf_printf(out, s->columns[pair].whole ? "rows %s" : "cells that differ %s",
		      vv_text_count(f->side[0].cells));
	if (f->side[0].cells != f->side[1].cells) {
		vv_buf_printf(out, " -> %s", vv_text_count(f->side[1].cells));
	}
	vv_buf_puts(out, ": ");
	vv_figures_put(out, f, ascii);
	if (!s->columns[pair].whole && f->numeric) {
		put_bounds(out, s, pair);
	}
}
