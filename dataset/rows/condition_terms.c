/*
 * condition_terms: reads a literal beside a column, and decides which kinds may be compared.
 */
#include "dataset/rows/condition_internal.h"

#include <string.h>

#include "base/hint.h"
#include "base/text.h"

vv_operand_kind vv_kind_of_type(vv_type t)
{
	switch (t) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
	case VV_TYPE_YEAR:
		return VV_OPERAND_NUMBER;
	case VV_TYPE_BOOLEAN:
		return VV_OPERAND_BOOLEAN;
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_DATETIME:
	case VV_TYPE_YEARMONTH:
		return VV_OPERAND_TIME;
	case VV_TYPE_STRING:
	case VV_TYPE_ANY:
		return VV_OPERAND_TEXT;
	default:
		return VV_OPERAND_OPAQUE;
	}
}

const char *vv_term_name(const vv_term *n)
{
	switch (n->kind) {
	case VV_OPERAND_NUMBER:
		return "a number";
	case VV_OPERAND_TEXT:
		return "a text";
	case VV_OPERAND_BOOLEAN:
		return "true or false";
	case VV_OPERAND_TIME:
		if (n->type == VV_TYPE_TIME) return "a time";
		if (n->type == VV_TYPE_DATE) return "a date";
		if (n->type == VV_TYPE_YEARMONTH) return "a month";
		return "a date and time";
	default:
		return n->field ? vv_type_name(n->field->type) : "a value";
	}
}

/* A literal that is compared with a column of dates: as the column spells them, or as ISO 8601 does. */
static vv_status make_time(vv_tokens *t, vv_literal *l, size_t at, const vv_field *f)
{
	static const vv_type iso[] = {VV_TYPE_DATE, VV_TYPE_DATETIME};
	const char *s = l->value.text;
	size_t len = l->value.len;

	if (vv_operand_read_time(&l->value, f, s, len)) return VV_OK;
	if (f->plan) {
		vv_field plain = *f;

		plain.plan = NULL;
		if (vv_operand_read_time(&l->value, &plain, s, len)) return VV_OK;
	}
	for (size_t i = 0; i < 2 && (f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME); i++) {
		vv_field plain = *f;

		plain.plan = NULL;
		plain.type = iso[i];
		if (vv_operand_read_time(&l->value, &plain, s, len)) return VV_OK;
	}
	vv_tokens_fail(t, at,
		       f->type == VV_TYPE_TIME   ? "not a time:"
		       : f->type == VV_TYPE_DATE ? "not a date:"
						 : "not a date and time:",
		       s, len);
	if (!f->name) return VV_EINPUT;
	return vv_hint(t->err, "column '%s' is a %s: write %s", vv_text_name(f->name, f->name_len),
		       vv_type_name(f->type),
		       f->type == VV_TYPE_TIME        ? "'14:30:00'"
		       : f->type == VV_TYPE_YEARMONTH ? "'2024-05'"
						      : "'2024-05-17'");
}

/* As the column spells numbers; those of the text of the condition are as JSON has them. */
static vv_status make_number(vv_tokens *t, vv_literal *l, const vv_field *f)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	bool failed = false;

	if (vv_operand_usual(f) &&
	    vv_small_read(&l->value.small, l->value.text, l->value.len, true)) {
		l->value.state = VV_VALUE_SMALL;
		return VV_OK;
	}
	l->large = vv_arena_alloc(t->arena, sizeof(*l->large));
	if (l->large) {
		vv_operand_read_number(&l->value, l->large, &digits,
				       f->type == VV_TYPE_YEAR ? NULL : f, l->value.text,
				       l->value.len, &failed);
	}
	return failed || !l->large ? vv_fail_nomem(t->err) : VV_OK;
}

static vv_status make_boolean(vv_literal *l, const vv_field *f)
{
	l->value.truth = vv_operand_read_boolean(f, l->value.text, l->value.len);
	return VV_OK;
}

/* The value that a filter's literal is beside a column, whatever kind it looked like. */
static vv_status make_value(vv_tokens *t, vv_literal *l, const vv_term *n, const vv_field *f)
{
	vv_operand *v = &l->value;
	const vv_cell cell = {.text = v->text, .len = (uint32_t)v->len, .state = VV_CELL_TEXT};
	vv_operand_kind kind = vv_kind_of_type(f->type);

	if (n->kind == VV_OPERAND_NUMBER && kind == VV_OPERAND_NUMBER) {
		l->spelled = vv_operand_usual(f) && vv_field_accepts(f, &cell);
		return VV_OK;
	}
	if (n->kind == VV_OPERAND_BOOLEAN && kind == VV_OPERAND_BOOLEAN) return VV_OK;
	if (vv_field_missing(f, &cell)) {
		vv_tokens_fail(t, n->at, "this text means a missing value:", v->text, v->len);
		return vv_hint(t->err, "write: \"%s\" is null, or: \"%s\" is not null",
			       vv_text_name(f->name, f->name_len),
			       vv_text_name(f->name, f->name_len));
	}
	v->state = VV_VALUE_SMALL;
	l->spelled = vv_field_accepts(f, &cell);
	if (kind == VV_OPERAND_TIME) return make_time(t, l, n->at, f);
	if (kind != VV_OPERAND_TEXT && !l->spelled) {
		vv_tokens_fail(t, n->at, "not a value of the column:", v->text, v->len);
		return vv_hint(
			t->err,
			"column '%s' has type %s; text(\"%s\") compares its text in the file",
			vv_text_name(f->name, f->name_len), vv_type_name(f->type),
			vv_text_name(f->name, f->name_len));
	}
	if (kind == VV_OPERAND_NUMBER) return make_number(t, l, f);
	return kind == VV_OPERAND_BOOLEAN ? make_boolean(l, f) : VV_OK;
}

