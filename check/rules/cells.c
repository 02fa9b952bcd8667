/*
 * cells: what makes a cell, or a row by itself, wrong, and what the encoding of a column
 * already says about its cells.
 */
#include "check/rules/cells.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"

void check_worker_clear(check_worker *w)
{
	vv_parted_clear(&w->parted);
	vv_buf_clear(&w->value);
	vv_buf_clear(&w->key);
	vv_free(w->cells);
	vv_arena_clear(&w->arena);
	vv_pattern_scratch_free(w->patterns);
	vv_condition_scratch_free(w->conditions);
	vv_row_block_free(w->block);
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
	w->pattern_budget = p->o->patterns;
	w->conditions = p->has_conditions ? vv_condition_scratch_new() : NULL;
	w->block = p->has_conditions ? vv_row_block_new() : NULL;
	/* the bounds' digits come first: values are ranked within one buffer */
	vv_buf_put(&w->value, p->digits.data, p->digits.len);
	if (!w->numbers || !w->counters || !w->patterns || w->value.failed ||
	    (p->has_conditions && (!w->conditions || !w->block))) {
		check_worker_clear(w);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_cell *worker_cells(check_worker *w, size_t count, vv_error *err)
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
		if (!c->bounds[i].given) {
			continue;
		}
		int rank = vv_value_rank(&v, &c->bounds[i].value, &w->value);
		/* NaN is neither above nor below anything; where there is no order, the bound is not met */
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
	return rc == 0 ? CHECK_PATTERN : rc == VV_EREFUSED ? CHECK_BUDGET : 0;
}

unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell)
{
	const vv_field *f = c->field;
	unsigned found = 0;
	bool valid = true;

	if (cell->state == VV_CELL_ABSENT && c->missing_cell != CHECK_OFF) {
		return c->hides_required || !c->required ? CHECK_MISSING_CELL
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
	if (!f) return found;
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
	} else if (c->pattern && !c->hides_pattern) {
		found |= CHECK_PATTERN; /* no characters, so that no pattern is met */
	}
	if (c->allowed || c->categories) {
		found |= check_among(w, p, c, cell);
	}
	return c->budget == CHECK_OFF ? found & ~(unsigned)CHECK_BUDGET : found;
}

/* --- columns judged by how they are encoded ------------------------------------------------
 *
 * A column of whole numbers has nothing but whole numbers in it; one of ten distinct texts
 * needs ten looks. Most columns of most groups are judged here, and their cells never made.
 * Whatever is not as expected is left to the slow way, which reports damage.
 */

/* A column whose cells are all texts. */
typedef struct view {
	unsigned encoding;
	const uint8_t *p, *end;
	size_t rows;
} view;

static bool open_view(view *v, const vv_group *g, size_t column)
{
	/* reading its cells says why it cannot be read */
	if (column >= g->columns || vv_group_need(g, column, VV_IGNORED) < 0) return false;
	v->p = g->column[column];
	v->end = v->p + g->column_len[column];
	v->encoding = *v->p & 15u;
	v->rows = g->rows;
	return *v->p++ >> 4 == GROUP_ALL_TEXT;
}

/* The texts of a dictionary, or the one of a constant: count, each given to fn until it
 * answers false. */
typedef bool (*text_fn)(void *payload, const vv_cell *cell);

static bool each_text(const view *v, text_fn fn, void *payload)
{
	const uint8_t *p = v->p;
	uint64_t count, len, sum = 0;
	vv_cell cell = {.state = VV_CELL_TEXT};

	if (!vv_varint_read(&p, v->end, &count)) return false;
	if (v->encoding == GROUP_CONST) {
		if (count != (uint64_t)(v->end - p)) return false;
		cell.text = (const char *)p;
		cell.len = (uint32_t)count;
		return fn(payload, &cell);
	}
	const uint8_t *lens = p;
	for (uint64_t i = 0; i < count; i++) {
		if (count > GROUP_DICT_MAX || !vv_varint_read(&p, v->end, &len) ||
		    len > (uint64_t)(v->end - p)) {
			return false;
		}
		sum += len;
	}
	if (sum > (uint64_t)(v->end - p) || (uint64_t)(v->end - p) - sum != v->rows) return false;
	/* a row that names no value is damage */
	for (size_t i = 0; i < v->rows; i++) {
		if (p[sum + i] >= count) return false;
	}
	const uint8_t *text = p;
	for (uint64_t i = 0; i < count; i++) {
		if (!vv_varint_read(&lens, v->end, &len)) return false;
		cell.text = (const char *)text;
		cell.len = (uint32_t)len;
		if (!fn(payload, &cell)) return false;
		text += len;
	}
	return true;
}

