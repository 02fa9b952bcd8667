/*
 * condition_kind: knows which kinds of values may stand beside each other.
 */
#include <string.h>

#include "base/text.h"
#include "dataset/check/condition_internal.h"

vv_operand_kind vv_term_kind(vv_type t)
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

static const char *kind_name(const vv_term *n)
{
	switch (n->kind) {
	case VV_OPERAND_NUMBER:
		return "a number";
	case VV_OPERAND_TEXT:
		return "a text";
	case VV_OPERAND_BOOLEAN:
		return "true or false";
	case VV_OPERAND_TIME:
		return n->type == VV_TYPE_TIME        ? "a time"
		       : n->type == VV_TYPE_DATE      ? "a date"
		       : n->type == VV_TYPE_YEARMONTH ? "a month"
						      : "a date and time";
	default:
		return n->field ? vv_type_name(n->field->type) : "a value";
	}
}

/* A text literal beside a column of dates becomes a date: as the column spells it, or as ISO
 * 8601 does. */
static vv_status make_time(vv_tokens *t, vv_literal *l, size_t at, const vv_field *f)
{
	static const vv_type iso[] = {VV_TYPE_DATE, VV_TYPE_DATETIME};
	const char *s = l->value.text;
	size_t len = l->value.len;

	if (vv_operand_read_time(&l->value, f, s, len)) {
		return VV_OK;
	}
	if (f->plan) {
		vv_field plain = *f;

		plain.plan = NULL;
		if (vv_operand_read_time(&l->value, &plain, s, len)) {
			return VV_OK;
		}
	}
	for (size_t i = 0; i < 2 && (f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME); i++) {
		vv_field plain = *f;

		plain.plan = NULL;
		plain.type = iso[i];
		if (vv_operand_read_time(&l->value, &plain, s, len)) {
			return VV_OK;
		}
	}
	vv_tokens_fail(t, at,
		       f->type == VV_TYPE_TIME   ? "not a time:"
		       : f->type == VV_TYPE_DATE ? "not a date:"
						 : "not a date and time:",
		       s, len);
	return vv_hint(t->err, "column '%s' is a %s: write %s", vv_text_show(f->name, f->name_len),
		       vv_type_name(f->type),
		       f->type == VV_TYPE_TIME        ? "'14:30:00'"
		       : f->type == VV_TYPE_YEARMONTH ? "'2024-05'"
						      : "'2024-05-17'");
}

static bool same_time(vv_type a, vv_type b)
{
	bool day_a = a == VV_TYPE_DATE || a == VV_TYPE_DATETIME,
	     day_b = b == VV_TYPE_DATE || b == VV_TYPE_DATETIME;

	return a == b || (day_a && day_b);
}

/* Can a value of kind x stand beside one of kind y (here: other, at `at`)? */
vv_status vv_terms_fit(vv_condition *c, vv_tokens *t, const vv_term *x, vv_term *y, size_t at)
{
	if (x->kind == VV_OPERAND_ANY || y->kind == VV_OPERAND_ANY) {
		return VV_OK;
	}
	if (x->kind == VV_OPERAND_TIME && y->kind == VV_OPERAND_TEXT && y->literal != SIZE_MAX &&
	    x->field) {
		vv_status rc = make_time(t, &c->literals[y->literal], y->at, x->field);

		y->kind = VV_OPERAND_TIME;
		y->type = x->type;
		return rc;
	}
	if (x->kind == VV_OPERAND_OPAQUE || y->kind == VV_OPERAND_OPAQUE) {
		const vv_term *n = x->kind == VV_OPERAND_OPAQUE ? x : y;

		vv_tokens_fail(t, n->at, "cannot be compared: a value of type", kind_name(n),
			       strlen(kind_name(n)));
		return vv_hint(t->err, "it can only be tested with 'is null'");
	}
	if (x->kind == y->kind && (x->kind != VV_OPERAND_TIME || same_time(x->type, y->type))) {
		return VV_OK;
	}
	vv_buf b = VV_BUF_INIT;

	vv_buf_printf(&b, "%s cannot be compared with %s", kind_name(x), kind_name(y));
	vv_tokens_fail(t, at, vv_buf_cstr(&b), NULL, 0);
	vv_buf_clear(&b);
	return (x->kind == VV_OPERAND_NUMBER && y->literal != SIZE_MAX &&
		y->kind == VV_OPERAND_TEXT) ||
			       (y->kind == VV_OPERAND_NUMBER && x->literal != SIZE_MAX &&
				x->kind == VV_OPERAND_TEXT)
		       ? vv_hint(t->err, "numbers are written without quotes")
		       : VV_EINPUT;
}

vv_status vv_term_want(vv_tokens *t, const vv_term *n, vv_operand_kind kind, size_t at)
{
	static const vv_term wanted[] = {[VV_OPERAND_NUMBER] = {.kind = VV_OPERAND_NUMBER},
					 [VV_OPERAND_TEXT] = {.kind = VV_OPERAND_TEXT},
					 [VV_OPERAND_BOOLEAN] = {.kind = VV_OPERAND_BOOLEAN}};
	vv_buf b = VV_BUF_INIT;

	if (n->kind == kind || n->kind == VV_OPERAND_ANY) {
		return VV_OK;
	}
	vv_buf_printf(&b, "wants %s, not %s", kind_name(&wanted[kind]), kind_name(n));
	vv_tokens_fail(t, at, vv_buf_cstr(&b), NULL, 0);
	vv_buf_clear(&b);
	return VV_EINPUT;
}
