/*
 * row_block: how the steps of a condition are worked off for whole columns.
 *
 * Steps that read one column with few distinct values are worked off once for each of these; comparisons, sums and logic of
 * numbers and dates in loops over rows. All else is left for later, and worked off row by row where its answer is needed.
 */
#include "dataset/rows/row_block.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_internal.h"
#include "dataset/rows/row_values.h"
#include "dataset/schema/type.h"

#define MOST ((uint64_t)INT64_MAX / 4) /* of numbers, so that two can be added */
#define LIST_MAX 16u                   /* literals of a list that are compared one by one */

typedef struct block_column {
	vv_group_run run;
	const vv_cell *cells; /* of each row, once they are needed */
	bool has_run, has_numbers;
	vv_row_values numbers; /* form LATER: it has none */
} block_column;

struct vv_row_block {
	vv_row_source from;
	vv_arena arena;
	block_column *columns; /* of the table, and one that is absent */
	size_t column_cap;
	vv_cell *row; /* one, by the places of the schema */
	size_t fields;
};

vv_row_block *vv_row_block_new(void)
{
	return vv_calloc(1, sizeof(vv_row_block));
}

void vv_row_block_free(vv_row_block *b)
{
	if (b) {
		vv_arena_clear(&b->arena);
		vv_free_all(b->columns, b->row, b);
	}
}

size_t vv_row_block_rows(const vv_row_block *b)
{
	return b->from.rows;
}

bool vv_row_block_skips(const vv_row_block *b, size_t row)
{
	return b->from.skip && b->from.skip[row];
}

vv_arena *vv_row_block_arena(vv_row_block *b)
{
	return &b->arena;
}

vv_status vv_row_block_open(vv_row_block *b, const vv_row_source *from, size_t fields,
			    vv_error *err)
{
	vv_arena_reset(&b->arena);
	b->from = *from;
	if (fields > b->fields || from->columns >= b->column_cap || !b->columns || !b->row) {
		vv_free_all(b->columns, b->row);
		b->column_cap = from->columns + 1;
		b->columns = vv_calloc(b->column_cap, sizeof(*b->columns));
		b->row = vv_calloc(fields + 1, sizeof(*b->row));
		b->fields = fields;
		return b->columns && b->row ? VV_OK : vv_fail_nomem(err);
	}
	memset(b->columns, 0, (from->columns + 1) * sizeof(*b->columns));
	return VV_OK;
}

void vv_row_block_skip(vv_row_block *b, const uint8_t *skip)
{
	b->from.skip = skip;
}

/* ---- columns ---- */

/* The column of a field. */
static size_t place_of(const vv_row_block *b, size_t field)
{
	const size_t place = b->from.places[field];

	return place == SIZE_MAX ? b->from.columns : place;
}

static block_column *column_of(const vv_row_block *b, size_t field)
{
	return &b->columns[place_of(b, field)];
}

vv_status vv_row_block_run(vv_row_block *b, size_t place, bool numbers, const vv_group_run **run,
			   vv_error *err)
{
	static const vv_cell absent = {.state = VV_CELL_ABSENT};
	block_column *col = &b->columns[place];

	*run = &col->run;
	if (col->has_run && (!numbers || col->run.form < VV_RUN_INTEGERS || col->run.numbers)) {
		return VV_OK;
	}
	col->has_run = true;
	if (place == b->from.columns) {
		col->run = (vv_group_run){.form = VV_RUN_SHARED, .cells = &absent, .count = 1};
		return VV_OK;
	}
	if (b->from.cells) {
		col->run = (vv_group_run){.form = VV_RUN_CELLS,
					  .cells = b->from.cells + place,
					  .stride = b->from.columns};
		return VV_OK;
	}
	return numbers ? vv_group_run_of(&col->run, b->from.group, place, true, &b->arena, err)
		       : vv_group_run_look(&col->run, b->from.group, place, &b->arena, err);
}

static vv_status open_run(vv_row_block *b, size_t field, vv_error *err)
{
	const vv_group_run *run;

	return vv_row_block_run(b, place_of(b, field), true, &run, err);
}

