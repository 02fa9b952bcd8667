/*
 * facts: how bounds are found, united and written.
 */
#include "dataset/format/facts.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

/* First byte of a column: missing values in bits 0 and 1, and flags for the parts that follow. */
enum {
	HEAD_MISSING = 3,
	HEAD_NUMBERS = 4,
	HEAD_ONE_NUMBER = 8,
	HEAD_TEXTS = 16,
	HEAD_ONE_TEXT = 32,
	HEAD_OPEN = 64,
	HEAD_UNKNOWN = 128
};

#define NUMBER_END INT64_C(1000000000000000000) /* 10^VV_FACTS_DIGITS */

void vv_facts_clear(vv_facts *f)
{
	vv_free(f->columns);
	memset(f, 0, sizeof *f);
}

/* ---- numbers and texts ---- */

bool vv_fact_number_read(vv_fact_number *out, const char *s, size_t len)
{
	bool negative = len > 0 && s[0] == '-';
	size_t i = negative, digits = 0, point = 0;
	int64_t units = 0;
	unsigned scale = 0;

	if (len > VV_FACTS_DIGITS + 2) return false;
	for (; i < len; i++) {
		if (s[i] == '.' && point == 0 && digits > 0) {
			point = digits;
			continue;
		}
		if (s[i] < '0' || s[i] > '9' || ++digits > VV_FACTS_DIGITS) return false;
		units = units * 10 + (s[i] - '0');
	}
	if (digits == 0 || point == digits) return false;
	scale = point > 0 ? (unsigned)(digits - point) : 0;
	while (scale > 0 && units % 10 == 0) {
		units /= 10;
		scale--;
	}
	out->units = negative ? -units : units;
	out->scale = scale;
	return true;
}

int vv_fact_number_order(const vv_fact_number *a, const vv_fact_number *b)
{
	__extension__ __int128 x = a->units, y = b->units;

	for (unsigned i = a->scale; i < b->scale; i++) {
		x *= 10;
	}
	for (unsigned i = b->scale; i < a->scale; i++) {
		y *= 10;
	}
	return (x > y) - (x < y);
}

int vv_fact_text_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n > 0 ? memcmp(a, b, n) : 0;

	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

static int text_order(const vv_fact_text *a, const vv_fact_text *b)
{
	return vv_fact_text_order(a->bytes, a->len, b->bytes, b->len);
}

static void set_low(vv_fact *f, const vv_cell *least)
{
	f->low.len = (uint8_t)(least->len < VV_FACTS_TEXT ? least->len : VV_FACTS_TEXT);
	memcpy(f->low.bytes, least->text, f->low.len);
}

/* The shortest bound that all texts with these first bytes are below. */
static void set_high(vv_fact *f, const vv_cell *greatest)
{
	size_t len = greatest->len < VV_FACTS_TEXT ? greatest->len : VV_FACTS_TEXT;
	uint8_t last = 0;

	memcpy(f->high.bytes, greatest->text, len);
	if (greatest->len > VV_FACTS_TEXT) {
		while (len > 0 && (last = (uint8_t)f->high.bytes[len - 1]) == 0xff) {
			len--;
		}
		if (len > 0) {
			f->high.bytes[len - 1] = (char)(last + 1);
		}
	}
	f->high.len = (uint8_t)len;
	f->open = len == 0;
}

/* ---- of rows ---- */

static void widen_numbers(vv_fact *f, const vv_fact_number *n)
{
	if (!f->numbers) {
		f->numbers = true;
		f->least = f->greatest = *n;
	} else if (vv_fact_number_order(n, &f->least) < 0) {
		f->least = *n;
	} else if (vv_fact_number_order(n, &f->greatest) > 0) {
		f->greatest = *n;
	}
}

/* Of texts that are not empty. */
static inline bool is_less(const vv_cell *a, const vv_cell *b)
{
	return a->text[0] != b->text[0] ? (uint8_t)a->text[0] < (uint8_t)b->text[0]
					: vv_fact_text_order(a->text, a->len, b->text, b->len) < 0;
}

