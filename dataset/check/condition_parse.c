/*
 * condition_parse: knows the words of the language, and turns a text into steps in reverse
 * Polish order with a stack of operators (Dijkstra's shunting yard): no recursion.
 */
#include "dataset/check/condition_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"

typedef enum op_code {
	OP_OPEN,
	OP_CALL,
	OP_OR,
	OP_AND,
	OP_NOT,
	OP_COMPARE,
	OP_SUM,
	OP_PRODUCT,
	OP_NEGATE
} op_code;

/* An operator that waits for its right side; later ones bind tighter. */
typedef struct op {
	op_code code;
	vv_step_code step;
	size_t at;
} op;

typedef struct parser {
	vv_condition *c;
	vv_tokens t;
	op ops[VV_CONDITION_DEPTH];
	size_t op_count;
	vv_term nodes[VV_CONDITION_DEPTH];
	size_t node_count;
	size_t step_room, literal_room;
	bool *used;    /* columns */
	vv_error *err; /* never NULL */
} parser;

static vv_status add_step(parser *p, const vv_step *step)
{
	vv_condition *c = p->c;

	if (c->step_count == p->step_room) {
		size_t room = p->step_room ? p->step_room * 2 : 16;
		vv_step *steps = vv_arena_calloc(&c->arena, room, sizeof(*steps));

		if (!steps) {
			return vv_fail_nomem(p->err);
		}
		if (c->step_count > 0) {
			memcpy(steps, c->steps, c->step_count * sizeof(*steps));
		}
		c->steps = steps;
		p->step_room = room;
	}
	c->steps[c->step_count++] = *step;
	return VV_OK;
}

static vv_status add_literal(parser *p, const vv_literal *l)
{
	vv_condition *c = p->c;

	if (c->literal_count == p->literal_room) {
		size_t room = p->literal_room ? p->literal_room * 2 : 16;
		vv_literal *literals = vv_arena_calloc(&c->arena, room, sizeof(*literals));

		if (!literals) {
			return vv_fail_nomem(p->err);
		}
		if (c->literal_count > 0) {
			memcpy(literals, c->literals, c->literal_count * sizeof(*literals));
		}
		c->literals = literals;
		p->literal_room = room;
	}
	c->literals[c->literal_count++] = *l;
	return VV_OK;
}

static vv_status push_node(parser *p, const vv_term *n, const vv_step *step)
{
	if (p->node_count == VV_CONDITION_DEPTH) {
		return vv_tokens_fail(&p->t, n->at, "nested too deeply", NULL, 0);
	}
	p->nodes[p->node_count++] = *n;
	return add_step(p, step);
}

static vv_status push_op(parser *p, op_code code, vv_step_code step, size_t at)
{
	if (p->op_count == VV_CONDITION_DEPTH) {
		return vv_tokens_fail(&p->t, at, "nested too deeply", NULL, 0);
	}
	p->ops[p->op_count++] = (op){code, step, at};
	return VV_OK;
}

static vv_status fail_column(parser *p, const vv_token *t)
{
	const vv_schema *s = p->c->schema;
	vv_nearest near;
	char word[256];

	vv_tokens_fail(&p->t, t->at, "there is no column", t->text, t->len);
	(void)snprintf(word, sizeof(word), "%.*s", t->len < sizeof(word) ? (int)t->len : 0,
		       t->text);
	vv_nearest_init(&near, word);
	for (size_t i = 0; *word && i < s->count && i < 4096; i++) {
		(void)vv_nearest_try(&near, s->fields[i].name);
	}
	if (near.best) {
		return vv_hint(p->err, "did you mean '%s'?", vv_text_shows(near.best));
	}
	return t->type == VV_TOKEN_NAME ? vv_hint(p->err, "a text stands in single quotes: '%s'",
						  vv_text_show(t->text, t->len))
					: VV_EINPUT;
}

static vv_status push_column(parser *p, const vv_token *t)
{
	vv_term n = {.kind = VV_OPERAND_ANY, .literal = SIZE_MAX, .at = t->at};
	vv_step step = {.code = VV_STEP_COLUMN, .kind = VV_OPERAND_ANY};

	if (p->c->schema) {
		long place = vv_schema_find(p->c->schema, t->text, t->len);

		if (place < 0) {
			return fail_column(p, t);
		}
		step.at = (size_t)place;
		n.field = &p->c->schema->fields[place];
		n.type = n.field->type;
		n.kind = step.kind = vv_term_kind(n.type);
		p->used[place] = true;
	}
	return push_node(p, &n, &step);
}

