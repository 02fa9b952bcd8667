/*
 * column: which columns of a row group become arrays without their texts: numbers and dates that the group
 * has as numbers, and values that rows share, which are read once. All others are read cell by cell.
 */
#include "lib/arrow/column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/ascii.h"
#include "base/buf.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/format/spelling.h"
#include "dataset/rows/table_facts.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"
#include "lib/rows/cell_value.h"

static const char *const form_names[] = {
	"u", "l", "g", "b", "tdD", "tsu:", "tsu:UTC", NULL, "L", "tsn:", "n"};
static const char *const decimal_names[VV_ARROW_DIGITS + 1] = {
	"d:38,0",  "d:38,1",  "d:38,2",  "d:38,3",  "d:38,4",  "d:38,5",  "d:38,6",  "d:38,7",
	"d:38,8",  "d:38,9",  "d:38,10", "d:38,11", "d:38,12", "d:38,13", "d:38,14", "d:38,15",
	"d:38,16", "d:38,17", "d:38,18", "d:38,19", "d:38,20", "d:38,21", "d:38,22", "d:38,23",
	"d:38,24", "d:38,25", "d:38,26", "d:38,27", "d:38,28", "d:38,29", "d:38,30", "d:38,31",
	"d:38,32", "d:38,33", "d:38,34", "d:38,35", "d:38,36", "d:38,37", "d:38,38"};

#define SHARED_MAX 255u
#define MICROS_LEN 26u                      /* 2026-01-02T03:04:05.123456 */
#define NANOS_MOST (INT64_MAX / 1000000000) /* seconds */

/* bytes of a value; of text, of an offset, or of a place in the dictionary */
static const uint8_t value_sizes[] = {4, 8, 8, 0, 4, 8, 8, 16, 8, 8, 0};

/* Extends it to a bit for each of `rows` rows: new bits are 1 (nulls) or 0 (values of booleans). */
static bool extend_bits(vv_arrow_memory *m, size_t rows, int with)
{
	const size_t bytes = (rows + 7) / 8, more = bytes > m->len ? bytes - m->len : 0;

	if (!vv_arrow_room(m, more)) return false;
	if (more > 0) {
		memset(m->bytes + m->len, with, more);
		m->len = bytes;
	}
	return true;
}

static bool mark_null(vv_arrow_column *c, size_t row)
{
	if (!extend_bits(&c->valid, row + 1, 0xff)) return false;
	c->nulls++;
	c->valid.bytes[row / 8] = (char)(c->valid.bytes[row / 8] & ~(1 << row % 8));
	return true;
}

/* Marks the rows from `have` on where null, a byte for each, is 1; else it is 0. False: out of memory. */
static bool mark_nulls(vv_arrow_column *c, const uint8_t *null, size_t count, size_t have)
{
	uint64_t sum = 0;
	size_t i = 0;

	if (!extend_bits(&c->valid, have + count, 0xff)) return false;
	uint8_t *valid = (uint8_t *)c->valid.bytes;
	while (i < count) {
		const size_t row = have + i;

		if (row % 8 == 0 && count - i >= 8) { /* eight bytes become eight bits */
			const uint64_t eight = vv_get_le64(null + i);

			valid[row / 8] = (uint8_t) ~(eight * 0x0102040810204080u >> 56);
			sum += eight * 0x0101010101010101u >> 56;
			i += 8;
		} else {
			valid[row / 8] = (uint8_t)(valid[row / 8] & ~(null[i] << row % 8));
			sum += null[i++];
		}
	}
	c->nulls += sum;
	return true;
}

/* ---- one cell ---- */

/* Numbers in the usual form: false for others. */
static bool quick_value(varve_value *v, const vv_arrow_column *col, const vv_cell *c)
{
	return c->len > 0 && (!col->json || c->state == VV_CELL_LITERAL) &&
	       (col->form == VV_ARROW_INT || col->form == VV_ARROW_DOUBLE) &&
	       vv_field_plain_marks(col->field) && col->field->bare_number &&
	       vv_value_quick_number(&v->i, &v->d, col->form == VV_ARROW_DOUBLE, c->text, c->len);
}

static bool is_missing(const vv_arrow_column *col, const vv_cell *c)
{
	if (col->verbatim) return c->state == VV_CELL_NULL || c->state == VV_CELL_ABSENT;
	if (col->only_empty && c->state == VV_CELL_TEXT) {
		return c->len == 0 && !col->json; /* "" of JSON is a text, null is missing */
	}
	return vv_field_missing(col->field, c);
}

static bool read_u64(int64_t *out, const char *text, size_t len)
{
	uint64_t n;

	if (!vv_parse_u64(&n, text, len)) return false;
	*out = (int64_t)n;
	return true;
}

