/*
 * condition: the words of the language and their order.
 */
#include "dataset/rows/condition.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_internal.h"

static bool at_literal(const vv_parser *p)
{
	return p->t.now.type == VV_TOKEN_NUMBER || p->t.now.type == VV_TOKEN_STRING ||
	       vv_token_is_word(&p->t.now, "true") || vv_token_is_word(&p->t.now, "false");
}

/* A '-' right before a number is part of it. */
static vv_status take_sign(vv_parser *p)
{
	size_t at = p->t.now.at;
	vv_status rc = vv_tokens_next(&p->t);

	if (rc == VV_OK && p->t.now.type == VV_TOKEN_NUMBER) {
		p->t.now.at = at;
		p->t.now.text = p->t.text + at;
		p->t.now.len = p->t.now.end - at;
	}
	return rc;
}

/* ',' between the arguments of a function. *is: it is one. */
static vv_status read_comma(vv_parser *p, bool *is)
{
	vv_status rc = VV_OK;
	size_t i = p->op_count;

	*is = false;
	if (!vv_token_is_sign(&p->t.now, ",")) return VV_OK;
	while (i > 0 && p->ops[i - 1].code > VV_OP_CALL) {
		i--;
	}
	*is = i > 0 && p->ops[i - 1].step == VV_STEP_CALL && p->ops[i - 1].code == VV_OP_CALL;
	if (*is && (rc = vv_parser_reduce(p, VV_OP_OR)) == VV_OK) {
		rc = vv_tokens_next(&p->t);
	}
	return rc;
}

