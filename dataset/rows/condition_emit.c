/*
 * condition_emit: writes the steps of an operator and its operands, and the pattern of matches.
 */
#include "dataset/rows/condition_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "dataset/rows/condition_calls.h"

static vv_status make_room(vv_parser *p, void *items, size_t count, size_t *room, size_t size)
{
	const size_t more = *room > 0 ? *room * 2 : 16;
	void *old, *grown;

	if (count < *room) return VV_OK;
	if (!(grown = vv_arena_calloc(&p->c->arena, more, size))) return vv_fail_nomem(p->err);
	/* All object pointers look alike in POSIX; copying keeps within the aliasing rules. */
	memcpy(&old, items, sizeof(old));
	if (count > 0) {
		memcpy(grown, old, count * size);
	}
	memcpy(items, &grown, sizeof(grown));
	*room = more;
	return VV_OK;
}

vv_status vv_parser_add(vv_parser *p, void *items, size_t *count, size_t *room, const void *item,
			size_t size)
{
	char *list;
	vv_status rc = make_room(p, items, *count, room, size);

	if (rc < 0) return rc;
	memcpy(&list, items, sizeof(list));
	memcpy(list + (*count)++ * size, item, size);
	return VV_OK;
}

vv_status vv_parser_add_step(vv_parser *p, const vv_step *step)
{
	vv_condition *c = p->c;

	return vv_parser_add(p, &c->steps, &c->step_count, &p->step_room, step, sizeof(*step));
}

vv_status vv_parser_add_literal(vv_parser *p, const vv_literal *l)
{
	vv_condition *c = p->c;

	return vv_parser_add(p, &c->literals, &c->literal_count, &p->literal_room, l, sizeof(*l));
}

vv_status vv_parser_push_node(vv_parser *p, const vv_term *n, const vv_step *step)
{
	if (p->node_count == VV_CONDITION_DEPTH) {
		return vv_tokens_fail(&p->t, n->at, "nested too deeply", NULL, 0);
	}
	p->nodes[p->node_count++] = *n;
	return vv_parser_add_step(p, step);
}

vv_status vv_parser_push_op(vv_parser *p, vv_op_code code, vv_step_code step, size_t at)
{
	if (p->op_count == VV_CONDITION_DEPTH) {
		return vv_tokens_fail(&p->t, at, "nested too deeply", NULL, 0);
	}
	p->ops[p->op_count++] = (vv_parser_op){.code = code, .step = step, .at = at};
	return VV_OK;
}

/* Is it the right side of a comparison that is wanted? */
static bool after_comparison(const vv_parser *p)
{
	return p->op_count > 0 && p->ops[p->op_count - 1].code == VV_OP_COMPARE;
}

vv_status vv_text_wanted(vv_parser *p, const vv_token *t)
{
	return vv_hint(p->err,
		       "double quotes are for names of columns; write a text in single quotes: "
		       "'%s'",
		       vv_text_show(t->text, t->len));
}

static vv_status fail_column(vv_parser *p, const vv_token *t)
{
	vv_tokens_fail(&p->t, t->at, "no such column", t->text, t->len);
	if (p->t.how->filter) {
		(void)vv_recode(p->err, VV_ENOTFOUND);
	}
	if (vv_schema_nearest(p->c->schema, t->text, t->len)) {
		return vv_schema_hint(p->c->schema, t->text, t->len, p->err);
	}
	/* not the first word, and like no column: likely the right side of a comparison */
	if (t->type == VV_TOKEN_NAME && t->at > 0) {
		return vv_hint(p->err, "write a text in single quotes: '%s'",
			       vv_text_show(t->text, t->len));
	}
	if (t->type == VV_TOKEN_QUOTED && t->at > 0) {
		return vv_text_wanted(p, t);
	}
	return vv_schema_hint(p->c->schema, t->text, t->len, p->err);
}

static long find_column(const vv_parser *p, const vv_token *t)
{
	const vv_condition_how *how = p->t.how;

	return how->find ? how->find(how->payload, t->text, t->len)
			 : vv_schema_find(p->c->schema, t->text, t->len);
}