static bool is_of_form(varve_value *v, vv_arrow_form form)
{
	switch (v->kind) {
	case VARVE_VALUE_INT64:
		v->d = (double)v->i;
		return (form == VV_ARROW_U64 && v->i >= 0) || form == VV_ARROW_INT ||
		       form == VV_ARROW_DOUBLE;
	case VARVE_VALUE_DOUBLE:
	case VARVE_VALUE_DECIMAL:
		return form == VV_ARROW_U64
			       ? read_u64(&v->i, v->text.data, v->text.len)
			       : form == VV_ARROW_DOUBLE && v->kind == VARVE_VALUE_DOUBLE;
	case VARVE_VALUE_BOOL:
		return form == VV_ARROW_BOOL;
	case VARVE_VALUE_DATE:
		return form == VV_ARROW_DATE && v->i >= INT32_MIN && v->i <= INT32_MAX;
	case VARVE_VALUE_DATETIME:
		return form == VV_ARROW_DATETIME || form == VV_ARROW_NANOS;
	default:
		return false;
	}
}

static vv_status read_decimal(vv_arrow_value *out, const vv_arrow_column *col, const vv_cell *c,
			      vv_error *err)
{
	const int is = vv_arrow_decimals_read(&out->u.w, col->table, col->place, c, col->scale,
					      err);

	out->is = is > 0 ? VV_ARROW_VALUE : VV_ARROW_MISFIT;
	return is < 0 ? (vv_status)is : VV_OK;
}

/* Has a zero a minus before its digits? As an integer it has lost that. */
static bool is_minus_zero(double zero, const vv_cell *c)
{
	size_t i = 0;

	while (zero == 0 && i < c->len && c->text[i] != '-' && !vv_is_digit(c->text[i])) {
		i++;
	}
	return zero == 0 && i < c->len && c->text[i] == '-';
}

/* Digits of a second; 0: the column has no datetimes. */
static unsigned digits_of(const vv_arrow_column *col)
{
	if (col->form == VV_ARROW_DATETIME) return 6;
	return col->form == VV_ARROW_NANOS ? 9 : 0;
}

/* A datetime with more digits than its column is none of its values: nothing is cut. */
static void read_datetime(vv_arrow_value *out, const vv_arrow_column *col, const vv_cell *c)
{
	const unsigned digits = digits_of(col);
	vv_buf none = VV_BUF_INIT;
	vv_value v;

	out->is = vv_value_read(&v, &none, col->field, c) && v.fraction_len <= digits &&
				  vv_value_units(&out->u.i, &v, (int64_t)spell_power[digits])
			  ? VV_ARROW_VALUE
			  : VV_ARROW_MISFIT;
}

static vv_status read_value(vv_arrow_value *out, const vv_arrow_column *col, const vv_cell *c,
			    vv_error *err)
{
	varve_value v;
	vv_status rc;

	out->u.w = 0;
	if (is_missing(col, c)) {
		out->is = VV_ARROW_NULL;
		return VV_OK;
	}
	if (col->form == VV_ARROW_TEXT) {
		out->is = vv_utf8_valid(c->text, c->len) ? VV_ARROW_VALUE : VV_ARROW_MISFIT;
		return VV_OK;
	}
	if (col->form == VV_ARROW_DECIMAL) return read_decimal(out, col, c, err);
	if (!quick_value(&v, col, c)) {
		if ((rc = vv_cell_value(&v, col->table, col->place, c, err)) < 0) return rc;
		if (!is_of_form(&v, col->form)) {
			out->is = VV_ARROW_MISFIT;
			return VV_OK;
		}
	}
	out->is = VV_ARROW_VALUE;
	if (col->form == VV_ARROW_DOUBLE) {
		out->u.d = is_minus_zero(v.d, c) ? -0.0 : v.d;
	} else if (digits_of(col) > 0) {
		read_datetime(out, col, c);
	} else {
		out->u.i = v.i;
	}
	return VV_OK;
}

/* Reports the first misfit by row, and by column within a row. */
static void note_misfit(vv_arrow_misfits *m, const vv_arrow_column *col, const vv_cell *c,
			uint64_t number, size_t row)
{
	if (m->keep) {
		vv_arrow_misfits_keep(m, col->name, c->text, c->len, row);
	}
	if (m->count++ > 0 && m->row <= number) return;
	m->row = number;
	m->column = col->place;
	varve_value v = {.kind = VARVE_VALUE_MISFIT};
	const char *const name = vv_text_shows(col->field->name),
			  *const text = vv_text_show(c->text, c->len),
			  *const type = vv_type_name(col->field->type);
	const unsigned long long n = number + 1;

	if (col->form == VV_ARROW_TEXT) {
		(void)vv_fail(&m->why, VV_EINPUT, "row %llu: column '%s' is not UTF-8: '%s'", n,
			      name, text);
	} else if (vv_cell_value(&v, col->table, col->place, c, VV_IGNORED) == VV_OK &&
		   v.kind != VARVE_VALUE_MISFIT) {
		(void)vv_fail(&m->why, VV_EINPUT,
			      "row %llu: column '%s' of type %s: '%s' is outside the range of "
			      "Arrow's type\nread columns of numbers as decimals or text, or all "
			      "columns as text",
			      n, name, type, text);
	} else {
		(void)vv_fail(&m->why, VV_EINPUT,
			      "row %llu: column '%s' is of type %s, and has the invalid value '%s'",
			      n, name, type, text);
	}
}

