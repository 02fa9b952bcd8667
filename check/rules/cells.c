/*
 * cells: checks single cells and rows, and uses the encoding of a column to skip cells.
 */

#include "check/rules/cells.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"

#define CONFIRMED_CELLS 256u /* most cells of a column that is_confirmed looks at */

void check_worker_clear(check_worker *w)
{
	vv_parted_clear(&w->parted);
	vv_buf_clear_all(&w->value, &w->key);
	vv_arena_clear(&w->arena);
	vv_pattern_scratch_free(w->patterns);
	vv_condition_scratch_free(w->conditions);
	vv_row_block_free(w->block);
	vv_free_all(w->blank, w->counters);
	memset(w, 0, sizeof(*w));
}

vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err)
{
	*w = (check_worker){.counters = vv_calloc(p->counter_count + 1, sizeof(*w->counters)),
			    .patterns = vv_pattern_scratch_new(),
			    .pattern_budget = p->o->patterns,
			    .conditions = p->has_conditions ? vv_condition_scratch_new() : NULL,
			    .block = vv_row_block_new()};
	/* the bounds' digits come first: values are ranked within one buffer */
	vv_buf_put(&w->value, p->digits.data, p->digits.len);
	if (!w->counters || !w->patterns || !w->block || w->value.failed ||
	    (p->has_conditions && !w->conditions)) {
		check_worker_clear(w);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static unsigned check_length(const check_column *c, const vv_cell *cell)
{
	unsigned found = 0;
	size_t len = 0;

	if (c->field->type == VV_TYPE_STRING) {
		len = vv_value_text_length(cell->text, cell->len);
	} else if (!vv_value_count(&len, c->field, cell)) {
		return 0;
	}
	if (c->min_length != UINT64_MAX && len < c->min_length) {
		found |= CHECK_MIN_LENGTH;
	}
	if (len > c->max_length) {
		found |= CHECK_MAX_LENGTH;
	}
	return found;
}

static unsigned check_bounds(check_worker *w, const check_plan *p, const check_column *c,
			     const vv_cell *cell)
{
	static const struct {
		unsigned bit;
		int wrong[2]; /* ranks of the value against the bound that are wrong */
	} sides[BOUND_COUNT] = {
		[BOUND_MINIMUM] = {CHECK_MINIMUM, {-1, 2}},
		[BOUND_MAXIMUM] = {CHECK_MAXIMUM, {1, 2}},
		[BOUND_ABOVE] = {CHECK_ABOVE, {-1, 0}},
		[BOUND_BELOW] = {CHECK_BELOW, {1, 0}},
	};
	unsigned found = 0;
	vv_value v;

	w->value.len = p->digits.len;
	if (!vv_value_read(&v, &w->value, c->field, cell)) {
		w->no_memory = w->no_memory || w->value.failed;
		return 0;
	}
	for (size_t i = 0; i < BOUND_COUNT; i++) {
		if (!c->bounds[i].given) {
			continue;
		}
		int rank = vv_value_rank(&v, &c->bounds[i].value, &w->value);
		/* NaN is neither above nor below anything; without an order, the bound is violated */
		if (rank == sides[i].wrong[0] || rank == sides[i].wrong[1] || rank == 2 ||
		    (v.kind == VV_VALUE_DECIMAL && v.decimal.kind == VV_DECIMAL_NAN)) {
			found |= sides[i].bit;
		}
	}
	return found;
}

static unsigned check_among(check_worker *w, const check_plan *p, const check_column *c,
			    const vv_cell *cell)
{
	vv_auto(vv_buf) scratch = VV_BUF_INIT;
	unsigned found = 0;

	vv_buf_reset(&w->key);
	if (!vv_value_put_key(&w->key, &scratch, c->field, cell, p->json)) {
		w->no_memory = true;
	} else {
		if (c->allowed && !vv_names_find(c->allowed, w->key.data, w->key.len)) {
			found |= CHECK_ENUM;
		}
		if (c->categories && !vv_names_find(c->categories, w->key.data, w->key.len)) {
			found |= CHECK_CATEGORY;
		}
	}
	return found;
}

static unsigned check_pattern(check_worker *w, const check_column *c, const vv_cell *cell)
{
	int rc = vv_pattern_match(c->pattern, w->patterns, cell->text, cell->len,
				  w->pattern_budget);

	if (rc == VV_ENOMEM) {
		w->no_memory = true;
	}
	if (rc == 0) return CHECK_PATTERN;
	return rc == VV_EREFUSED ? CHECK_BUDGET : 0;
}

unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell)
{
	const vv_field *f = c->field;
	unsigned found = 0;
	bool valid = true;

	if (cell->state == VV_CELL_ABSENT && c->slots[CHECK_SLOT_MISSING] != CHECK_OFF) {
		return c->hides_required || !c->required ? CHECK_MISSING_CELL
							 : CHECK_MISSING_CELL | CHECK_REQUIRED;
	}
	if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
	    (f && vv_field_missing(f, cell))) {
		return c->required ? CHECK_REQUIRED : 0;
	}
	if (c->slots[CHECK_SLOT_ENCODING] != CHECK_OFF || c->pattern) {
		valid = vv_utf8_valid(cell->text, cell->len);
	}
	if (!valid && c->slots[CHECK_SLOT_ENCODING] != CHECK_OFF) {
		found = CHECK_ENCODING;
	}
	if (!f) return found;
	if (!(p->json ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell))) {
		return c->slots[CHECK_SLOT_TYPE] == CHECK_OFF ? found : found | CHECK_TYPE;
	}
	if (c->has_lengths) {
		found |= check_length(c, cell);
	}
	if (c->has_bounds) {
		found |= check_bounds(w, p, c, cell);
	}
	if (c->pattern && valid) {
		found |= check_pattern(w, c, cell);
	} else if (c->pattern && !c->hides_pattern) {
		found |= CHECK_PATTERN; /* no characters, so that no pattern is met */
	}
	if (c->allowed || c->categories) {
		found |= check_among(w, p, c, cell);
	}
	return c->slots[CHECK_SLOT_BUDGET] == CHECK_OFF ? found & ~(unsigned)CHECK_BUDGET : found;
}

