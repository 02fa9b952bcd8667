/*
 * value: how the types of Table Schema are ordered and when two of their values are one.
 */
#include "dataset/schema/value.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "dataset/schema/type_time.h"

#define DAY 86400
#define WRONG 0x80000000u        /* in the length of a key's part: not a value of its field */
#define MONTHS_MAX 1000000000000 /* more than any real value; fits in 64 bits as seconds */

bool vv_value_units(int64_t *out, const vv_value *v, int64_t per_second)
{
	int64_t fraction = 0, seconds;
	size_t i = 0;

	for (int64_t per = per_second; per > 1; per /= 10, i++) {
		fraction = fraction * 10 + (i < v->fraction_len ? v->fraction[i] - '0' : 0);
	}
	return !__builtin_mul_overflow(v->seconds, per_second, &seconds) &&
	       !__builtin_add_overflow(seconds, fraction, out);
}

int64_t vv_value_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day -
			  1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Hinnant, "chrono-compatible low-level date algorithms": years begin in March, so that leap days end one; eras of 400 years are
 * all alike. */
vv_day vv_value_day(int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	return (vv_day){year + era * 400 + (month >= 10), (unsigned)(month + (month < 10 ? 3 : -9)),
			(unsigned)(of_year - (153 * month + 2) / 5 + 1)};
}

static void set_instant(vv_value *out, const vv_moment *m)
{
	int64_t year = m->year;

	/* 10^11 years are as far as seconds in 64 bits reach; beyond they are all one */
	if (year > 100000000000) {
		year = 100000000000;
	} else if (year < -100000000000) {
		year = -100000000000;
	}
	*out = (vv_value){.kind = VV_VALUE_INSTANT,
			  .seconds = vv_value_days(year, m->month, m->day) * DAY + m->hour * 3600 +
				     m->minute * 60 + m->second - m->offset,
			  .fraction = m->fraction,
			  .fraction_len = m->fraction_len};
	while (out->fraction_len > 0 && out->fraction[out->fraction_len - 1] == '0') {
		out->fraction_len--;
	}
}

static bool read_instant(vv_value *out, const vv_field *f, const vv_cell *cell)
{
	vv_moment m;
	bool ok = f->plan && (f->type == VV_TYPE_DATE || f->type == VV_TYPE_TIME ||
			      f->type == VV_TYPE_DATETIME)
			  ? vv_time_plan_read(f->plan, cell->text, cell->len, &m)
			  : vv_type_read_moment(&m, f->type, cell->text, cell->len);

	if (ok) {
		set_instant(out, &m);
	}
	return ok;
}

static bool is_plain_number(const vv_field *f)
{
	return f->bare_number && vv_field_plain_marks(f);
}

bool vv_value_put_number(vv_buf *out, const vv_field *f, const char *s, size_t len)
{
	size_t at, n, by = strlen(f->decimal), group = strlen(f->group);
	const char *end;

	if (!vv_type_find_number(f, s, len, &at, &n)) return false;
	for (s += at, end = s + n; s < end;) {
		if (vv_is_digit(*s)) { /* no mark has any */
			vv_buf_putc(out, *s++);
		} else if (group > 0 && (size_t)(end - s) >= group &&
			   memcmp(s, f->group, group) == 0) {
			s += group;
		} else if (by > 0 && (size_t)(end - s) >= by && memcmp(s, f->decimal, by) == 0) {
			vv_buf_putc(out, '.');
			s += by;
		} else {
			vv_buf_putc(out, *s++);
		}
	}
	return !out->failed;
}

static bool read_number(vv_value *out, vv_buf *buf, const vv_field *f, const vv_cell *cell)
{
	size_t from = buf->len;

	out->kind = VV_VALUE_DECIMAL;
	if (cell->state == VV_CELL_LITERAL || is_plain_number(f)) {
		return vv_decimal_read(&out->decimal, buf, &vv_plain_number, cell->text, cell->len);
	}
	if (!vv_value_put_number(buf, f, cell->text, cell->len)) {
		vv_buf_put(buf, cell->text, cell->len); /* NaN and the like */
	}
	/* room first: the text that is read must not move while its digits are appended */
	if (!vv_buf_reserve(buf, buf->len - from + 1)) return false;
	return vv_decimal_read(&out->decimal, buf, &vv_plain_number, buf->data + from,
			       buf->len - from);
}

/* digits / 10^fraction as the nearest double, ties to even. The quotient has 63 bits or 64, and the remainder decides on
 * which side of a tie it is. */
