/*
 * condition_tests: the parts of a condition that test a single column, for facts and keys.
 */
#include <string.h>

#include "base/array.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_internal.h"

/* Operands and result of each step; comparisons: a bit for each order that makes them true, less 1, equal 2, greater
 * 4. */
static const struct {
	unsigned char operands, orders;
	char gives; /* as vv_call; x: the step's kind */
} steps[] = {[VV_STEP_COLUMN] = {0, 0, 'x'},      [VV_STEP_LITERAL] = {0, 0, 'x'},
	     [VV_STEP_NOT] = {1, 0, 'b'},         [VV_STEP_AND] = {2, 0, 'b'},
	     [VV_STEP_OR] = {2, 0, 'b'},          [VV_STEP_LESS] = {2, 1, 'b'},
	     [VV_STEP_LESS_EQUAL] = {2, 3, 'b'},  [VV_STEP_EQUAL] = {2, 2, 'b'},
	     [VV_STEP_NOT_EQUAL] = {2, 5, 'b'},   [VV_STEP_GREATER_EQUAL] = {2, 6, 'b'},
	     [VV_STEP_GREATER] = {2, 4, 'b'},     [VV_STEP_BEGINS] = {2, 0, 'b'},
	     [VV_STEP_LIKE] = {2, 0, 'b'},        [VV_STEP_NOT_LIKE] = {2, 0, 'b'},
	     [VV_STEP_BETWEEN] = {3, 0, 'b'},     [VV_STEP_NOT_BETWEEN] = {3, 0, 'b'},
	     [VV_STEP_IN] = {1, 0, 'b'},          [VV_STEP_NOT_IN] = {1, 0, 'b'},
	     [VV_STEP_IS_NULL] = {1, 0, 'b'},     [VV_STEP_IS_NOT_NULL] = {1, 0, 'b'},
	     [VV_STEP_ADD] = {2, 0, 'n'},         [VV_STEP_SUBTRACT] = {2, 0, 'n'},
	     [VV_STEP_MULTIPLY] = {2, 0, 'n'},    [VV_STEP_DIVIDE] = {2, 0, 'n'},
	     [VV_STEP_NEGATE] = {1, 0, 'n'},      [VV_STEP_MATCHES] = {2, 0, 'b'},
	     [VV_STEP_NOT_MATCHES] = {2, 0, 'b'}, [VV_STEP_AGGREGATE] = {0, 0, 'x'},
	     [VV_STEP_TEXT] = {1, 0, 't'}};

size_t vv_step_operands(const vv_step *step)
{
	return step->code == VV_STEP_CALL ? step->count : steps[step->code].operands;
}

unsigned vv_step_orders(vv_step_code code)
{
	return code == VV_STEP_CALL ? 0 : steps[code].orders;
}

size_t vv_steps_begin(const vv_condition *c, size_t end)
{
	size_t wanted = 1;

	while (wanted > 0) {
		wanted += vv_step_operands(&c->steps[--end]) - 1;
	}
	return end;
}

vv_operand_kind vv_steps_kind(const vv_condition *c, size_t end)
{
	const vv_step *step = &c->steps[end - 1];

	return vv_kind_of_letter(step->code == VV_STEP_CALL ? vv_call_at(step->at)->gives
							    : steps[step->code].gives,
				 step->kind);
}

bool vv_steps_span(vv_condition *c)
{
	const size_t none = SIZE_MAX, several = SIZE_MAX - 1;
	vv_span stack[VV_CONDITION_DEPTH + 1]; /* end: where the value begins */
	size_t top = 0;

	c->spans = vv_arena_calloc(&c->arena, c->step_count + 1, sizeof(*c->spans));
	for (size_t i = 0; c->spans && i < c->step_count; i++) {
		const vv_step *step = &c->steps[i];
		const size_t operands = vv_step_operands(step);
		vv_span one = {.end = i, .column = none};

		if (step->code == VV_STEP_COLUMN || step->code == VV_STEP_AGGREGATE) {
			one.column = step->before || step->code == VV_STEP_AGGREGATE ? several
										     : step->at;
		}
		top -= operands;
		for (size_t k = 0; k < operands; k++) {
			const size_t column = stack[top + k].column;

			one.column = one.column == none                       ? column
				     : column == none || column == one.column ? one.column
									      : several;
		}
		one.end = operands > 0 ? stack[top].end : i;
		stack[top++] = one;
		if (one.column != several) {
			c->spans[one.end] = (vv_span){.end = i + 1, .column = one.column};
		}
	}
	return c->spans != NULL;
}

typedef struct taken {
	const vv_condition *c;
	vv_condition_test **tests;
	size_t *count, *cap;
	bool all, failed;
} taken;