/* in (1, 2, 3): the list after the word. */
static vv_status read_list(vv_parser *p, bool inverted, size_t at)
{
	vv_term x = p->nodes[p->node_count - 1];
	vv_step step = {.code = inverted ? VV_STEP_NOT_IN : VV_STEP_IN,
			.kind = x.kind,
			.at = p->c->literal_count};
	vv_status rc;

	if (!vv_token_is_sign(&p->t.now, "(")) {
		return vv_tokens_fail(&p->t, p->t.now.at, "'in' requires a list: in (1, 2)", NULL,
				      0);
	}
	do {
		vv_term item = {.literal = p->c->literal_count};
		vv_literal l;

		if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
		if (vv_tokens_at_negative(&p->t) && (rc = take_sign(p)) < 0) return rc;
		if (!at_literal(p) && !(p->t.how->filter && p->t.now.type == VV_TOKEN_NAME)) {
			const bool quoted = p->t.now.type == VV_TOKEN_QUOTED;

			vv_tokens_fail(&p->t, p->t.now.at,
				       p->t.now.type == VV_TOKEN_END
					       ? "the list has no ')'"
					       : "a list may contain only numbers, 'texts', true "
						 "and false",
				       NULL, 0);
			return quoted ? vv_text_wanted(p, &p->t.now) : p->err->code;
		}
		if (step.count++ == VV_CONDITION_ITEMS) {
			return vv_tokens_fail(&p->t, p->t.now.at, "the list is too long", NULL, 0);
		}
		item.at = p->t.now.at;
		if ((rc = vv_parser_read_literal(p, &l, &p->t.now, &item.kind)) < 0 ||
		    (rc = vv_parser_add_literal(p, &l)) < 0 ||
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
	return (rc = vv_parser_add_step(p, &step)) < 0 ? rc : vv_tokens_next(&p->t);
}

/* is null, is not null: after the word "is". */
static vv_status read_null(vv_parser *p)
{
	vv_step step = {.code = VV_STEP_IS_NULL, .kind = VV_OPERAND_BOOLEAN};
	vv_status rc;

	if (vv_token_is_word(&p->t.now, "not")) {
		step.code = VV_STEP_IS_NOT_NULL;
		if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
	}
	if (!vv_token_is_word(&p->t.now, "null")) {
		return vv_tokens_fail(&p->t, p->t.now.at,
				      "'is' must be followed by 'null' or 'not "
				      "null'",
				      NULL, 0);
	}
	p->nodes[p->node_count - 1] = (vv_term){.kind = VV_OPERAND_BOOLEAN,
						.literal = SIZE_MAX,
						.at = p->nodes[p->node_count - 1].at};
	return (rc = vv_parser_add_step(p, &step)) < 0 ? rc : vv_tokens_next(&p->t);
}

static bool is_keyword(const vv_token *t)
{
	static const char *const words[] = {"and", "or", "in", "is", "null", "like", "between"};

	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
			     vv_token_is_word(t, *it)) != NULL;
}

/* old.NAME, new.NAME: after the word. */
static vv_status read_side(vv_parser *p, bool old, size_t at)
{
	vv_status rc = vv_tokens_next(&p->t);
	vv_token t = p->t.now;

	if (rc < 0) return rc;
	if (t.type != VV_TOKEN_NAME && t.type != VV_TOKEN_QUOTED) {
		return vv_tokens_fail(&p->t, t.at, "a column's name is missing", NULL, 0);
	}
	if (!p->t.how->line || (p->c->schema && !p->c->old)) {
		return vv_tokens_fail(&p->t, at,
				      "old. and new. can be used only in rules that "
				      "compare with an earlier version",
				      NULL, 0);
	}
	if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
	if (old) return vv_parser_push_old(p, &t);
	p->change = true;
	return vv_parser_push_column(p, &t);
}

static const struct {
	const char *word;
	vv_aggregate_op op;
} aggregates[] = {{"count", VV_AGGREGATE_COUNT}, {"sum", VV_AGGREGATE_SUM},
		  {"min", VV_AGGREGATE_MIN},     {"max", VV_AGGREGATE_MAX},
		  {"avg", VV_AGGREGATE_AVG},     {"deviation", VV_AGGREGATE_DEVIATION},
		  {"share", VV_AGGREGATE_SHARE}};

static vv_status add_aggregate(vv_parser *p, const vv_condition_aggregate *a)
{
	vv_condition *c = p->c;

	return vv_parser_add(p, &c->aggregates, &c->aggregate_count, &p->aggregate_room, a,
			     sizeof(*a));
}

/* Skips to the closing ')' of the argument. *end: its place. */
static vv_status skip_argument(vv_parser *p, size_t *end)
{
	vv_status rc;
	unsigned open = 1;

	while (open > 0) {
		if (p->t.now.type == VV_TOKEN_END) {
			return vv_tokens_fail(&p->t, p->t.now.at, "a ')' is missing", NULL, 0);
		}
		open += vv_token_is_sign(&p->t.now, "(");
		open -= vv_token_is_sign(&p->t.now, ")");
		*end = p->t.now.at;
		if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
	}
	return VV_OK;
}

/* An aggregate's argument, compiled separately. */
static vv_status make_argument(vv_parser *p, vv_condition_aggregate *a, size_t begin, size_t end)
{
	vv_condition_how how = *p->t.how;
	size_t before = 0;

	for (size_t i = 0; i < begin; i++) {
		before += ((unsigned char)p->t.text[i] & 0xC0) != 0x80;
	}
	how.line = false;
	how.value = a->op != VV_AGGREGATE_SHARE;
	how.file_column += before;
	vv_status rc = vv_condition_compile(&a->argument, p->t.text + begin, end - begin,
					    p->c->schema, &how, p->err);
	if (rc < 0) return rc;
	vv_operand_kind kind = a->argument->kind;
	const bool sums = a->op == VV_AGGREGATE_SUM || a->op == VV_AGGREGATE_AVG ||
			  a->op == VV_AGGREGATE_DEVIATION;
	if (sums && kind != VV_OPERAND_ANY) {
		const char *name = p->t.text + begin;
		const long at = p->c->schema ? vv_schema_find(p->c->schema, name, end - begin) : -1;
		const vv_term n = {.kind = kind,
				   .type = a->argument->type,
				   .field = at < 0 ? NULL : &p->c->schema->fields[at]};

		return vv_term_want(&p->t, &n, VV_OPERAND_NUMBER, begin);
	}
	const bool orders = a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX;
	if (kind == VV_OPERAND_OPAQUE && (orders || a->op == VV_AGGREGATE_DISTINCT)) {
		return vv_tokens_fail(&p->t, begin, "values of this type cannot be compared", NULL,
				      0);
	}
	if (kind == VV_OPERAND_BOOLEAN && orders) {
		return vv_tokens_fail(&p->t, begin, "true and false have no order", NULL, 0);
	}
	return VV_OK;
}

/* count(*), sum(x), count(distinct x): after the word, at the '('. */
static vv_status read_aggregate(vv_parser *p, const vv_token *t, vv_aggregate_op code)
{
	vv_condition_aggregate a = {.op = code};
	vv_step step = {.code = VV_STEP_AGGREGATE, .at = p->c->aggregate_count};
	vv_term n = {.kind = VV_OPERAND_NUMBER, .literal = SIZE_MAX, .at = t->at};
	size_t begin, end = 0;
	vv_status rc = vv_tokens_next(&p->t);

	if (rc < 0) return rc;
	begin = p->t.now.at;
	bool all = vv_token_is_sign(&p->t.now, "*") && code == VV_AGGREGATE_COUNT;
	if (code == VV_AGGREGATE_COUNT && vv_token_is_word(&p->t.now, "distinct")) {
		if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
		if (!vv_token_is_sign(&p->t.now, ")")) {
			a.op = VV_AGGREGATE_DISTINCT;
			begin = p->t.now.at;
		}
	}
	if ((rc = skip_argument(p, &end)) < 0) return rc;
	a.text = vv_arena_strndup(&p->c->arena, p->t.text + t->at, end + 1 - t->at);
	if (!a.text) return vv_fail_nomem(p->err);
	if ((!all && (rc = make_argument(p, &a, begin, end)) < 0) ||
	    (rc = add_aggregate(p, &a)) < 0) {
		vv_condition_free(a.argument);
		return rc;
	}
	if (code == VV_AGGREGATE_MIN || code == VV_AGGREGATE_MAX) {
		n.kind = a.argument->kind;
		n.type = a.argument->type;
	}
	step.kind = n.kind;
	return vv_parser_push_node(p, &n, &step);
}

/* 'base': the left side of the comparison that it is in, else the aggregate before it, in the version compared with. */
static vv_status push_base(vv_parser *p, size_t at)
{
	size_t i = p->op_count, begin = p->c->step_count, end = begin;
	vv_term n = {.kind = VV_OPERAND_NUMBER, .literal = SIZE_MAX, .at = at};
	vv_status rc = VV_OK;

	while (i > 0 && p->ops[i - 1].code != VV_OP_COMPARE) {
		i--;
	}
	if (i > 0) {
		begin = p->ops[i - 1].left_begin;
		end = p->ops[i - 1].left_end;
	} else {
		while (begin > 0 && p->c->steps[begin - 1].code != VV_STEP_AGGREGATE) {
			begin--;
		}
		end = begin;
		begin -= begin > 0;
	}
	if (p->node_count == VV_CONDITION_DEPTH || begin == end) {
		return vv_tokens_fail(&p->t, at, "'base' must follow a count or a sum", NULL, 0);
	}
	for (size_t k = begin; k < end && rc == VV_OK; k++) {
		vv_step step = p->c->steps[k];

		step.before = step.before || step.code == VV_STEP_AGGREGATE;
		n.kind = step.code == VV_STEP_AGGREGATE ? step.kind : n.kind;
		rc = vv_parser_add_step(p, &step);
	}
	const vv_step *last = &p->c->steps[p->c->step_count - 1];
	if (rc == VV_OK && last->code == VV_STEP_AGGREGATE && p->c->aggregates[last->at].argument) {
		n.type = p->c->aggregates[last->at].argument->type;
	} else if (last->code != VV_STEP_AGGREGATE) {
		n.kind = VV_OPERAND_NUMBER;
	}
	p->nodes[p->node_count++] = n;
	return rc;
}

static vv_status fail_function(vv_parser *p, const vv_token *t)
{
	char word[32];
	const vv_call *call;

	vv_tokens_fail(&p->t, t->at, "no such function", t->text, t->len);
	(void)snprintf(word, sizeof(word), "%.*s", t->len < sizeof(word) ? (int)t->len : 0,
		       t->text);
	vv_nearest near = vv_nearest_to(word);
	for (size_t i = 0; *word && (call = vv_call_at(i)); i++) {
		(void)vv_nearest_try(&near, call->name);
	}
	for (size_t i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]); i++) {
		if (vv_token_is_word(t, aggregates[i].word)) {
			return vv_hint(p->err,
				       "counts and sums cannot be used in conditions on rows, or "
				       "inside one another");
		}
	}
	if (strncmp(word, "is", 2) == 0) {
		return vv_hint(p->err, "write: COLUMN is null, or: COLUMN is not null");
	}
	return near.best ? vv_hint(p->err, "did you mean '%s'?", near.best) : p->err->code;
}