vv_status vv_row_block_cells(vv_row_block *b, size_t place, const vv_cell **out, vv_error *err)
{
	block_column *col = &b->columns[place];
	const size_t rows = b->from.rows;
	const vv_group_run *run;
	vv_cell *cells;
	vv_status rc = vv_row_block_run(b, place, false, &run, err);

	if (rc < 0 || col->cells || (run->form == VV_RUN_CELLS && run->stride == 1)) {
		*out = col->cells = col->cells ? col->cells : run->cells;
		return rc;
	}
	if (!(cells = vv_arena_alloc(&b->arena, (rows + 1) * sizeof(*cells)))) {
		return vv_fail_nomem(err);
	}
	*out = col->cells = cells;
	if (run->form >= VV_RUN_INTEGERS) {
		return vv_group_column(b->from.group, place, cells, 1, &b->arena, err);
	}
	for (size_t r = 0; r < rows; r++) {
		cells[r] = run->cells[run->form == VV_RUN_CELLS ? r * run->stride
				      : run->index              ? run->index[r]
								: 0];
	}
	return VV_OK;
}

static vv_status open_cells(vv_row_block *b, size_t field, vv_error *err)
{
	const vv_cell *cells;

	return vv_row_block_cells(b, place_of(b, field), &cells, err);
}

/* Does a missing value read like a number or a date? */
static bool has_typed_missing(const vv_field *f)
{
	return vv_ended_find(f->missing, it, **it != '\0' && strchr("0123456789+-.", **it)) != NULL;
}

/* Are the numbers of the run the values of the cells? */
static bool is_numeric(const vv_condition *c, const vv_field *f, const vv_group_run *run)
{
	const bool literal = run->state == VV_CELL_LITERAL;

	if (run->form == VV_RUN_DAYS) {
		return f->type == VV_TYPE_DATE && !f->plan && !literal && !c->json;
	}
	if (run->form != VV_RUN_INTEGERS && run->form != VV_RUN_DECIMALS) return false;
	return (literal || (!c->json && vv_operand_usual(f))) && run->scale <= VV_SCALE_MAX &&
	       (f->type == VV_TYPE_NUMBER ||
		(f->type == VV_TYPE_INTEGER && run->form == VV_RUN_INTEGERS));
}

static bool read_numbers(vv_row_values *out, vv_row_block *b, const vv_condition *c, size_t field)
{
	const vv_field *f = &c->schema->fields[field];
	const vv_group_run *run = &column_of(b, field)->run;
	const vv_cell empty = {.text = "", .state = run->state};
	uint8_t *states;

	if (!is_numeric(c, f, run) || has_typed_missing(f) || run->least < -(int64_t)MOST ||
	    run->most > (int64_t)MOST || (run->empty && !vv_field_missing(f, &empty))) {
		return false;
	}
	*out = (vv_row_values){
		.form = VV_VALUES_NUMBERS,
		.kind = VV_OPERAND_NUMBER,
		.numbers = run->numbers,
		.most = (uint64_t)(-run->least > run->most ? -run->least : run->most)};
	if (run->form == VV_RUN_DAYS) {
		out->kind = VV_OPERAND_TIME;
	} else if (run->form == VV_RUN_DECIMALS) {
		out->scale = run->scale;
	}
	if (run->empty) {
		if (!(states = vv_arena_alloc(&b->arena, b->from.rows + 1))) return false;
		for (size_t r = 0; r < b->from.rows; r++) {
			states[r] = run->empty[r] ? VV_VALUE_MISSING : VV_VALUE_SMALL;
		}
		out->states = states;
	}
	return true;
}

static vv_status load_column(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			     const vv_step *step, size_t at, vv_error *err)
{
	block_column *col = column_of(b, step->at);
	vv_status rc = open_run(b, step->at, err);

	if (rc == VV_OK && !col->has_numbers) {
		col->has_numbers = true;
		if (!read_numbers(&col->numbers, b, c, step->at)) {
			col->numbers = (vv_row_values){.form = VV_VALUES_LATER};
		}
	}
	*out = col->numbers;
	if (out->form == VV_VALUES_LATER) {
		*out = (vv_row_values){.kind = step->kind, .begin = at, .end = at + 1};
	}
	return rc;
}

/* ---- steps that read one column with few values, or none ---- */

