/*
 * cells: knows what makes a cell, or a row by itself, wrong.
 */
#include "dataset/check/cells.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"

void check_worker_clear(check_worker *w)
{
	vv_buf_clear(&w->block);
	vv_buf_clear(&w->value);
	vv_buf_clear(&w->key);
	vv_free(w->cells);
	vv_arena_clear(&w->arena);
	vv_pattern_scratch_free(w->patterns);
	vv_condition_scratch_free(w->conditions);
	vv_free(w->blank);
	vv_free(w->numbers);
	vv_free(w->counters);
	memset(w, 0, sizeof(*w));
	vv_arena_init(&w->arena);
}

vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err)
{
	memset(w, 0, sizeof(*w));
	vv_arena_init(&w->arena);
	w->numbers = vv_calloc(256, sizeof(*w->numbers));
	w->counters = vv_calloc(p->counter_count + 1, sizeof(*w->counters));
	w->patterns = vv_pattern_scratch_new();
	w->conditions = p->condition_count > 0 ? vv_condition_scratch_new() : NULL;
	/* the bounds' digits come first: values are ranked within one buffer */
	vv_buf_put(&w->value, p->digits.data, p->digits.len);
	if (!w->numbers || !w->counters || !w->patterns || w->value.failed ||
	    (p->condition_count > 0 && !w->conditions)) {
		check_worker_clear(w);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_cell *check_worker_cells(check_worker *w, size_t count, vv_error *err)
{
	if (count > w->cell_cap) {
		vv_cell *p = vv_realloc_array(w->cells, count, sizeof(*p));

		if (!p) {
			vv_fail_nomem(err);
			return NULL;
		}
		w->cells = p;
		w->cell_cap = count;
	}
	return w->cells;
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
		int rank;

		if (!c->bounds[i].given) {
			continue;
		}
		rank = vv_value_rank(&v, &c->bounds[i].value, &w->value);
		/* NaN is neither above nor below anything; where there is no order, the bound is not met */
		if (rank == sides[i].wrong[0] || rank == sides[i].wrong[1] || rank == 2 ||
		    (v.kind == VV_VALUE_DECIMAL && v.decimal.kind == VV_DECIMAL_NAN)) {
			found |= sides[i].bit;
		}
	}
	return found;
}

static unsigned check_among(check_worker *w, const check_column *c, const vv_cell *cell)
{
	vv_buf scratch = VV_BUF_INIT;
	unsigned found = 0;

	vv_buf_reset(&w->key);
	if (!vv_value_put_key(&w->key, &scratch, c->field, cell)) {
		w->no_memory = true;
	} else {
		if (c->allowed && !vv_names_find(c->allowed, w->key.data, w->key.len)) {
			found |= CHECK_ENUM;
		}
		if (c->categories && !vv_names_find(c->categories, w->key.data, w->key.len)) {
			found |= CHECK_CATEGORY;
		}
	}
	vv_buf_clear(&scratch);
	return found;
}

static unsigned check_pattern(check_worker *w, const check_column *c, const vv_cell *cell)
{
	int rc = vv_pattern_match(c->pattern, w->patterns, cell->text, cell->len);

	if (rc == VV_ENOMEM) {
		w->no_memory = true;
	}
	return rc == 0 ? CHECK_PATTERN : rc == VV_EREFUSED ? CHECK_BUDGET : 0;
}

/* Is a text that is not UTF-8 an error by itself? */
static bool tells_encoding(const check_plan *p, const check_column *c)
{
	return c->encoding != CHECK_OFF && p->slots[c->encoding].severity == VV_SEVERITY_ERROR;
}

unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell)
{
	const vv_field *f = c->field;
	unsigned found = 0;
	bool valid = true;

	if (cell->state == VV_CELL_ABSENT && c->missing_cell != CHECK_OFF) {
		/* where that is no more than a warning, the value is missing all the same */
		return p->slots[c->missing_cell].severity == VV_SEVERITY_ERROR || !c->required
			       ? CHECK_MISSING_CELL
			       : CHECK_MISSING_CELL | CHECK_REQUIRED;
	}
	if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
	    (f && vv_field_missing(f, cell))) {
		return c->required ? CHECK_REQUIRED : 0;
	}
	if (c->encoding != CHECK_OFF || c->pattern) {
		valid = vv_utf8_valid(cell->text, cell->len);
	}
	if (!valid && c->encoding != CHECK_OFF) {
		found = CHECK_ENCODING;
	}
	if (!f) {
		return found;
	}
	if (!(p->json ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell))) {
		return c->type == CHECK_OFF ? found : found | CHECK_TYPE;
	}
	if (c->has_lengths) {
		found |= check_length(c, cell);
	}
	if (c->has_bounds) {
		found |= check_bounds(w, p, c, cell);
	}
	if (c->pattern && valid) {
		found |= check_pattern(w, c, cell);
	} else if (c->pattern && !tells_encoding(p, c)) {
		found |= CHECK_PATTERN; /* no characters, so that no pattern is met */
	}
	if (c->allowed || c->categories) {
		found |= check_among(w, c, cell);
	}
	return c->budget == CHECK_OFF ? found & ~(unsigned)CHECK_BUDGET : found;
}

