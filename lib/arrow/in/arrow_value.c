/*
 * arrow_value: the layouts of Arrow's arrays.
 */
#include "lib/arrow/in/arrow_value.h"
#include "base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* ---- types ---- */

typedef struct named_type {
	const char *format;
	incoming_kind kind;
	uint8_t width;
	int64_t per_second;
} named_type;

static const named_type types[] = {
	{"n", INCOMING_NULL, 0, 0},
	{"b", INCOMING_BOOL, 0, 0},
	{"c", INCOMING_INT, 1, 0},
	{"s", INCOMING_INT, 2, 0},
	{"i", INCOMING_INT, 4, 0},
	{"l", INCOMING_INT, 8, 0},
	{"C", INCOMING_UINT, 1, 0},
	{"S", INCOMING_UINT, 2, 0},
	{"I", INCOMING_UINT, 4, 0},
	{"L", INCOMING_UINT, 8, 0},
	{"e", INCOMING_FLOAT, 2, 0},
	{"f", INCOMING_FLOAT, 4, 0},
	{"g", INCOMING_FLOAT, 8, 0},
	{"u", INCOMING_TEXT, 4, 0},
	{"U", INCOMING_TEXT, 8, 0},
	{"vu", INCOMING_TEXT, 0, 0},
	{"tdD", INCOMING_DATE, 4, 1},
	{"tdm", INCOMING_DATE, 8, 1000},
	{"tts", INCOMING_TIME, 4, 1},
	{"ttm", INCOMING_TIME, 4, 1000},
	{"ttu", INCOMING_TIME, 8, 1000000},
	{"ttn", INCOMING_TIME, 8, 1000000000},
	{"tDs", INCOMING_DURATION, 8, 1},
	{"tDm", INCOMING_DURATION, 8, 1000},
	{"tDu", INCOMING_DURATION, 8, 1000000},
	{"tDn", INCOMING_DURATION, 8, 1000000000},
};

static bool read_moment_type(incoming_column *c, const char *format)
{
	static const char units[] = "smun";
	const char *unit;
	int64_t per = 1;

	if (format[0] != 't' || format[1] != 's' || !format[2] || format[3] != ':' ||
	    !(unit = strchr(units, format[2]))) {
		return false;
	}
	for (; unit > units; unit--) {
		per *= 1000;
	}
	c->kind = INCOMING_MOMENT;
	c->width = 8;
	c->per_second = per;
	c->zoned = format[4] != '\0';
	return true;
}

/* "d:PRECISION,SCALE" or "d:PRECISION,SCALE,BITS" */
static bool read_decimal_type(incoming_column *c, const char *format)
{
	unsigned long bits = 128;
	char *end;

	if (strncmp(format, "d:", 2) != 0) return false;
	strtoul(format + 2, &end, 10);
	if (*end != ',') return false;
	c->scale = (int)strtol(end + 1, &end, 10);
	if (*end == ',') {
		bits = strtoul(end + 1, &end, 10);
	}
	c->kind = INCOMING_DECIMAL;
	c->width = (uint8_t)(bits / 8);
	return *end == '\0' && bits >= 32 && bits <= 256 && bits % 32 == 0 && c->scale <= 1000 &&
	       c->scale >= -1000;
}

bool incoming_read_type(incoming_column *c, const struct ArrowSchema *schema)
{
	c->schema = schema;
	c->type = schema->dictionary ? schema->dictionary : schema;
	c->name = schema->name ? schema->name : "";
	const char *f = c->type->format;
	vv_array_each(types, sizeof(types) / sizeof(types[0]), it) {
		if (strcmp(f, it->format) == 0) {
			c->kind = it->kind;
			c->width = it->width;
			c->per_second = it->per_second;
			return true;
		}
	}
	if (read_moment_type(c, f) || read_decimal_type(c, f)) return true;
	c->kind = INCOMING_JSON;
	return strcmp(f, "+s") == 0 || strcmp(f, "+l") == 0 || strcmp(f, "+L") == 0 ||
	       strcmp(f, "+m") == 0 || strncmp(f, "+w:", 3) == 0;
}

/* ---- values ---- */

static bool bit_at(const void *bits, int64_t at)
{
	return ((const uint8_t *)bits)[at / 8] >> (at % 8) & 1;
}

bool incoming_is_valid(const struct ArrowArray *a, int64_t at)
{
	return a->null_count == 0 || a->n_buffers == 0 || !a->buffers[0] ||
	       bit_at(a->buffers[0], at);
}

static int64_t get_int(const void *values, uint8_t width, int64_t at)
{
	switch (width) {
	case 1:
		return ((const int8_t *)values)[at];
	case 2:
		return ((const int16_t *)values)[at];
	case 4:
		return ((const int32_t *)values)[at];
	default:
		return ((const int64_t *)values)[at];
	}
}

static uint64_t get_uint(const void *values, uint8_t width, int64_t at)
{
	switch (width) {
	case 1:
		return ((const uint8_t *)values)[at];
	case 2:
		return ((const uint16_t *)values)[at];
	case 4:
		return ((const uint32_t *)values)[at];
	default:
		return ((const uint64_t *)values)[at];
	}
}

static double half_to_double(uint16_t bits)
{
	int exponent = bits >> 10 & 31;
	double fraction = bits & 1023, d;

	if (exponent == 31) {
		d = fraction > 0 ? (double)NAN : (double)INFINITY;
	} else {
		d = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
	}
	return bits & 0x8000 ? -d : d;
}