/* ---- a group ---- */

/* Can the column use the run's numbers unchanged? */
static bool takes_numbers(const vv_arrow_column *c, const vv_group_run *r)
{
	if (r->empty && (c->json || !c->empty_missing)) return false;
	switch (r->form) {
	case VV_RUN_INTEGERS:
	case VV_RUN_DECIMALS:
		return (c->form == VV_ARROW_INT && r->form == VV_RUN_INTEGERS) ||
		       (c->form == VV_ARROW_U64 && r->form == VV_RUN_INTEGERS && r->least >= 0) ||
		       (c->form == VV_ARROW_DECIMAL &&
			vv_arrow_decimals_fit(r->least, r->most, r->scale, c->scale)) ||
		       c->form == VV_ARROW_DOUBLE;
	case VV_RUN_DAYS:
		return c->form == VV_ARROW_DATE;
	case VV_RUN_MOMENTS:
		return c->form == VV_ARROW_DATETIME ||
		       (c->form == VV_ARROW_NANOS &&
			r->least / (int64_t)spell_power[r->scale] > -NANOS_MOST &&
			r->most / (int64_t)spell_power[r->scale] < NANOS_MOST);
	default:
		return false;
	}
}

/* Is one of the run's numbers a value? So are all that are spelled alike. 1, 0, <0. */
static int try_one(vv_arrow_column *c, vv_batch *b, vv_error *err)
{
	const vv_group_run *r = &c->run;
	size_t row = 0;
	vv_arrow_value v;
	vv_cell cell;
	vv_status rc;

	if (c->tried.known && c->tried.form == r->form && c->tried.state == r->state &&
	    c->tried.head == r->head && c->tried.scale == r->scale) {
		return c->tried.fits;
	}
	while (row < b->rows && r->empty && r->empty[row]) {
		row++;
	}
	if (row == b->rows) return 1;
	if ((rc = vv_batch_cell(b, row, c->place, &cell, err)) < 0 ||
	    (rc = read_value(&v, c, &cell, err)) < 0) {
		return (int)rc;
	}
	c->tried.known = true;
	c->tried.fits = v.is == VV_ARROW_VALUE;
	c->tried.form = r->form;
	c->tried.state = r->state;
	c->tried.head = r->head;
	c->tried.scale = r->scale;
	return c->tried.fits;
}

/* Prepares a text for the rows that share it. */
static void note_text(vv_arrow_column *c, vv_arrow_value *v, const vv_cell *cell)
{
	v->len = v->is == VV_ARROW_VALUE ? cell->len : 0;
	if (c->has_dictionary) {
		v->u.i = -1;
	} else if (v->len <= sizeof v->u.text) {
		memcpy(v->u.text, cell->text ? cell->text : "", v->len);
	} else {
		c->short_texts = false;
	}
}

vv_status vv_arrow_column_take(vv_arrow_column *c, vv_batch *b, vv_error *err)
{
	vv_group_run *r = &c->run;
	vv_status rc = vv_batch_run(r, b, c->place, c->few, err);
	int fits = 1;

	if (rc == VV_OK && r->numbers) {
		fits = takes_numbers(c, r) ? try_one(c, b, err) : 0;
		if (fits <= 0) {
			rc = fits < 0 ? (vv_status)fits : vv_batch_run(r, b, c->place, false, err);
		}
	}
	bool misfit = false;
	c->null = false;
	c->short_texts = !c->has_dictionary;
	for (size_t i = 0; rc == VV_OK && i < r->count; i++) {
		vv_arrow_value *v = &c->shared[i];

		rc = read_value(v, c, &r->cells[i], err);
		misfit = misfit || v->is == VV_ARROW_MISFIT;
		c->null = c->null || v->is == VV_ARROW_NULL;
		if (c->form == VV_ARROW_TEXT) {
			note_text(c, v, &r->cells[i]);
		}
	}
	const bool fit = r->form == VV_RUN_SHARED && !misfit;
	c->words = fit && value_sizes[c->form] == sizeof(int64_t);
	c->shares_texts = fit && c->form == VV_ARROW_TEXT;
	c->placeless = r->count;
	return rc;
}

/* Do they follow one on another? */
static bool are_dense(const uint32_t *rows, size_t count)
{
	return count > 0 && rows[count - 1] - rows[0] == count - 1;
}

/* The value number of each row; room is scratch space for them. */
static const uint8_t *shared_of(uint8_t *room, const vv_group_run *r, const uint32_t *rows,
				size_t count)
{
	if (r->index && are_dense(rows, count)) return r->index + rows[0];
	for (size_t i = 0; i < count; i++) {
		room[i] = r->index ? r->index[rows[i]] : 0;
	}
	return room;
}