static void unite_texts(vv_fact *f, const vv_fact *more)
{
	if (!f->texts) {
		f->texts = true;
		f->low = more->low;
		f->high = more->high;
		f->open = more->open;
		return;
	}
	if (text_order(&more->low, &f->low) < 0) {
		f->low = more->low;
	}
	f->open |= more->open;
	if (!f->open && text_order(&more->high, &f->high) > 0) {
		f->high = more->high;
	}
}

size_t vv_fact_add(vv_fact *f, const vv_cell *cells, size_t count, size_t stride)
{
	const vv_cell *before = NULL, *least = NULL, *greatest = NULL;
	vv_fact found = {.missing = VV_MISSING_NONE};
	vv_fact_number n;
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		const vv_cell *c = &cells[i * stride];

		if (c->len == 0) {
			missing++;
			continue;
		}
		if (f->unknown || (before && before->len == c->len &&
				   before->text[c->len - 1] == c->text[c->len - 1] &&
				   memcmp(before->text, c->text, c->len) == 0)) {
			continue;
		}
		before = c;
		if (vv_fact_number_read(&n, c->text, c->len)) {
			widen_numbers(f, &n);
			continue;
		}
		if (!least || is_less(c, least)) {
			least = c;
		}
		if (!greatest || is_less(greatest, c)) {
			greatest = c;
		}
	}
	if (least) {
		found.texts = true;
		set_low(&found, least);
		set_high(&found, greatest);
		unite_texts(f, &found);
	}
	return missing;
}

bool vv_fact_add_numbers(vv_fact *f, int64_t least, int64_t greatest, unsigned scale)
{
	vv_fact_number ends[2] = {{least, scale}, {greatest, scale}};

	if (scale + 1 > VV_FACTS_DIGITS || least <= -NUMBER_END || greatest >= NUMBER_END) {
		return false;
	}
	for (int i = 0; i < 2; i++) {
		vv_fact_number *n = &ends[i];

		while (n->scale > 0 && n->units % 10 == 0) {
			n->units /= 10;
			n->scale--;
		}
		widen_numbers(f, n);
	}
	return true;
}

vv_status vv_facts_begin(vv_facts *out, size_t columns, vv_error *err)
{
	if (!vv_array_room_for(out->columns, 0, out->cap, columns)) return vv_fail_nomem(err);
	out->count = columns;
	if (columns > 0) {
		memset(out->columns, 0, columns * sizeof *out->columns);
	}
	return VV_OK;
}

void vv_facts_end(vv_facts *f)
{
	while (f->count > 0 && f->columns[f->count - 1].missing == VV_MISSING_ALL) {
		f->count--;
	}
}

vv_status vv_facts_of(vv_facts *out, const vv_cell *cells, size_t rows, size_t columns,
		      size_t stride, const size_t *outs, size_t out_count, vv_error *err)
{
	vv_status rc = vv_facts_begin(out, columns, err);

	if (rc < 0) return rc;
	for (size_t c = 0; c < columns; c++) {
		vv_fact *f = &out->columns[c];
		size_t filled = 0;

		for (size_t i = 0; i < out_count; i++) {
			filled += outs[i] % stride == c;
		}
		f->unknown = filled > 0;
		size_t missing = vv_fact_add(f, &cells[c], rows, stride) - filled;
		if (missing == 0) {
			f->missing = VV_MISSING_NONE;
		} else if (missing == rows) {
			f->missing = VV_MISSING_ALL;
		} else {
			f->missing = VV_MISSING_SOME;
		}
	}
	vv_facts_end(out);
	return VV_OK;
}

/* ---- of several ---- */

static void unite_fact(vv_fact *f, const vv_fact *more)
{
	f->missing = f->missing == more->missing ? f->missing : VV_MISSING_SOME;
	f->unknown |= more->unknown;
	if (f->unknown) {
		f->numbers = f->texts = f->open = false;
		return;
	}
	if (more->numbers) {
		widen_numbers(f, &more->least);
		widen_numbers(f, &more->greatest);
	}
	if (more->texts) {
		unite_texts(f, more);
	}
}