/* NAME(: at the '('. */
static vv_status read_call(vv_parser *p, const vv_token *t, bool *more)
{
	const vv_call *call = vv_call_find(t->text, t->len);
	vv_status rc;

	for (size_t i = 0; p->t.how->line && i < sizeof(aggregates) / sizeof(aggregates[0]); i++) {
		if (vv_token_is_word(t, aggregates[i].word)) {
			*more = false;
			return read_aggregate(p, t, aggregates[i].op);
		}
	}
	if (!call && !vv_token_is_word(t, "text")) return fail_function(p, t);
	if ((rc = vv_parser_push_op(p, VV_OP_CALL, call ? VV_STEP_CALL : VV_STEP_TEXT, t->at)) <
	    0) {
		return rc;
	}
	p->ops[p->op_count - 1].terms = p->node_count;
	p->ops[p->op_count - 1].call = (size_t)(call ? call - vv_call_at(0) : 0);
	return vv_tokens_next(&p->t);
}

/* Where a value is to come. *more: one still is. */
static vv_status read_operand(vv_parser *p, bool *more)
{
	vv_token t = p->t.now;
	vv_status rc;

	*more = true;
	if (vv_token_is_sign(&t, "(")) {
		return (rc = vv_parser_push_op(p, VV_OP_OPEN, VV_STEP_LITERAL, t.at)) < 0
			       ? rc
			       : vv_tokens_next(&p->t);
	}
	if (vv_tokens_at_negative(&p->t)) {
		if ((rc = take_sign(p)) < 0) return rc;
		t = p->t.now;
	}
	if (vv_token_is_sign(&t, "-")) {
		return (rc = vv_parser_push_op(p, VV_OP_NEGATE, VV_STEP_NEGATE, t.at)) < 0
			       ? rc
			       : vv_tokens_next(&p->t);
	}
	if (vv_token_is_word(&t, "not")) {
		return (rc = vv_parser_push_op(p, VV_OP_NOT, VV_STEP_NOT, t.at)) < 0
			       ? rc
			       : vv_tokens_next(&p->t);
	}
	if (t.type == VV_TOKEN_END) {
		vv_tokens_fail(&p->t, t.at, "a value is missing at the end", NULL, 0);
		return p->t.how->filter
			       ? vv_hint(p->err,
					 "to find cells without a value, write: COLUMN is null")
			       : VV_EINPUT;
	}
	if (at_literal(p)) {
		*more = false;
		return (rc = vv_parser_push_literal(p, &t)) < 0 ? rc : vv_tokens_next(&p->t);
	}
	if (is_keyword(&t)) {
		vv_tokens_fail(&p->t, t.at, "a value is missing before", t.text, t.len);
		if (vv_token_is_word(&t, "in")) {
			return vv_hint(p->err, "write: COLUMN in ('A', 'B')");
		}
		return vv_token_is_word(&t, "null") || vv_token_is_word(&t, "is")
			       ? vv_hint(p->err, "write: COLUMN is null, or: COLUMN is not null")
			       : vv_hint(p->err, "a column of that name is written \"%s\"",
					 vv_text_show(t.text, t.len));
	}
	if (t.type != VV_TOKEN_NAME && t.type != VV_TOKEN_QUOTED) {
		return vv_tokens_fail(&p->t, t.at, "a value is missing before", t.text, t.len);
	}
	if ((rc = vv_tokens_next(&p->t)) < 0) return rc;
	if (t.type == VV_TOKEN_NAME && vv_token_is_sign(&p->t.now, "(")) {
		return read_call(p, &t, more);
	}
	if (t.type == VV_TOKEN_NAME && vv_token_is_sign(&p->t.now, ".") &&
	    (vv_token_is_word(&t, "old") || vv_token_is_word(&t, "new"))) {
		*more = false;
		return read_side(p, vv_token_is_word(&t, "old"), t.at);
	}
	if (vv_token_is_word(&t, "base") && p->t.how->line && p->c->aggregate_count > 0) {
		*more = false;
		return push_base(p, t.at);
	}
	*more = false;
	return vv_parser_push_column(p, &t);
}