static bool same_time(vv_type a, vv_type b)
{
	bool day_a = a == VV_TYPE_DATE || a == VV_TYPE_DATETIME,
	     day_b = b == VV_TYPE_DATE || b == VV_TYPE_DATETIME;

	return a == b || (day_a && day_b);
}

vv_status vv_term_advise(vv_tokens *t, const vv_term *n, const char *type)
{
	const char *path = t->how->path ? t->how->path : "PATH";
	const vv_schema *old = t->how->old; /* whose types are final */
	const bool of_old = old && n->field >= old->fields && n->field < old->fields + old->count;

	if (n->field && n->kind == VV_OPERAND_TEXT && !of_old) {
		return vv_hint_code(t->err,
				    strcmp(type, "number") == 0 ? VV_HINT_SCHEMA_TYPE_NUMBER
								: VV_HINT_SCHEMA_TYPE,
				    n->field->name, type, path);
	}
	return VV_EINPUT;
}

vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at)
{
	if (x->kind == VV_OPERAND_ANY || y->kind == VV_OPERAND_ANY) return VV_OK;
	if (t->how->filter && y->literal != SIZE_MAX && x->kind != VV_OPERAND_OPAQUE &&
	    (x->field || x->kind == VV_OPERAND_TEXT)) {
		vv_status rc = x->field ? make_value(t, &c->literals[y->literal], y, x->field)
					: VV_OK;

		y->kind = x->kind;
		y->type = x->type;
		return rc;
	}
	if (x->kind == VV_OPERAND_TIME && y->kind == VV_OPERAND_TEXT && y->literal != SIZE_MAX) {
		const vv_field plain = {.type = x->type};
		vv_status rc = make_time(t, &c->literals[y->literal], y->at,
					 x->field ? x->field : &plain);

		y->kind = VV_OPERAND_TIME;
		y->type = x->type;
		return rc;
	}
	if (x->kind == VV_OPERAND_OPAQUE || y->kind == VV_OPERAND_OPAQUE) {
		const vv_term *n = x->kind == VV_OPERAND_OPAQUE ? x : y;

		vv_tokens_fail(t, n->at, "cannot be compared: a value of type", vv_term_name(n),
			       strlen(vv_term_name(n)));
		return vv_hint(t->err, "a value of this type can only be tested with 'is null'");
	}
	if (x->kind == y->kind && (x->kind != VV_OPERAND_TIME || same_time(x->type, y->type))) {
		return VV_OK;
	}
	vv_auto(vv_buf) b = VV_BUF_INIT;

	const vv_term *other = x->kind == VV_OPERAND_TEXT ? y : x;

	vv_buf_printf(&b, "%s cannot be compared with %s", vv_term_name(x), vv_term_name(y));
	vv_tokens_fail(t, at, vv_buf_cstr(&b), NULL, 0);
	if ((x->kind == VV_OPERAND_NUMBER && y->literal != SIZE_MAX &&
	     y->kind == VV_OPERAND_TEXT) ||
	    (y->kind == VV_OPERAND_NUMBER && x->literal != SIZE_MAX &&
	     x->kind == VV_OPERAND_TEXT)) {
		return vv_hint(t->err, "write numbers without quotes");
	}
	const vv_type type = other->kind == VV_OPERAND_TIME ? other->type : VV_TYPE_NUMBER;

	return vv_term_advise(t, x->kind == VV_OPERAND_TEXT ? x : y, vv_type_name(type));
}

vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at)
{
	static const vv_term wanted[] = {[VV_OPERAND_NUMBER] = {.kind = VV_OPERAND_NUMBER},
					 [VV_OPERAND_TEXT] = {.kind = VV_OPERAND_TEXT},
					 [VV_OPERAND_BOOLEAN] = {.kind = VV_OPERAND_BOOLEAN}};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (n->kind == kind || n->kind == VV_OPERAND_ANY) return VV_OK;
	vv_buf_printf(&b, "expected %s, not %s", vv_term_name(&wanted[kind]), vv_term_name(n));
	vv_tokens_fail(t, at, vv_buf_cstr(&b), NULL, 0);
	return vv_term_advise(t, n, kind == VV_OPERAND_BOOLEAN ? "boolean" : "number");
}