vv_status vv_facts_unite(vv_facts *into, const vv_facts *more, bool first, vv_error *err)
{
	static const vv_fact nothing = {.missing = VV_MISSING_ALL};
	size_t count = into->count > more->count ? into->count : more->count;

	if (first) {
		count = more->count;
		into->count = 0;
	}
	if (!vv_array_room_for(into->columns, 0, into->cap, count)) return vv_fail_nomem(err);
	for (size_t c = 0; c < count; c++) {
		if (first) {
			into->columns[c] = more->columns[c];
			continue;
		}
		if (c >= into->count) {
			into->columns[c] = nothing;
		}
		unite_fact(&into->columns[c], c < more->count ? &more->columns[c] : &nothing);
	}
	into->count = count;
	return VV_OK;
}

/* ---- bytes ---- */

static uint64_t encode_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (0 - ((uint64_t)v >> 63));
}

static int64_t decode_zigzag(uint64_t u)
{
	return (int64_t)((u >> 1) ^ (0 - (u & 1)));
}

static void put_number(vv_buf *out, const vv_fact_number *n)
{
	vv_buf_putc(out, (int)n->scale);
	vv_buf_put_varint(out, encode_zigzag(n->units));
}

static void put_text(vv_buf *out, const vv_fact_text *t)
{
	vv_buf_putc(out, t->len);
	vv_buf_put(out, t->bytes, t->len);
}

static void put_column(vv_buf *out, const vv_fact *f)
{
	bool one_number = f->numbers && vv_fact_number_order(&f->least, &f->greatest) == 0;
	bool one_text = f->texts && !f->open && text_order(&f->low, &f->high) == 0;
	int head = (int)f->missing;

	if (f->unknown) {
		vv_buf_putc(out, head | HEAD_UNKNOWN);
		return;
	}
	head |= f->numbers ? HEAD_NUMBERS : 0;
	head |= one_number ? HEAD_ONE_NUMBER : 0;
	head |= f->texts ? HEAD_TEXTS : 0;
	head |= one_text ? HEAD_ONE_TEXT : 0;
	head |= f->open ? HEAD_OPEN : 0;
	vv_buf_putc(out, head);
	if (f->numbers) {
		put_number(out, &f->least);
	}
	if (f->numbers && !one_number) {
		put_number(out, &f->greatest);
	}
	if (f->texts) {
		put_text(out, &f->low);
	}
	if (f->texts && !one_text && !f->open) {
		put_text(out, &f->high);
	}
}

void vv_facts_put(vv_buf *out, const vv_facts *f)
{
	size_t start = out->len;
	bool full = false;

	vv_array_each(f->columns, f->count, column) {
		size_t at = out->len;

		if (!full) {
			put_column(out, column);
			full = out->len - start > VV_FACTS_BYTES;
		}
		if (full) { /* all later ones are unknown too: facts of wide tables are limited */
			out->len = at < out->len ? at : out->len;
			vv_buf_putc(out,
				    (int)column->missing |
					    (column->missing == VV_MISSING_ALL ? 0 : HEAD_UNKNOWN));
		}
	}
}

static vv_status bad_facts(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "facts: %s", what);
}

typedef struct cursor {
	const uint8_t *p, *end;
} cursor;

static bool get_byte(cursor *c, unsigned *out)
{
	if (c->p == c->end) return false;
	*out = *c->p++;
	return true;
}

static bool get_number(cursor *c, vv_fact_number *out)
{
	uint64_t u;

	if (!get_byte(c, &out->scale) || out->scale >= VV_FACTS_DIGITS) return false;
	if (!vv_varint_read(&c->p, c->end, &u)) return false;
	out->units = decode_zigzag(u);
	return out->units > -NUMBER_END && out->units < NUMBER_END &&
	       (out->scale == 0 || out->units % 10 != 0);
}