static vv_status read_literal_number(parser *p, vv_literal *l, bool negative)
{
	vv_buf digits = VV_BUF_INIT;
	bool failed = false, ok;

	if (vv_operand_read_small(&l->value, p->t.now.text, p->t.now.len, true)) {
		l->value.mantissa = negative ? -l->value.mantissa : l->value.mantissa;
		return VV_OK;
	}
	l->large = vv_arena_alloc(&p->c->arena, sizeof(*l->large));
	if (!l->large) {
		return vv_fail_nomem(p->err);
	}
	ok = vv_ratio_read(l->large, &digits, NULL, p->t.now.text, p->t.now.len, &failed);
	vv_buf_clear(&digits);
	if (failed) {
		return vv_fail_nomem(p->err);
	}
	l->large->above.negative = negative && l->large->above.count > 0;
	l->value.state = VV_VALUE_LARGE;
	return ok ? VV_OK : vv_tokens_fail(&p->t, p->t.now.at, "too long a number", NULL, 0);
}

/* The literal at hand; *kind tells which. False: there is none. */
static vv_status read_literal(parser *p, vv_literal *l, vv_operand_kind *kind, bool negative)
{
	memset(l, 0, sizeof(*l));
	l->value.state = VV_VALUE_SMALL;
	if (p->t.now.type == VV_TOKEN_NUMBER) {
		*kind = VV_OPERAND_NUMBER;
		return read_literal_number(p, l, negative);
	}
	if (p->t.now.type == VV_TOKEN_STRING) {
		*kind = VV_OPERAND_TEXT;
		l->value.text = p->t.now.text;
		l->value.len = p->t.now.len;
	} else {
		*kind = VV_OPERAND_BOOLEAN;
		l->value.truth = vv_token_is_word(&p->t.now, "true");
	}
	return VV_OK;
}

static bool at_literal(const parser *p)
{
	return p->t.now.type == VV_TOKEN_NUMBER || p->t.now.type == VV_TOKEN_STRING ||
	       vv_token_is_word(&p->t.now, "true") || vv_token_is_word(&p->t.now, "false");
}

static vv_status push_literal(parser *p)
{
	vv_term n = {.literal = p->c->literal_count, .at = p->t.now.at};
	vv_step step = {.code = VV_STEP_LITERAL, .at = n.literal};
	vv_literal l;
	vv_status rc = read_literal(p, &l, &n.kind, false);

	step.kind = n.kind;
	if (rc < 0 || (rc = add_literal(p, &l)) < 0) {
		return rc;
	}
	return push_node(p, &n, &step);
}

/* Comparison of the two values on top. */
static vv_status emit_compare(parser *p, const op *o)
{
	vv_term *y = &p->nodes[p->node_count - 1], *x = y - 1;
	vv_step step = {.code = o->step};
	vv_status rc;
	bool swapped = x->kind == VV_OPERAND_TEXT && x->literal != SIZE_MAX &&
		       y->kind == VV_OPERAND_TIME;

	if ((rc = swapped ? vv_terms_fit(p->c, &p->t, y, x, o->at)
			  : vv_terms_fit(p->c, &p->t, x, y, o->at)) < 0) {
		return rc;
	}
	step.kind = x->kind;
	if (x->kind == VV_OPERAND_BOOLEAN && o->step != VV_STEP_EQUAL &&
	    o->step != VV_STEP_NOT_EQUAL) {
		return vv_tokens_fail(&p->t, o->at, "true and false have no order", NULL, 0);
	}
	p->node_count--;
	*x = (vv_term){.kind = VV_OPERAND_BOOLEAN, .literal = SIZE_MAX, .at = x->at};
	return add_step(p, &step);
}

static vv_status emit(parser *p, const op *o)
{
	vv_operand_kind kind = o->code == OP_AND || o->code == OP_OR || o->code == OP_NOT
				       ? VV_OPERAND_BOOLEAN
				       : VV_OPERAND_NUMBER;
	size_t operands = o->code == OP_NOT || o->code == OP_NEGATE ? 1 : 2;
	vv_step step = {.code = o->step, .kind = kind};
	vv_status rc;

	if (o->code == OP_COMPARE) {
		return emit_compare(p, o);
	}
	for (size_t i = p->node_count - operands; i < p->node_count; i++) {
		if ((rc = vv_term_want(&p->t, &p->nodes[i], kind, o->at)) < 0) {
			return rc;
		}
	}
	p->node_count -= operands - 1;
	p->nodes[p->node_count - 1] = (vv_term){
		.kind = kind, .literal = SIZE_MAX, .at = p->nodes[p->node_count - 1].at};
	return add_step(p, &step);
}