/* The bytes of all values of a column of texts, end to end; NULL when not as expected. */
static const uint8_t *text_bytes(const view *v, size_t *len, bool *some_empty)
{
	const uint8_t *p = v->p;
	uint64_t n, sum = 0;

	*some_empty = false;
	if (p == v->end) return NULL;
	switch (*p++) {
	case GROUP_LEN_EQUAL:
		if (!vv_varint_read(&p, v->end, &n) || n > (uint64_t)(v->end - p)) return NULL;
		sum = n * v->rows;
		*some_empty = n == 0;
		break;
	case GROUP_LEN_BYTES:
		if ((size_t)(v->end - p) < v->rows) return NULL;
		for (size_t i = 0; i < v->rows; i++) {
			sum += p[i];
			*some_empty = *some_empty || p[i] == 0;
		}
		p += v->rows;
		break;
	case GROUP_LEN_VARINTS:
		for (size_t i = 0; i < v->rows; i++) {
			if (!vv_varint_read(&p, v->end, &n) || n > (uint64_t)(v->end - p)) {
				return NULL;
			}
			sum += n;
			*some_empty = *some_empty || n == 0;
		}
		break;
	default:
		return NULL;
	}
	*len = (size_t)(v->end - p);
	return sum == *len ? p : NULL;
}

/* The numbers of a typed column. */
typedef struct numbers {
	const uint8_t *planes;
	size_t count;
	unsigned width, scale, form;
	bool deltas, empties;
	uint64_t base;
} numbers;

static bool open_numbers(numbers *n, const view *v)
{
	const uint8_t *p = v->p;
	uint64_t base;
	size_t empty = 0;

	if (v->end - p < 4) return false;
	uint8_t flags = *p++;
	n->form = flags >> GROUP_FORM_SHIFT;
	n->deltas = (flags & GROUP_DELTAS) != 0;
	n->empties = (flags & GROUP_EMPTIES) != 0;
	n->scale = v->encoding == GROUP_DECIMAL || v->encoding == GROUP_DATETIME ? *p++ : 0;
	n->width = *p++;
	if (n->width > 8 || n->scale >= CHECK_SCALES || !vv_varint_read(&p, v->end, &base)) {
		return false;
	}
	n->base = (uint64_t)group_unzigzag(base);
	if (n->empties) {
		if ((size_t)(v->end - p) < v->rows) return false;
		for (size_t i = 0; i < v->rows; i++) {
			if (p[i] > 1) return false;
			empty += p[i];
		}
		p += v->rows;
	}
	n->count = v->rows - empty;
	n->planes = p;
	return (size_t)(v->end - p) == n->count * n->width;
}

#define BATCH 256u

/* Are all numbers from least to most? */
static bool within(const numbers *n, int64_t least, int64_t most, uint64_t *unit)
{
	uint64_t last = n->base;
	int64_t low = INT64_MAX, high = INT64_MIN;

	for (size_t at = 0; at < n->count; at += BATCH) {
		size_t have = n->count - at < BATCH ? n->count - at : BATCH;

		vv_planes_join(unit, n->planes + at, n->count, have, n->width);
		for (size_t i = 0; i < have; i++) {
			if (n->deltas) {
				last += (uint64_t)group_unzigzag(unit[i]);
			}
			int64_t v = (int64_t)(n->deltas ? last : n->base + unit[i]);
			low = v < low ? v : low;
			high = v > high ? v : high;
		}
		if (low < least || high > most) return false;
	}
	return true;
}

