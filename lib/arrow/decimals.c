/*
 * decimals: how many digits of a column are after the point.
 */
#include "lib/arrow/decimals.h"

#include "base/buf.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/format/group.h"
#include "dataset/schema/type.h"
#include "dataset/schema/type_json.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"

vv_arrow_units vv_arrow_decimals_power(unsigned n)
{
	vv_arrow_units power = 1;

	while (n-- > 0) {
		power *= 10;
	}
	return power;
}

/* The number that a cell is. digits has its digits. 1, 0, <0. */
static int number_of(vv_decimal *out, vv_buf *digits, const vv_table *t, size_t place,
		     const vv_cell *cell, vv_error *err)
{
	const vv_field *f = &t->schema.fields[place];
	const bool json = vv_form_is_typed(t->root.dialect.form);
	vv_value v;
	vv_status rc;

	vv_buf_reset(digits);
	if (vv_field_missing(f, cell)) return 0;
	if (json ? !vv_field_accepts_json(f, cell) : !vv_field_accepts(f, cell)) return 0;
	bool is = vv_value_read(&v, digits, f, cell) && v.kind == VV_VALUE_DECIMAL &&
		  v.decimal.kind == VV_DECIMAL_FINITE;
	if ((rc = vv_buf_ok(digits, err)) < 0) return (int)rc;
	*out = v.decimal;
	return is;
}

/* ---- how many digits ---- */

static void widen_extent(vv_arrow_extent *e, int64_t whole, int64_t fraction)
{
	if (whole > (int64_t)VV_ARROW_DIGITS || fraction > (int64_t)VV_ARROW_DIGITS) {
		e->beyond = true;
		return;
	}
	e->whole = whole > (int64_t)e->whole ? (unsigned)whole : e->whole;
	e->fraction = fraction > (int64_t)e->fraction ? (unsigned)fraction : e->fraction;
}

static void widen_by(vv_arrow_extent *e, const vv_decimal *d)
{
	if (d->count > 0) {
		widen_extent(e, d->exponent, (int64_t)d->count - d->exponent);
	}
}

static unsigned digits_of(int64_t n)
{
	unsigned count = 0;

	for (; n != 0; n /= 10) {
		count++;
	}
	return count;
}

static void widen_by_run(vv_arrow_extent *e, const vv_group_run *r)
{
	const unsigned least = digits_of(r->least), most = digits_of(r->most),
		       all = least > most ? least : most;

	widen_extent(e, (int64_t)all - r->scale, r->scale);
}

static vv_status widen_by_cells(vv_arrow_extent *e, const vv_table *t, size_t place,
				const vv_group_run *r, size_t rows, vv_buf *digits, vv_error *err)
{
	const bool shared = r->form == VV_RUN_SHARED;
	const size_t count = shared ? r->count : rows, stride = shared ? 1 : r->stride;
	vv_decimal d;
	int is;

	for (size_t i = 0; i < count; i++) {
		if ((is = number_of(&d, digits, t, place, &r->cells[i * stride], err)) < 0) {
			return (vv_status)is;
		}
		if (is) {
			widen_by(e, &d);
		}
	}
	return VV_OK;
}

static bool is_plain(const vv_group_run *r)
{
	return r->numbers && (r->form == VV_RUN_INTEGERS || r->form == VV_RUN_DECIMALS);
}

vv_status vv_arrow_decimals_extent(vv_arrow_extent *out, vv_table *t, size_t place, bool few,
				   vv_error *err)
{
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) batch = {0};
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_group_run run;
	vv_status rc;
	int more;

	*out = (vv_arrow_extent){0};
	if ((rc = vv_table_reader_open(&reader, t, &place, 1, false, err)) < 0) return rc;
	while ((more = vv_table_read_rows(reader, &batch, err)) > 0) {
		if ((rc = vv_batch_run(&run, &batch, place, few, err)) < 0) return rc;
		if (is_plain(&run)) {
			widen_by_run(out, &run);
			continue;
		}
		if ((run.numbers && (rc = vv_batch_run(&run, &batch, place, false, err)) < 0) ||
		    (rc = widen_by_cells(out, t, place, &run, batch.rows, &digits, err)) < 0) {
			return rc;
		}
	}
	return (vv_status)more;
}

/* Would a double change the spelling of this integer? */
static bool is_text(const vv_cell *c)
{
	const size_t sign = c->len > 0 && (c->text[0] == '-' || c->text[0] == '+');
	const size_t digits = c->len - sign;

	return digits > VV_ARROW_DOUBLE_DIGITS || (digits > 1 && c->text[sign] == '0');
}

vv_status vv_arrow_decimals_are_text(bool *out, vv_table *t, size_t place, vv_error *err)
{
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) batch = {0};
	vv_status rc;
	int more;

	*out = false;
	if ((rc = vv_table_reader_open(&reader, t, &place, 1, false, err)) < 0) return rc;
	while (!*out && (more = vv_table_read(reader, &batch, err)) != 0) {
		if (more < 0) return (vv_status)more;
		for (size_t i = 0; !*out && i < batch.rows; i++) {
			const vv_cell *c = &batch.cells[i * batch.columns + place];

			*out = is_text(c) && vv_field_accepts(&t->schema.fields[place], c);
		}
	}
	return VV_OK;
}

unsigned vv_arrow_decimals_scale(const vv_arrow_extent *a, const vv_arrow_extent *b)
{
	const unsigned whole = a->whole > b->whole ? a->whole : b->whole,
		       fraction = a->fraction > b->fraction ? a->fraction : b->fraction;

	return fraction < VV_ARROW_DIGITS - whole ? fraction : VV_ARROW_DIGITS - whole;
}

/* ---- values ---- */

int vv_arrow_decimals_read(vv_arrow_units *out, const vv_table *t, size_t place,
			   const vv_cell *cell, unsigned scale, vv_error *err)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_decimal d;
	vv_arrow_units units = 0;
	int is = number_of(&d, &digits, t, place, cell, err);

	if (is <= 0) return is;
	if (d.count > 0 && (d.exponent > (int64_t)VV_ARROW_DIGITS - scale ||
			    (int64_t)d.count - d.exponent > (int64_t)scale)) {
		return 0;
	}
	for (size_t i = 0; i < d.count; i++) {
		units = units * 10 + (digits.data[d.digits_at + i] - '0');
	}
	if (d.count > 0) {
		units *= vv_arrow_decimals_power(
			(unsigned)((int64_t)scale + d.exponent - (int64_t)d.count));
	}
	*out = d.negative ? -units : units;
	return 1;
}

bool vv_arrow_decimals_fit(int64_t least, int64_t most, unsigned from, unsigned scale)
{
	return from <= scale && digits_of(least) + scale - from <= VV_ARROW_DIGITS &&
	       digits_of(most) + scale - from <= VV_ARROW_DIGITS;
}
