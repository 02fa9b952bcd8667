/*
 * condition_calls: computes each function of the language. Numbers are exact, texts are counted in characters;
 * functions with a name of SQLite's have its meaning.
 */
#include "dataset/rows/condition_calls.h"

#include <string.h>

#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"

#define PLACES_MAX 300

static void set_state(vv_condition_scratch *s, size_t a, vv_value_state state)
{
	s->stack[a].state = state;
	s->stack[a].text = NULL;
	s->stack[a].len = 0;
}

static void set_number(vv_condition_scratch *s, size_t a, int64_t n)
{
	s->stack[a].state = VV_VALUE_SMALL;
	s->stack[a].small = (vv_small){n, 0};
}

static void set_truth(vv_condition_scratch *s, size_t a, bool truth)
{
	s->stack[a].state = VV_VALUE_SMALL;
	s->stack[a].truth = truth;
}

static void set_text(vv_condition_scratch *s, size_t a, const char *text, size_t len)
{
	s->stack[a].state = VV_VALUE_SMALL;
	s->stack[a].text = text;
	s->stack[a].len = len;
}

/* The value of b in the place of a. */
static void move_value(vv_condition_scratch *s, size_t a, size_t b)
{
	if (a == b) return;
	s->stack[a] = s->stack[b];
	if (s->stack[b].state == VV_VALUE_LARGE) {
		s->large[a] = s->large[b];
	}
}

/* Allocates the result's text. If it would be too long, returns NULL and sets the result to unknown. */
static char *text_room(vv_condition_scratch *s, size_t a, size_t len)
{
	char *out = len <= VV_CONDITION_TEXT - s->text_len ? vv_arena_alloc(&s->texts, len + 1)
							   : NULL;

	s->failed = s->failed || (!out && len <= VV_CONDITION_TEXT - s->text_len);
	if (!out) {
		set_state(s, a, VV_VALUE_UNKNOWN);
		return NULL;
	}
	s->text_len += len;
	return out;
}

/* ---- numbers ---- */

static bool is_infinite(const vv_condition_scratch *s, size_t a)
{
	return s->stack[a].state == VV_VALUE_INFINITE;
}

static const vv_ratio *large_of(vv_condition_scratch *s, size_t a)
{
	if (s->stack[a].state == VV_VALUE_SMALL) {
		vv_ratio_small(&s->large[a], &s->stack[a].small);
	}
	return &s->large[a];
}

static void set_ratio(vv_condition_scratch *s, size_t a, const vv_ratio *r)
{
	if (&s->large[a] != r) {
		s->large[a] = *r;
	}
	s->stack[a].state = vv_ratio_to_small(&s->stack[a].small, r) ? VV_VALUE_SMALL
								     : VV_VALUE_LARGE;
}

/* The operand as a whole number; *is false, and 0, for any other operand. */
static int64_t whole_of(vv_condition_scratch *s, size_t a, bool *is)
{
	const vv_operand *v = &s->stack[a];
	int64_t n = v->small.mantissa;

	*is = v->state == VV_VALUE_SMALL;
	for (unsigned i = 0; *is && i < v->small.scale; i++) {
		*is = n % 10 == 0;
		n /= 10;
	}
	return *is ? n : 0;
}

static void run_abs(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	const vv_operand *v = &s->stack[a];

	if (v->state == VV_VALUE_SMALL   ? v->small.mantissa < 0
	    : v->state == VV_VALUE_LARGE ? s->large[a].above.negative
					 : v->truth) {
		vv_operand_negate(&s->stack[a], &s->large[a]);
	}
}

/* -1, 0 or 1; of an infinite number, truth: it is below zero. */
static int sign_of(const vv_condition_scratch *s, size_t a)
{
	const vv_operand *v = &s->stack[a];

	if (v->state == VV_VALUE_SMALL) {
		return (v->small.mantissa > 0) - (v->small.mantissa < 0);
	}
	if (v->state != VV_VALUE_LARGE) return v->truth ? -1 : 1;
	if (s->large[a].above.count == 0) return 0;
	return s->large[a].above.negative ? -1 : 1;
}

