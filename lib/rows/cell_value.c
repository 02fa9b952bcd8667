/*
 * cell_value: which values fit into 64 bits.
 */
#include "lib/rows/cell_value.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/type.h"
#include "dataset/schema/type_json.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"

#define DAY 86400
#define MICROS 1000000

/* The digits of a decimal as an integer; false: it has a fraction, or is too large. */
static bool to_int64(int64_t *out, const vv_decimal *d, const vv_buf *digits)
{
	uint64_t n;

	if (!vv_decimal_u64(&n, d, digits) || n > (uint64_t)INT64_MAX + d->negative) return false;
	*out = d->negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

static void take_double(varve_value *value, const vv_decimal *d, vv_buf *digits)
{
	double x;

	if (d->kind != VV_DECIMAL_FINITE) {
		value->kind = VARVE_VALUE_DOUBLE;
		if (d->kind == VV_DECIMAL_NAN) {
			value->d = (double)NAN;
		} else if (d->negative) {
			value->d = (double)-INFINITY;
		} else {
			value->d = (double)INFINITY;
		}
	} else if (vv_decimal_double(&x, d, digits) && isfinite(x)) {
		value->kind = VARVE_VALUE_DOUBLE;
		value->d = x;
	} else {
		value->kind = VARVE_VALUE_DECIMAL;
	}
}

static void take_instant(varve_value *value, const vv_field *f, const vv_value *v)
{
	int64_t micros, day = (v->seconds - (v->seconds % DAY + DAY) % DAY) / DAY;

	if (f->type == VV_TYPE_DATE) {
		value->kind = VARVE_VALUE_DATE;
		value->i = day;
		return;
	}
	if (f->type == VV_TYPE_DATETIME && vv_value_units(&micros, v, MICROS)) {
		value->kind = VARVE_VALUE_DATETIME;
		value->i = micros;
	}
}

static void take_value(varve_value *value, const vv_field *f, const vv_value *v, vv_buf *digits)
{
	switch (v->kind) {
	case VV_VALUE_DECIMAL:
		if (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) {
			if (to_int64(&value->i, &v->decimal, digits)) {
				value->kind = VARVE_VALUE_INT64;
			} else {
				take_double(value, &v->decimal, digits);
			}
		}
		break;
	case VV_VALUE_BOOLEAN:
		value->kind = VARVE_VALUE_BOOL;
		value->i = v->truth;
		break;
	case VV_VALUE_INSTANT:
		take_instant(value, f, v);
		break;
	default:
		break;
	}
}

vv_status vv_cell_value(varve_value *value, const vv_table *t, size_t place, const vv_cell *c,
			vv_error *err)
{
	const bool json = vv_form_is_typed(t->root.dialect.form);
	const vv_field *f = &t->schema.fields[place];
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_value v;

	*value = (varve_value){.kind = VARVE_VALUE_MISFIT, .text = (varve_text){c->text, c->len}};
	if (vv_field_missing(f, c)) {
		value->kind = VARVE_VALUE_NULL;
		return VV_OK;
	}
	if (json ? !vv_field_accepts_json(f, c) : !vv_field_accepts(f, c)) return VV_OK;
	value->kind = VARVE_VALUE_TEXT;
	if (vv_value_read(&v, &digits, f, c)) {
		take_value(value, f, &v, &digits);
	}
	return vv_buf_ok(&digits, err);
}