static bool find_binary(const vv_token *t, vv_parser_op *out)
{
	static const struct {
		const char *sign;
		vv_op_code code;
		vv_step_code step;
	} table[] = {{"and", VV_OP_AND, VV_STEP_AND},
		     {"or", VV_OP_OR, VV_STEP_OR},
		     {"like", VV_OP_COMPARE, VV_STEP_LIKE},
		     {"between", VV_OP_COMPARE, VV_STEP_BETWEEN},
		     {"matches", VV_OP_COMPARE, VV_STEP_MATCHES},
		     {"=", VV_OP_COMPARE, VV_STEP_EQUAL},
		     {"==", VV_OP_COMPARE, VV_STEP_EQUAL},
		     {"!=", VV_OP_COMPARE, VV_STEP_NOT_EQUAL},
		     {"<>", VV_OP_COMPARE, VV_STEP_NOT_EQUAL},
		     {"<", VV_OP_COMPARE, VV_STEP_LESS},
		     {"<=", VV_OP_COMPARE, VV_STEP_LESS_EQUAL},
		     {">", VV_OP_COMPARE, VV_STEP_GREATER},
		     {">=", VV_OP_COMPARE, VV_STEP_GREATER_EQUAL},
		     {"^=", VV_OP_COMPARE, VV_STEP_BEGINS},
		     {"+", VV_OP_SUM, VV_STEP_ADD},
		     {"-", VV_OP_SUM, VV_STEP_SUBTRACT},
		     {"*", VV_OP_PRODUCT, VV_STEP_MULTIPLY},
		     {"/", VV_OP_PRODUCT, VV_STEP_DIVIDE},
		     {"%", VV_OP_PRODUCT, VV_STEP_CALL},
		     {"||", VV_OP_JOIN, VV_STEP_CALL}};

	*out = (vv_parser_op){.at = t->at};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (vv_token_is_sign(t, table[i].sign) || vv_token_is_word(t, table[i].sign)) {
			out->code = table[i].code;
			out->step = table[i].step;
			if (out->step == VV_STEP_CALL) {
				out->call = (size_t)((out->code == VV_OP_JOIN
							      ? vv_call_find("concat", 6)
							      : vv_call_find("mod", 3)) -
						     vv_call_at(0));
			}
			return true;
		}
	}
	return false;
}