/* Works off what binds at least as tightly as code. */
static vv_status reduce(parser *p, op_code code)
{
	vv_status rc = VV_OK;

	while (rc == VV_OK && p->op_count > 0 && p->ops[p->op_count - 1].code >= code &&
	       p->ops[p->op_count - 1].code > OP_CALL) {
		rc = emit(p, &p->ops[--p->op_count]);
	}
	return rc;
}

static vv_status close_parenthesis(parser *p)
{
	vv_term *n = &p->nodes[p->node_count - 1];
	vv_step step = {.code = VV_STEP_LENGTH, .kind = VV_OPERAND_NUMBER};
	vv_status rc = reduce(p, OP_OR);
	const op *open;

	if (rc < 0) {
		return rc;
	}
	n = &p->nodes[p->node_count - 1];
	if (p->op_count == 0) {
		return vv_tokens_fail(&p->t, p->t.now.at, "a ')' without '('", NULL, 0);
	}
	open = &p->ops[--p->op_count];
	if (open->code == OP_OPEN) {
		return VV_OK;
	}
	if ((rc = vv_term_want(&p->t, n, VV_OPERAND_TEXT, open->at)) < 0) {
		return rc;
	}
	*n = (vv_term){.kind = VV_OPERAND_NUMBER, .literal = SIZE_MAX, .at = open->at};
	return add_step(p, &step);
}

