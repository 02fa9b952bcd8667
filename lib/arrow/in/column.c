/*
 * column: how cells of text are read as the types of Arrow.
 */
#include "lib/arrow/in/column.h"
#include "dataset/schema/type.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"
#include "lib/arrow/in/plain_text.h"

#define DAY INT64_C(86400)
#define HALF_MOST 65504 /* of the numbers of two bytes */

void rewrite_column_set(rewrite_column *c, const vv_field *f, bool json)
{
	c->field = f;
	c->json = json;
	c->only_empty = f && f->missing[0] && !*f->missing[0] && !f->missing[1];
	c->empty_missing = f && !json &&
			   vv_field_missing(f, &(vv_cell){.text = "", .state = VV_CELL_TEXT});
	c->plain_number = !f || (f->type != VV_TYPE_NUMBER && f->type != VV_TYPE_INTEGER) ||
			  (vv_field_plain_marks(f) && f->bare_number);
}

static bool is_missing(const rewrite_column *c, const vv_cell *cell)
{
	if (c->only_empty && cell->state == VV_CELL_TEXT) {
		return cell->len == 0 && !c->json; /* "" of JSON is a text, null is missing */
	}
	return vv_field_missing(c->field, cell);
}

static bool column_accepts(const rewrite_column *c, const vv_cell *cell)
{
	return c->json ? vv_field_accepts_json(c->field, cell) : vv_field_accepts(c->field, cell);
}

/* ---- numbers ---- */

static bool is_numeric(const vv_field *f)
{
	return f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER;
}

static bool read_decimal(vv_decimal *out, const rewrite_column *c, const vv_cell *old,
			 vv_buf *digits)
{
	vv_value v;

	if (!is_numeric(c->field)) {
		return vv_decimal_read(out, digits, &vv_plain_number, old->text, old->len);
	}
	if (!column_accepts(c, old) || !vv_value_read(&v, digits, c->field, old) ||
	    v.kind != VV_VALUE_DECIMAL) {
		return false;
	}
	*out = v.decimal;
	return true;
}

/* Rounds a decimal to `scale` digits after the point, half away from zero. */
static void round_to(vv_decimal *d, int scale, vv_buf *digits)
{
	int64_t kept = d->exponent + scale;
	char *p = digits->data + d->digits_at;

	if (d->kind != VV_DECIMAL_FINITE || kept >= (int64_t)d->count) return;
	bool up = kept >= 0 && p[kept] >= '5';
	size_t n = kept > 0 ? (size_t)kept : 0;

	while (up && n > 0 && p[n - 1] == '9') {
		n--;
	}
	if (up && n > 0) {
		p[n - 1]++;
	} else if (up) {
		p[0] = '1';
		n = 1;
		d->exponent = kept > 0 ? d->exponent + 1 : 1 - scale;
	}
	while (n > 0 && p[n - 1] == '0') {
		n--;
	}
	d->count = n;
	if (n == 0) {
		d->negative = false;
		d->exponent = 0;
	}
}

/* The nearest number of `width` bytes. */
static double as_wide(double d, uint8_t width)
{
	int exponent;

	if (width != 2 || !isfinite(d)) return width == 4 ? (double)(float)d : d;
	(void)frexp(d, &exponent);
	const int shift = exponent < -13 ? 24
					 : 11 - exponent; /* 11 bits, or as far as they reach */
	d = ldexp(nearbyint(ldexp(d, shift)), -shift);
	return fabs(d) > HALF_MOST ? copysign((double)INFINITY, d) : d;
}