static vv_status read_binary(vv_parser *p, const vv_parser_op *o)
{
	vv_status rc;
	vv_parser_op *waits;

	if (o->code == VV_OP_AND) {
		if ((rc = vv_parser_reduce(p, VV_OP_SUM)) < 0) return rc;
		waits = p->op_count > 0 ? &p->ops[p->op_count - 1] : NULL;
		if (waits && !waits->second &&
		    (waits->step == VV_STEP_BETWEEN || waits->step == VV_STEP_NOT_BETWEEN)) {
			waits->second = true;
			return vv_tokens_next(&p->t);
		}
	}
	/* what waits here as a comparison has this one's left side as its right one: a < b < c */
	if ((rc = vv_parser_reduce(p, o->code == VV_OP_COMPARE ? VV_OP_SUM : o->code)) < 0) {
		return rc;
	}
	if (o->code == VV_OP_COMPARE && p->op_count > 0 &&
	    p->ops[p->op_count - 1].code == VV_OP_COMPARE) {
		vv_tokens_fail(&p->t, o->at, "comparisons cannot be chained", NULL, 0);
		return vv_hint(p->err, "write 'a < b and b < c'");
	}
	if ((rc = vv_parser_push_op(p, o->code, o->step, o->at)) < 0) return rc;
	vv_parser_op *pushed = &p->ops[p->op_count - 1];
	pushed->call = o->call;
	pushed->left_end = p->c->step_count;
	pushed->left_begin = vv_steps_begin(p->c, p->c->step_count);
	return vv_tokens_next(&p->t);
}

/* Is no parenthesis open? */
static bool is_outside(const vv_parser *p)
{
	return !vv_array_find(p->ops, p->op_count, it, it->code <= VV_OP_CALL);
}