vv_status vv_parser_push_old(vv_parser *p, const vv_token *t)
{
	const vv_schema *old = p->c->old;
	vv_term n = {.kind = VV_OPERAND_ANY, .literal = SIZE_MAX, .at = t->at};
	vv_step step = {.code = VV_STEP_COLUMN, .kind = VV_OPERAND_ANY, .before = true};

	p->change = true;
	if (p->c->schema) {
		long place = vv_schema_find(old, t->text, t->len);

		if (place < 0) {
			return vv_tokens_fail(&p->t, t->at,
					      "the base version has no such column:", t->text,
					      t->len);
		}
		step.at = (size_t)place;
		n.field = &old->fields[place];
		n.type = n.field->type;
		n.kind = step.kind = vv_kind_of_type(n.type);
		p->old_used[place] = true;
	}
	return vv_parser_push_node(p, &n, &step);
}

vv_status vv_parser_push_column(vv_parser *p, const vv_token *t)
{
	vv_term n = {.kind = VV_OPERAND_ANY, .literal = SIZE_MAX, .at = t->at};
	vv_step step = {.code = VV_STEP_COLUMN, .kind = VV_OPERAND_ANY};

	if (p->column_at == SIZE_MAX) {
		p->column_at = t->at;
	}
	if (p->c->schema) {
		const char *value = p->t.how->column;
		long place = value && vv_token_is_word(t, "value")
				     ? vv_schema_find(p->c->schema, value, strlen(value))
				     : find_column(p, t);

		if (place < 0 && t->type == VV_TOKEN_NAME && p->t.how->filter &&
		    after_comparison(p)) {
			return vv_parser_push_literal(p, t);
		}
		if (place < 0) return fail_column(p, t);
		step.at = (size_t)place;
		n.field = &p->c->schema->fields[place];
		n.type = n.field->type;
		n.kind = step.kind = vv_kind_of_type(n.type);
		p->used[place] = true;
	}
	return vv_parser_push_node(p, &n, &step);
}

static vv_status read_literal_number(vv_parser *p, vv_literal *l, const vv_token *t)
{
	bool negative = t->text[0] == '-', failed = false;
	const char *digits = t->text + negative;
	size_t len = t->len - negative;
	vv_auto(vv_buf) room = VV_BUF_INIT;

	if (vv_small_read(&l->value.small, digits, len, true)) {
		l->value.small.mantissa = negative ? -l->value.small.mantissa
						   : l->value.small.mantissa;
		return VV_OK;
	}
	l->large = vv_arena_alloc(&p->c->arena, sizeof(*l->large));
	if (!l->large) return vv_fail_nomem(p->err);
	vv_operand_read_number(&l->value, l->large, &room, NULL, digits, len, &failed);
	if (failed) return vv_fail_nomem(p->err);
	l->large->above.negative = negative && l->large->above.count > 0;
	return l->value.state == VV_VALUE_LARGE
		       ? VV_OK
		       : vv_tokens_fail(&p->t, t->at, "the number is too long", NULL, 0);
}

vv_status vv_parser_read_literal(vv_parser *p, vv_literal *l, const vv_token *t,
				 vv_operand_kind *kind)
{
	*l = (vv_literal){
		.value.state = VV_VALUE_SMALL, .value.text = t->text, .value.len = t->len};
	if (t->type == VV_TOKEN_NUMBER) {
		*kind = VV_OPERAND_NUMBER;
		return read_literal_number(p, l, t);
	}
	*kind = VV_OPERAND_TEXT;
	if (vv_token_is_word(t, "true") || vv_token_is_word(t, "false")) {
		*kind = VV_OPERAND_BOOLEAN;
		l->value.truth = vv_token_is_word(t, "true");
	}
	return VV_OK;
}

vv_status vv_parser_push_literal(vv_parser *p, const vv_token *t)
{
	vv_term n = {.literal = p->c->literal_count, .at = t->at};
	vv_step step = {.code = VV_STEP_LITERAL, .at = n.literal};
	vv_literal l;
	vv_status rc = vv_parser_read_literal(p, &l, t, &n.kind);

	step.kind = n.kind;
	if (rc < 0 || (rc = vv_parser_add_literal(p, &l)) < 0) return rc;
	return vv_parser_push_node(p, &n, &step);
}

