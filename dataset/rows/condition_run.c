/*
 * condition_run: how cells become values, and how a compiled condition is worked off.
 */
#include "dataset/rows/condition_run.h"

#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_code.h"
#include "dataset/schema/value.h"

vv_condition_scratch *vv_condition_scratch_new(void)
{
	return vv_calloc(1, sizeof(vv_condition_scratch));
}

void vv_condition_scratch_free(vv_condition_scratch *s)
{
	if (s) {
		vv_buf_clear(&s->digits);
		vv_arena_clear(&s->texts);
		vv_pattern_scratch_free(s->patterns);
		vv_free(s);
	}
}

bool vv_condition_failed(const vv_condition_scratch *s)
{
	return s->failed;
}

bool vv_condition_undecided(vv_condition_scratch *s)
{
	bool was = s->undecided;

	s->undecided = false;
	return was;
}

static bool field_accepts(bool json, const vv_field *f, const vv_cell *cell)
{
	return json ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell);
}

static void load_number(bool json, vv_condition_scratch *s, size_t top, const vv_field *f,
			const vv_cell *cell)
{
	vv_operand *v = &s->stack[top];
	bool literal = cell->state == VV_CELL_LITERAL;

	v->state = VV_VALUE_SMALL;
	if (f->type != VV_TYPE_YEAR && (literal || (!json && vv_operand_usual(f))) &&
	    vv_small_read(&v->small, cell->text, cell->len, f->type == VV_TYPE_NUMBER)) {
		return;
	}
	if (!field_accepts(json, f, cell)) {
		v->state = VV_VALUE_UNKNOWN;
		return;
	}
	if (f->type == VV_TYPE_YEAR && vv_small_read(&v->small, cell->text, cell->len, false)) {
		return;
	}
	vv_buf_reset(&s->digits); /* with other marks than usual */
	if (!literal && f->type != VV_TYPE_YEAR &&
	    vv_value_put_number(&s->digits, f, cell->text, cell->len) &&
	    vv_small_read(&v->small, vv_buf_cstr(&s->digits), s->digits.len,
			  f->type == VV_TYPE_NUMBER)) {
		return;
	}
	vv_operand_read_number(v, &s->large[top], &s->digits,
			       literal || f->type == VV_TYPE_YEAR ? NULL : f, cell->text, cell->len,
			       &s->failed);
}

static void load_boolean(bool json, vv_operand *v, const vv_field *f, const vv_cell *cell)
{
	v->state = field_accepts(json, f, cell) ? VV_VALUE_SMALL : VV_VALUE_UNKNOWN;
	v->truth = cell->state == VV_CELL_LITERAL
			   ? cell->len == 4
			   : vv_operand_read_boolean(f, cell->text, cell->len);
}

static void load_cell(const vv_condition *c, vv_condition_scratch *s, size_t top,
		      const vv_step *step, const vv_cell *cells)
{
	const vv_field *f = &(step->before ? c->old : c->schema)->fields[step->at];
	const vv_cell *cell = &(step->before ? s->old : cells)[step->at];
	const bool json = step->before ? c->old_json : c->json;
	vv_operand *v = &s->stack[top];
	vv_cell empty;

	v->text = cell->text ? cell->text : "";
	v->len = cell->len;
	if (vv_field_missing(f, cell)) {
		v->state = VV_VALUE_MISSING;
		return;
	}
	if (!cell->text) { /* an empty text may have none */
		empty = *cell;
		empty.text = "";
		cell = &empty;
	}
	v->state = VV_VALUE_SMALL;
	switch (step->kind) {
	case VV_OPERAND_NUMBER:
		load_number(json, s, top, f, cell);
		break;
	case VV_OPERAND_BOOLEAN:
		load_boolean(json, v, f, cell);
		break;
	case VV_OPERAND_TIME:
		if (cell->state != VV_CELL_TEXT ||
		    !vv_operand_read_time(v, f, cell->text, cell->len)) {
			v->state = VV_VALUE_UNKNOWN;
		}
		break;
	default:
		if (f->type == VV_TYPE_STRING && (json || strcmp(f->format, "default") != 0) &&
		    !field_accepts(json, f, cell)) {
			v->state = VV_VALUE_UNKNOWN;
		}
		break;
	}
}