static void run_sign(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	set_number(s, a, sign_of(s, a));
}

static void run_round(vv_condition_scratch *s, size_t a, size_t count, int how)
{
	bool is = true;
	int64_t places = count > 1 ? whole_of(s, a + 1, &is) : 0;

	if (is_infinite(s, a)) return;
	if (!is || places > PLACES_MAX || places < -PLACES_MAX) {
		set_state(s, a, VV_VALUE_UNKNOWN);
	} else if (s->stack[a].state == VV_VALUE_SMALL &&
		   places >= (int64_t)s->stack[a].small.scale) {
		return;
	} else if (vv_ratio_round(&s->more[0], large_of(s, a), (int)places, (vv_rounding)how)) {
		set_ratio(s, a, &s->more[0]);
	} else {
		set_state(s, a, VV_VALUE_UNKNOWN);
	}
}

/* a - b * trunc(a / b): with the sign of a. */
static void run_mod(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	const vv_operand *x = &s->stack[a], *y = &s->stack[a + 1];

	if (x->state == VV_VALUE_SMALL && y->state == VV_VALUE_SMALL && x->small.scale == 0 &&
	    y->small.scale == 0 && y->small.mantissa != 0) {
		set_number(s, a, x->small.mantissa % y->small.mantissa);
		return;
	}
	if (is_infinite(s, a) || is_infinite(s, a + 1) ||
	    !vv_ratio_divide(&s->more[0], large_of(s, a), large_of(s, a + 1)) ||
	    !vv_ratio_round(&s->more[0], &s->more[0], 0, VV_ROUND_ZERO) ||
	    !vv_ratio_multiply(&s->more[1], &s->more[0], &s->large[a + 1])) {
		set_state(s, a, VV_VALUE_UNKNOWN);
		return;
	}
	vv_ratio_negate(&s->more[1]);
	if (vv_ratio_add(&s->more[0], &s->large[a], &s->more[1])) {
		set_ratio(s, a, &s->more[0]);
	} else {
		set_state(s, a, VV_VALUE_UNKNOWN);
	}
}

static void run_number(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	vv_operand *v = &s->stack[a];

	if (vv_small_read(&v->small, v->text, v->len, true)) {
		v->state = VV_VALUE_SMALL;
		return;
	}
	vv_operand_read_number(v, &s->large[a], &s->digits, NULL, v->text, v->len, &s->failed);
}

/* ---- texts ---- */

static bool goes_on(char ch)
{
	return ((unsigned char)ch & 0xC0) == 0x80;
}

/* Bytes of the first count characters. */
static size_t bytes_of(const char *s, size_t len, int64_t count)
{
	size_t at = 0;

	for (; count > 0 && at < len; count--) {
		at += vv_character_len(s + at, len - at);
	}
	return at;
}

/* Counts characters; in text that is not UTF-8, all bytes except continuation bytes. */
static int64_t length_of(const char *s, size_t len)
{
	int64_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += !goes_on(s[i]);
	}
	return n;
}

static void run_length(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	set_number(s, a, length_of(s->stack[a].text, s->stack[a].len));
}

/* The letters from how on, in the other case. */
static void run_case(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how)
{
	const vv_operand v = s->stack[a];
	char *out = text_room(s, a, v.len);

	for (size_t i = 0; out && i < v.len; i++) {
		char ch = v.text[i];

		out[i] = ch >= how && ch <= how + 25 ? (char)(ch ^ 0x20) : ch;
	}
	if (out) {
		set_text(s, a, out, v.len);
	}
}

static bool has_character(const vv_operand *set, const char *ch, size_t n)
{
	for (size_t i = 0; i < set->len; i += vv_character_len(set->text + i, set->len - i)) {
		if (vv_character_len(set->text + i, set->len - i) == n &&
		    memcmp(set->text + i, ch, n) == 0) {
			return true;
		}
	}
	return false;
}