static vv_status mark_shared(vv_arrow_column *c, const uint8_t *of, size_t count, size_t have,
			     vv_error *err)
{
	uint8_t null[VV_ARROW_STEP];

	for (size_t i = 0; c->null && i < count; i++) {
		null[i] = c->shared[of[i]].is == VV_ARROW_NULL;
	}
	return !c->null || mark_nulls(c, null, count, have) ? VV_OK : vv_fail_nomem(err);
}

/* Values that rows share, of eight bytes each. */
static vv_status put_words(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			   vv_error *err)
{
	int64_t *to = (int64_t *)(void *)(c->values.bytes + c->values.len);
	uint8_t room[VV_ARROW_STEP];
	const uint8_t *of = shared_of(room, &c->run, rows, count);

	for (size_t i = 0; i < count; i++) {
		to[i] = c->shared[of[i]].u.i;
	}
	return mark_shared(c, of, count, have, err);
}

static vv_status too_much_text(const vv_arrow_column *c, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "column '%s': an array of texts cannot have more than 2 GiB",
		       vv_text_shows(c->name));
}

/* Texts that rows share. */
static vv_status put_shared_texts(vv_arrow_column *c, const uint32_t *rows, size_t count,
				  size_t have, vv_error *err)
{
	uint32_t *ends = (uint32_t *)(void *)c->values.bytes + have + 1;
	const vv_arrow_value *shared = c->shared;
	const bool is_short = c->short_texts;
	uint8_t room[VV_ARROW_STEP];
	const uint8_t *of = shared_of(room, &c->run, rows, count);
	uint64_t len = 0, end = c->text.len;

	for (size_t i = 0; !is_short && i < count; i++) {
		len += shared[of[i]].len;
	}
	len = is_short ? (count + 1) * sizeof(shared->u.text) : len;
	if (len > INT32_MAX - end) return too_much_text(c, err);
	if (!vv_arrow_room(&c->text, len)) return vv_fail_nomem(err);
	char *const text = c->text.bytes;
	for (size_t i = 0; i < count; i++) {
		const vv_arrow_value *v = &shared[of[i]];

		if (is_short) { /* one move, whose excess the next one overwrites */
			memcpy(text + end, v->u.text, sizeof(v->u.text));
		} else if (v->len > 0) {
			memcpy(text + end, c->run.cells[of[i]].text, v->len);
		}
		end += v->len;
		ends[i] = (uint32_t)end;
	}
	c->text.len = (size_t)end;
	return mark_shared(c, of, count, have, err);
}

static void put_doubles(double *to, const int64_t *from, size_t count, const vv_group_run *r)
{
	const double unit = (double)spell_power[r->scale];
	size_t i = 0;

	if (r->least < -VV_VALUE_EXACT || r->most > VV_VALUE_EXACT) {
		for (; i < count; i++) {
			to[i] = vv_value_nearest(from[i], r->scale);
		}
		return;
	}
#ifdef __SSE2__
	for (; count - i >= 2; i += 2) { /* two in the time of one */
		_mm_storeu_pd(to + i, _mm_div_pd(_mm_set_pd((double)from[i + 1], (double)from[i]),
						 _mm_set1_pd(unit)));
	}
#endif
	for (; i < count; i++) {
		to[i] = (double)from[i] / unit;
	}
}

static vv_status put_numbers(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			     vv_error *err)
{
	const vv_group_run *r = &c->run;
	const bool dense = are_dense(rows, count);
	const int64_t *from = dense ? r->numbers + rows[0] : NULL;
	const uint8_t *null = dense && r->empty ? r->empty + rows[0] : NULL;
	void *to = c->values.bytes + c->values.len;
	int64_t picked[VV_ARROW_STEP];
	uint8_t empty[VV_ARROW_STEP];

	for (size_t i = 0; !dense && i < count; i++) {
		picked[i] = r->numbers[rows[i]];
		empty[i] = r->empty && r->empty[rows[i]];
	}
	from = dense ? from : picked;
	if (c->form == VV_ARROW_DOUBLE) {
		put_doubles(to, from, count, r);
	} else if (c->form == VV_ARROW_DECIMAL) {
		const vv_arrow_units power = vv_arrow_decimals_power(c->scale - r->scale);

		for (size_t i = 0; i < count; i++) {
			((vv_arrow_units *)to)[i] = from[i] * power;
		}
	} else if (c->form == VV_ARROW_DATE) {
		for (size_t i = 0; i < count; i++) {
			((int32_t *)to)[i] = (int32_t)from[i];
		}
	} else if (digits_of(c) > 0) {
		const int64_t units = (int64_t)spell_power[digits_of(c) - r->scale];

		for (size_t i = 0; i < count; i++) {
			((int64_t *)to)[i] = from[i] * units;
		}
	} else {
		memcpy(to, from, count * sizeof(*from));
	}
	if (!r->empty || mark_nulls(c, dense ? null : empty, count, have)) {
		return VV_OK;
	}
	return vv_fail_nomem(err);
}