/* in (1, 2, 3): the list behind the word. */
static vv_status read_list(parser *p, bool inverted, size_t at)
{
	vv_term x = p->nodes[p->node_count - 1];
	vv_step step = {.code = inverted ? VV_STEP_NOT_IN : VV_STEP_IN,
			.kind = x.kind,
			.at = p->c->literal_count};
	vv_status rc;

	if (!vv_token_is_sign(&p->t.now, "(")) {
		return vv_tokens_fail(&p->t, p->t.now.at, "'in' wants a list: in (1, 2)", NULL, 0);
	}
	do {
		vv_term item = {.literal = p->c->literal_count};
		vv_literal l;
		bool negative;

		if ((rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
		negative = vv_token_is_sign(&p->t.now, "-");
		if (negative && (rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
		if (!at_literal(p) || (negative && p->t.now.type != VV_TOKEN_NUMBER)) {
			return vv_tokens_fail(&p->t, p->t.now.at,
					      "a list holds only numbers, 'texts', true and false",
					      NULL, 0);
		}
		if (step.count++ == VV_CONDITION_ITEMS) {
			return vv_tokens_fail(&p->t, p->t.now.at, "too long a list", NULL, 0);
		}
		item.at = p->t.now.at;
		if ((rc = read_literal(p, &l, &item.kind, negative)) < 0 ||
		    (rc = add_literal(p, &l)) < 0 ||
		    (rc = vv_terms_fit(p->c, &p->t, &x, &item, item.at)) < 0 ||
		    (rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
	} while (vv_token_is_sign(&p->t.now, ","));
	if (!vv_token_is_sign(&p->t.now, ")")) {
		return vv_tokens_fail(&p->t, p->t.now.at, "the list has no ')'", NULL, 0);
	}
	p->nodes[p->node_count - 1] = (vv_term){
		.kind = VV_OPERAND_BOOLEAN, .literal = SIZE_MAX, .at = at};
	return (rc = add_step(p, &step)) < 0 ? rc : vv_tokens_next(&p->t);
}

/* is null, is not null: behind the word "is". */
static vv_status read_null(parser *p)
{
	vv_step step = {.code = VV_STEP_IS_NULL, .kind = VV_OPERAND_BOOLEAN};
	vv_status rc;

	if (vv_token_is_word(&p->t.now, "not")) {
		step.code = VV_STEP_IS_NOT_NULL;
		if ((rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
	}
	if (!vv_token_is_word(&p->t.now, "null")) {
		return vv_tokens_fail(&p->t, p->t.now.at, "behind 'is' comes 'null' or 'not null'",
				      NULL, 0);
	}
	p->nodes[p->node_count - 1] = (vv_term){.kind = VV_OPERAND_BOOLEAN,
						.literal = SIZE_MAX,
						.at = p->nodes[p->node_count - 1].at};
	return (rc = add_step(p, &step)) < 0 ? rc : vv_tokens_next(&p->t);
}

static bool is_keyword(const vv_token *t)
{
	return vv_token_is_word(t, "and") || vv_token_is_word(t, "or") ||
	       vv_token_is_word(t, "in") || vv_token_is_word(t, "is") ||
	       vv_token_is_word(t, "null");
}

/* Where a value is to come. *more: one still is. */
static vv_status read_operand(parser *p, bool *more)
{
	vv_token t = p->t.now;
	vv_status rc;

	*more = true;
	if (vv_token_is_sign(&t, "(")) {
		return (rc = push_op(p, OP_OPEN, VV_STEP_LITERAL, t.at)) < 0
			       ? rc
			       : vv_tokens_next(&p->t);
	}
	if (vv_token_is_sign(&t, "-")) {
		return (rc = push_op(p, OP_NEGATE, VV_STEP_NEGATE, t.at)) < 0
			       ? rc
			       : vv_tokens_next(&p->t);
	}
	if (vv_token_is_word(&t, "not")) {
		return (rc = push_op(p, OP_NOT, VV_STEP_NOT, t.at)) < 0 ? rc
									: vv_tokens_next(&p->t);
	}
	if (t.type == VV_TOKEN_END) {
		return vv_tokens_fail(&p->t, t.at, "ends where a value is missing", NULL, 0);
	}
	if (at_literal(p)) {
		*more = false;
		return (rc = push_literal(p)) < 0 ? rc : vv_tokens_next(&p->t);
	}
	if (is_keyword(&t)) {
		vv_tokens_fail(&p->t, t.at, "a value is missing before", t.text, t.len);
		return vv_token_is_word(&t, "null")
			       ? vv_hint(p->err, "write 'is null' or 'is not null'")
			       : vv_hint(p->err, "a column of that name is written \"%s\"",
					 vv_text_show(t.text, t.len));
	}
	if (t.type != VV_TOKEN_NAME && t.type != VV_TOKEN_QUOTED) {
		return vv_tokens_fail(&p->t, t.at, "a value is missing before", t.text, t.len);
	}
	if ((rc = vv_tokens_next(&p->t)) < 0) {
		return rc;
	}
	if (t.type == VV_TOKEN_NAME && vv_token_is_sign(&p->t.now, "(")) {
		if (!vv_token_is_word(&t, "length")) {
			vv_tokens_fail(&p->t, t.at, "there is no function", t.text, t.len);
			return vv_hint(p->err, "the only one is length(TEXT)");
		}
		return (rc = push_op(p, OP_CALL, VV_STEP_LENGTH, t.at)) < 0 ? rc
									    : vv_tokens_next(&p->t);
	}
	*more = false;
	return push_column(p, &t);
}

static bool find_binary(const vv_token *t, op *out)
{
	static const struct {
		const char *sign;
		op_code code;
		vv_step_code step;
	} table[] = {{"=", OP_COMPARE, VV_STEP_EQUAL},
		     {"==", OP_COMPARE, VV_STEP_EQUAL},
		     {"!=", OP_COMPARE, VV_STEP_NOT_EQUAL},
		     {"<>", OP_COMPARE, VV_STEP_NOT_EQUAL},
		     {"<", OP_COMPARE, VV_STEP_LESS},
		     {"<=", OP_COMPARE, VV_STEP_LESS_EQUAL},
		     {">", OP_COMPARE, VV_STEP_GREATER},
		     {">=", OP_COMPARE, VV_STEP_GREATER_EQUAL},
		     {"+", OP_SUM, VV_STEP_ADD},
		     {"-", OP_SUM, VV_STEP_SUBTRACT},
		     {"*", OP_PRODUCT, VV_STEP_MULTIPLY},
		     {"/", OP_PRODUCT, VV_STEP_DIVIDE}};

	out->at = t->at;
	if (vv_token_is_word(t, "and") || vv_token_is_word(t, "or")) {
		out->code = vv_token_is_word(t, "and") ? OP_AND : OP_OR;
		out->step = vv_token_is_word(t, "and") ? VV_STEP_AND : VV_STEP_OR;
		return true;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (vv_token_is_sign(t, table[i].sign)) {
			out->code = table[i].code;
			out->step = table[i].step;
			return true;
		}
	}
	return false;
}

static vv_status read_binary(parser *p, const op *o)
{
	vv_status rc;

	/* what waits here as a comparison has this one's left side as its right one: a < b < c */
	if ((rc = reduce(p, o->code == OP_COMPARE ? OP_SUM : o->code)) < 0) {
		return rc;
	}
	if (o->code == OP_COMPARE && p->op_count > 0 &&
	    p->ops[p->op_count - 1].code == OP_COMPARE) {
		vv_tokens_fail(&p->t, o->at, "comparisons cannot be chained", NULL, 0);
		return vv_hint(p->err, "write 'a < b and b < c'");
	}
	return (rc = push_op(p, o->code, o->step, o->at)) < 0 ? rc : vv_tokens_next(&p->t);
}

/* Where an operator may come. *more: a value has to follow. */
static vv_status read_operator(parser *p, bool *more)
{
	vv_token t = p->t.now;
	op binary;
	vv_status rc;

	*more = false;
	if (vv_token_is_sign(&t, ")")) {
		return (rc = close_parenthesis(p)) < 0 ? rc : vv_tokens_next(&p->t);
	}
	if (find_binary(&t, &binary)) {
		*more = true;
		return read_binary(p, &binary);
	}
	if (vv_token_is_word(&t, "is")) {
		return (rc = reduce(p, OP_SUM)) < 0 || (rc = vv_tokens_next(&p->t)) < 0
			       ? rc
			       : read_null(p);
	}
	if (vv_token_is_word(&t, "in") || vv_token_is_word(&t, "not")) {
		bool inverted = vv_token_is_word(&t, "not");

		if ((rc = reduce(p, OP_SUM)) < 0 || (rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
		if (inverted && !vv_token_is_word(&p->t.now, "in")) {
			return vv_tokens_fail(&p->t, p->t.now.at,
					      "behind a value 'not' goes on with 'in'", NULL, 0);
		}
		return inverted && (rc = vv_tokens_next(&p->t)) < 0 ? rc
								    : read_list(p, inverted, t.at);
	}
	vv_tokens_fail(&p->t, t.at, "an operator is missing before", t.text, t.len);
	return vv_hint(p->err, "known: and or not in is = != < <= > >= + - * /");
}

static vv_status parse(parser *p)
{
	bool more = true;
	vv_status rc = vv_tokens_next(&p->t);

	while (rc == VV_OK && (more || p->t.now.type != VV_TOKEN_END)) {
		rc = more ? read_operand(p, &more) : read_operator(p, &more);
	}
	if (rc < 0 || (rc = reduce(p, OP_OR)) < 0) {
		return rc;
	}
	if (p->op_count > 0) {
		return vv_tokens_fail(&p->t, p->ops[p->op_count - 1].at, "this '(' is not closed",
				      NULL, 0);
	}
	return vv_term_want(&p->t, &p->nodes[0], VV_OPERAND_BOOLEAN, 0) < 0
		       ? vv_hint(p->err, "a condition is something like: price >= 0")
		       : VV_OK;
}

static vv_status list_columns(parser *p)
{
	vv_condition *c = p->c;

	c->columns = vv_arena_calloc(&c->arena, c->step_count + 1, sizeof(*c->columns));
	if (!c->columns) {
		return vv_fail_nomem(p->err);
	}
	for (size_t i = 0; p->used && i < c->schema->count; i++) {
		if (p->used[i]) {
			c->columns[c->column_count++] = i;
		}
	}
	return VV_OK;
}

static vv_status compile(vv_condition **out, const char *text, size_t len, const vv_schema *schema,
			 bool json, vv_error *err)
{
	vv_error own;
	parser p = {.err = err ? err : &own};
	vv_status rc;

	*out = NULL;
	if (len > VV_CONDITION_MAX) {
		return vv_fail(err, VV_EINPUT, "the condition is longer than %u bytes",
			       VV_CONDITION_MAX);
	}
	p.c = vv_calloc(1, sizeof(*p.c));
	if (!p.c) {
		return vv_fail_nomem(err);
	}
	vv_arena_init(&p.c->arena);
	p.c->schema = schema;
	p.c->json = json;
	p.c->text = vv_arena_strndup(&p.c->arena, text, len);
	p.t = (vv_tokens){.text = p.c->text, .len = len, .arena = &p.c->arena, .err = p.err};
	p.used = vv_arena_calloc(&p.c->arena, schema && schema->count ? schema->count : 1,
				 sizeof(*p.used));
	if (!p.c->text || !p.used) {
		rc = vv_fail_nomem(err);
	} else if (!vv_utf8_valid(text, len) || memchr(text, '\0', len)) {
		rc = vv_fail(err, VV_EINPUT, "the condition is not valid UTF-8 text");
	} else {
		if (!schema) {
			p.used = NULL;
		}
		rc = parse(&p);
		rc = rc < 0 ? rc : list_columns(&p);
	}
	if (rc < 0) {
		vv_condition_free(p.c);
		return rc;
	}
	*out = p.c;
	return VV_OK;
}

vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err)
{
	return compile(out, text, len, schema, json, err);
}

vv_status vv_condition_check(const char *text, size_t len, vv_error *err)
{
	vv_condition *c = NULL;
	vv_status rc = compile(&c, text, len, NULL, false, err);

	vv_condition_free(c);
	return rc;
}