static void load_literal(const vv_condition *c, vv_condition_scratch *s, size_t top, size_t number)
{
	const vv_literal *l = &c->literals[number];

	s->stack[top] = l->value;
	if (l->value.state == VV_VALUE_LARGE) {
		s->large[top] = *l->large;
	}
}

static bool is_known(const vv_operand *v)
{
	return v->state >= VV_VALUE_SMALL;
}

/* '%' matches any text, '_' one character, and '\\' makes the next character literal. Goes back to the last '%' alone. */
static bool is_like(const char *s, size_t len, const char *pattern, size_t pattern_len)
{
	size_t i = 0, k = 0, back_i = 0, back_k = SIZE_MAX;

	while (i < len) {
		bool escaped = k + 1 < pattern_len && pattern[k] == '\\';

		if (!escaped && k < pattern_len && pattern[k] == '%') {
			back_k = ++k;
			back_i = i;
		} else if (!escaped && k < pattern_len && pattern[k] == '_') {
			i += vv_character_len(s + i, len - i);
			k++;
		} else if (k < pattern_len && pattern[k + escaped] == s[i]) {
			i++;
			k += 1u + escaped;
		} else if (back_k != SIZE_MAX) {
			back_i += vv_character_len(s + back_i, len - back_i);
			i = back_i;
			k = back_k;
		} else {
			return false;
		}
	}
	while (k < pattern_len && pattern[k] == '%') {
		k++;
	}
	return k == pattern_len;
}

static void set_truth(vv_operand *v, bool truth)
{
	v->state = VV_VALUE_SMALL;
	v->truth = truth;
}

/* A test whose answer is unknown is null, as in SQL, whatever made it unknown. */
static void set_unknown(vv_operand *v)
{
	v->state = VV_VALUE_MISSING;
}

/* a (and in its place the answer) and b after it. */
static void run_compare(vv_condition_scratch *s, size_t a, const vv_step *step)
{
	vv_operand *x = &s->stack[a], *y = &s->stack[a + 1];
	int c;

	if (!is_known(x) || !is_known(y) ||
	    !vv_operand_compare(s, step->kind, x, &s->large[a], y, &s->large[a + 1], &c)) {
		set_unknown(x);
		return;
	}
	set_truth(x, (vv_step_orders(step->code) >> (c + 1) & 1) != 0);
}

static void run_list(const vv_condition *c, vv_condition_scratch *s, size_t a, const vv_step *step)
{
	vv_operand *x = &s->stack[a];
	bool found = false;
	int order;

	if (!is_known(x)) {
		set_unknown(x);
		return;
	}
	for (size_t i = 0; i < step->count && !found; i++) {
		const vv_literal *l = &c->literals[step->at + i];

		found = vv_operand_compare(s, step->kind, x, &s->large[a], &l->value, l->large,
					   &order) &&
			order == 0;
	}
	set_truth(x, found == (step->code == VV_STEP_IN));
}

/* The text of a (a column's cell, of any type) against that of the literal b. */
static void run_text(vv_operand *a, const vv_operand *b, vv_step_code code)
{
	if (a->state == VV_VALUE_MISSING || !a->text) {
		set_unknown(a);
	} else if (code == VV_STEP_BEGINS) {
		set_truth(a, a->len >= b->len &&
				     (b->len == 0 || memcmp(a->text, b->text, b->len) == 0));
	} else {
		set_truth(a, is_like(a->text, a->len, b->text, b->len) == (code == VV_STEP_LIKE));
	}
}

static vv_truth not_beyond(vv_condition_scratch *s, vv_operand_kind kind, size_t a, size_t b)
{
	const vv_operand *x = &s->stack[a], *y = &s->stack[b];
	int order;

	if (!is_known(x) || !is_known(y) ||
	    !vv_operand_compare(s, kind, x, &s->large[a], y, &s->large[b], &order)) {
		return VV_UNKNOWN;
	}
	return order <= 0 ? VV_TRUE : VV_FALSE;
}