static bool read_number(incoming_value *out, const rewrite_column *c, const vv_cell *old,
			vv_buf *scratch)
{
	const incoming_column *in = c->in;
	uint64_t n = 0;
	vv_decimal d;
	bool ok = false;

	vv_buf_reset(scratch);
	if (!read_decimal(&d, c, old, scratch)) return false;
	switch (in->kind) {
	case INCOMING_INT:
		ok = vv_decimal_u64(&n, &d, scratch) && n <= (uint64_t)INT64_MAX + d.negative;
		out->i = d.negative ? (int64_t)(0 - n) : (int64_t)n;
		break;
	case INCOMING_UINT:
		ok = vv_decimal_u64(&n, &d, scratch) && (!d.negative || n == 0);
		out->u = n;
		break;
	case INCOMING_FLOAT:
		ok = true;
		if (d.kind == VV_DECIMAL_NAN) {
			out->d = (double)NAN;
		} else if (d.kind == VV_DECIMAL_INF) {
			out->d = d.negative ? (double)-INFINITY : (double)INFINITY;
		} else {
			ok = vv_decimal_double(&out->d, &d, scratch);
		}
		out->d = as_wide(out->d, in->width);
		break;
	default:
		ok = d.kind == VV_DECIMAL_FINITE;
		if (ok) {
			size_t at = scratch->len;

			round_to(&d, in->scale, scratch);
			vv_buf_putc(
				scratch,
				' '); /* what follows may move the digits, which are kept apart */
			at++;
			if (vv_buf_reserve(scratch, d.count + 32)) {
				vv_decimal_put(scratch, &d, scratch);
			}
			out->text = vv_buf_cstr(scratch) + at;
			out->len = scratch->len - at;
		}
		break;
	}
	return ok;
}

/* ---- truth and time ---- */

static bool read_bool(incoming_value *out, const rewrite_column *c, const vv_cell *old)
{
	static const char *const words[] = {"false", "true", "False", "True",
					    "FALSE", "TRUE", "0",     "1"};
	vv_buf none = VV_BUF_INIT;
	vv_value v;

	if (c->field->type == VV_TYPE_BOOLEAN) {
		if (!column_accepts(c, old) || !vv_value_read(&v, &none, c->field, old)) {
			return false;
		}
		out->i = v.truth;
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == old->len && memcmp(words[i], old->text, old->len) == 0) {
			out->i = (int64_t)(i % 2);
			return true;
		}
	}
	return false;
}

/* Seconds and their fraction, of a cell in any column that can have them. */
static bool read_instant(vv_value *v, const rewrite_column *c, const vv_cell *old, vv_buf *scratch)
{
	static const struct {
		vv_type type;
		bool (*is)(const char *s, size_t len);
	} forms[] = {{VV_TYPE_DATETIME, vv_type_is_datetime},
		     {VV_TYPE_DATE, vv_type_is_date},
		     {VV_TYPE_TIME, vv_type_is_time}};
	vv_buf none = VV_BUF_INIT;
	vv_type type = c->field->type;
	vv_cell of_day;

	/* Table Schema's times have no fractions of a second; those of a day do. */
	if (c->in->kind == INCOMING_TIME && old->len > 8 && old->text[8] == '.') {
		vv_buf_reset(scratch);
		vv_buf_puts(scratch, "1970-01-01T");
		vv_buf_put(scratch, old->text, old->len);
		of_day = (vv_cell){.text = vv_buf_cstr(scratch), .len = (uint32_t)scratch->len};
		type = VV_TYPE_STRING;
		old = &of_day;
	}
	if (type == VV_TYPE_DATE || type == VV_TYPE_DATETIME || type == VV_TYPE_TIME) {
		return column_accepts(c, old) && vv_value_read(v, &none, c->field, old);
	}
	const __typeof__(forms[0]) *form = vv_array_find(forms, sizeof(forms) / sizeof(forms[0]),
							 it, it->is(old->text, old->len));
	const vv_field plain = {.type = form ? form->type : type, .format = "default"};

	return form && vv_value_read(v, &none, &plain, old);
}

static bool read_time(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		      vv_buf *scratch)
{
	vv_value v;

	if (!read_instant(&v, c, old, scratch) || v.kind != VV_VALUE_INSTANT) return false;
	if (c->in->kind == INCOMING_DATE) {
		out->i = (v.seconds - (v.seconds % DAY + DAY) % DAY) / DAY;
		return true;
	}
	if (c->in->kind == INCOMING_TIME) {
		v.seconds = (v.seconds % DAY + DAY) % DAY;
	}
	return vv_value_units(&out->i, &v, c->in->per_second);
}