vv_status check_group_column(const check_group *g, size_t place, vv_cell *cells, size_t stride,
			     vv_arena *arena, vv_error *err)
{
	if (!g->batch) {
		return vv_group_column(&g->view, place, cells, stride, arena, err);
	}
	for (size_t r = 0; r < g->rows; r++) {
		cells[r * stride] = g->batch->cells[r * g->batch->columns + place];
	}
	return VV_OK;
}

vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err)
{
	vv_cell *cells;
	vv_status rc;

	w->has_blank = w->pass_blank = false;
	if (p->blank_slot == CHECK_OFF || p->count == 0) {
		return VV_OK;
	}
	for (size_t i = 0; i < p->count && !g->batch; i++) {
		if (check_view_filled(&g->view, i)) {
			return VV_OK;
		}
	}
	if (g->rows > w->blank_cap) {
		uint8_t *b = vv_realloc(w->blank, g->rows);

		if (!b) {
			return vv_fail_nomem(err);
		}
		w->blank = b;
		w->blank_cap = g->rows;
	}
	memset(w->blank, 1, g->rows);
	if (!(cells = check_worker_cells(w, g->rows, err))) {
		return VV_ENOMEM;
	}
	for (size_t i = 0; i < p->count; i++) {
		size_t left = 0;

		vv_arena_reset(&w->arena);
		if ((rc = check_group_column(g, i, cells, 1, &w->arena, err)) < 0) {
			return rc;
		}
		for (size_t r = 0; r < g->rows; r++) {
			w->blank[r] = w->blank[r] && cells[r].len == 0;
			left += w->blank[r];
		}
		if (left == 0) {
			return VV_OK;
		}
	}
	w->has_blank = true;
	w->pass_blank = p->pass_blank;
	return VV_OK;
}

static void count(check_worker *w, uint32_t slot, unsigned n)
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
	count(w, c->missing_cell, (found & CHECK_MISSING_CELL) != 0);
	count(w, c->encoding, (found & CHECK_ENCODING) != 0);
	count(w, c->type, (found & CHECK_TYPE) != 0);
	count(w, c->budget, (found & CHECK_BUDGET) != 0);
	count(w, c->constraint, (unsigned)__builtin_popcount(found & CHECK_CONSTRAINTS));
}

/* Does some rule of the column let a share through? Then all values count. */
static bool counts_seen(const check_plan *p, const check_column *c)
{
	return seen_counter(p, c->missing_cell) != CHECK_OFF ||
	       seen_counter(p, c->encoding) != CHECK_OFF || seen_counter(p, c->type) != CHECK_OFF ||
	       seen_counter(p, c->budget) != CHECK_OFF ||
	       seen_counter(p, c->constraint) != CHECK_OFF;
}

static void count_seen(check_worker *w, const check_plan *p, const check_column *c,
		       const vv_cell *cell)
{
	bool value = (cell->state == VV_CELL_TEXT || cell->state == VV_CELL_LITERAL) &&
		     !(c->field && vv_field_missing(c->field, cell));

	count(w, seen_counter(p, c->missing_cell), 1);
	count(w, seen_counter(p, c->encoding), value);
	count(w, seen_counter(p, c->type), value);
	count(w, seen_counter(p, c->budget), value);
	count(w, seen_counter(p, c->constraint), value || c->required);
}