static bool is_text_step(vv_step_code code)
{
	return code == VV_STEP_BEGINS || code == VV_STEP_LIKE || code == VV_STEP_NOT_LIKE ||
	       code == VV_STEP_MATCHES || code == VV_STEP_NOT_MATCHES;
}

/* The pattern on the right of 'matches'. */
static vv_status make_pattern(vv_parser *p, const vv_term *y)
{
	vv_literal *l = y->literal == SIZE_MAX ? NULL : &p->c->literals[y->literal];
	vv_error why;

	if (!l || l->pattern) {
		return vv_tokens_fail(&p->t, y->at, "'matches' requires a pattern in single quotes",
				      NULL, 0);
	}
	vv_status rc = vv_pattern_new(&l->pattern, l->value.text, l->value.len, &why);
	if (rc == VV_EINPUT) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		vv_buf_printf(&b, "the pattern %s", why.message);
		return vv_tokens_fail(&p->t, y->at, vv_buf_cstr(&b), NULL, 0);
	}
	return rc < 0 ? vv_fail_nomem(p->err) : VV_OK;
}

/* Begins with, and like: of the text of a column of any type. */
static vv_status fit_texts(vv_parser *p, const vv_term *x, vv_term *y, size_t at)
{
	if (x->literal == SIZE_MAX &&
	    (x->field || x->kind == VV_OPERAND_TEXT || x->kind == VV_OPERAND_ANY) &&
	    (y->literal != SIZE_MAX || y->kind == VV_OPERAND_ANY)) {
		return VV_OK;
	}
	return vv_tokens_fail(&p->t, at,
			      "the operator requires a column on the left and a value on the right",
			      NULL, 0);
}

/* code > 8: '10' is before '8' in the order of texts, which who writes a number does not mean. */
static vv_status check_order(vv_parser *p, const vv_term *x, const vv_term *y)
{
	if (x->kind != VV_OPERAND_TEXT || y->kind != VV_OPERAND_NUMBER || y->literal == SIZE_MAX) {
		return VV_OK;
	}
	const vv_operand *v = &p->c->literals[y->literal].value;

	vv_tokens_fail(
		&p->t, y->at,
		"a text cannot be compared with a number; put the number into quotes to compare it "
		"as a text:",
		v->text, v->len);
	return vv_term_advise(&p->t, x, "number");
}

/* Comparison of the two values on top, or of three. */
static vv_status emit_compare(vv_parser *p, const vv_parser_op *o)
{
	bool between = o->step == VV_STEP_BETWEEN || o->step == VV_STEP_NOT_BETWEEN;
	vv_step step = {.code = o->step};
	vv_status rc;

	if (between && !o->second) {
		return vv_tokens_fail(&p->t, o->at,
				      "'between' requires two values: between 1 and 9", NULL, 0);
	}
	vv_term *y = &p->nodes[p->node_count - 1];
	vv_term *x = y - 1 - between;
	bool swapped = x->literal != SIZE_MAX && y->literal == SIZE_MAX;
	if (p->t.how->filter && x->literal != SIZE_MAX && y->literal != SIZE_MAX) {
		return vv_tokens_fail(&p->t, o->at, "the comparison requires a column", NULL, 0);
	}
	if (p->t.how->filter && !is_text_step(o->step) && o->step != VV_STEP_EQUAL &&
	    o->step != VV_STEP_NOT_EQUAL &&
	    ((rc = check_order(p, swapped ? y : x, swapped ? x : y)) < 0 ||
	     (between && (rc = check_order(p, x, y - 1)) < 0))) {
		return rc;
	}
	if ((rc = is_text_step(o->step) ? fit_texts(p, x, y, o->at)
		  : swapped             ? vv_terms_fit(p->c, &p->t, y, x, o->at)
					: vv_terms_fit(p->c, &p->t, x, y, o->at)) < 0 ||
	    (between && (rc = vv_terms_fit(p->c, &p->t, x, y - 1, o->at)) < 0)) {
		return rc;
	}
	if ((o->step == VV_STEP_MATCHES || o->step == VV_STEP_NOT_MATCHES) &&
	    (rc = make_pattern(p, y)) < 0) {
		return rc;
	}
	p->c->left = o->at;
	step.kind = x->kind;
	if (x->kind == VV_OPERAND_BOOLEAN && !is_text_step(o->step) && o->step != VV_STEP_EQUAL &&
	    o->step != VV_STEP_NOT_EQUAL) {
		return vv_tokens_fail(&p->t, o->at, "true and false have no order", NULL, 0);
	}
	p->node_count -= 1 + between;
	*x = (vv_term){.kind = VV_OPERAND_BOOLEAN, .literal = SIZE_MAX, .at = x->at};
	return vv_parser_add_step(p, &step);
}