enum { LEFT = 1, RIGHT = 2 };

static void run_trim(vv_condition_scratch *s, size_t a, size_t count, int how)
{
	static const vv_operand blank = {.text = " ", .len = 1};
	const vv_operand *set = count > 1 ? &s->stack[a + 1] : &blank;
	vv_operand *v = &s->stack[a];

	while (how & LEFT && v->len > 0 &&
	       has_character(set, v->text, vv_character_len(v->text, v->len))) {
		size_t n = vv_character_len(v->text, v->len);

		v->text += n;
		v->len -= n;
	}
	while (how & RIGHT && v->len > 0) {
		size_t at = v->len - 1;

		while (at > 0 && goes_on(v->text[at])) {
			at--;
		}
		if (!has_character(set, v->text + at, v->len - at)) return;
		v->len = at;
	}
}

/* A count of characters, at most INT32_MAX, which is beyond all texts; *is: the operand is
 * whole. */
static int64_t count_of(vv_condition_scratch *s, size_t a, bool *is)
{
	const int64_t most = INT32_MAX;
	int64_t n = whole_of(s, a, is);

	if (n > most) return most;
	return n < -most ? -most : n;
}

static void cut_text(vv_operand *v, int64_t from, int64_t count)
{
	size_t at = bytes_of(v->text, v->len, from);

	v->text += at;
	v->len = bytes_of(v->text, v->len - at, count);
}

/* As SQLite's: from 1; below 0 from the end; a count below 0 means the characters before. */
static void run_substr(vv_condition_scratch *s, size_t a, size_t count, int how VV_UNUSED)
{
	vv_operand *v = &s->stack[a];
	bool is, is_count = true;
	int64_t from = count_of(s, a + 1, &is),
		n = count > 2 ? count_of(s, a + 2, &is_count) : INT32_MAX;
	bool before = n < 0;

	if (!is || !is_count) {
		set_state(s, a, VV_VALUE_UNKNOWN);
		return;
	}
	n = before ? -n : n;
	if (from < 0) {
		from += length_of(v->text, v->len);
		if (from < 0) {
			n = n + from < 0 ? 0 : n + from;
			from = 0;
		}
	} else if (from > 0) {
		from--;
	} else if (n > 0) {
		n--;
	}
	if (before) {
		from -= n;
		if (from < 0) {
			n += from;
			from = 0;
		}
	}
	cut_text(v, from, n);
}

/* So many characters of one end. */
static void run_end(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how)
{
	bool is;
	int64_t n = count_of(s, a + 1, &is), length = length_of(s->stack[a].text, s->stack[a].len);

	if (!is || n < 0) {
		set_state(s, a, VV_VALUE_UNKNOWN);
	} else {
		cut_text(&s->stack[a], how == LEFT || n > length ? 0 : length - n, n);
	}
}

/* Where part is in v from a byte on; SIZE_MAX: nowhere. */
static size_t find_part(const vv_operand *v, size_t from, const vv_operand *part)
{
	for (size_t i = from; part->len <= v->len && i <= v->len - part->len; i++) {
		if (part->len == 0 || memcmp(v->text + i, part->text, part->len) == 0) return i;
	}
	return SIZE_MAX;
}

static void run_instr(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	size_t at = find_part(&s->stack[a], 0, &s->stack[a + 1]);

	set_number(s, a, at == SIZE_MAX ? 0 : length_of(s->stack[a].text, at) + 1);
}

static void run_contains(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how)
{
	vv_operand v = s->stack[a];
	const vv_operand *part = &s->stack[a + 1];

	if (how != 0 && part->len < v.len) { /* at one end alone */
		v.text += how == RIGHT ? v.len - part->len : 0;
		v.len = part->len;
	}
	set_truth(s, a, find_part(&v, 0, part) != SIZE_MAX);
}