static double divide_digits(uint64_t digits, unsigned fraction)
{
	__extension__ typedef unsigned __int128 wide;
	const uint64_t by = spell_power[fraction];
	const int up = __builtin_clzll(digits), by_up = __builtin_clzll(by);
	const wide above = (wide)(digits << up) << 63;
	uint64_t quotient = (uint64_t)(above / (by << by_up)), bits;
	const bool rest = quotient * (by << by_up) != (uint64_t)above;
	const int more = __builtin_clzll(quotient);
	double unit;

	quotient <<= more;
	uint64_t mantissa = quotient >> 11, behind = quotient & 0x7ff;
	mantissa += behind > 0x400 || (behind == 0x400 && (rest || (mantissa & 1)));
	bits = (uint64_t)(1023 + 11 + by_up - up - 63 - more)
	       << 52; /* never below the normal doubles */
	memcpy(&unit, &bits, sizeof(unit));
	return (double)mantissa * unit;
}

double vv_value_nearest(int64_t units, unsigned scale)
{
	const uint64_t digits = units < 0 ? 0u - (uint64_t)units : (uint64_t)units;
	double d;

	/* Where both are doubles their quotient is the nearest one. */
	if (digits <= (uint64_t)VV_VALUE_EXACT) {
		d = (double)digits / (double)spell_power[scale];
	} else {
		d = divide_digits(digits, scale);
	}
	return units < 0 ? -d : d;
}

bool vv_value_quick_number(int64_t *i, double *d, bool fraction, const char *text, size_t len)
{
	const bool negative = len > 0 && text[0] == '-';
	uint64_t digits;
	char joined[24];
	size_t point;

	if (len == 0 || len > 20) return false;
	if (spell_read_integer(i, text, len, spell_key(text, len))) {
		*d = (double)*i;
		return !fraction || (*i <= VV_VALUE_EXACT && *i >= -VV_VALUE_EXACT);
	}
	const char *dot = fraction ? memchr(text, '.', len) : NULL;
	if (!dot || (point = (size_t)(dot - text)) == negative || point + 1 == len ||
	    len - negative > 19) { /* 18 digits and the point */
		return false;
	}
	memcpy(joined, text + negative, point - negative);
	memcpy(joined + point - negative, dot + 1, len - point - 1);
	if (!spell_digits(&digits, joined, len - negative - 1)) return false;
	*d = vv_value_nearest((int64_t)digits, (unsigned)(len - point - 1));
	*d = negative ? -*d : *d; /* also of zero */
	return true;
}

static void read_boolean(vv_value *out, const vv_field *f, const vv_cell *cell)
{
	static const char *yes[] = {"true", "True", "TRUE", "1", NULL};

	out->kind = VV_VALUE_BOOLEAN;
	if (cell->state == VV_CELL_LITERAL) {
		out->truth = cell->len == 4;
	} else {
		out->truth = vv_cell_is_one_of(cell, f->true_values ? f->true_values : yes);
	}
}

/* The seconds of a unit of a duration. */
static int64_t seconds_of(char unit)
{
	switch (unit) {
	case 'D':
		return DAY;
	case 'H':
		return 3600;
	case 'M':
		return 60;
	default:
		return 1;
	}
}

static void add_units(int64_t *sum, int64_t count, int64_t unit)
{
	int64_t more;

	if (__builtin_mul_overflow(count, unit, &more) || __builtin_add_overflow(*sum, more, sum)) {
		*sum = INT64_MAX / 4;
	}
}

static bool read_duration(vv_value *out, vv_buf *buf, const vv_cell *cell)
{
	const char *p = cell->text, *end = p + cell->len;
	bool negative = p < end && *p == '-', time = false;
	int64_t seconds = 0, months = 0;
	const char *fraction = NULL;
	size_t fraction_len = 0;
	vv_auto(vv_buf) text = VV_BUF_FOR(buf);

	for (p += negative ? 2 : 1; p < end; p++) {
		int64_t n = 0;

		if (*p == 'T') {
			time = true;
			continue;
		}
		for (; p < end && *p >= '0' && *p <= '9'; p++) {
			n = n < 100000000000000 ? n * 10 + (*p - '0') : 1000000000000000;
		}
		if (p < end && *p == '.') {
			fraction = ++p;
			p = vv_after_digits(p, end);
			fraction_len += (size_t)(p - fraction);
		}
		if (p == end) return false;
		if (*p == 'Y' || (*p == 'M' && !time)) {
			add_units(&months, n, *p == 'Y' ? 12 : 1);
		} else {
			add_units(&seconds, n, seconds_of(*p));
		}
	}
	out->kind = VV_VALUE_DURATION;
	months = months > MONTHS_MAX ? MONTHS_MAX : months;
	out->months = negative ? -months : months;
	vv_buf_printf(&text, "%s%lld.%.*s", negative ? "-" : "", (long long)seconds,
		      (int)fraction_len, fraction ? fraction : "");
	return !text.failed &&
	       vv_decimal_read(&out->decimal, buf, &vv_plain_number, vv_buf_cstr(&text), text.len);
}

