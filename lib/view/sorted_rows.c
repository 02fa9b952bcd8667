/*
 * sorted_rows: how values become bytes of the same order.
 */
#include "lib/view/sorted_rows.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/row_sorter.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"

enum { VALUE = VV_SORT_MISSING + 1, OTHER };
enum { BELOW_ZERO = 1, ZERO, ABOVE_ZERO, NOT_A_NUMBER };
#define MONTH 2629746 /* seconds of a twelfth of a year */

struct vv_sorted_rows {
	vv_sort_order order;
	row_sorter *sorter;
	vv_cell *cells; /* of all the table's columns */
};

static void put_signed(vv_buf *out, int64_t v)
{
	uint8_t bytes[8];

	vv_put_be64(bytes, (uint64_t)v ^ (uint64_t)1 << 63);
	vv_buf_put(out, bytes, sizeof(bytes));
}

/* No text is the beginning of another. */
static void put_text(vv_buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		vv_buf_put(out, s[i] ? &s[i] : "\0\xff", s[i] ? 1 : 2);
	}
	vv_buf_put(out, "\0\0", 2);
}

static void turn_bytes(vv_buf *out, size_t from)
{
	for (size_t i = from; i < out->len; i++) {
		out->data[i] = (char)~out->data[i];
	}
}

static void put_decimal(vv_buf *out, const vv_decimal *d, const vv_buf *digits)
{
	const bool zero = d->kind == VV_DECIMAL_FINITE && d->count == 0;
	const size_t from = out->len + 1;

	if (d->kind == VV_DECIMAL_NAN || zero) {
		vv_buf_putc(out, zero ? ZERO : NOT_A_NUMBER);
		return;
	}
	vv_buf_putc(out, d->negative ? BELOW_ZERO : ABOVE_ZERO);
	put_signed(out, d->kind == VV_DECIMAL_INF ? INT64_MAX : d->exponent);
	if (d->kind == VV_DECIMAL_FINITE) {
		vv_buf_put(out, digits->data + d->digits_at, d->count);
	}
	vv_buf_putc(out, '\0');
	if (d->negative) {
		turn_bytes(out, from);
	}
}

static void put_value(vv_buf *out, const vv_value *v, vv_buf *scratch)
{
	double seconds = 0;

	switch (v->kind) {
	case VV_VALUE_DECIMAL:
		put_decimal(out, &v->decimal, scratch);
		break;
	case VV_VALUE_BOOLEAN:
		vv_buf_putc(out, v->truth);
		break;
	case VV_VALUE_INSTANT:
		put_signed(out, v->seconds);
		put_text(out, v->fraction, v->fraction_len);
		break;
	case VV_VALUE_DURATION:
		(void)vv_decimal_double(&seconds, &v->decimal, scratch);
		seconds += (double)v->months * MONTH;
		put_signed(out, seconds > 9e15    ? INT64_MAX
				: seconds < -9e15 ? INT64_MIN
						  : (int64_t)(seconds * 1000));
		break;
	default:
		put_text(out, v->text, v->len);
	}
}

void vv_sort_key_put(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *c)
{
	vv_value v;

	vv_buf_reset(scratch);
	if (vv_field_missing(f, c) || c->len == 0) {
		vv_buf_putc(out, VV_SORT_MISSING);
	} else if (vv_field_accepts(f, c) && vv_value_read(&v, scratch, f, c)) {
		vv_buf_putc(out, VALUE);
		put_value(out, &v, scratch);
	} else {
		vv_buf_putc(out, OTHER);
		put_text(out, c->text, c->len);
	}
}

/* The cells that were read, and the row's number. */
static void put_line(vv_buf *out, const vv_sort_order *o, const vv_cell *cells, uint64_t row)
{
	vv_buf_put(out, &row, sizeof(row));
	for (size_t i = 0; i < o->column_count; i++) {
		const vv_cell *c = &cells[o->columns[i]];

		vv_buf_put(out, c, sizeof(*c));
		vv_buf_put(out, c->text, c->len);
	}
}

static vv_status add_sorted_row(vv_sorted_rows *s, const vv_table *t, const vv_cell *cells,
				uint64_t row, vv_buf bufs[3], vv_error *err)
{
	vv_buf *key = &bufs[0], *line = &bufs[1];
	vv_status rc;

	vv_buf_reset(key);
	vv_buf_reset(line);
	for (size_t i = 0; i < s->order.count; i++) {
		const size_t at = s->order.by[i], from = key->len;

		vv_sort_key_put(key, &bufs[2], &t->schema.fields[at], &cells[at]);
		if (s->order.down[i]) {
			turn_bytes(key, from);
		}
	}
	put_line(line, &s->order, cells, row);
	if ((rc = vv_buf_ok(key, err)) < 0 || (rc = vv_buf_ok(line, err)) < 0 ||
	    (rc = vv_buf_ok(&bufs[2], err)) < 0) {
		return rc;
	}
	row_sorter_add(s->sorter, key->data, key->len, line->data, line->len);
	return row_sorter_ok(s->sorter, err);
}

vv_status vv_sorted_rows_open(vv_sorted_rows **out, vv_rows *rows, const vv_table *t,
			      const vv_sort_order *order, vv_error *err)
{
	vv_auto(vv_sorted_rows) *s = vv_calloc(1, sizeof(*s));
	vv_buf bufs[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	const vv_cell *cells;
	int more = 1;

	if (!s) return vv_fail_nomem(err);
	s->order = *order;
	if (!(s->cells = vv_calloc(t->columns + 1, sizeof(*s->cells)))) return vv_fail_nomem(err);
	vv_status rc = row_sorter_new(&s->sorter, order->temp_dir, 0, err);
	while (rc == VV_OK && (more = vv_rows_next(rows, &cells, err)) > 0) {
		rc = add_sorted_row(s, t, cells, vv_rows_number(rows), bufs, err);
	}
	vv_buf_clear_all(&bufs[0], &bufs[1], &bufs[2]);
	if (rc < 0 || more < 0) return rc < 0 ? rc : (vv_status)more;
	return vv_hand_over(out, &s);
}

int vv_sorted_rows_next(vv_sorted_rows *s, const vv_cell **cells, uint64_t *row, vv_error *err)
{
	sorted_line line;

	if (!row_sorter_next(s->sorter, &line)) return (int)row_sorter_ok(s->sorter, err);
	const char *at = line.bytes;

	memcpy(row, at, sizeof(*row));
	at += sizeof(*row);
	for (size_t i = 0; i < s->order.column_count; i++) {
		vv_cell *c = &s->cells[s->order.columns[i]];

		memcpy(c, at, sizeof(*c));
		at += sizeof(*c);
		c->text = at;
		at += c->len;
	}
	*cells = s->cells;
	return 1;
}

void vv_sorted_rows_close(vv_sorted_rows *s)
{
	if (!s) return;
	row_sorter_free(s->sorter);
	vv_free_all(s->cells, s);
}