/* Works the steps off for each value. False: they are to be worked off row by row. */
static bool share_values(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			 vv_condition_scratch *s, size_t begin, size_t end, size_t field)
{
	const vv_group_run *run = field == SIZE_MAX ? NULL : &column_of(b, field)->run;
	const size_t count = run ? run->count : 1;
	vv_operand *values = vv_arena_alloc(&b->arena, (count + 1) * sizeof(*values));

	if (!values) return false;
	for (size_t i = 0; i < count; i++) {
		if (run) {
			b->row[field] = run->cells[i];
		}
		vv_condition_run_steps(c, s, b->row, begin, end);
		values[i] = s->stack[0];
		const vv_operand *v = &values[i];
		if (s->undecided || s->failed || v->state > VV_VALUE_SMALL) {
			s->undecided = false;
			return false;
		}
		if (c->has_text && v->state == VV_VALUE_SMALL && v->text &&
		    !(values[i].text = vv_arena_strndup(&b->arena, v->text, v->len))) {
			return false;
		}
	}
	*out = (vv_row_values){.form = VV_VALUES_SHARED,
			       .kind = vv_steps_kind(c, end),
			       .values = values,
			       .count = count,
			       .index = run ? run->index : NULL,
			       .begin = begin,
			       .end = end};
	return true;
}

/* ---- forms ---- */

/* The number of a value at a scale; days of a time. */
static bool number_of(int64_t *out, const vv_operand *v, vv_operand_kind kind, unsigned scale)
{
	if (kind == VV_OPERAND_TIME) {
		*out = v->time.days;
		return v->time.seconds == 0 && v->time.fraction_len == 0;
	}
	return v->small.scale <= scale &&
	       !__builtin_mul_overflow(v->small.mantissa, vv_power[scale - v->small.scale], out) &&
	       *out <= (int64_t)MOST && *out >= -(int64_t)MOST;
}

/* Few values as numbers of all rows. */
bool vv_row_values_spread(vv_row_values *v, vv_row_block *b)
{
	const size_t rows = b->from.rows;
	int64_t numbers[256], *out;
	uint8_t states[256], *out_states;
	bool known = true;

	if (v->form == VV_VALUES_NUMBERS) return true;
	if (v->form != VV_VALUES_SHARED || v->count > 256 ||
	    (v->kind != VV_OPERAND_NUMBER && v->kind != VV_OPERAND_TIME)) {
		return false;
	}
	v->scale = 0;
	v->most = 0;
	for (size_t i = 0; i < v->count && v->kind == VV_OPERAND_NUMBER; i++) {
		const vv_operand *x = &v->values[i];

		v->scale = x->state == VV_VALUE_SMALL && x->small.scale > v->scale ? x->small.scale
										   : v->scale;
	}
	for (size_t i = 0; i < v->count; i++) {
		states[i] = (uint8_t)v->values[i].state;
		numbers[i] = 0;
		known = known && states[i] == VV_VALUE_SMALL;
		if (states[i] == VV_VALUE_SMALL &&
		    !number_of(&numbers[i], &v->values[i], v->kind, v->scale)) {
			return false;
		}
		uint64_t far = (uint64_t)(numbers[i] < 0 ? -numbers[i] : numbers[i]);
		v->most = far > v->most ? far : v->most;
	}
	out = vv_arena_alloc(&b->arena, (rows + 1) * sizeof(*out));
	out_states = known ? NULL : vv_arena_alloc(&b->arena, rows + 1);
	if (!out || (!known && !out_states)) return false;
	for (size_t r = 0; r < rows; r++) {
		out[r] = numbers[v->index ? v->index[r] : 0];
	}
	for (size_t r = 0; out_states && r < rows; r++) {
		out_states[r] = states[v->index ? v->index[r] : 0];
	}
	v->form = VV_VALUES_NUMBERS;
	v->numbers = out;
	v->states = out_states;
	return true;
}

/* At a larger scale. */
static bool rescale_values(vv_row_values *v, vv_row_block *b, unsigned scale)
{
	const int64_t by = vv_power[scale - v->scale];
	int64_t *out;

	if (by == 1) return true;
	if (v->most > MOST / (uint64_t)by ||
	    !(out = vv_arena_alloc(&b->arena, (b->from.rows + 1) * sizeof(*out)))) {
		return false;
	}
	for (size_t r = 0; r < b->from.rows; r++) {
		out[r] = v->numbers[r] * by;
	}
	v->numbers = out;
	v->scale = scale;
	v->most *= (uint64_t)by;
	return true;
}