bool vv_value_read(vv_value *out, vv_buf *buf, const vv_field *f, const vv_cell *cell)
{
	memset(out, 0, sizeof(*out));
	switch (f->type) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
		return read_number(out, buf, f, cell);
	case VV_TYPE_BOOLEAN:
		read_boolean(out, f, cell);
		return true;
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_DATETIME:
	case VV_TYPE_YEAR:
	case VV_TYPE_YEARMONTH:
		return read_instant(out, f, cell);
	case VV_TYPE_DURATION:
		return read_duration(out, buf, cell);
	default:
		out->kind = VV_VALUE_TEXT;
		out->text = cell->text;
		out->len = cell->len;
		return true;
	}
}

static int rank_instants(const vv_value *a, const vv_value *b)
{
	const int c = vv_fact_text_order(a->fraction, a->fraction_len, b->fraction,
					 b->fraction_len);

	if (a->seconds != b->seconds) return a->seconds < b->seconds ? -1 : 1;
	return c < 0 ? -1 : c > 0;
}

/* Seconds from 1970 to the first of a month, counted from January of the year 0. */
static int64_t month_begins(int64_t month)
{
	int64_t year = month >= 0 ? month / 12 : -((11 - month) / 12);

	return vv_value_days(year, (unsigned)(month - year * 12) + 1, 1) * DAY;
}

/* Compares a + shift with b, the seconds of two durations. digits contains those of both; 2: too
 * far apart in size, or no memory. */
static int rank_shifted(const vv_decimal *a, const vv_decimal *b, int64_t shift, vv_buf *digits)
{
	vv_decimal by, rest;
	char text[24];
	int len = snprintf(text, sizeof(text), "%lld", (long long)shift);

	/* rest = b - shift; vv_decimal_distance returns its magnitude */
	if (!vv_decimal_read(&by, digits, &vv_plain_number, text, (size_t)len) ||
	    !vv_decimal_distance(&rest, b, &by, digits)) {
		return 2;
	}
	rest.negative = rest.count > 0 && vv_decimal_compare(b, &by, digits) < 0;
	return vv_decimal_compare(a, &rest, digits);
}

/* XML Schema, part 2, 3.2.6.2: the order of durations is that of four instants with the
 * durations added; where these do not agree there is none. */
static int rank_durations(const vv_value *a, const vv_value *b, const vv_buf *buf)
{
	static const int64_t from[4] = {1696 * 12 + 8, 1697 * 12 + 1, 1903 * 12 + 2, 1903 * 12 + 6};
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	int answer = 2;

	for (size_t i = 0; i < 4; i++) {
		int64_t shift = month_begins(from[i] + a->months) -
				month_begins(from[i] + b->months);

		vv_buf_set(&digits, buf->data, buf->len);
		int rank = digits.failed ? 2
					 : rank_shifted(&a->decimal, &b->decimal, shift, &digits);
		if (i > 0 && rank != answer) {
			rank = 2;
		}
		answer = rank;
		if (rank == 2) {
			break;
		}
	}
	return answer;
}

int vv_value_rank(const vv_value *a, const vv_value *b, const vv_buf *buf)
{
	int c;

	if (a->kind != b->kind) return 2;
	switch (a->kind) {
	case VV_VALUE_DECIMAL:
		return vv_decimal_compare(&a->decimal, &b->decimal, buf);
	case VV_VALUE_BOOLEAN:
		return (int)a->truth - (int)b->truth;
	case VV_VALUE_INSTANT:
		return rank_instants(a, b);
	case VV_VALUE_DURATION:
		return rank_durations(a, b, buf);
	default:
		c = vv_fact_text_order(a->text, a->len, b->text, b->len);
		return c < 0 ? -1 : c > 0;
	}
}

int vv_value_text_rank(vv_buf *scratch, const vv_field *f, const vv_cell *a, const vv_cell *b)
{
	vv_value x, y;
	int rank = 2;

	scratch->len = 0; /* not reset: that memory ran out must not be forgotten */
	if (vv_value_read(&x, scratch, f, a) && vv_value_read(&y, scratch, f, b)) {
		rank = vv_value_rank(&x, &y, scratch);
	}
	return rank != 2 ? rank : vv_fact_text_order(a->text, a->len, b->text, b->len);
}