/* a, and the bounds after it. */
static void run_between(vv_condition_scratch *s, size_t a, const vv_step *step)
{
	vv_truth low = not_beyond(s, step->kind, a + 1, a),
		 high = not_beyond(s, step->kind, a, a + 2);

	if (low != VV_FALSE && high != VV_FALSE && (low == VV_UNKNOWN || high == VV_UNKNOWN)) {
		set_unknown(&s->stack[a]);
	} else {
		set_truth(&s->stack[a],
			  (low == VV_TRUE && high == VV_TRUE) == (step->code == VV_STEP_BETWEEN));
	}
}

static bool small_result(vv_operand *out, const vv_operand *x, const vv_operand *y,
			 vv_step_code code)
{
	switch (code) {
	case VV_STEP_ADD:
	case VV_STEP_SUBTRACT:
		return vv_small_add(&out->small, &x->small, &y->small, code == VV_STEP_SUBTRACT);
	case VV_STEP_MULTIPLY:
		return vv_small_multiply(&out->small, &x->small, &y->small);
	default:
		return false;
	}
}

static bool large_result(vv_condition_scratch *s, size_t a, vv_step_code code)
{
	vv_ratio out;
	bool ok;

	for (size_t i = a; i <= a + 1; i++) {
		if (s->stack[i].state == VV_VALUE_SMALL) {
			vv_ratio_small(&s->large[i], &s->stack[i].small);
		}
	}
	if (code == VV_STEP_SUBTRACT) {
		vv_ratio_negate(&s->large[a + 1]);
	}
	switch (code) {
	case VV_STEP_MULTIPLY:
		ok = vv_ratio_multiply(&out, &s->large[a], &s->large[a + 1]);
		break;
	case VV_STEP_DIVIDE:
		ok = vv_ratio_divide(&out, &s->large[a], &s->large[a + 1]);
		break;
	default:
		ok = vv_ratio_add(&out, &s->large[a], &s->large[a + 1]);
		break;
	}
	if (ok) {
		s->large[a] = out;
	}
	return ok;
}

static void run_arithmetic(vv_condition_scratch *s, size_t a, vv_step_code code)
{
	vv_operand *x = &s->stack[a], *y = &s->stack[a + 1];

	if (!is_known(x) || !is_known(y) || x->state == VV_VALUE_INFINITE ||
	    y->state == VV_VALUE_INFINITE) {
		bool missing = x->state == VV_VALUE_MISSING || y->state == VV_VALUE_MISSING;

		x->state = missing ? VV_VALUE_MISSING : VV_VALUE_UNKNOWN;
		return;
	}
	if (x->state == VV_VALUE_SMALL && y->state == VV_VALUE_SMALL &&
	    small_result(x, x, y, code)) {
		return;
	}
	x->state = large_result(s, a, code) ? VV_VALUE_LARGE : VV_VALUE_UNKNOWN;
}

/* The text of a against a pattern. */
static void run_pattern(vv_condition_scratch *s, vv_operand *a, const vv_pattern *pattern,
			bool wanted)
{
	int answer = 0;

	if (a->state == VV_VALUE_MISSING || !a->text) {
		set_unknown(a);
		return;
	}
	if (!s->patterns && !(s->patterns = vv_pattern_scratch_new())) {
		answer = VV_ENOMEM;
	} else if (vv_utf8_valid(a->text, a->len)) {
		answer = vv_pattern_match(pattern, s->patterns, a->text, a->len, NULL);
	}
	s->undecided = s->undecided || answer == VV_EREFUSED;
	s->failed = s->failed || (answer < 0 && answer != VV_EREFUSED);
	if (answer < 0) {
		set_unknown(a);
	} else {
		set_truth(a, (answer > 0) == wanted);
	}
}

static void load_aggregate(vv_condition_scratch *s, size_t top, const vv_step *step)
{
	const vv_value_room *values = s->sums[step->before];

	s->stack[top].state = VV_VALUE_MISSING;
	if (values) {
		s->stack[top] = values[step->at].value;
		if (values[step->at].value.state == VV_VALUE_LARGE) {
			s->large[top] = values[step->at].large;
		}
	}
}