static vv_status emit_operator(vv_parser *p, const vv_parser_op *o)
{
	vv_operand_kind kind = o->code == VV_OP_AND || o->code == VV_OP_OR || o->code == VV_OP_NOT
				       ? VV_OPERAND_BOOLEAN
				       : VV_OPERAND_NUMBER;
	size_t operands = o->code == VV_OP_NOT || o->code == VV_OP_NEGATE ? 1 : 2;
	vv_step step = {.code = o->step, .kind = kind};
	vv_status rc;

	if (o->code == VV_OP_COMPARE) return emit_compare(p, o);
	if (step.code == VV_STEP_CALL) {
		step.at = o->call;
		step.count = 2;
		kind = o->code == VV_OP_JOIN ? VV_OPERAND_TEXT : VV_OPERAND_NUMBER;
		p->c->has_text = p->c->has_text || o->code == VV_OP_JOIN;
	}
	for (size_t i = p->node_count - operands; i < p->node_count; i++) {
		if ((rc = vv_term_want(&p->t, &p->nodes[i], kind, o->at)) < 0) return rc;
	}
	p->node_count -= operands - 1;
	p->nodes[p->node_count - 1] = (vv_term){
		.kind = kind, .literal = SIZE_MAX, .at = p->nodes[p->node_count - 1].at};
	return vv_parser_add_step(p, &step);
}

vv_status vv_parser_reduce(vv_parser *p, vv_op_code code)
{
	vv_status rc;

	while (p->op_count > 0 && p->ops[p->op_count - 1].code >= code &&
	       p->ops[p->op_count - 1].code > VV_OP_CALL) {
		if ((rc = emit_operator(p, &p->ops[--p->op_count])) < 0) return rc;
	}
	return VV_OK;
}

/* Requires the type that a letter of a function's arguments means. */
static vv_status want_letter(vv_parser *p, vv_term *n, char letter)
{
	static const char *const words[] = {"a date", "a time of day, or a date and time",
					    "a date or a month"};
	vv_literal *l = n->literal == SIZE_MAX ? NULL : &p->c->literals[n->literal];
	bool day = n->type == VV_TYPE_DATE || n->type == VV_TYPE_DATETIME;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (n->kind == VV_OPERAND_ANY) return VV_OK;
	if (strchr("ntb", letter)) {
		return vv_term_want(&p->t, n, vv_kind_of_letter(letter, n->kind), n->at);
	}
	if (n->kind == VV_OPERAND_TEXT && l) {
		static const vv_type types[] = {VV_TYPE_DATE, VV_TYPE_DATETIME, VV_TYPE_TIME,
						VV_TYPE_YEARMONTH};

		for (size_t i = 0; i < 4 && n->kind == VV_OPERAND_TEXT; i++) {
			const vv_field plain = {.type = types[i]};

			if (vv_operand_read_time(&l->value, &plain, l->value.text, l->value.len)) {
				n->kind = VV_OPERAND_TIME;
				n->type = types[i];
			}
		}
		day = n->type == VV_TYPE_DATE || n->type == VV_TYPE_DATETIME;
	}
	if (n->kind == VV_OPERAND_TIME &&
	    (letter == 'c'   ? n->type == VV_TYPE_TIME || n->type == VV_TYPE_DATETIME
	     : letter == 'm' ? day || n->type == VV_TYPE_YEARMONTH
			     : day)) {
		return VV_OK;
	}
	vv_buf_printf(&b, "expected %s, not %s",
		      words[letter == 'c'   ? 1
			    : letter == 'm' ? 2
					    : 0],
		      vv_term_name(n));
	vv_tokens_fail(&p->t, n->at, vv_buf_cstr(&b), NULL, 0);
	return vv_term_advise(&p->t, n, letter == 'c' ? "datetime" : "date");
}