/* The cell of a row, and what becomes of it; *own: room for that. NULL: it failed. */
static const vv_arrow_value *value_of(const vv_cell **cell, vv_arrow_value *own,
				      const vv_arrow_column *c, uint32_t row, vv_error *err)
{
	const vv_group_run *r = &c->run;
	const size_t shared = r->index ? r->index[row] : 0;

	if (r->form == VV_RUN_SHARED) {
		*cell = &r->cells[shared];
		return &c->shared[shared];
	}
	*cell = &r->cells[row * r->stride];
	return read_value(own, c, *cell, err) < 0 ? NULL : own;
}

static vv_status put_text(vv_arrow_column *c, const char *text, size_t len, size_t row,
			  vv_error *err)
{
	if (len > (size_t)INT32_MAX - c->text.len) return too_much_text(c, err);
	if (!vv_arrow_room(&c->text, len)) return vv_fail_nomem(err);
	if (len > 0) {
		memcpy(c->text.bytes + c->text.len, text, len);
		c->text.len += len;
	}
	((uint32_t *)(void *)c->values.bytes)[row + 1] = (uint32_t)c->text.len;
	return VV_OK;
}

/* A text of an array with a dictionary; null has the place 0. */
static vv_status put_place(vv_arrow_column *c, const char *text, size_t len, size_t row,
			   vv_error *err)
{
	size_t place = 0;

	if (text && len > (size_t)INT32_MAX - c->texts.text.len) {
		return vv_fail(err, VV_EREFUSED,
			       "column '%s': a dictionary of texts cannot have more than 2 GiB",
			       vv_text_shows(c->name));
	}
	if (text && !vv_arrow_dictionary_put(&place, &c->texts, text, len)) {
		return vv_fail_nomem(err);
	}
	((int32_t *)(void *)c->values.bytes)[row] = (int32_t)place;
	return VV_OK;
}

/* Texts that rows share, of an array with a dictionary. */
static vv_status put_places(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			    vv_error *err)
{
	int32_t *to = (int32_t *)(void *)c->values.bytes + have;
	uint8_t room[VV_ARROW_STEP];
	const uint8_t *of = shared_of(room, &c->run, rows, count);
	size_t i = 0;
	vv_status rc;

	for (; i < count && c->placeless > 0; i++) {
		vv_arrow_value *v = &c->shared[of[i]];

		if (v->u.i < 0) {
			const char *text = v->is == VV_ARROW_NULL ? NULL : c->run.cells[of[i]].text;

			if ((rc = put_place(c, text, v->len, have + i, err)) < 0) return rc;
			v->u.i = to[i];
			c->placeless--;
		}
		to[i] = (int32_t)v->u.i;
	}
	for (; i < count; i++) {
		to[i] = (int32_t)c->shared[of[i]].u.i;
	}
	return mark_shared(c, of, count, have, err);
}

static void put_value(vv_arrow_column *c, const vv_arrow_value *v, size_t row)
{
	switch (c->form) {
	case VV_ARROW_BOOL:
		c->values.bytes[row / 8] = (char)(c->values.bytes[row / 8] | (v->u.i != 0)
										     << row % 8);
		break;
	case VV_ARROW_DOUBLE:
		((double *)(void *)c->values.bytes)[row] = v->u.d;
		break;
	case VV_ARROW_DATE:
		((int32_t *)(void *)c->values.bytes)[row] = (int32_t)v->u.i;
		break;
	case VV_ARROW_DECIMAL:
		((vv_arrow_units *)(void *)c->values.bytes)[row] = v->u.w;
		break;
	default:
		((int64_t *)(void *)c->values.bytes)[row] = v->u.i;
	}
}

/* One value of an array that has room for it. */
static vv_status put_one(vv_arrow_column *c, const vv_arrow_value *v, const vv_cell *cell,
			 size_t row, vv_error *err)
{
	static const vv_arrow_value nothing = {.is = VV_ARROW_NULL};
	const bool is_value = v->is == VV_ARROW_VALUE;

	if (c->form == VV_ARROW_NONE) return VV_OK;
	if (!is_value && !mark_null(c, row)) return vv_fail_nomem(err);
	if (c->has_dictionary) {
		return put_place(c, is_value ? cell->text : NULL, is_value ? cell->len : 0, row,
				 err);
	}
	if (c->form == VV_ARROW_TEXT) {
		return put_text(c, is_value ? cell->text : NULL, is_value ? cell->len : 0, row,
				err);
	}
	put_value(c, is_value ? v : &nothing, row);
	return VV_OK;
}

