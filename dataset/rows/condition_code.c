/*
 * condition_code: how numbers and times are read, of literals and of cells alike.
 */
#include "dataset/rows/condition_code.h"

#include <string.h>

#include "base/text.h"
#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"

static void set_time(vv_time_value *out, const vv_moment *m)
{
	int64_t seconds = (int64_t)m->hour * 3600 + (int64_t)m->minute * 60 + (int64_t)m->second -
			  m->offset;
	int64_t day = seconds >= 0 ? seconds / 86400 : -((86399 - seconds) / 86400);

	*out = (vv_time_value){.days = vv_value_days(m->year, m->month, m->day) + day,
			       .seconds = seconds - day * 86400,
			       .fraction = m->fraction,
			       .fraction_len = m->fraction ? m->fraction_len : 0};
	while (out->fraction_len > 0 && out->fraction[out->fraction_len - 1] == '0') {
		out->fraction_len--;
	}
}

/* Reads the default format, after a check: the reader alone accepts more than valid text. */
static bool read_default(vv_moment *out, vv_type type, const char *s, size_t len)
{
	bool valid;

	if (type == VV_TYPE_DATE) {
		valid = vv_type_is_date(s, len);
	} else if (type == VV_TYPE_TIME) {
		valid = vv_type_is_time(s, len);
	} else if (type == VV_TYPE_DATETIME) {
		valid = vv_type_is_datetime(s, len);
	} else {
		valid = vv_type_is_yearmonth(s, len);
	}

	return valid && vv_type_read_moment(out, type, s, len);
}

bool vv_operand_usual(const vv_field *f)
{
	return f->bare_number && f->group[0] == '\0' &&
	       (f->type != VV_TYPE_NUMBER || strcmp(f->decimal, ".") == 0);
}

bool vv_operand_read_boolean(const vv_field *f, const char *s, size_t len)
{
	return vv_texts_have(f->true_values, s, len);
}

bool vv_operand_read_time(vv_operand *out, const vv_field *f, const char *s, size_t len)
{
	vv_moment m = {0};

	if (!(f->plan ? vv_time_plan_read(f->plan, s, len, &m)
		      : read_default(&m, f->type, s, len))) {
		return false;
	}
	set_time(&out->time, &m);
	out->state = VV_VALUE_SMALL;
	return true;
}

void vv_operand_read_number(vv_operand *out, vv_ratio *large, vv_buf *digits, const vv_field *f,
			    const char *s, size_t len, bool *failed)
{
	vv_decimal d = {.kind = VV_DECIMAL_NAN};
	const vv_small one = {1, 0};

	vv_buf_reset(digits);
	if (f && vv_value_put_number(digits, f, s, len)) {
		/* so that the text does not move while its digits are put after it */
		len = digits->len;
		vv_buf_reserve(digits, len);
		s = digits->data;
	}
	out->state = VV_VALUE_UNKNOWN;
	if (!digits->failed && vv_decimal_read(&d, digits, NULL, s, len)) {
		vv_ratio_small(large, &one);
		out->truth = d.negative;
		if (d.kind == VV_DECIMAL_INF) {
			out->state = VV_VALUE_INFINITE;
		} else if (d.kind == VV_DECIMAL_FINITE &&
			   vv_exact_from_digits(&large->above, d.negative,
						digits->data ? digits->data + d.digits_at : "",
						d.count, d.exponent)) {
			out->state = VV_VALUE_LARGE;
		} else {
			out->state = VV_VALUE_UNKNOWN;
		}
	}
	*failed = *failed || digits->failed;
}

vv_operand_kind vv_kind_of_letter(char letter, vv_operand_kind other)
{
	if (letter == 'n') return VV_OPERAND_NUMBER;
	if (letter == 't') return VV_OPERAND_TEXT;
	if (letter == 'b') return VV_OPERAND_BOOLEAN;
	if (letter == 'd') return VV_OPERAND_TIME;
	return other;
}

void vv_operand_negate(vv_operand *v, vv_ratio *large)
{
	if (v->state == VV_VALUE_SMALL) {
		v->small.mantissa =
			-v->small.mantissa; /* never the least: 18 digits, or a sum that fits */
	} else if (v->state == VV_VALUE_LARGE) {
		vv_ratio_negate(large);
	} else {
		v->truth = !v->truth;
	}
}

size_t vv_character_len(const char *s, size_t len)
{
	size_t n = 1;

	while (n < len && ((unsigned char)s[n] & 0xC0) == 0x80) {
		n++;
	}
	return n;
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n > 0 ? memcmp(a, b, n) : 0;

	return c != 0 ? (c > 0) - (c < 0) : (a_len > b_len) - (a_len < b_len);
}

static int compare_times(const vv_time_value *a, const vv_time_value *b)
{
	if (a->days != b->days) return a->days < b->days ? -1 : 1;
	if (a->seconds != b->seconds) return a->seconds < b->seconds ? -1 : 1;
	return compare_bytes(a->fraction, a->fraction_len, b->fraction, b->fraction_len);
}

/* The fraction that v is: its own, or made in room. */
static const vv_ratio *ratio_of(const vv_operand *v, const vv_ratio *large, vv_ratio *room)
{
	if (v->state == VV_VALUE_LARGE) return large;
	vv_ratio_small(room, &v->small);
	return room;
}

/* -1 or 1 for infinite numbers, 0 for all others. */
static int infinite_sign(const vv_operand *v)
{
	if (v->state != VV_VALUE_INFINITE) return 0;
	return v->truth ? -1 : 1;
}

bool vv_operand_compare(vv_condition_scratch *s, vv_operand_kind kind, const vv_operand *a,
			const vv_ratio *a_large, const vv_operand *b, const vv_ratio *b_large,
			int *out)
{
	switch (kind) {
	case VV_OPERAND_NUMBER:
		if (a->state == VV_VALUE_SMALL && b->state == VV_VALUE_SMALL &&
		    vv_small_compare(out, &a->small, &b->small)) {
			return true;
		}
		if (a->state == VV_VALUE_INFINITE || b->state == VV_VALUE_INFINITE) {
			*out = infinite_sign(a) - infinite_sign(b);
			return true;
		}
		return vv_ratio_compare(out, ratio_of(a, a_large, &s->more[0]),
					ratio_of(b, b_large, &s->more[1]));
	case VV_OPERAND_BOOLEAN:
		*out = (a->truth > b->truth) - (a->truth < b->truth);
		return true;
	case VV_OPERAND_TIME:
		*out = compare_times(&a->time, &b->time);
		return true;
	default:
		*out = compare_bytes(a->text, a->len, b->text, b->len);
		return true;
	}
}