static void add_test(taken *x, size_t column, vv_condition_op op, const vv_literal *l)
{
	if (!vv_array_room(*x->tests, *x->count, *x->cap)) {
		x->failed = true;
		return;
	}
	(*x->tests)[(*x->count)++] = (vv_condition_test){column, op, l ? l->value.text : "",
							 l ? l->value.len : 0};
}

/* A text is equal to another one alone. */
static bool is_plain_text(const vv_condition *c, size_t column)
{
	const vv_field *f = &c->schema->fields[column];

	return !c->json && f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0;
}

/* Takes the start shared by all texts that match the pattern. */
static void take_like(taken *x, size_t column, const vv_literal *l)
{
	vv_literal start = *l;

	x->all = false;
	start.value.len = 0;
	while (start.value.len < l->value.len && !strchr("%_\\", l->value.text[start.value.len])) {
		start.value.len++;
	}
	if (start.value.len > 0) {
		add_test(x, column, VV_CONDITION_BEGINS, &start);
	}
}

/* Steps that are a test of a column: COLUMN [TEXT] [LITERAL [LITERAL]] and what compares them. */
static void take_test(taken *x, size_t begin, size_t end)
{
	static const struct comparison {
		vv_step_code step;
		vv_condition_op test;
	} ops[] = {
		{VV_STEP_EQUAL, VV_CONDITION_EQUAL},   {VV_STEP_NOT_EQUAL, VV_CONDITION_NOT_EQUAL},
		{VV_STEP_LESS, VV_CONDITION_BELOW},    {VV_STEP_LESS_EQUAL, VV_CONDITION_UP_TO},
		{VV_STEP_GREATER, VV_CONDITION_ABOVE}, {VV_STEP_GREATER_EQUAL, VV_CONDITION_FROM}};
	const vv_step *s = x->c->steps + begin, *last = x->c->steps + end - 1;
	size_t n = end - begin;
	bool text = n == 4 && s[1].code == VV_STEP_TEXT;
	const vv_literal *l = n < 3 || last[-1].code != VV_STEP_LITERAL
				      ? NULL
				      : &x->c->literals[last[-1].at];

	if (s->code != VV_STEP_COLUMN) {
		x->all = false;
	} else if (n == 2 && (last->code == VV_STEP_IS_NULL || last->code == VV_STEP_IS_NOT_NULL)) {
		add_test(x, s->at,
			 last->code == VV_STEP_IS_NULL ? VV_CONDITION_NULL : VV_CONDITION_NOT_NULL,
			 NULL);
	} else if (text && l && last->code == VV_STEP_EQUAL) {
		add_test(x, s->at, VV_CONDITION_SAME, l);
	} else if ((n == 3 || text) && l && last->code == VV_STEP_BEGINS) {
		add_test(x, s->at, VV_CONDITION_BEGINS, l);
		if (!text) {
			add_test(x, s->at, VV_CONDITION_NOT_NULL, NULL);
		}
	} else if ((n == 3 || text) && l && last->code == VV_STEP_LIKE) {
		take_like(x, s->at, l);
	} else if (n == 4 && l && last->code == VV_STEP_BETWEEN && l->spelled &&
		   s[1].code == VV_STEP_LITERAL && x->c->literals[s[1].at].spelled) {
		add_test(x, s->at, VV_CONDITION_FROM, &x->c->literals[s[1].at]);
		add_test(x, s->at, VV_CONDITION_UP_TO, l);
	} else if (n == 3 && l && l->spelled) {
		const struct comparison *op = vv_array_find(ops, sizeof(ops) / sizeof(ops[0]), it,
							    it->step == last->code);

		if (!op) {
			x->all = false;
		} else if (op->test == VV_CONDITION_EQUAL && is_plain_text(x->c, s->at)) {
			add_test(x, s->at, VV_CONDITION_SAME, l);
		} else {
			add_test(x, s->at, op->test, l);
		}
	} else {
		x->all = false;
	}
}

bool vv_condition_tests(const vv_condition *c, vv_condition_test **tests, size_t *count,
			size_t *cap, bool *all)
{
	taken x = {.c = c, .tests = tests, .count = count, .cap = cap, .all = true};
	struct {
		size_t begin, end;
	} parts[VV_CONDITION_DEPTH + 2] = {{0, c->step_count}};
	size_t n = 1;

	while (n > 0) {
		size_t begin = parts[--n].begin, end = parts[n].end;

		if (c->steps[end - 1].code != VV_STEP_AND) {
			take_test(&x, begin, end);
			continue;
		}
		size_t right = vv_steps_begin(c, end - 1);
		parts[n].end = right; /* the left side, from begin on */
		parts[n + 1].begin = right;
		parts[n + 1].end = end - 1;
		n += 2;
	}
	*all = x.all;
	return !x.failed;
}