/* Texts that follow one on another in the block, as one text. False: they do not, or one may be a misfit; nothing was put. */
static bool put_span(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have)
{
	const vv_group_run *r = &c->run;
	const char *const text = count > 0 ? r->cells[rows[0] * r->stride].text : NULL, *at = text;
	uint32_t *ends = (uint32_t *)(void *)c->values.bytes + have + 1;
	const bool nulls = !c->verbatim;
	uint8_t null[VV_ARROW_STEP];
	bool any = false;

	if (!text || c->form != VV_ARROW_TEXT || c->has_dictionary || c->json ||
	    (nulls && !c->only_empty)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const vv_cell *cell = &r->cells[rows[i] * r->stride];

		/* no cell begins within a character */
		if (cell->state != VV_CELL_TEXT || cell->text != at ||
		    (cell->len > 0 && (*at & 0xc0) == 0x80)) {
			return false;
		}
		at += cell->len;
		null[i] = nulls && cell->len == 0;
		any = any || null[i];
		ends[i] = (uint32_t)(c->text.len + (size_t)(at - text));
	}
	const size_t len = (size_t)(at - text);
	if (len > (size_t)INT32_MAX - c->text.len || !vv_utf8_valid(text, len) ||
	    !vv_arrow_room(&c->text, len) || (any && !mark_nulls(c, null, count, have))) {
		return false;
	}
	memcpy(c->text.bytes + c->text.len, text, len);
	c->text.len += len;
	return true;
}

static vv_status put_cells(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			   uint64_t number, vv_arrow_misfits *misfits, vv_error *err)
{
	const vv_arrow_value *v;
	const vv_cell *cell;
	vv_arrow_value own;
	vv_status rc;

	if (c->run.form == VV_RUN_CELLS && put_span(c, rows, count, have)) return VV_OK;
	for (size_t i = 0; i < count; i++) {
		if (!(v = value_of(&cell, &own, c, rows[i], err))) return VV_ENOMEM;
		if (v->is == VV_ARROW_MISFIT) {
			note_misfit(misfits, c, cell, number + rows[i], have + i);
		}
		if ((rc = put_one(c, v, cell, have + i, err)) < 0) return rc;
	}
	return VV_OK;
}

static bool make_room(vv_arrow_column *c, size_t have, size_t count)
{
	return c->form == VV_ARROW_BOOL ? extend_bits(&c->values, have + count, 0)
					: vv_arrow_room(&c->values, count * value_sizes[c->form]);
}

vv_status vv_arrow_column_put(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			      uint64_t number, vv_arrow_misfits *misfits, vv_error *err)
{
	if (!make_room(c, have, count)) return vv_fail_nomem(err);
	vv_status rc;

	if (c->run.numbers) {
		rc = put_numbers(c, rows, count, have, err);
	} else if (c->words) {
		rc = put_words(c, rows, count, have, err);
	} else if (c->shares_texts && c->has_dictionary) {
		rc = put_places(c, rows, count, have, err);
	} else if (c->shares_texts) {
		rc = put_shared_texts(c, rows, count, have, err);
	} else {
		rc = put_cells(c, rows, count, have, number, misfits, err);
	}
	c->values.len += count * value_sizes[c->form];
	return rc;
}

static vv_status put_single(vv_arrow_column *c, const vv_arrow_value *v, const vv_cell *cell,
			    size_t have, vv_error *err)
{
	vv_status rc = make_room(c, have, 1) ? put_one(c, v, cell, have, err) : vv_fail_nomem(err);

	c->values.len += rc == VV_OK ? value_sizes[c->form] : 0;
	return rc;
}

vv_status vv_arrow_column_put_cell(vv_arrow_column *c, const vv_arrow_column *of,
				   const vv_cell *cell, size_t have, uint64_t number,
				   vv_arrow_misfits *misfits, vv_error *err)
{
	vv_arrow_value v = {.is = VV_ARROW_NULL};
	vv_status rc;

	if (cell && (rc = read_value(&v, of, cell, err)) < 0) return rc;
	if (v.is == VV_ARROW_MISFIT) {
		note_misfit(misfits, of, cell, number, have);
	}
	return put_single(c, &v, cell, have, err);
}

vv_status vv_arrow_column_put_text(vv_arrow_column *c, const char *text, size_t len, size_t have,
				   vv_error *err)
{
	const vv_arrow_value v = {.is = text ? VV_ARROW_VALUE : VV_ARROW_NULL};
	const vv_cell cell = {.text = text, .len = (uint32_t)len};

	return put_single(c, &v, &cell, have, err);
}

vv_status vv_arrow_column_put_int(vv_arrow_column *c, const int64_t *value, size_t have,
				  vv_error *err)
{
	const vv_arrow_value v = {.is = value ? VV_ARROW_VALUE : VV_ARROW_NULL,
				  .u.i = value ? *value : 0};

	return put_single(c, &v, NULL, have, err);
}

vv_status vv_arrow_column_put_double(vv_arrow_column *c, double value, size_t have, vv_error *err)
{
	return put_single(c, &(vv_arrow_value){.is = VV_ARROW_VALUE, .u.d = value}, NULL, have,
			  err);
}