/* Durations without months, in units. */
static bool read_duration(incoming_value *out, const rewrite_column *c, const vv_cell *old,
			  vv_buf *scratch)
{
	static const vv_field plain = {.type = VV_TYPE_DURATION, .format = "default"};
	vv_value v;
	uint64_t n;
	int64_t per = c->in->per_second;

	vv_buf_reset(scratch);
	if (!vv_type_is_duration(old->text, old->len) || !vv_value_read(&v, scratch, &plain, old) ||
	    v.kind != VV_VALUE_DURATION || v.months != 0) {
		return false;
	}
	for (; per > 1; per /= 10) {
		v.decimal.exponent++;
	}
	round_to(&v.decimal, 0, scratch);
	if (!vv_decimal_u64(&n, &v.decimal, scratch) || n > (uint64_t)INT64_MAX) return false;
	out->i = v.decimal.negative ? -(int64_t)n : (int64_t)n;
	return true;
}

/* ---- cells ---- */

/* No text is a misfit of a text column: where a frame of other types has null, the text is gone. */
static bool keeps_texts(const rewrite_column *c)
{
	return (c->field->type == VV_TYPE_STRING || c->field->type == VV_TYPE_ANY) &&
	       c->in->kind != INCOMING_TEXT;
}

void column_read_old(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		     vv_buf *scratch)
{
	bool ok;

	memset(out, 0, sizeof(*out));
	if (is_missing(c, old)) return;
	switch (c->in->kind) {
	case INCOMING_INT:
	case INCOMING_UINT:
	case INCOMING_FLOAT:
	case INCOMING_DECIMAL:
		ok = read_number(out, c, old, scratch);
		break;
	case INCOMING_BOOL:
		ok = read_bool(out, c, old);
		break;
	case INCOMING_DATE:
	case INCOMING_TIME:
	case INCOMING_MOMENT:
		ok = read_time(out, c, old, scratch);
		break;
	case INCOMING_DURATION:
		ok = read_duration(out, c, old, scratch);
		break;
	case INCOMING_NULL: /* of a column without any value nothing but a missing cell is equal */
		out->kind = INCOMING_TEXT;
		return;
	default:
		ok = vv_utf8_valid(old->text, old->len);
		out->text = old->text;
		out->len = old->len;
		break;
	}
	ok = ok && !(c->in->nan_is_null && isnan(out->d));
	out->kind = ok ? c->in->kind : INCOMING_NULL;
	if (!ok && keeps_texts(c)) {
		out->kind = INCOMING_TEXT;
		out->text = old->text;
		out->len = old->len;
	}
}

bool column_is_misfit(const rewrite_column *c, const vv_cell *old, vv_buf *scratch)
{
	incoming_value v;

	column_read_old(&v, c, old, scratch);
	return v.kind != c->in->kind && c->in->kind != INCOMING_NULL && !is_missing(c, old);
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* Objects and arrays by value. */
static bool put_json(vv_buf *out, const char *text, size_t len, vv_buf *scratch)
{
	static const vv_field object = {.type = VV_TYPE_OBJECT, .format = "default"};
	static const vv_field array = {.type = VV_TYPE_ARRAY, .format = "default"};
	const vv_cell cell = {.text = text, .len = (uint32_t)len, .state = VV_CELL_LITERAL};

	return vv_value_put_key(out, scratch, text[0] == '{' ? &object : &array, &cell, true);
}

static bool may_be_json(const char *text, size_t len)
{
	return len > 1 && len <= UINT32_MAX && (text[0] == '{' || text[0] == '[');
}

static bool same_json(const incoming_value *a, const incoming_value *b, vv_buf *scratch)
{
	vv_auto(vv_buf) x = VV_BUF_FOR(scratch), y = VV_BUF_FOR(scratch);
	bool same = may_be_json(a->text, a->len) && may_be_json(b->text, b->len) &&
		    put_json(&x, a->text, a->len, scratch) &&
		    put_json(&y, b->text, b->len, scratch) && vv_buf_equal(&x, &y);
	return same;
}

static bool is_json_column(const rewrite_column *c, const vv_cell *old)
{
	return c->in->kind == INCOMING_JSON || c->field->type == VV_TYPE_OBJECT ||
	       c->field->type == VV_TYPE_ARRAY || old->state == VV_CELL_LITERAL;
}

static bool same_decimal(const incoming_value *a, const incoming_value *v)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_decimal d;
	bool same = vv_decimal_read(&d, &digits, &vv_plain_number, v->text, v->len);

	if (same) {
		vv_decimal_put(&text, &d, &digits);
		same = same_text(a->text, a->len, vv_buf_cstr(&text), text.len);
	}
	return same;
}