static bool get_text(cursor *c, vv_fact_text *out)
{
	unsigned len;

	if (!get_byte(c, &len) || len == 0 || len > VV_FACTS_TEXT ||
	    len > (size_t)(c->end - c->p)) {
		return false;
	}
	out->len = (uint8_t)len;
	memcpy(out->bytes, c->p, len);
	c->p += len;
	return true;
}

static bool get_bounds(cursor *c, unsigned head, vv_fact *f)
{
	if (f->numbers) {
		if (!get_number(c, &f->least)) return false;
		f->greatest = f->least;
		if (!(head & HEAD_ONE_NUMBER) &&
		    (!get_number(c, &f->greatest) ||
		     vv_fact_number_order(&f->least, &f->greatest) >= 0)) {
			return false;
		}
	}
	if (f->texts) {
		if (!get_text(c, &f->low)) return false;
		f->high = f->low;
		if (!(head & (HEAD_ONE_TEXT | HEAD_OPEN)) &&
		    (!get_text(c, &f->high) || text_order(&f->low, &f->high) >= 0)) {
			return false;
		}
	}
	return true;
}

static bool head_valid(unsigned head, const vv_fact *f)
{
	if ((head & HEAD_MISSING) > VV_MISSING_ALL) return false;
	if (f->missing == VV_MISSING_ALL) return head == VV_MISSING_ALL;
	if (f->unknown) return (head & ~(unsigned)(HEAD_MISSING | HEAD_UNKNOWN)) == 0;
	return (f->numbers || f->texts) && (f->numbers || !(head & HEAD_ONE_NUMBER)) &&
	       (f->texts || !(head & (HEAD_ONE_TEXT | HEAD_OPEN))) &&
	       (head & (HEAD_ONE_TEXT | HEAD_OPEN)) != (HEAD_ONE_TEXT | HEAD_OPEN);
}

static bool get_column(cursor *c, vv_fact *f)
{
	unsigned head;

	*f = (vv_fact){.missing = VV_MISSING_NONE};
	if (!get_byte(c, &head)) return false;
	*f = (vv_fact){.missing = (vv_missing)(head & HEAD_MISSING),
		       .unknown = (head & HEAD_UNKNOWN) != 0,
		       .numbers = (head & HEAD_NUMBERS) != 0,
		       .texts = (head & HEAD_TEXTS) != 0,
		       .open = (head & HEAD_OPEN) != 0};
	return head_valid(head, f) && get_bounds(c, head, f);
}

vv_status vv_facts_read(vv_facts *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *start = bytes;
	cursor c = {start, start + len};
	vv_fact f = {.missing = VV_MISSING_NONE};
	size_t count = 0;

	while (c.p < c.end) {
		const uint8_t *at = c.p;

		if (count == VV_COLUMNS_MAX) return bad_facts("too many columns", err);
		if (!get_column(&c, &f)) {
			return bad_facts("a column's facts are not in the canonical form", err);
		}
		if ((size_t)(c.p - start) > VV_FACTS_BYTES && c.p - at > 1) {
			return bad_facts("a column's minimum or maximum is too long", err);
		}
		if (out && !vv_array_room(out->columns, count, out->cap)) return vv_fail_nomem(err);
		if (out) {
			out->columns[count] = f;
		}
		count++;
	}
	if (f.missing == VV_MISSING_ALL) return bad_facts("the last column has no text", err);
	if (out) {
		out->count = count;
	}
	return VV_OK;
}

void vv_facts_column(vv_fact *out, const void *bytes, size_t len, size_t column)
{
	const uint8_t *start = bytes;
	cursor c = {start, start + len};
	bool sound = true;

	for (size_t i = 0; i <= column && c.p < c.end && sound; i++) {
		sound = get_column(&c, out);
		if (i == column && sound) return;
	}
	assert(sound);
	*out = (vv_fact){.missing = VV_MISSING_ALL};
}