/* The JSON in a cell, or the literal, with its members sorted and its numbers canonical:
 * objects are equal whatever the order of their members. Iterative: the text is data. */
static int order_members(const vv_json *a, const vv_json *b)
{
	return vv_fact_text_order(a->name, a->name_len, b->name, b->name_len);
}

/* A merge sort of siblings. */
static vv_json *sort_members(vv_json *list)
{
	for (size_t run = 1;; run *= 2) {
		vv_json *in = list, *tail = NULL;
		size_t merges = 0;

		list = NULL;
		while (in) {
			vv_json *second = in;
			size_t first_left = 0, second_left = run;

			merges++;
			while (first_left < run && second) {
				first_left++;
				second = second->next;
			}
			while (first_left > 0 || (second_left > 0 && second)) {
				vv_json *take;

				if (first_left > 0 && (second_left == 0 || !second ||
						       order_members(in, second) <= 0)) {
					take = in;
					in = in->next;
					first_left--;
				} else {
					take = second;
					second = second->next;
					second_left--;
				}
				if (tail) {
					tail->next = take;
				} else {
					list = take;
				}
				tail = take;
			}
			in = second;
		}
		if (tail) {
			tail->next = NULL;
		}
		if (merges <= 1) return list;
	}
}

static void put_leaf(vv_buf *out, vv_buf *scratch, const vv_json *n)
{
	vv_decimal d;

	if (n->type == VV_JSON_NUMBER) {
		vv_buf_reset(scratch);
		if (vv_decimal_read(&d, scratch, &vv_plain_number, n->text, n->text_len)) {
			vv_decimal_put(out, &d, scratch);
			return;
		}
	}
	vv_json_put_node(out, n);
}

static void put_json(vv_buf *out, vv_buf *scratch, vv_json *root)
{
	vv_json *n = root;

	for (;;) {
		bool open = n->type == VV_JSON_ARRAY || n->type == VV_JSON_OBJECT;

		if (n->name && n != root) {
			vv_json_put_string(out, n->name, n->name_len);
			vv_buf_putc(out, ':');
		}
		if (open) {
			vv_buf_putc(out, n->type == VV_JSON_ARRAY ? '[' : '{');
			if (n->first) {
				if (n->type == VV_JSON_OBJECT) {
					n->first = sort_members(n->first);
				}
				n = n->first;
				continue;
			}
			vv_buf_putc(out, n->type == VV_JSON_ARRAY ? ']' : '}');
		} else {
			put_leaf(out, scratch, n);
		}
		while (n != root && !n->next) {
			n = n->parent;
			vv_buf_putc(out, n->type == VV_JSON_ARRAY ? ']' : '}');
		}
		if (n == root) return;
		vv_buf_putc(out, ',');
		n = n->next;
	}
}

static bool holds_json(const vv_field *f, const vv_cell *cell)
{
	if (cell->state == VV_CELL_LITERAL) {
		return cell->len > 0 && (cell->text[0] == '[' || cell->text[0] == '{');
	}
	return f->type == VV_TYPE_OBJECT || f->type == VV_TYPE_ARRAY ||
	       f->type == VV_TYPE_GEOJSON || (f->type == VV_TYPE_GEOPOINT && f->format[0] != 'd');
}

static bool put_json_cell(vv_buf *out, vv_buf *scratch, const vv_cell *cell)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *json;
	vv_status rc = vv_json_read(&json, &arena, cell->text, cell->len, "cell", NULL);

	if (rc == VV_OK) {
		put_json(out, scratch, json);
	}
	if (rc == VV_ENOMEM) {
		vv_buf_fail(out);
	}
	return rc == VV_OK;
}

static void put_instant(vv_buf *out, const vv_value *v)
{
	uint8_t bytes[8];

	vv_put_le64(bytes, (uint64_t)v->seconds);
	vv_buf_put(out, bytes, sizeof(bytes));
	vv_buf_put(out, v->fraction, v->fraction_len);
}

/* A whole number in its shortest spelling, which is that of its key. */
static bool is_short_integer(const vv_field *f, const vv_cell *cell, bool json)
{
	int64_t number;

	return (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) &&
	       (cell->state == VV_CELL_LITERAL || (!json && is_plain_number(f))) &&
	       cell->len <= 17 &&
	       spell_read_integer(&number, cell->text, cell->len, spell_key(cell->text, cell->len));
}