/* Sets the type of all arguments of one kind to that of the first that is not a literal. */
static vv_status want_alike(vv_parser *p, vv_term *terms, const char *takes, size_t count,
			    vv_term *out)
{
	const size_t letters = strlen(takes), from = vv_find_place(i, letters, takes[i] == 'x');
	size_t lead = SIZE_MAX;

	for (size_t i = from; i < count && from < letters; i++) {
		if (lead == SIZE_MAX ||
		    (terms[lead].literal != SIZE_MAX && terms[i].literal == SIZE_MAX)) {
			lead = i;
		}
	}
	for (size_t i = from; i < count && lead != SIZE_MAX; i++) {
		vv_status rc = i == lead ? VV_OK
					 : vv_terms_fit(p->c, &p->t, &terms[lead], &terms[i],
							terms[i].at);
		if (rc < 0) return rc;
	}
	*out = lead != SIZE_MAX ? terms[lead] : terms[0];
	return VV_OK;
}

static vv_status emit_call(vv_parser *p, const vv_parser_op *o)
{
	const vv_call *call = vv_call_at(o->call);
	vv_term *terms = &p->nodes[o->terms], out;
	size_t count = p->node_count - o->terms, letters = strlen(call->takes);
	vv_status rc;

	if (count < call->least || count > call->most) {
		vv_tokens_fail(&p->t, o->at, "wrong number of arguments of", call->name,
			       strlen(call->name));
		return vv_hint(p->err, "for example: %s", call->example);
	}
	for (size_t i = 0; i < count; i++) {
		char letter = call->takes[i < letters ? i : letters - 1];

		if (letter != 'x' && (rc = want_letter(p, &terms[i], letter)) < 0) return rc;
	}
	if ((rc = want_alike(p, terms, call->takes, count, &out)) < 0) return rc;
	if (out.kind == VV_OPERAND_OPAQUE) {
		return vv_tokens_fail(&p->t, out.at,
				      "cannot be an argument of a function:", vv_term_name(&out),
				      strlen(vv_term_name(&out)));
	}
	vv_step step = {.code = VV_STEP_CALL, .kind = out.kind, .at = o->call, .count = count};
	out = (vv_term){.kind = out.kind, .type = out.type, .literal = SIZE_MAX, .at = o->at};
	if (call->gives != 'x') {
		out.kind = vv_kind_of_letter(call->gives, out.kind);
		out.type = VV_TYPE_DATE;
	}
	p->c->has_text = p->c->has_text || call->gives == 't';
	p->node_count = o->terms + 1;
	terms[0] = out;
	return vv_parser_add_step(p, &step);
}

vv_status vv_parser_close_parenthesis(vv_parser *p)
{
	vv_status rc = vv_parser_reduce(p, VV_OP_OR);

	if (rc < 0) return rc;
	vv_term *n = &p->nodes[p->node_count - 1];
	if (p->op_count == 0) {
		return vv_tokens_fail(&p->t, p->t.now.at, "a ')' without '('", NULL, 0);
	}
	const vv_parser_op *open = &p->ops[--p->op_count];
	if (open->code == VV_OP_OPEN) return VV_OK;
	if (open->step == VV_STEP_CALL) return emit_call(p, open);
	vv_step step = {.code = open->step, .kind = VV_OPERAND_TEXT};
	if (!n->field && n->kind != VV_OPERAND_ANY) {
		return vv_tokens_fail(&p->t, open->at, "text() requires a column", NULL, 0);
	}
	*n = (vv_term){.kind = step.kind, .literal = SIZE_MAX, .at = open->at};
	return vv_parser_add_step(p, &step);
}