vv_status vv_arrow_column_put_misfits(vv_arrow_column *c, vv_arrow_misfits *misfits, size_t rows,
				      vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t row = 0; row < rows && rc == VV_OK; row++) {
		const bool any = vv_arrow_misfits_row(misfits, &text, row);

		if ((rc = vv_buf_ok(&text, err)) == VV_OK) {
			rc = vv_arrow_column_put_text(c, any ? text.data : NULL, text.len, row,
						      err);
		}
	}
	return rc < 0 ? rc : vv_arrow_misfits_forget(misfits, err);
}

/* ---- arrays ---- */

static vv_arrow_form form_of(const vv_field *f, const vv_arrow_reading *how)
{
	const bool number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER,
		   decimal = how->numbers == VARVE_NUMBERS_DECIMAL &&
			     !(how->plain && f->type == VV_TYPE_INTEGER);

	if (how->text || (number && how->numbers == VARVE_NUMBERS_TEXT)) return VV_ARROW_TEXT;
	switch (f->type) {
	case VV_TYPE_INTEGER:
		if (decimal) return VV_ARROW_DECIMAL;
		return vv_field_is_u64(f) ? VV_ARROW_U64 : VV_ARROW_INT;
	case VV_TYPE_NUMBER:
		return decimal ? VV_ARROW_DECIMAL : VV_ARROW_DOUBLE;
	case VV_TYPE_BOOLEAN:
		return VV_ARROW_BOOL;
	case VV_TYPE_DATE:
		return VV_ARROW_DATE;
	case VV_TYPE_DATETIME:
		return VV_ARROW_DATETIME;
	default:
		return VV_ARROW_TEXT;
	}
}

/* Scales of decimals: 0 for integers, for any cells; else as the cells need. */
static vv_status find_scale(vv_arrow_column *c, vv_table *table, const vv_arrow_reading *how,
			    vv_error *err)
{
	const vv_arrow_column *like = how->like;
	bool text = false;

	if (how->spelled && c->field->type == VV_TYPE_INTEGER && c->form == VV_ARROW_DECIMAL) {
		const vv_status rc = vv_arrow_decimals_are_text(&text, table, c->place, err);

		if (rc < 0 || text) {
			c->form = VV_ARROW_TEXT;
			return rc;
		}
	}
	if (c->form != VV_ARROW_DECIMAL || c->field->type == VV_TYPE_INTEGER) return VV_OK;
	c->measured = true;
	c->plain = how->plain;
	c->mark = c->field->decimal;
	if (like) {
		c->extent = like->extent;
		c->scale = like->scale;
		return VV_OK;
	}
	vv_status rc = vv_arrow_decimals_extent(&c->extent, table, c->place, c->few, err);
	c->scale = vv_arrow_decimals_scale(&c->extent, &c->extent);
	const unsigned digits = c->extent.whole + c->extent.fraction;
	if (how->plain &&
	    (digits <= VV_ARROW_DOUBLE_DIGITS || digits > VV_ARROW_DIGITS || c->extent.beyond)) {
		c->form = VV_ARROW_DOUBLE;
	}
	return rc;
}