/* Known and false, known and true, or neither. */
static vv_truth truth_of(const vv_operand *v)
{
	if (v->state != VV_VALUE_SMALL) return VV_UNKNOWN;
	return v->truth ? VV_TRUE : VV_FALSE;
}

static void run_logic(vv_condition_scratch *s, size_t a, bool both)
{
	vv_truth x = truth_of(&s->stack[a]), y = truth_of(&s->stack[a + 1]);
	vv_truth decides = both ? VV_FALSE : VV_TRUE;

	if (x == decides || y == decides) {
		set_truth(&s->stack[a], !both);
	} else if (x == VV_UNKNOWN || y == VV_UNKNOWN) {
		set_unknown(&s->stack[a]);
	} else {
		set_truth(&s->stack[a], both);
	}
}

/* A column's cell is null if it is missing, even if it is not of its type; anything else, if its value is unknown. */
static void run_null(vv_operand *v, bool column, bool wanted)
{
	set_truth(v, (column ? v->state == VV_VALUE_MISSING : !is_known(v)) == wanted);
}

void vv_condition_run_steps(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells,
			    size_t begin, size_t end)
{
	size_t top = 0; /* values on the stack */

	if (c->has_text) {
		vv_arena_reset(&s->texts);
		s->text_len = 0;
	}
	for (size_t i = begin; i < end; i++) {
		const vv_step *step = &c->steps[i];

		switch (step->code) {
		case VV_STEP_COLUMN:
			load_cell(c, s, top++, step, cells);
			break;
		case VV_STEP_LITERAL:
			load_literal(c, s, top++, step->at);
			break;
		case VV_STEP_NOT:
			s->stack[top - 1].truth = !s->stack[top - 1].truth;
			break;
		case VV_STEP_AND:
		case VV_STEP_OR:
			run_logic(s, --top - 1, step->code == VV_STEP_AND);
			break;
		case VV_STEP_BEGINS:
		case VV_STEP_LIKE:
		case VV_STEP_NOT_LIKE:
			top--;
			run_text(&s->stack[top - 1], &s->stack[top], step->code);
			break;
		case VV_STEP_BETWEEN:
		case VV_STEP_NOT_BETWEEN:
			top -= 2;
			run_between(s, top - 1, step);
			break;
		case VV_STEP_IN:
		case VV_STEP_NOT_IN:
			run_list(c, s, top - 1, step);
			break;
		case VV_STEP_IS_NULL:
		case VV_STEP_IS_NOT_NULL:
			run_null(&s->stack[top - 1], c->steps[i - 1].code == VV_STEP_COLUMN,
				 step->code == VV_STEP_IS_NULL);
			break;
		case VV_STEP_ADD:
		case VV_STEP_SUBTRACT:
		case VV_STEP_MULTIPLY:
		case VV_STEP_DIVIDE:
			run_arithmetic(s, --top - 1, step->code);
			break;
		case VV_STEP_NEGATE:
			vv_operand_negate(&s->stack[top - 1], &s->large[top - 1]);
			break;
		case VV_STEP_MATCHES:
		case VV_STEP_NOT_MATCHES:
			top--;
			run_pattern(s, &s->stack[top - 1], c->literals[c->steps[i - 1].at].pattern,
				    step->code == VV_STEP_MATCHES);
			break;
		case VV_STEP_CALL:
			top -= step->count - 1;
			vv_call_run(vv_call_at(step->at), s, top - 1, step->count, step->kind);
			break;
		case VV_STEP_AGGREGATE:
			load_aggregate(s, top++, step);
			break;
		case VV_STEP_TEXT:
			s->stack[top - 1].state = VV_VALUE_SMALL;
			break;
		default:
			run_compare(s, --top - 1, step);
			break;
		}
	}
}

vv_truth vv_condition_eval(const vv_condition *c, vv_condition_scratch *s, const vv_cell *cells)
{
	vv_condition_run_steps(c, s, cells, 0, c->step_count);
	return s->failed ? VV_UNKNOWN : truth_of(&s->stack[0]);
}

vv_truth vv_condition_eval_change(const vv_condition *c, vv_condition_scratch *s,
				  const vv_cell *old, const vv_cell *cells)
{
	s->old = old;
	return vv_condition_eval(c, s, cells);
}