/* What a column's texts are held against. */
typedef struct looking {
	check_worker *w;
	const check_plan *p;
	const check_column *c;
} looking;

static bool text_is_right(void *payload, const vv_cell *cell)
{
	looking *l = payload;

	return check_cell(l->w, l->p, l->c, cell) == 0;
}

static bool takes_numbers(const vv_field *f, bool decimals)
{
	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING:
		return f->format[0] == 'd';
	case VV_TYPE_INTEGER:
		return !decimals;
	case VV_TYPE_NUMBER:
		return !decimals ||
		       (f->decimal[0] == '.' && f->decimal[1] == '\0' && f->group[0] != '.');
	default:
		return false;
	}
}

static bool takes_dates(const vv_field *f, unsigned encoding, unsigned form)
{
	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING:
		return f->format[0] == 'd';
	case VV_TYPE_DATE:
		return encoding == GROUP_DATE && !f->plan;
	case VV_TYPE_DATETIME:
		return encoding == GROUP_DATETIME && !f->plan && !(form & GROUP_SPACE);
	default:
		return false;
	}
}

static bool numbers_clean(check_worker *w, const check_plan *p, const check_column *c,
			  const view *v)
{
	static const vv_cell empty = {.text = "", .state = VV_CELL_TEXT};
	bool dates = v->encoding == GROUP_DATE || v->encoding == GROUP_DATETIME;
	numbers n;

	/* in JSON a text that looks like a number is a string, and numbers are literals */
	if (!open_numbers(&n, v) || !c->spare || (p->json && !dates)) return false;
	if (!c->field) return true;
	if (c->typed_missing ||
	    !(dates ? takes_dates(c->field, v->encoding, n.form)
		    : takes_numbers(c->field, v->encoding == GROUP_DECIMAL)) ||
	    (n.empties && check_cell(w, p, c, &empty) != 0)) {
		return false;
	}
	if (!c->has_bounds) return true;
	if (v->encoding == GROUP_DATETIME) return false;
	const check_range *r = &c->ranges[n.scale];
	return r->usable && within(&n, r->least, r->most, w->numbers);
}

static bool text_clean(const check_column *c, const view *v)
{
	bool some_empty;
	size_t len;
	const uint8_t *bytes = text_bytes(v, &len, &some_empty);

	if (!bytes || !c->spare || c->has_bounds) return false;
	if (c->field && c->field->type != VV_TYPE_ANY &&
	    !(c->field->type == VV_TYPE_STRING && c->field->format[0] == 'd')) {
		return false;
	}
	/* an empty text is missing by default; others may be named so too */
	if (c->required && (some_empty || c->field->missing[0] == NULL ||
			    c->field->missing[0][0] != '\0' || c->field->missing[1] != NULL)) {
		return false;
	}
	if (c->encoding == CHECK_OFF) return true;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] >= 0x80) return false;
	}
	return true;
}

/* True: no cell of the column is found wrong. False: that must be looked at cell by cell. */
static bool view_clean(check_worker *w, const check_plan *p, const check_column *c,
		       const vv_group *g)
{
	looking l = {w, p, c};
	view v;

	if (!open_view(&v, g, c->place)) return false;
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_right, &l);
	case GROUP_TEXT:
		return text_clean(c, &v);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
	case GROUP_DATETIME:
		return numbers_clean(w, p, c, &v);
	default:
		return false;
	}
}

static bool text_is_filled(void *payload VV_UNUSED, const vv_cell *cell)
{
	return cell->len > 0;
}

/* True: no cell of the column is empty or absent (so no row is blank). */
static bool view_filled(const vv_group *g, size_t column)
{
	bool some_empty;
	numbers n;
	size_t len;
	view v;

	if (!open_view(&v, g, column)) return false;
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_filled, NULL);
	case GROUP_TEXT:
		return text_bytes(&v, &len, &some_empty) && !some_empty;
	default:
		return v.encoding <= GROUP_DATETIME && open_numbers(&n, &v) && !n.empties;
	}
}