/* The first row group decides on the unit of a column of datetimes: its cells are read whenever rows are. */
static vv_status find_unit(vv_arrow_column *c, vv_table *table, vv_error *err)
{
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) b = {0};
	vv_arrow_value v = {.is = VV_ARROW_NULL};
	vv_status rc = vv_table_reader_open(&reader, table, &c->place, 1, false, err);
	int more = rc < 0 ? (int)rc : vv_table_read(reader, &b, err);

	for (size_t i = 0; more > 0 && c->form == VV_ARROW_DATETIME && i < b.rows; i++) {
		const vv_cell *cell = &b.cells[i * b.columns + c->place];

		if (cell->len > MICROS_LEN && vv_field_accepts(c->field, cell)) {
			read_datetime(&v, c, cell);
			c->form = v.is == VV_ARROW_MISFIT ? VV_ARROW_NANOS : c->form;
		}
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Has a column without a type no values? Its facts show that without reading rows; in JSON they do not distinguish ""
 * from null. */
static void find_none(vv_arrow_column *c, const vv_table *table, const vv_arrow_reading *how)
{
	vv_auto(vv_facts) facts = VV_FACTS_INIT;

	if (!how->text && !c->json && c->field->type == VV_TYPE_ANY && c->empty_missing &&
	    vv_table_facts(&facts, table, VV_IGNORED) == VV_OK &&
	    vv_table_fact(&facts, c->place).missing == VV_MISSING_ALL) {
		c->form = VV_ARROW_NONE;
	}
}

vv_status vv_arrow_column_init(vv_arrow_column *c, vv_table *table, size_t place,
			       const vv_arrow_reading *how, vv_error *err)
{
	const vv_field *f = &table->schema.fields[place];
	const vv_cell empty = {.text = "", .state = VV_CELL_TEXT};

	*c = (vv_arrow_column){.table = table,
			       .name = f->name,
			       .field = f,
			       .place = place,
			       .form = form_of(f, how),
			       .json = vv_form_is_typed(table->root.dialect.form),
			       .only_empty = f->missing[0] && !*f->missing[0] && !f->missing[1],
			       .empty_missing = vv_field_missing(f, &empty)};
	if (how->numbers < VARVE_NUMBERS_DOUBLE || how->numbers > VARVE_NUMBERS_DECIMAL) {
		return vv_fail(err, VV_ENOSUPPORT, "unknown form of numbers %d", (int)how->numbers);
	}
	find_none(c, table, how);
	c->few = c->form != VV_ARROW_TEXT && vv_field_all_by_few(f);
	if (!(c->shared = vv_calloc(SHARED_MAX, sizeof(*c->shared)))) return vv_fail_nomem(err);
	return c->form == VV_ARROW_DATETIME ? find_unit(c, table, err)
					    : find_scale(c, table, how, err);
}

vv_status vv_arrow_column_use_dictionary(vv_arrow_column *c, vv_error *err)
{
	c->form = c->form == VV_ARROW_NONE ? VV_ARROW_TEXT : c->form;
	if (c->form != VV_ARROW_TEXT) {
		return vv_fail(err, VV_EUSAGE,
			       "column '%s' is of type %s: only texts can have a dictionary",
			       vv_text_shows(c->name), vv_type_name(c->field->type));
	}
	c->has_dictionary = true;
	c->texts = (vv_arrow_dictionary){0};
	return VV_OK;
}

void vv_arrow_column_init_own(vv_arrow_column *c, const char *name, vv_arrow_form form,
			      bool required)
{
	*c = (vv_arrow_column){.name = name, .form = form, .required = required};
}

bool vv_arrow_column_schema(struct ArrowSchema *out, const vv_arrow_column *c)
{
	char note[64];

	if (c->has_dictionary) {
		return vv_arrow_schema(out, "i", c->name, !c->required, 0) &&
		       vv_arrow_schema_dictionary(out, form_names[c->form]);
	}
	if (c->form != VV_ARROW_DECIMAL) {
		return vv_arrow_schema(out, c->binary ? "z" : form_names[c->form], c->name,
				       !c->required, 0);
	}
	if (!vv_arrow_schema(out, decimal_names[c->scale], c->name, !c->required, 0)) return false;
	if (!c->measured) return true;
	/* The schema does not have the number of digits after the point, and how misfits write it. */
	(void)snprintf(note, sizeof(note), "cells%s", strcmp(c->mark, ".") == 0 ? "" : c->mark);
	return vv_arrow_schema_note(out, c->plain ? "varve:plain" : "varve:scale", note,
				    strlen(note));
}

void vv_arrow_column_clear(vv_arrow_column *c)
{
	vv_arrow_drop(&c->valid);
	vv_arrow_drop(&c->values);
	vv_arrow_drop(&c->text);
	if (c->has_dictionary) {
		vv_arrow_dictionary_clear(&c->texts);
	}
	vv_free(c->shared);
	c->shared = NULL;
}

vv_status vv_arrow_column_begin(vv_arrow_column *c, size_t rows, vv_error *err)
{
	vv_arrow_drop(&c->valid);
	vv_arrow_drop(&c->values);
	vv_arrow_drop(&c->text);
	c->nulls = 0;
	for (size_t i = 0; c->has_dictionary && c->shares_texts && i < c->run.count; i++) {
		c->shared[i].u.i = -1; /* the dictionary is a new one */
	}
	c->placeless = c->run.count;
	/* A buffer of no bytes is a pointer all the same: not every consumer takes NULL. */
	if (!vv_arrow_room(&c->values, (rows + 1) * value_sizes[c->form] + 1) ||
	    (c->form == VV_ARROW_TEXT && !vv_arrow_room(&c->text, c->usual_text + 1)) ||
	    (c->has_dictionary && !vv_arrow_dictionary_begin(&c->texts))) {
		return vv_fail_nomem(err);
	}
	if (c->form == VV_ARROW_TEXT && !c->has_dictionary) {
		memset(c->values.bytes, 0, sizeof(uint32_t));
		c->values.len = sizeof(uint32_t);
	}
	return VV_OK;
}

bool vv_arrow_column_end(struct ArrowArray *out, vv_arrow_column *c, size_t rows)
{
	const bool text = c->form == VV_ARROW_TEXT && !c->has_dictionary;

	if (c->form == VV_ARROW_NONE) return vv_arrow_array(out, rows, rows, 0, 0);
	if ((c->nulls > 0 && !extend_bits(&c->valid, rows, 0xff)) ||
	    !vv_arrow_array(out, rows, c->nulls, text ? 3 : 2, 0)) {
		return false;
	}
	c->usual_text = c->text.len;
	if (c->nulls > 0) {
		vv_arrow_give(out, 0, &c->valid);
	}
	vv_arrow_give(out, 1, &c->values);
	if (text) {
		vv_arrow_give(out, 2, &c->text);
	}
	return !c->has_dictionary ||
	       vv_arrow_dictionary_end(vv_arrow_array_dictionary(out), &c->texts);
}