/* --- columns judged by how they are encoded ------------------------------------------------
 *
 * A column of whole numbers has nothing but whole numbers in it; one of ten distinct texts
 * needs ten looks. Most columns of most groups are judged here, and their cells never made.
 */

/* The bytes of all texts if they are contiguous, otherwise NULL. *some_empty: one is empty. */
static const char *text_bytes(const vv_group_run *run, size_t rows, size_t *len, bool *some_empty)
{
	const vv_cell *cells = run->cells;

	*some_empty = false;
	*len = 0;
	vv_array_each(cells, rows, cell) {
		if (run->stride != 1 || cell->state != VV_CELL_TEXT ||
		    cell->text != cells[0].text + *len) {
			return NULL;
		}
		*len += cell->len;
		*some_empty = *some_empty || cell->len == 0;
	}
	return rows > 0 ? cells[0].text : NULL;
}

static bool takes_all(const vv_field *f)
{
	return f->type == VV_TYPE_ANY || (f->type == VV_TYPE_STRING && f->format[0] == 'd');
}

static bool takes_numbers(const vv_field *f, bool decimals)
{
	return takes_all(f) || (f->type == VV_TYPE_INTEGER && !decimals) ||
	       (f->type == VV_TYPE_NUMBER &&
		(!decimals ||
		 (f->decimal[0] == '.' && f->decimal[1] == '\0' && f->group[0] != '.')));
}

static bool takes_dates(const vv_field *f, const vv_group_run *run)
{
	return takes_all(f) || (f->type == VV_TYPE_DATE && run->form == VV_RUN_DAYS && !f->plan) ||
	       (f->type == VV_TYPE_DATETIME && run->form == VV_RUN_MOMENTS && !f->plan &&
		!run->space);
}

static bool numbers_clean(check_worker *w, const check_plan *p, const check_column *c,
			  const vv_group_run *run)
{
	static const vv_cell empty = {.text = "", .state = VV_CELL_TEXT};
	const bool dates = run->form == VV_RUN_DAYS || run->form == VV_RUN_MOMENTS;

	/* in JSON a text that looks like a number is a string, and numbers are literals */
	if (run->scale >= CHECK_SCALES || !c->spare || (p->json && !dates)) return false;
	if (!c->field) return true;
	if (c->typed_missing ||
	    !(dates ? takes_dates(c->field, run)
		    : takes_numbers(c->field, run->form == VV_RUN_DECIMALS)) ||
	    (run->empty && check_cell(w, p, c, &empty) != 0)) {
		return false;
	}
	if (!c->has_bounds) return true;
	const check_range *r = &c->ranges[run->scale];
	return run->form != VV_RUN_MOMENTS && r->usable && run->least >= r->least &&
	       run->most <= r->most;
}