static bool same_float(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

bool column_same_value(const incoming_value *v, const incoming_value *old)
{
	if (old->kind != v->kind) return false;
	switch (v->kind) {
	case INCOMING_NULL:
		return true;
	case INCOMING_UINT:
		return old->u == v->u;
	case INCOMING_FLOAT:
		return same_float(old->d, v->d);
	case INCOMING_DECIMAL:
	case INCOMING_TEXT:
	case INCOMING_JSON:
		return same_text(old->text, old->len, v->text, v->len);
	default:
		return old->i == v->i;
	}
}

/* Is it written as a missing value is? */
static bool is_empty(const rewrite_column *c, const incoming_value *v)
{
	return c->empty_missing && v->kind == INCOMING_TEXT && v->len == 0;
}

bool column_same(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
		 vv_buf *scratch)
{
	incoming_value o;
	int64_t i;
	double d;

	if (c->plain_number && v->kind >= INCOMING_INT && v->kind <= INCOMING_FLOAT &&
	    (c->json ? old->state == VV_CELL_LITERAL : old->state == VV_CELL_TEXT) &&
	    vv_value_quick_number(&i, &d, v->kind == INCOMING_FLOAT, old->text, old->len)) {
		if (v->kind == INCOMING_INT) return v->i == i;
		if (v->kind == INCOMING_UINT) return i >= 0 && v->u == (uint64_t)i;
		return same_float(as_wide(d, c->in->width), v->d);
	}
	column_read_old(&o, c, old, scratch);
	return column_same_value(v, &o) || (is_empty(c, v) && old->len == 0) ||
	       (v->kind == o.kind && v->kind == INCOMING_DECIMAL && same_decimal(&o, v)) ||
	       (v->kind == o.kind && (v->kind == INCOMING_TEXT || v->kind == INCOMING_JSON) &&
		is_json_column(c, old) && same_json(&o, v, scratch));
}

/* ---- as bytes ---- */

static void put_part(vv_buf *out, char kind, const void *bytes, size_t len)
{
	uint64_t n = len;

	vv_buf_putc(out, kind);
	vv_buf_put(out, &n, sizeof(n));
	vv_buf_put(out, bytes, len);
}

static bool put_typed(vv_buf *out, const incoming_value *v, vv_buf *scratch)
{
	double d = v->d == 0 ? 0.0 : v->d;
	vv_auto(vv_buf) text = VV_BUF_FOR(out);

	switch (v->kind) {
	case INCOMING_NULL:
		put_part(out, 'n', NULL, 0);
		break;
	case INCOMING_FLOAT:
		if (isnan(d)) {
			put_part(out, 'q', NULL, 0);
		} else {
			put_part(out, 'd', &d, sizeof(d));
		}
		break;
	case INCOMING_UINT:
		put_part(out, 'u', &v->u, sizeof(v->u));
		break;
	case INCOMING_TEXT:
	case INCOMING_DECIMAL:
		put_part(out, 't', v->text, v->len);
		break;
	case INCOMING_JSON:
		if (may_be_json(v->text, v->len) && put_json(&text, v->text, v->len, scratch)) {
			put_part(out, 'j', vv_buf_cstr(&text), text.len);
		} else {
			put_part(out, 't', v->text, v->len);
		}
		break;
	default:
		put_part(out, 'i', &v->i, sizeof(v->i));
		break;
	}
	return !out->failed;
}

bool column_put_old(vv_buf *out, const rewrite_column *c, const vv_cell *old, vv_buf *scratch)
{
	incoming_value o;

	column_read_old(&o, c, old, scratch);
	return put_typed(out, &o, scratch);
}

bool column_put_value(vv_buf *out, const rewrite_column *c, const incoming_value *v,
		      vv_buf *scratch)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT, text = VV_BUF_INIT;
	incoming_value canonical = *v;
	vv_decimal d;

	canonical.kind = is_empty(c, v) ? INCOMING_NULL : v->kind;
	if (v->kind == INCOMING_DECIMAL &&
	    vv_decimal_read(&d, &digits, &vv_plain_number, v->text, v->len)) {
		vv_decimal_put(&text, &d, &digits);
		canonical.text = vv_buf_cstr(&text);
		canonical.len = text.len;
	}
	return put_typed(out, &canonical, scratch) && !text.failed && !digits.failed;
}