static uint32_t line_ends(const vv_cell *cells, size_t rows)
{
	uint32_t n = 0;

	for (size_t r = 0; r < rows; r++) {
		const char *s = cells[r].text;

		if (cells[r].state != VV_CELL_TEXT) {
			continue;
		}
		for (uint32_t i = 0; i < cells[r].len; i++) {
			n += s[i] == '\n' ||
			     (s[i] == '\r' && (i + 1 == cells[r].len || s[i + 1] != '\n'));
		}
	}
	return n;
}

static vv_status check_column_rows(check_worker *w, const check_plan *p, const check_column *c,
				   const check_group *g, uint32_t *newlines, vv_error *err)
{
	bool seen = counts_seen(p, c);
	bool clean = !w->pass_blank && !seen && !g->batch && check_view_clean(w, p, c, &g->view);
	bool one_line = !g->batch && check_view_one_line(&g->view, c->place);
	vv_cell *cells;
	vv_status rc;

	if (clean && one_line) {
		return VV_OK;
	}
	if (!(cells = check_worker_cells(w, g->rows, err))) {
		return VV_ENOMEM;
	}
	vv_arena_reset(&w->arena);
	if ((rc = check_group_column(g, c->place, cells, 1, &w->arena, err)) < 0) {
		return rc;
	}
	if (!one_line && !p->json) {
		*newlines += line_ends(cells, g->rows);
	}
	for (size_t r = 0; r < g->rows && !clean; r++) {
		unsigned found;

		if (w->pass_blank && w->blank[r]) {
			continue;
		}
		found = check_cell(w, p, c, &cells[r]);
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
	size_t stride = p->schema->count;
	vv_cell *cells = check_worker_cells(w, g->rows * stride, err);
	vv_status rc;

	if (!cells) {
		return VV_ENOMEM;
	}
	vv_arena_reset(&w->arena);
	for (size_t i = 0; i < p->condition_field_count; i++) {
		size_t field = p->condition_fields[i], column = p->of_field[field];

		for (size_t r = 0; column == SIZE_MAX && r < g->rows; r++) {
			cells[r * stride + field] = (vv_cell){.state = VV_CELL_ABSENT};
		}
		if (column != SIZE_MAX &&
		    (rc = check_group_column(g, p->columns[column].place, cells + field, stride,
					     &w->arena, err)) < 0) {
			return rc;
		}
	}
	for (uint32_t s = 0; s < p->slot_count; s++) {
		const check_slot *slot = &p->slots[s];
		const vv_condition *c;

		if (slot->condition == SIZE_MAX) {
			continue;
		}
		c = p->conditions[slot->condition].compiled;
		for (size_t r = 0; r < g->rows; r++) {
			if (!(w->pass_blank && w->blank[r]) &&
			    vv_condition_eval(c, w->conditions, cells + r * stride) == VV_FALSE) {
				w->counters[s]++;
			}
		}
	}
	return vv_condition_failed(w->conditions) ? vv_fail_nomem(err) : VV_OK;
}

vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err)
{
	vv_status rc;

	*newlines = 0;
	memset(w->counters, 0, p->counter_count * sizeof(*w->counters));
	if ((rc = check_blank(w, p, g, err)) < 0) {
		return rc;
	}
	for (size_t r = 0; w->has_blank && r < g->rows; r++) {
		w->counters[p->blank_slot] += w->blank[r];
	}
	for (size_t i = 0; i < p->count; i++) {
		if ((rc = check_column_rows(w, p, &p->columns[i], g, newlines, err)) < 0) {
			return rc;
		}
	}
	if (p->condition_count > 0 && (rc = check_conditions(w, p, g, err)) < 0) {
		return rc;
	}
	return w->no_memory ? vv_fail_nomem(err) : VV_OK;
}

vv_status check_group_newlines(const check_group *g, size_t columns, vv_arena *arena,
			       uint32_t *newlines, vv_error *err)
{
	vv_cell *cells = NULL;
	vv_status rc = VV_OK;

	*newlines = 0;
	for (size_t i = 0; i < columns && rc == VV_OK; i++) {
		if (!g->batch && check_view_one_line(&g->view, i)) {
			continue;
		}
		if (!cells && !(cells = vv_malloc(g->rows * sizeof(*cells)))) {
			return vv_fail_nomem(err);
		}
		vv_arena_reset(arena);
		if ((rc = check_group_column(g, i, cells, 1, arena, err)) == VV_OK) {
			*newlines += line_ends(cells, g->rows);
		}
	}
	vv_free(cells);
	return rc;
}