static void run_replace(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			int how VV_UNUSED)
{
	const vv_operand v = s->stack[a], part = s->stack[a + 1], by = s->stack[a + 2];
	size_t n = 0, len = 0, at;

	if (part.len == 0) return;
	for (size_t i = 0; (at = find_part(&v, i, &part)) != SIZE_MAX; i = at + part.len) {
		n++;
	}
	if (n > 0 && by.len > VV_CONDITION_TEXT / n) {
		set_state(s, a, VV_VALUE_UNKNOWN);
		return;
	}
	char *out = text_room(s, a, v.len - n * part.len + n * by.len);
	if (!out) return;
	for (size_t i = 0; i < v.len;) {
		size_t end = (at = find_part(&v, i, &part)) == SIZE_MAX ? v.len : at;

		memcpy(out + len, v.text + i, end - i);
		len += end - i;
		i = end;
		if (at != SIZE_MAX) {
			memcpy(out + len, by.len ? by.text : "", by.len);
			len += by.len;
			i += part.len;
		}
	}
	set_text(s, a, out, len);
}

static void run_concat(vv_condition_scratch *s, size_t a, size_t count, int how VV_UNUSED)
{
	size_t len = 0;

	for (size_t i = a; i < a + count && len <= VV_CONDITION_TEXT; i++) {
		len += s->stack[i].len;
	}
	const vv_operand first = s->stack[a];
	char *out = text_room(s, a, len);
	if (!out) return;
	memcpy(out, first.len ? first.text : "", first.len);
	len = first.len;
	for (size_t i = a + 1; i < a + count; i++) {
		memcpy(out + len, s->stack[i].len ? s->stack[i].text : "", s->stack[i].len);
		len += s->stack[i].len;
	}
	set_text(s, a, out, len);
}

static void run_reverse(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			int how VV_UNUSED)
{
	const vv_operand v = s->stack[a];
	char *out = text_room(s, a, v.len);

	for (size_t i = 0; out && i < v.len;) {
		size_t n = vv_character_len(v.text + i, v.len - i);

		memcpy(out + v.len - i - n, v.text + i, n);
		i += n;
	}
	if (out) {
		set_text(s, a, out, v.len);
	}
}

/* The n-th part between marks, from 1; empty beyond the last. */
static void run_split_part(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			   int how VV_UNUSED)
{
	const vv_operand v = s->stack[a], mark = s->stack[a + 1];
	bool is;
	int64_t n = count_of(s, a + 2, &is);
	size_t from = 0, end;

	if (!is || n < 1 || mark.len == 0) {
		set_state(s, a, VV_VALUE_UNKNOWN);
		return;
	}
	while (--n > 0 && (end = find_part(&v, from, &mark)) != SIZE_MAX) {
		from = end + mark.len;
	}
	end = n > 0 ? from : find_part(&v, from, &mark);
	set_text(s, a, v.text + from, n > 0 ? 0 : (end == SIZE_MAX ? v.len : end) - from);
}

/* ---- dates and times ---- */

/* By ISO 8601: the week belongs to the year that its Thursday has. */
static int64_t week_of(int64_t days, int64_t weekday)
{
	const int64_t thursday = days - weekday + 4;

	return (thursday - vv_value_days(vv_value_day(thursday).year, 1, 1)) / 7 + 1;
}

static int64_t date_part(int64_t days, int part)
{
	const vv_day d = vv_value_day(days);
	/* 1970-01-01 was a Thursday; Monday is 1 */
	const int64_t weekday = ((days + 3) % 7 + 7) % 7 + 1;

	switch (part) {
	case 'y':
		return d.year;
	case 'm':
		return d.month;
	case 'd':
		return d.day;
	case 'q':
		return (d.month + 2) / 3;
	case 'w':
		return weekday;
	case 'j':
		return days - vv_value_days(d.year, 1, 1) + 1;
	default:
		return week_of(days, weekday);
	}
}