/* Where an operator may come. *more: a value has to follow. */
static vv_status read_operator(vv_parser *p, bool *more)
{
	vv_token t = p->t.now;
	vv_parser_op binary;
	vv_status rc;

	if ((rc = read_comma(p, more)) < 0 || *more) return rc;
	if (vv_token_is_sign(&t, ")")) {
		return (rc = vv_parser_close_parenthesis(p)) < 0 ? rc : vv_tokens_next(&p->t);
	}
	if (find_binary(&t, &binary)) {
		*more = true;
		return read_binary(p, &binary);
	}
	if (vv_token_is_word(&t, "is")) {
		return (rc = vv_parser_reduce(p, VV_OP_SUM)) < 0 || (rc = vv_tokens_next(&p->t)) < 0
			       ? rc
			       : read_null(p);
	}
	if (vv_token_is_word(&t, "in") || vv_token_is_word(&t, "not")) {
		bool inverted = vv_token_is_word(&t, "not");

		if ((rc = vv_parser_reduce(p, VV_OP_SUM)) < 0 || (rc = vv_tokens_next(&p->t)) < 0) {
			return rc;
		}
		if (inverted && find_binary(&p->t.now, &binary) &&
		    (binary.step == VV_STEP_LIKE || binary.step == VV_STEP_BETWEEN ||
		     binary.step == VV_STEP_MATCHES)) {
			binary.step++; /* what follows is its opposite */
			*more = true;
			return read_binary(p, &binary);
		}
		if (inverted && !vv_token_is_word(&p->t.now, "in")) {
			return vv_tokens_fail(
				&p->t, p->t.now.at,
				"after a value, 'not' must be followed by 'in', 'like', 'matches' or 'between'",
				NULL, 0);
		}
		return inverted && (rc = vv_tokens_next(&p->t)) < 0 ? rc
								    : read_list(p, inverted, t.at);
	}
	if (p->t.how->line && is_outside(p)) {
		p->ended = true;
		return VV_OK;
	}
	vv_tokens_fail(&p->t, t.at, "an operator is missing before", t.text, t.len);
	if (t.len == 1 && *t.text == ',') {
		return vv_hint(
			p->err,
			"write numbers with a decimal point, such as 1.5, even if the file has "
			"decimal commas");
	}
	if (t.len == 1 && *t.text == '.') {
		return vv_hint(
			p->err,
			"an object is a text of JSON: NAME like '%%\"KEY\"%%\"TEXT\"%%'; in SQL: json_extract(NAME, '$.KEY') = 'TEXT'");
	}
	if (vv_token_is_word(&t, "contains") || vv_token_is_word(&t, "includes")) {
		return vv_hint(p->err, "write: contains(COLUMN, 'TEXT')");
	}
	if (vv_token_is_word(&t, "starts") || vv_token_is_word(&t, "begins") ||
	    vv_token_is_word(&t, "startswith")) {
		return vv_hint(p->err, "write: starts_with(COLUMN, 'TEXT')");
	}
	return p->t.how->filter && (t.type == VV_TOKEN_NAME || t.type == VV_TOKEN_NUMBER)
		       ? vv_hint(p->err,
				 "write a text of several words in single quotes: 'two words'")
		       : vv_hint(p->err,
				 "the operators are: and or not in between like matches is = != < "
				 "<= > >= ^= + - * / %% ||");
}

static vv_status parse_condition(vv_parser *p)
{
	bool more = true;
	vv_status rc = vv_tokens_next(&p->t);

	if (rc < 0) return rc;
	while (!p->ended && (more || p->t.now.type != VV_TOKEN_END)) {
		if ((rc = more ? read_operand(p, &more) : read_operator(p, &more)) < 0) return rc;
	}
	p->c->end = p->t.now.at;
	if ((rc = vv_parser_reduce(p, VV_OP_OR)) < 0) return rc;
	if (p->op_count > 0) {
		return vv_tokens_fail(&p->t, p->ops[p->op_count - 1].at,
				      "a ')' is missing for this '('", NULL, 0);
	}
	p->c->kind = p->nodes[0].kind;
	p->c->type = p->nodes[0].type;
	if (p->c->aggregate_count > 0 && (p->column_at != SIZE_MAX || p->change)) {
		return vv_tokens_fail(
			&p->t, p->column_at == SIZE_MAX ? 0 : p->column_at,
			"a condition on counts and sums may name a column only inside them or "
			"after 'group by'",
			NULL, 0);
	}
	p->c->change = p->change;
	if (p->t.how->value) return VV_OK;
	return vv_term_want(&p->t, &p->nodes[0], VV_OPERAND_BOOLEAN, 0) < 0
		       ? vv_hint(p->err, "write a condition, such as: price >= 0")
		       : VV_OK;
}