static bool has_line_end(const void *bytes, size_t len)
{
	return len > 0 && (memchr(bytes, '\n', len) || memchr(bytes, '\r', len));
}

static bool text_is_one_line(void *payload VV_UNUSED, const vv_cell *cell)
{
	return !has_line_end(cell->text, cell->len);
}

/* True: no line end in any of the column's cells. */
static bool view_one_line(const vv_group *g, size_t column)
{
	const uint8_t *bytes;
	bool some_empty;
	size_t len;
	view v;

	if (!open_view(&v, g, column)) return false;
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_one_line, NULL);
	case GROUP_TEXT:
		bytes = text_bytes(&v, &len, &some_empty);
		return bytes && !has_line_end(bytes, len);
	default:
		return v.encoding <= GROUP_DATETIME;
	}
}

/* --- groups ---------------------------------------------------------------------------------- */

vv_status check_group_column(const check_group *g, size_t place, vv_cell *cells, size_t stride,
			     vv_arena *arena, vv_error *err)
{
	if (!g->batch) return vv_group_column(&g->view, place, cells, stride, arena, err);
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
	if (p->blank_slot == CHECK_OFF || p->count == 0) return VV_OK;
	for (size_t i = 0; i < p->count && !g->batch; i++) {
		if (view_filled(&g->view, i)) return VV_OK;
	}
	if (g->rows > w->blank_cap) {
		uint8_t *b = vv_realloc(w->blank, g->rows);

		if (!b) return vv_fail_nomem(err);
		w->blank = b;
		w->blank_cap = g->rows;
	}
	memset(w->blank, 1, g->rows);
	if (!(cells = worker_cells(w, g->rows, err))) return VV_ENOMEM;
	for (size_t i = 0; i < p->count; i++) {
		size_t left = 0;

		vv_arena_reset(&w->arena);
		if ((rc = check_group_column(g, i, cells, 1, &w->arena, err)) < 0) return rc;
		for (size_t r = 0; r < g->rows; r++) {
			w->blank[r] = w->blank[r] && cells[r].len == 0;
			left += w->blank[r];
		}
		if (left == 0) return VV_OK;
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
	bool clean = !w->pass_blank && !seen && !g->batch && view_clean(w, p, c, &g->view);
	bool one_line = !g->batch && view_one_line(&g->view, c->place);
	vv_cell *cells;
	vv_status rc;

	if (clean && one_line) return VV_OK;
	if (!(cells = worker_cells(w, g->rows, err))) return VV_ENOMEM;
	vv_arena_reset(&w->arena);
	if ((rc = check_group_column(g, c->place, cells, 1, &w->arena, err)) < 0) return rc;
	if (!one_line && !p->json) {
		*newlines += line_ends(cells, g->rows);
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

vv_status check_open_block(check_worker *w, const check_plan *p, const check_group *g,
			   const size_t *places, vv_error *err)
{
	const vv_row_source from = {.rows = g->rows,
				    .group = &g->view,
				    .cells = g->batch ? g->batch->cells : NULL,
				    .columns = g->batch ? g->batch->columns : 0,
				    .places = places,
				    .skip = w->pass_blank ? w->blank : NULL};

	return vv_row_block_open(w->block, &from, p->schema->count, err);
}

static vv_status check_conditions(check_worker *w, const check_plan *p, const check_group *g,
				  vv_error *err)
{
	vv_status rc = check_open_block(w, p, g, p->places, err);

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

vv_status check_group_newlines(const check_group *g, size_t columns, vv_arena *arena,
			       uint32_t *newlines, vv_error *err)
{
	vv_auto_free vv_cell *cells = NULL;
	vv_status rc = VV_OK;

	*newlines = 0;
	for (size_t i = 0; i < columns && rc == VV_OK; i++) {
		if (!g->batch && view_one_line(&g->view, i)) {
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
	return rc;
}