static void run_part(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int part)
{
	set_number(s, a, date_part(s->stack[a].time.days, part));
}

static void run_clock(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int unit)
{
	set_number(s, a, s->stack[a].time.seconds / unit % (unit == 3600 ? 24 : 60));
}

static void set_day(vv_condition_scratch *s, size_t a, int64_t days)
{
	s->stack[a].state = VV_VALUE_SMALL;
	s->stack[a].time = (vv_time_value){.days = days};
}

static void run_date(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	set_day(s, a, s->stack[a].time.days);
}

static void run_to_date(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			int how VV_UNUSED)
{
	static const vv_field date = {.type = VV_TYPE_DATE}, datetime = {.type = VV_TYPE_DATETIME};
	vv_operand *v = &s->stack[a];

	if (vv_operand_read_time(v, &date, v->text, v->len) ||
	    vv_operand_read_time(v, &datetime, v->text, v->len)) {
		set_day(s, a, v->time.days);
	} else {
		set_state(s, a, VV_VALUE_UNKNOWN);
	}
}

/* From the first day to the second. */
static void run_days(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	set_number(s, a, s->stack[a + 1].time.days - s->stack[a].time.days);
}

static void run_seconds(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			int how VV_UNUSED)
{
	const vv_time_value *x = &s->stack[a].time, *y = &s->stack[a + 1].time;
	int64_t out;

	if (__builtin_mul_overflow(y->days - x->days, (int64_t)86400, &out) ||
	    __builtin_add_overflow(out, y->seconds - x->seconds, &out)) {
		set_state(s, a, VV_VALUE_UNKNOWN);
	} else {
		set_number(s, a, out);
	}
}

static void run_add_days(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			 int how VV_UNUSED)
{
	bool is;
	int64_t n = count_of(s, a + 1, &is);

	if (is) {
		s->stack[a].time.days += n;
	} else {
		set_state(s, a, VV_VALUE_UNKNOWN);
	}
}

static void run_last_day(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED,
			 int how VV_UNUSED)
{
	const vv_day d = vv_value_day(s->stack[a].time.days);

	set_day(s, a, vv_value_days(d.year + d.month / 12, d.month % 12 + 1, 1) - 1);
}

/* ---- any kind ---- */

static void run_coalesce(vv_condition_scratch *s, size_t a, size_t count, int how VV_UNUSED)
{
	size_t i = 0;

	while (i + 1 < count && s->stack[a + i].state < VV_VALUE_SMALL) {
		i++;
	}
	move_value(s, a, a + i);
}

static void run_iif(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	bool holds = s->stack[a].state == VV_VALUE_SMALL && s->stack[a].truth;

	move_value(s, a, holds ? a + 1 : a + 2);
}

static bool compare_at(vv_condition_scratch *s, size_t a, size_t b, int *c)
{
	return vv_operand_compare(s, s->call_kind, &s->stack[a], &s->large[a], &s->stack[b],
				  &s->large[b], c);
}

static void run_nullif(vv_condition_scratch *s, size_t a, size_t count VV_UNUSED, int how VV_UNUSED)
{
	int c;

	if (s->stack[a].state >= VV_VALUE_SMALL && s->stack[a + 1].state >= VV_VALUE_SMALL &&
	    compare_at(s, a, a + 1, &c) && c == 0) {
		set_state(s, a, VV_VALUE_MISSING);
	}
}

static void run_choose(vv_condition_scratch *s, size_t a, size_t count, int sign)
{
	size_t best = a;
	int c;

	for (size_t i = a + 1; i < a + count; i++) {
		if (!compare_at(s, i, best, &c)) {
			set_state(s, a, VV_VALUE_UNKNOWN);
			return;
		}
		best = c * sign > 0 ? i : best;
	}
	move_value(s, a, best);
}

#define MANY 16