static bool text_clean(const check_column *c, const char *bytes, size_t len, bool some_empty)
{
	if (!bytes || !c->spare || c->has_bounds || (c->field && !takes_all(c->field))) {
		return false;
	}
	/* an empty text is missing by default; others may be named so too */
	if (c->required && (some_empty || c->field->missing[0] == NULL ||
			    c->field->missing[0][0] != '\0' || c->field->missing[1] != NULL)) {
		return false;
	}
	if (c->slots[CHECK_SLOT_ENCODING] == CHECK_OFF) return true;
	return !vv_array_find(bytes, len, it, (unsigned char)*it >= 0x80);
}

static bool has_line_end(const char *bytes, size_t len)
{
	return len > 0 && (memchr(bytes, '\n', len) || memchr(bytes, '\r', len));
}

/* *clean: no cell of the column violates a rule; *one_line: none contains a line end. False: check cell by cell. */
static void look_at_run(check_worker *w, const check_plan *p, const check_column *c,
			const vv_group_run *run, size_t rows, bool *clean, bool *one_line)
{
	bool some_empty;
	size_t len;

	*clean = *one_line = true;
	if (run->form == VV_RUN_SHARED) {
		vv_array_each(run->cells, run->count, cell) {
			*clean = *clean && check_cell(w, p, c, cell) == 0;
			*one_line = *one_line && !has_line_end(cell->text, cell->len);
		}
	} else if (run->form == VV_RUN_CELLS) {
		const char *bytes = text_bytes(run, rows, &len, &some_empty);

		*clean = text_clean(c, bytes, len, some_empty);
		*one_line = bytes && !has_line_end(bytes, len);
	} else {
		*clean = numbers_clean(w, p, c, run);
	}
}

/* Is no cell of the column empty or absent (so that no row is blank)? */
static bool is_filled(const vv_group_run *run, size_t rows)
{
	if (run->form >= VV_RUN_INTEGERS) return !run->empty;
	for (size_t i = 0; i < (run->form == VV_RUN_SHARED ? run->count : rows); i++) {
		const vv_cell *cell = &run->cells[run->form == VV_RUN_SHARED ? i : i * run->stride];

		if (cell->len == 0) return false;
	}
	return true;
}

/* --- groups ---------------------------------------------------------------------------------- */

vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err)
{
	const vv_group_run *run;
	const vv_cell *cells;
	vv_status rc;

	w->has_blank = w->pass_blank = false;
	if (p->blank_slot == CHECK_OFF || g->columns == 0) return VV_OK;
	for (size_t i = 0; i < g->columns; i++) {
		if ((rc = vv_row_block_run(w->block, i, false, &run, err)) < 0 ||
		    is_filled(run, g->rows)) {
			return rc;
		}
	}
	if (g->rows > w->blank_cap) {
		uint8_t *b = vv_realloc(w->blank, g->rows);

		if (!b) return vv_fail_nomem(err);
		w->blank = b;
		w->blank_cap = g->rows;
	}
	memset(w->blank, 1, g->rows);
	for (size_t i = 0; i < g->columns; i++) {
		size_t left = 0;

		if ((rc = vv_row_block_cells(w->block, i, &cells, err)) < 0) return rc;
		for (size_t r = 0; r < g->rows; r++) {
			w->blank[r] = w->blank[r] && cells[r].len == 0;
			left += w->blank[r];
		}
		if (left == 0) return VV_OK;
	}
	w->has_blank = true;
	w->pass_blank = p->pass_blank;
	vv_row_block_skip(w->block, w->pass_blank ? w->blank : NULL);
	return VV_OK;
}

static void count_slot(check_worker *w, uint32_t slot, unsigned n)
{
	if (slot != CHECK_OFF) {
		w->counters[slot] += n;
	}
}

static uint32_t seen_counter(const check_plan *p, uint32_t slot)
{
	return slot == CHECK_OFF ? CHECK_OFF : p->slots[slot].seen;
}

static void count_found(check_worker *w, const check_column *c, unsigned found)
{
	static const unsigned slots[] = {
#define FAULT_SLOT(name, slot, ...) [CHECK_FAULT_##name] = CHECK_SLOT_##slot,
		CHECK_FAULT_ROWS(FAULT_SLOT)
#undef FAULT_SLOT
	};

	for (; found != 0; found &= found - 1) {
		count_slot(w, c->slots[slots[__builtin_ctz(found)]], 1);
	}
}

/* Does some rule of the column let a share through? Then all values count. */
static bool counts_seen(const check_plan *p, const check_column *c)
{
	return vv_array_find(c->slots, CHECK_SLOT_COUNT, it, seen_counter(p, *it) != CHECK_OFF) !=
	       NULL;
}