static bool align_values(vv_row_values *x, vv_row_values *y, vv_row_block *b)
{
	if (!vv_row_values_spread(x, b) || !vv_row_values_spread(y, b)) return false;
	const unsigned scale = x->scale > y->scale ? x->scale : y->scale;
	return rescale_values(x, b, scale) && rescale_values(y, b, scale);
}

/* Rows that are known in both; NULL: all are. *failed: out of memory. */
static const uint8_t *both_states(const vv_row_values *x, const vv_row_values *y, vv_row_block *b,
				  bool *failed)
{
	uint8_t *out;

	if (!x->states || !y->states) return x->states ? x->states : y->states;
	if (!(out = vv_arena_alloc(&b->arena, b->from.rows + 1))) {
		*failed = true;
		return NULL;
	}
	for (size_t r = 0; r < b->from.rows; r++) {
		out[r] = x->states[r] < y->states[r] ? x->states[r] : y->states[r];
	}
	return out;
}

static uint8_t *new_truths(vv_row_values *out, vv_row_block *b)
{
	uint8_t *truths = vv_arena_alloc(&b->arena, b->from.rows + 1);

	*out = (vv_row_values){
		.form = VV_VALUES_TRUTHS, .kind = VV_OPERAND_BOOLEAN, .truths = truths};
	return truths;
}

static uint8_t truth_of(const vv_operand *v)
{
	if (v->state != VV_VALUE_SMALL) return VV_UNKNOWN;
	return v->truth ? VV_TRUE : VV_FALSE;
}

/* ---- row by row ---- */