/* The bytes alone, of a cell that is a value of its field. */
static bool put_value(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *cell)
{
	vv_value v;

	if (holds_json(f, cell) && put_json_cell(out, scratch, cell)) return !out->failed;
	vv_buf_reset(scratch);
	if (!vv_value_read(&v, scratch, f, cell) || v.kind == VV_VALUE_TEXT) {
		vv_buf_put(out, cell->text, cell->len);
		return !out->failed && !scratch->failed;
	}
	if (v.kind == VV_VALUE_INSTANT) {
		put_instant(out, &v);
	} else if (v.kind == VV_VALUE_BOOLEAN) {
		vv_buf_putc(out, v.truth ? 't' : 'f');
	} else {
		if (v.kind == VV_VALUE_DURATION) {
			vv_buf_printf(out, "%lld:", (long long)v.months);
		}
		/* a whole number in the spelling of the quick way above */
		if (v.kind == VV_VALUE_DECIMAL && v.decimal.kind == VV_DECIMAL_FINITE &&
		    v.decimal.exponent <= 17 && v.decimal.exponent >= (int64_t)v.decimal.count) {
			vv_buf_puts(out, v.decimal.negative ? "-" : "");
			vv_buf_put(out, scratch->data + v.decimal.digits_at, v.decimal.count);
			for (int64_t i = (int64_t)v.decimal.count; i < v.decimal.exponent; i++) {
				vv_buf_putc(out, '0');
			}
			if (v.decimal.count == 0) {
				vv_buf_putc(out, '0');
			}
		} else {
			vv_decimal_put(out, &v.decimal, scratch);
		}
	}
	return !out->failed && !scratch->failed;
}

/* Is the text itself the value of a cell of the type? Then a wrong one cannot count as another
 * value. */
static bool means_text(const vv_field *f, const vv_cell *cell)
{
	return (f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY) && cell->state == VV_CELL_TEXT;
}

bool vv_value_put_key(vv_buf *out, vv_buf *scratch, const vv_field *f, const vv_cell *cell,
		      bool json)
{
	uint8_t len[4] = {0};
	size_t from = out->len;
	bool ok = true, right = true;

	vv_buf_put(out, len, sizeof(len));
	if (means_text(f, cell) || is_short_integer(f, cell, json)) {
		vv_buf_put(out, cell->text, cell->len);
	} else {
		right = json ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell);
		if (right) {
			ok = put_value(out, scratch, f, cell);
		} else {
			vv_buf_put(out, cell->text, cell->len);
		}
	}
	ok = ok && !out->failed;
	if (ok) {
		vv_put_le32((uint8_t *)out->data + from,
			    (uint32_t)(out->len - from - sizeof(len)) | (right ? 0 : WRONG));
	}
	return ok;
}

bool vv_value_of_node(vv_cell *out, const vv_field **field, vv_field *standard, vv_buf *text,
		      const vv_field *f, const vv_json *node)
{
	*standard = *f;
	standard->plan = NULL;
	standard->decimal = ".";
	standard->group = "";
	standard->bare_number = true;
	*field = f;
	if (node->type == VV_JSON_STRING) {
		*out = (vv_cell){.text = node->text, .len = (uint32_t)node->text_len};
		if (!vv_type_accepts_text(f, node->text, node->text_len)) {
			*field = standard;
		}
		return vv_type_accepts_text(*field, node->text, node->text_len);
	}
	*field = standard;
	vv_buf_reset(text);
	vv_json_put_node(text, node);
	if (text->failed || text->len > UINT32_MAX) return false;
	*out = (vv_cell){.text = text->data, .len = (uint32_t)text->len, .state = VV_CELL_LITERAL};
	return vv_field_accepts(standard, out);
}

size_t vv_value_text_length(const char *s, size_t len)
{
	size_t n = 0;

	/* every byte but the 10xxxxxx of valid UTF-8; texts that are not are reported elsewhere */
	for (size_t i = 0; i < len; i++) {
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	}
	return n;
}

bool vv_value_count(size_t *out, const vv_field *f, const vv_cell *cell)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *json = NULL;

	if (f->type == VV_TYPE_LIST && cell->state == VV_CELL_TEXT) {
		size_t by = strlen(f->delimiter);

		*out = cell->len > 0;
		for (size_t i = 0; by > 0 && i + by <= cell->len;) {
			bool here = memcmp(cell->text + i, f->delimiter, by) == 0;

			*out += here;
			i += here ? by : 1;
		}
		return true;
	}
	bool ok = vv_json_read(&json, &arena, cell->text, cell->len, "cell", NULL) == VV_OK;
	*out = ok ? json->count : 0;
	return ok;
}