static void count_seen(check_worker *w, const check_plan *p, const check_column *c,
		       const vv_cell *cell)
{
	bool value = (cell->state == VV_CELL_TEXT || cell->state == VV_CELL_LITERAL) &&
		     !(c->field && vv_field_missing(c->field, cell));

	for (unsigned i = 0; i < CHECK_SLOT_COUNT; i++) {
		count_slot(w, seen_counter(p, c->slots[i]),
			   value || i == CHECK_SLOT_MISSING ||
				   (i == CHECK_SLOT_CONSTRAINT && c->required));
	}
}

uint32_t check_line_ends(const vv_cell *cells, size_t stride, size_t rows)
{
	uint32_t n = 0;

	for (size_t r = 0; r < rows; r++, cells += stride) {
		const char *s = cells->text;

		for (uint32_t i = 0; cells->state == VV_CELL_TEXT && i < cells->len; i++) {
			n += s[i] == '\n' ||
			     (s[i] == '\r' && (i + 1 == cells->len || s[i + 1] != '\n'));
		}
	}
	return n;
}

/* Do single cells confirm that the run is clean? For assert: a rule that the tests of runs do not know has no effect. */
static VV_UNUSED bool is_confirmed(check_worker *w, const check_plan *p, const check_column *c,
				   size_t rows)
{
	const size_t step = rows / CONFIRMED_CELLS + 1;
	const vv_cell *cells;

	if (vv_row_block_cells(w->block, c->place, &cells, VV_IGNORED) < 0) return true;
	for (size_t r = 0; r < rows; r += step) {
		const bool passed = w->pass_blank && w->blank[r];

		if (!passed && check_cell(w, p, c, &cells[r]) != 0) return false;
	}
	return true;
}

static vv_status check_column_rows(check_worker *w, const check_plan *p, const check_column *c,
				   const check_group *g, uint32_t *newlines, vv_error *err)
{
	const bool seen = counts_seen(p, c);
	const vv_group_run *run;
	const vv_cell *cells;
	bool clean, one_line;
	vv_status rc = vv_row_block_run(w->block, c->place, c->has_bounds, &run, err);

	if (rc < 0) return rc;
	look_at_run(w, p, c, run, g->rows, &clean, &one_line);
	assert(!clean || is_confirmed(w, p, c, g->rows));
	clean = clean && !w->pass_blank && !seen;
	if (clean && one_line) return VV_OK;
	if ((rc = vv_row_block_cells(w->block, c->place, &cells, err)) < 0) return rc;
	if (!one_line && !p->json) {
		*newlines += check_line_ends(cells, 1, g->rows);
	}
	for (size_t r = 0; r < g->rows && !clean; r++) {
		if (w->pass_blank && w->blank[r]) {
			continue;
		}
		unsigned found = check_cell(w, p, c, &cells[r]);
		if (found != 0) {
			count_found(w, c, found);
		}
		if (seen) {
			count_seen(w, p, c, &cells[r]);
		}
	}
	return VV_OK;
}

static vv_status check_conditions(check_worker *w, const check_plan *p, const check_group *g,
				  vv_error *err)
{
	vv_status rc = VV_OK;

	for (uint32_t s = 0; s < p->slot_count && rc == VV_OK; s++) {
		const check_slot *slot = &p->slots[s];
		const uint8_t *truths;
		uint32_t found = 0;

		if (slot->condition == SIZE_MAX) {
			continue;
		}
		rc = vv_row_block_judge(w->block, p->conditions[slot->condition].compiled,
					w->conditions, &truths, err);
		for (size_t r = 0; rc == VV_OK && r < g->rows; r++) {
			found += (truths[r] == VV_FALSE || truths[r] == VV_TRUTH_UNDECIDED) &&
				 !(w->pass_blank && w->blank[r]);
		}
		w->counters[s] += found;
	}
	return rc;
}

vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err)
{
	vv_status rc;

	*newlines = 0;
	memset(w->counters, 0, p->counter_count * sizeof(*w->counters));
	if ((rc = check_blank(w, p, g, err)) < 0) return rc;
	for (size_t r = 0; w->has_blank && r < g->rows; r++) {
		w->counters[p->blank_slot] += w->blank[r];
	}
	for (size_t i = 0; i < p->count; i++) {
		if ((rc = check_column_rows(w, p, &p->columns[i], g, newlines, err)) < 0) return rc;
	}
	if (p->condition_count > 0 && (rc = check_conditions(w, p, g, err)) < 0) return rc;
	return w->no_memory ? vv_fail_nomem(err) : VV_OK;
}