/* The places that are used, of a schema (NULL: none). */
static vv_status list_places(vv_parser *p, const vv_schema *schema, const bool *used, size_t **out,
			     size_t *count)
{
	*out = vv_arena_calloc(&p->c->arena, p->c->step_count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(p->err);
	for (size_t i = 0; used && schema && i < schema->count; i++) {
		if (used[i]) {
			(*out)[(*count)++] = i;
		}
	}
	return VV_OK;
}

static bool *column_marks(vv_parser *p, const vv_schema *schema)
{
	return vv_arena_calloc(&p->c->arena, schema && schema->count ? schema->count : 1,
			       sizeof(bool));
}

vv_status vv_condition_compile(vv_condition **out, const char *text, size_t len,
			       const vv_schema *schema, const vv_condition_how *how, vv_error *err)
{
	vv_error own;
	vv_parser p = {.err = err ? err : &own, .column_at = SIZE_MAX};
	vv_status rc;

	*out = NULL;
	if (len > VV_CONDITION_MAX) {
		return vv_fail(err, VV_EINPUT, "the condition is longer than %u bytes",
			       VV_CONDITION_MAX);
	}
	p.c = vv_calloc(1, sizeof(*p.c));
	if (!p.c) return vv_fail_nomem(err);
	*p.c = (vv_condition){
		.schema = schema, .json = how->json, .old = how->old, .old_json = how->old_json};
	p.c->text = vv_arena_strndup(&p.c->arena, text, len);
	p.t = (vv_tokens){
		.text = p.c->text, .len = len, .how = how, .arena = &p.c->arena, .err = p.err};
	p.used = column_marks(&p, schema);
	p.old_used = column_marks(&p, how->old);
	if (!p.c->text || !p.used || !p.old_used) {
		rc = vv_fail_nomem(err);
	} else if ((!how->filter && !vv_utf8_valid(text, len)) || memchr(text, '\0', len)) {
		rc = vv_fail(err, VV_EINPUT, "the condition is not valid UTF-8 text");
	} else {
		rc = parse_condition(&p);
		if (rc == VV_OK && (rc = list_places(&p, schema, p.used, &p.c->columns,
						     &p.c->column_count)) == VV_OK) {
			rc = list_places(&p, how->old, p.old_used, &p.c->old_columns,
					 &p.c->old_column_count);
		}
		if (rc == VV_OK && !vv_steps_span(p.c)) {
			rc = vv_fail_nomem(err);
		}
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
	const vv_condition_how how = {.json = json};

	return vv_condition_compile(out, text, len, schema, &how, err);
}

vv_status vv_condition_check(const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_condition) *c = NULL;
	return vv_condition_new(&c, text, len, NULL, false, err);
}

void vv_condition_free(vv_condition *c)
{
	if (c) {
		vv_array_each(c->literals, c->literal_count, literal) {
			vv_pattern_free(literal->pattern);
		}
		vv_array_each(c->aggregates, c->aggregate_count, aggregate) {
			vv_condition_free(aggregate->argument);
		}
		vv_arena_clear(&c->arena);
		vv_free(c);
	}
}

const size_t *vv_condition_columns(const vv_condition *c, size_t *count)
{
	*count = c->column_count;
	return c->columns;
}

const char *vv_condition_text(const vv_condition *c)
{
	return c->text;
}

const size_t *vv_condition_old_columns(const vv_condition *c, size_t *count)
{
	*count = c->old_column_count;
	return c->old_columns;
}

vv_condition_scope vv_condition_scope_of(const vv_condition *c)
{
	if (c->aggregate_count > 0) return VV_SCOPE_TABLE;
	return c->change ? VV_SCOPE_CHANGE : VV_SCOPE_ROW;
}

size_t vv_condition_end(const vv_condition *c)
{
	return c->end;
}

size_t vv_condition_left(const vv_condition *c)
{
	return c->left;
}