vv_status vv_row_values_need(vv_row_block *b, const vv_condition *c, const vv_row_values *v,
			     vv_error *err)
{
	vv_status rc;

	for (size_t i = v->begin; v->form == VV_VALUES_LATER && i < v->end; i++) {
		if (c->steps[i].code == VV_STEP_COLUMN) {
			if ((rc = open_cells(b, c->steps[i].at, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

void vv_row_values_get(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
		       const vv_row_values *v, size_t row)
{
	vv_operand *to = &s->stack[0];

	if (v->form == VV_VALUES_SHARED) {
		*to = v->values[v->index ? v->index[row] : 0];
	} else if (v->form == VV_VALUES_NUMBERS) {
		to->state = v->states ? (vv_value_state)v->states[row] : VV_VALUE_SMALL;
		to->small = (vv_small){v->numbers[row], v->scale};
		to->time = (vv_time_value){.days = v->numbers[row]};
	} else if (v->form == VV_VALUES_TRUTHS) {
		to->state = v->truths[row] >= VV_UNKNOWN ? VV_VALUE_MISSING : VV_VALUE_SMALL;
		to->truth = v->truths[row] == VV_TRUE;
	} else {
		for (size_t i = v->begin; i < v->end; i++) {
			if (c->steps[i].code == VV_STEP_COLUMN) {
				b->row[c->steps[i].at] = column_of(b, c->steps[i].at)->cells[row];
			}
		}
		vv_condition_run_steps(c, s, b->row, v->begin, v->end);
	}
}

/* A boolean as truths. */
static vv_status settle_truths(vv_row_values *v, vv_row_block *b, const vv_condition *c,
			       vv_condition_scratch *s, vv_error *err)
{
	vv_row_values out;
	uint8_t shared[256], *truths;
	vv_status rc;

	if (v->form == VV_VALUES_TRUTHS) return VV_OK;
	if (!(truths = new_truths(&out, b))) return vv_fail_nomem(err);
	if (v->form == VV_VALUES_SHARED && v->count <= 256) {
		for (size_t i = 0; i < v->count; i++) {
			shared[i] = truth_of(&v->values[i]);
		}
		for (size_t r = 0; r < b->from.rows; r++) {
			truths[r] = shared[v->index ? v->index[r] : 0];
		}
		*v = out;
		return VV_OK;
	}
	if ((rc = vv_row_values_need(b, c, v, err)) < 0) return rc;
	for (size_t r = 0; r < b->from.rows; r++) {
		vv_row_values_get(b, c, s, v, r);
		truths[r] = s->undecided ? VV_TRUTH_UNDECIDED : truth_of(&s->stack[0]);
		s->undecided = false;
	}
	*v = out;
	return s->failed ? vv_fail_nomem(err) : VV_OK;
}

/* ---- operators ---- */

static bool compare_values(vv_row_values *out, vv_row_block *b, const vv_row_values *left,
			   const vv_row_values *right, unsigned orders)
{
	const unsigned less = orders & 1, same = orders >> 1 & 1, more = orders >> 2;
	vv_row_values x = *left, y = *right;
	bool failed = false;
	uint8_t *truths;

	if (!align_values(&x, &y, b)) return false;
	const uint8_t *states = both_states(&x, &y, b, &failed);
	if (failed || !(truths = new_truths(out, b))) return false;
	for (size_t r = 0; r < b->from.rows; r++) {
		const int64_t l = x.numbers[r], g = y.numbers[r];

		truths[r] = (uint8_t)((less & (l < g)) | (same & (l == g)) | (more & (l > g)));
	}
	for (size_t r = 0; states && r < b->from.rows; r++) {
		truths[r] = states[r] == VV_VALUE_SMALL ? truths[r] : VV_UNKNOWN;
	}
	return true;
}

/* Both are truths. Undecided rows remain undecided. */
static bool join_logic(vv_row_values *out, vv_row_block *b, const vv_row_values *x,
		       const vv_row_values *y, bool both)
{
	static const uint8_t answers[2][4][4] = {
		{{0, 1, 2, 3}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}},
		{{0, 0, 0, 3}, {0, 1, 2, 3}, {0, 2, 2, 3}, {3, 3, 3, 3}}};
	const uint8_t *left = x->truths, *right = y->truths;
	uint8_t *truths = new_truths(out, b);

	for (size_t r = 0; truths && r < b->from.rows; r++) {
		truths[r] = answers[both][left[r]][right[r]];
	}
	return truths != NULL;
}

static bool invert_truths(vv_row_values *out, vv_row_block *b, const vv_row_values *x)
{
	static const uint8_t other[] = {VV_TRUE, VV_FALSE, VV_UNKNOWN, VV_TRUTH_UNDECIDED};
	const uint8_t *from = x->truths;
	uint8_t *truths = new_truths(out, b);

	for (size_t r = 0; truths && r < b->from.rows; r++) {
		truths[r] = other[from[r]];
	}
	return truths != NULL;
}

static bool test_between(vv_row_values *out, vv_row_block *b, const vv_row_values *x, bool wanted)
{
	vv_row_values low, high, both;

	if (!compare_values(&low, b, &x[0], &x[1], 6) ||
	    !compare_values(&high, b, &x[0], &x[2], 3) ||
	    !join_logic(&both, b, &low, &high, true)) {
		return false;
	}
	*out = both;
	return wanted || invert_truths(out, b, &both);
}

static bool in_list(vv_row_values *out, vv_row_block *b, const vv_condition *c,
		    const vv_row_values *x, const vv_step *step)
{
	vv_row_values any, one, both;

	if (step->count == 0 || step->count > LIST_MAX) return false;
	for (size_t i = 0; i < step->count; i++) {
		const vv_literal *l = &c->literals[step->at + i];
		const vv_row_values value = {
			.form = VV_VALUES_SHARED, .kind = x->kind, .values = &l->value, .count = 1};

		if (l->value.state != VV_VALUE_SMALL || !compare_values(&one, b, x, &value, 2)) {
			return false;
		}
		if (i > 0 && !join_logic(&both, b, &any, &one, false)) return false;
		any = i > 0 ? both : one;
	}
	*out = any;
	return step->code == VV_STEP_IN || invert_truths(out, b, &any);
}

static bool is_null(vv_row_values *out, vv_row_block *b, const vv_row_values *x, bool column,
		    bool wanted)
{
	uint8_t *truths;
	const uint8_t *states = x->states;

	if (x->form != VV_VALUES_NUMBERS || !(truths = new_truths(out, b))) return false;
	for (size_t r = 0; r < b->from.rows; r++) {
		const vv_value_state state = states ? states[r] : VV_VALUE_SMALL;

		truths[r] = (column ? state == VV_VALUE_MISSING : state < VV_VALUE_SMALL) == wanted;
	}
	return true;
}

/* For a column read cell by cell. */
static vv_status is_cell_null(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			      size_t field, bool wanted, vv_error *err)
{
	uint8_t *truths;
	vv_status rc = open_cells(b, field, err);

	if (rc < 0) return rc;
	if (!(truths = new_truths(out, b))) return vv_fail_nomem(err);
	for (size_t r = 0; r < b->from.rows; r++) {
		truths[r] = vv_field_missing(&c->schema->fields[field],
					     &column_of(b, field)->cells[r]) == wanted;
	}
	return VV_OK;
}

static bool add_values(vv_row_values *out, vv_row_block *b, const vv_row_values *left,
		       const vv_row_values *right, vv_step_code code)
{
	vv_row_values x = *left, y = *right;
	const bool product = code == VV_STEP_MULTIPLY;
	bool failed = false;
	int64_t *to;

	if (x.kind != VV_OPERAND_NUMBER || y.kind != VV_OPERAND_NUMBER) return false;
	if (product ? !vv_row_values_spread(&x, b) || !vv_row_values_spread(&y, b) ||
			      x.scale + y.scale > VV_SCALE_MAX ||
			      (y.most > 0 && x.most > MOST / y.most)
		    : !align_values(&x, &y, b) || x.most + y.most > MOST) {
		return false;
	}
	const uint8_t *states = both_states(&x, &y, b, &failed);
	if (failed || !(to = vv_arena_alloc(&b->arena, (b->from.rows + 1) * sizeof(*to)))) {
		return false;
	}
	for (size_t r = 0; r < b->from.rows; r++) {
		const int64_t l = x.numbers[r], g = y.numbers[r];

		if (product) {
			to[r] = l * g;
		} else if (code == VV_STEP_ADD) {
			to[r] = l + g;
		} else {
			to[r] = l - g;
		}
	}
	*out = (vv_row_values){.form = VV_VALUES_NUMBERS,
			       .kind = VV_OPERAND_NUMBER,
			       .numbers = to,
			       .scale = product ? x.scale + y.scale : x.scale,
			       .most = product ? x.most * y.most : x.most + y.most,
			       .states = states};
	return true;
}

/* -x, abs(x). */
static bool change_sign(vv_row_values *out, vv_row_block *b, const vv_row_values *from,
			bool negative_only)
{
	vv_row_values x = *from;
	int64_t *to;

	if (x.kind != VV_OPERAND_NUMBER || !vv_row_values_spread(&x, b) ||
	    !(to = vv_arena_alloc(&b->arena, (b->from.rows + 1) * sizeof(*to)))) {
		return false;
	}
	for (size_t r = 0; r < b->from.rows; r++) {
		to[r] = negative_only && x.numbers[r] >= 0 ? x.numbers[r] : -x.numbers[r];
	}
	*out = x;
	out->numbers = to;
	return true;
}

static bool run_call(vv_row_values *out, vv_row_block *b, const vv_row_values *x,
		     const vv_step *step)
{
	const char *name = vv_call_at(step->at)->name;
	vv_row_values first, second;

	if (strcmp(name, "abs") == 0) return change_sign(out, b, x, true);
	if (strcmp(name, "days") != 0 || x[0].kind != VV_OPERAND_TIME ||
	    x[1].kind != VV_OPERAND_TIME) {
		return false;
	}
	first = x[1];
	second = x[0];
	if (!vv_row_values_spread(&first, b) || !vv_row_values_spread(&second, b)) return false;
	first.kind = second.kind = VV_OPERAND_NUMBER;
	return add_values(out, b, &first, &second, VV_STEP_SUBTRACT);
}

/* An operator of numbers and dates. False: it is to be worked off later. */
static bool run_operator(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			 const vv_row_values *x, size_t at)
{
	const vv_step *step = &c->steps[at];

	switch (step->code) {
	case VV_STEP_BETWEEN:
	case VV_STEP_NOT_BETWEEN:
		return test_between(out, b, x, step->code == VV_STEP_BETWEEN);
	case VV_STEP_IN:
	case VV_STEP_NOT_IN:
		return in_list(out, b, c, x, step);
	case VV_STEP_IS_NULL:
	case VV_STEP_IS_NOT_NULL:
		return is_null(out, b, x, c->steps[at - 1].code == VV_STEP_COLUMN,
			       step->code == VV_STEP_IS_NULL);
	case VV_STEP_ADD:
	case VV_STEP_SUBTRACT:
	case VV_STEP_MULTIPLY:
		return add_values(out, b, &x[0], &x[1], step->code);
	case VV_STEP_NEGATE:
		return change_sign(out, b, x, false);
	case VV_STEP_CALL:
		return run_call(out, b, x, step);
	default:
		return vv_step_orders(step->code) &&
		       compare_values(out, b, &x[0], &x[1], vv_step_orders(step->code));
	}
}

/* and, or, not: of truths. */
static vv_status run_logic(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			   vv_condition_scratch *s, vv_row_values *x, vv_step_code code,
			   vv_error *err)
{
	vv_status rc = settle_truths(&x[0], b, c, s, err);

	if (rc == VV_OK && code != VV_STEP_NOT) {
		rc = settle_truths(&x[1], b, c, s, err);
	}
	if (rc < 0) return rc;
	bool done = code == VV_STEP_NOT ? invert_truths(out, b, x)
					: join_logic(out, b, &x[0], &x[1], code == VV_STEP_AND);
	return done ? VV_OK : vv_fail_nomem(err);
}

/* One step; x: its operands, and in their place the result. */
static vv_status take_step(vv_row_values *x, size_t operands, vv_row_block *b,
			   const vv_condition *c, vv_condition_scratch *s, size_t at, vv_error *err)
{
	const vv_step *step = &c->steps[at];
	const size_t begin = x[0].begin;
	vv_row_values out = {.form = VV_VALUES_LATER};
	const bool later = vv_array_find(x, operands, it, it->form == VV_VALUES_LATER) != NULL;
	bool done = false;
	vv_status rc = VV_OK;

	if (step->code == VV_STEP_AND || step->code == VV_STEP_OR || step->code == VV_STEP_NOT) {
		rc = run_logic(&out, b, c, s, x, step->code, err);
		done = true;
	} else if (later && operands == 1 && c->steps[at - 1].code == VV_STEP_COLUMN &&
		   (step->code == VV_STEP_IS_NULL || step->code == VV_STEP_IS_NOT_NULL)) {
		rc = is_cell_null(&out, b, c, c->steps[at - 1].at, step->code == VV_STEP_IS_NULL,
				  err);
		done = true;
	}
	if (!done && !later) {
		done = run_operator(&out, b, c, x, at);
	}
	if (!done) {
		out = (vv_row_values){.form = VV_VALUES_LATER, .kind = vv_steps_kind(c, at + 1)};
	}
	x[0] = out;
	x[0].begin = begin;
	x[0].end = at + 1;
	return rc;
}

vv_status vv_row_values_of(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			   vv_condition_scratch *s, vv_error *err)
{
	vv_row_values stack[VV_CONDITION_DEPTH + 1];
	size_t top = 0;
	vv_status rc;

	for (size_t i = 0; i < c->step_count;) {
		const vv_step *step = &c->steps[i];
		const vv_span *span = &c->spans[i];
		const bool column = span->end > 0 && span->column != SIZE_MAX;

		if (column && (rc = open_run(b, span->column, err)) < 0) return rc;
		if (span->end > 0 &&
		    (!column || column_of(b, span->column)->run.form == VV_RUN_SHARED) &&
		    share_values(&stack[top], b, c, s, i, span->end, span->column)) {
			i = span->end;
			top++;
			continue;
		}
		if (step->code == VV_STEP_COLUMN) {
			if ((rc = load_column(&stack[top], b, c, step, i, err)) < 0) return rc;
			stack[top].begin = i;
			stack[top++].end = i + 1;
		} else if (step->code == VV_STEP_LITERAL || step->code == VV_STEP_AGGREGATE) {
			stack[top++] = (vv_row_values){.form = VV_VALUES_LATER,
						       .kind = step->kind,
						       .begin = i,
						       .end = i + 1};
		} else {
			const size_t operands = vv_step_operands(step);

			top -= operands - 1;
			if ((rc = take_step(&stack[top - 1], operands, b, c, s, i, err)) < 0) {
				return rc;
			}
		}
		i++;
	}
	*out = stack[0];
	return s->failed ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_row_block_judge(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
			     const uint8_t **truths, vv_error *err)
{
	vv_row_values v;
	vv_status rc = vv_row_values_of(&v, b, c, s, err);

	if (rc < 0 || (rc = settle_truths(&v, b, c, s, err)) < 0) return rc;
	*truths = v.truths;
	return VV_OK;
}