static const vv_call calls[] = {
	{"abs", "n", 1, 1, 'n', false, 's', run_abs, 0, "abs(-2.5) = 2.5"},
	{"add_days", "dn", 2, 2, 'x', false, '-', run_add_days, 0,
	 "add_days('2024-02-28', 2) = '2024-03-01'"},
	{"ceil", "n", 1, 1, 'n', false, 's', run_round, VV_ROUND_UP,
	 "ceil(-2.5) = -2 and ceil(2.1) = 3"},
	{"coalesce", "x", 2, MANY, 'x', true, 's', run_coalesce, 0,
	 "coalesce(nullif('a', 'a'), 'b') = 'b'"},
	{"concat", "t", 2, MANY, 't', false, '-', run_concat, 0,
	 "concat('a', 'b', 'c') = 'a' || 'bc'"},
	{"contains", "tt", 2, 2, 'b', false, '-', run_contains, 0, "contains('varve', 'rv')"},
	{"date", "d", 1, 1, 'd', false, 's', run_date, 0,
	 "date('2024-05-17T23:30:00Z') = '2024-05-17'"},
	{"day", "d", 1, 1, 'n', false, '-', run_part, 'd', "day('2024-05-17') = 17"},
	{"days", "dd", 2, 2, 'n', false, '-', run_days, 0, "days('2024-02-28', '2024-03-01') = 2"},
	{"ends_with", "tt", 2, 2, 'b', false, '-', run_contains, RIGHT,
	 "ends_with('a.csv', '.csv')"},
	{"floor", "n", 1, 1, 'n', false, 's', run_round, VV_ROUND_DOWN, "floor(-2.5) = -3"},
	{"greatest", "x", 2, MANY, 'x', false, '-', run_choose, 1, "greatest(1, 3, 2) = 3"},
	{"hour", "c", 1, 1, 'n', false, '-', run_clock, 3600, "hour('14:30:00') = 14"},
	{"iif", "bxx", 3, 3, 'x', true, 's', run_iif, 0, "iif(1 < 2, 'yes', 'no') = 'yes'"},
	{"instr", "tt", 2, 2, 'n', false, 's', run_instr, 0,
	 "instr('varve', 'v') = 1 and instr('varve', 'x') = 0"},
	{"last_day", "d", 1, 1, 'd', false, '-', run_last_day, 0,
	 "last_day('2024-02-10') = '2024-02-29'"},
	{"least", "x", 2, MANY, 'x', false, '-', run_choose, -1, "least(1, 3, 2) = 1"},
	{"left", "tn", 2, 2, 't', false, '-', run_end, LEFT, "left('varve', 2) = 'va'"},
	{"length", "t", 1, 1, 'n', false, 's', run_length, 0, "length('größe') = 5"},
	{"lower", "t", 1, 1, 't', false, 's', run_case, 'A', "lower('ABc') = 'abc'"},
	{"ltrim", "tt", 1, 2, 't', false, 's', run_trim, LEFT, "ltrim('  a ') = 'a '"},
	{"minute", "c", 1, 1, 'n', false, '-', run_clock, 60, "minute('14:30:05') = 30"},
	{"mod", "nn", 2, 2, 'n', false, 'r', run_mod, 0, "mod(-7, 3) = -1 and mod(7.5, 2) = 1.5"},
	{"month", "m", 1, 1, 'n', false, '-', run_part, 'm', "month('2024-05-17') = 5"},
	{"nullif", "xx", 2, 2, 'x', true, 's', run_nullif, 0,
	 "nullif(5, 5) is null and nullif(5, 6) = 5"},
	{"number", "t", 1, 1, 'n', false, '-', run_number, 0, "number('12.50') = 12.5"},
	{"quarter", "m", 1, 1, 'n', false, '-', run_part, 'q', "quarter('2024-05-17') = 2"},
	{"replace", "ttt", 3, 3, 't', false, 's', run_replace, 0,
	 "replace('a-b-c', '-', '+') = 'a+b+c'"},
	{"reverse", "t", 1, 1, 't', false, '-', run_reverse, 0, "reverse('abc') = 'cba'"},
	{"right", "tn", 2, 2, 't', false, '-', run_end, RIGHT, "right('varve', 2) = 've'"},
	{"round", "nn", 1, 2, 'n', false, 'r', run_round, VV_ROUND_NEAREST,
	 "round(2.345, 2) = 2.35 and round(-0.5) = -1"},
	{"rtrim", "tt", 1, 2, 't', false, 's', run_trim, RIGHT, "rtrim('1.500', '0') = '1.5'"},
	{"second", "c", 1, 1, 'n', false, '-', run_clock, 1, "second('14:30:05') = 5"},
	{"seconds", "dd", 2, 2, 'n', false, '-', run_seconds, 0,
	 "seconds('2024-01-01T00:00:00Z', '2024-01-01T01:00:00Z') = 3600"},
	{"sign", "n", 1, 1, 'n', false, 's', run_sign, 0, "sign(-3) = -1 and sign(0) = 0"},
	{"split_part", "ttn", 3, 3, 't', false, '-', run_split_part, 0,
	 "split_part('a/b/c', '/', 2) = 'b'"},
	{"starts_with", "tt", 2, 2, 'b', false, '-', run_contains, LEFT,
	 "starts_with('varve', 'va')"},
	{"substr", "tnn", 2, 3, 't', false, 's', run_substr, 0,
	 "substr('varve', 2, 3) = 'arv' and substr('varve', -2) = 've'"},
	{"to_date", "t", 1, 1, 'd', false, '-', run_to_date, 0,
	 "to_date('2024-05-17') = '2024-05-17'"},
	{"trim", "tt", 1, 2, 't', false, 's', run_trim, LEFT | RIGHT, "trim('  a b ') = 'a b'"},
	{"trunc", "nn", 1, 2, 'n', false, 'r', run_round, VV_ROUND_ZERO, "trunc(-2.57, 1) = -2.5"},
	{"upper", "t", 1, 1, 't', false, 's', run_case, 'a', "upper('aBc') = 'ABC'"},
	{"week", "d", 1, 1, 'n', false, '-', run_part, 'i',
	 "week('2027-01-03') = 53 and week('2024-01-01') = 1"},
	{"weekday", "d", 1, 1, 'n', false, '-', run_part, 'w', "weekday('2024-05-17') = 5"},
	{"year", "m", 1, 1, 'n', false, '-', run_part, 'y', "year('2024-05-17') = 2024"},
	{"yearday", "d", 1, 1, 'n', false, '-', run_part, 'j', "yearday('2024-12-31') = 366"},
};

const vv_call *vv_call_at(size_t i)
{
	return i < sizeof(calls) / sizeof(calls[0]) ? &calls[i] : NULL;
}

const vv_call *vv_call_find(const char *name, size_t len)
{
	const vv_call *call;

	for (size_t i = 0; (call = vv_call_at(i)); i++) {
		size_t k = 0;

		for (; k < len && call->name[k]; k++) {
			char ch = name[k] >= 'A' && name[k] <= 'Z' ? (char)(name[k] - 'A' + 'a')
								   : name[k];
			if (ch != call->name[k]) {
				break;
			}
		}
		if (k == len && !call->name[k]) return call;
	}
	return NULL;
}

void vv_call_run(const vv_call *call, vv_condition_scratch *s, size_t a, size_t count,
		 vv_operand_kind kind)
{
	vv_value_state state = VV_VALUE_SMALL;

	for (size_t i = a; !call->whole && i < a + count; i++) {
		if (s->stack[i].state < state) {
			state = s->stack[i].state;
		}
	}
	if (state < VV_VALUE_SMALL) {
		set_state(s, a, state);
		return;
	}
	s->call_kind = kind;
	call->run(s, a, count, call->how);
}