static double get_float(const void *values, uint8_t width, int64_t at)
{
	if (width == 2) return half_to_double(((const uint16_t *)values)[at]);
	return width == 4 ? (double)((const float *)values)[at] : ((const double *)values)[at];
}

static void get_text(incoming_value *out, const incoming_column *c, const struct ArrowArray *a,
		     int64_t at)
{
	if (c->width > 0) {
		int64_t from = get_int(a->buffers[1], c->width, at);

		out->len = (size_t)(get_int(a->buffers[1], c->width, at + 1) - from);
		out->text = out->len > 0 ? (const char *)a->buffers[2] + from : "";
		return;
	}
	/* A view: length, then 12 bytes of text, or 4 of it, the number of a buffer and a place there. */
	const char *view = (const char *)a->buffers[1] + 16 * at;
	int32_t parts[4];

	memcpy(parts, view, sizeof(parts));
	out->len = (size_t)parts[0];
	out->text = parts[0] <= 12 ? view + 4 : (const char *)a->buffers[2 + parts[2]] + parts[3];
}

/* Digits as a number of which `scale` are after the point. */
static void put_scaled(vv_buf *out, bool negative, const char *digits, size_t len, int scale)
{
	const size_t after = scale > 0 ? (size_t)scale : 0;

	vv_buf_reset(out);
	vv_buf_puts(out, negative ? "-" : "");
	for (size_t have = len; have <= after; have++) {
		vv_buf_putc(out, '0');
	}
	vv_buf_put(out, digits, len);
	for (; scale < 0; scale++) {
		vv_buf_putc(out, '0');
	}
	vv_buf_putc(out, '.');
	if (out->failed) return;
	out->len--;
	if (after > 0) {
		memmove(out->data + out->len - after + 1, out->data + out->len - after, after);
		out->data[out->len - after] = '.';
		out->len++;
	}
	out->data[out->len] = '\0';
}

/* The number as words of 32 bits, lowest first, divided by 10^9 again and again. */
static void get_decimal(incoming_value *out, incoming_column *c, const struct ArrowArray *a,
			int64_t at)
{
	uint32_t limbs[8];
	const size_t count = c->width / 4u;
	char digits[96];
	size_t n = sizeof(digits), left = count;

	memcpy(limbs, (const char *)a->buffers[1] + at * c->width, c->width);
	bool negative = limbs[count - 1] >> 31;
	for (size_t i = 0, carry = 1; negative && i < count; i++) {
		uint64_t sum = (uint64_t)(uint32_t)~limbs[i] + carry;

		limbs[i] = (uint32_t)sum;
		carry = (size_t)(sum >> 32);
	}
	while (left > 0) {
		uint64_t rest = 0;

		for (size_t i = left; i-- > 0;) {
			rest = rest << 32 | limbs[i];
			limbs[i] = (uint32_t)(rest / 1000000000);
			rest %= 1000000000;
		}
		while (left > 0 && limbs[left - 1] == 0) {
			left--;
		}
		for (int i = 0; i < 9; i++, rest /= 10) {
			digits[--n] = (char)('0' + rest % 10);
		}
	}
	while (n + 1 < sizeof(digits) && digits[n] == '0') {
		n++;
	}
	put_scaled(&c->text, negative, digits + n, sizeof(digits) - n, c->scale);
	out->text = vv_buf_cstr(&c->text);
	out->len = c->text.len;
}

vv_status incoming_read(incoming_value *out, incoming_column *c, const struct ArrowArray *a,
			int64_t at, vv_error *err)
{
	out->kind = INCOMING_NULL;
	if (!incoming_is_valid(a, at)) return VV_OK;
	if (c->schema->dictionary) {
		incoming_column index = {0};

		vv_array_each(types, sizeof(types) / sizeof(types[0]), it) {
			if (strcmp(c->schema->format, it->format) == 0) {
				index.width = it->width;
				index.kind = it->kind;
			}
		}
		at = index.kind == INCOMING_UINT ? (int64_t)get_uint(a->buffers[1], index.width, at)
						 : get_int(a->buffers[1], index.width, at);
		a = a->dictionary;
		at += a->offset;
		if (!incoming_is_valid(a, at)) return VV_OK;
	}
	out->kind = c->kind;
	switch (c->kind) {
	case INCOMING_NULL:
		break;
	case INCOMING_BOOL:
		out->i = bit_at(a->buffers[1], at);
		break;
	case INCOMING_UINT:
		out->u = get_uint(a->buffers[1], c->width, at);
		break;
	case INCOMING_FLOAT:
		out->d = get_float(a->buffers[1], c->width, at);
		out->kind = c->nan_is_null && isnan(out->d) ? INCOMING_NULL : c->kind;
		break;
	case INCOMING_DECIMAL:
		get_decimal(out, c, a, at);
		return vv_buf_ok(&c->text, err);
	case INCOMING_TEXT:
		get_text(out, c, a, at);
		break;
	case INCOMING_DATE:
		out->i = get_int(a->buffers[1], c->width, at);
		if (c->per_second == 1000) {
			out->i = (out->i - (out->i % DAY_MS + DAY_MS) % DAY_MS) / DAY_MS;
		}
		break;
	case INCOMING_JSON:
		out->nested = a;
		out->at = at;
		break;
	default:
		out->i = get_int(a->buffers[1], c->width, at);
		break;
	}
	return VV_OK;
}
