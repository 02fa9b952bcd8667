/*
 * display_number: the parts of a number as a spreadsheet shows it: sign, currency, groups, decimal
 * mark, places, percent, exponent, fraction.
 */
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "diff/spreadsheet/display_internal.h"

#define SHOWN_MAX 96u     /* bytes of a number with the text around it */
#define GENERAL_DIGITS 9u /* the format General rounds only numbers with more digits than this */

/* A text without blanks, signs and brackets, cut in three. */
typedef struct shown {
	char text[SHOWN_MAX];
	size_t len, from, to; /* the number is text[from .. to) */
	char around[DISPLAY_AROUND];
	bool negative, percent;
	size_t dashes; /* in place of decimal places that are zero */
} shown;

/* Bytes of a blank or of a sign at s; 0: neither. */
static size_t blank_len(const char *s, size_t len)
{
	static const char *const blanks[] = {" ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"};

	vv_array_each(blanks, sizeof(blanks) / sizeof(blanks[0]), blank) {
		const size_t n = strlen(*blank);

		if (n <= len && memcmp(s, *blank, n) == 0) return n;
	}
	return 0;
}

static size_t minus_len(const char *s, size_t len)
{
	if (len > 0 && *s == '-') return 1;
	return len >= 3 && memcmp(s, "\xe2\x88\x92", 3) == 0 ? 3 : 0;
}

/* The sign, bracket or percent sign at s is noted; returns its bytes. */
static size_t skip_sign(shown *n, const char *s, size_t len)
{
	const size_t minus = minus_len(s, len);

	if (minus > 0 || *s == '(') {
		n->negative = true;
		return minus > 0 ? minus : 1;
	}
	n->percent |= *s == '%';
	return *s == ')' || *s == '%' ? 1 : 0;
}

static bool is_exponent_sign(const shown *n)
{
	return n->len > 1 && (n->text[n->len - 1] == 'E' || n->text[n->len - 1] == 'e') &&
	       vv_is_digit(n->text[n->len - 2]);
}

static bool put_around(shown *n, const char *s, size_t len)
{
	const size_t had = strlen(n->around);

	if (had + len >= DISPLAY_AROUND) return false;
	memcpy(n->around + had, s, len);
	n->around[had + len] = '\0';
	return true;
}

/* "1.234,-- €": marks before dashes stand for zeros. */
static size_t dashes_len(const char *s, size_t len)
{
	size_t i = 1;

	if (len < 2 || (*s != ',' && *s != '.')) return 0;
	while (i < len && s[i] == '-') {
		i++;
	}
	return i > 1 ? i : 0;
}

/* A letter beside a digit, as in 1A: a code. Currencies and units of letters are beside a blank. */
static bool is_code(const shown *n, bool blank, const char *s, size_t len)
{
	const char last = n->len > 0 ? n->text[n->len - 1] : ' ';
	const bool exponent = (*s == 'E' || *s == 'e') && len > 1 &&
			      (s[1] == '+' || s[1] == '-' || vv_is_digit(s[1]));

	if (blank || n->len == 0) return false;
	if (vv_is_digit(*s)) return vv_is_alpha(last) && !is_exponent_sign(n);
	return vv_is_alpha(*s) && vv_is_digit(last) && !exponent;
}

/* False: the text is too long to be a number, or a code. */
static bool split_shown(shown *n, const char *s, size_t len)
{
	bool blank = false;
	size_t skip;

	*n = (shown){.len = 0};
	if (len >= SHOWN_MAX) return false;
	for (size_t i = 0; i < len; i += skip) {
		if ((skip = blank_len(s + i, len - i)) > 0) {
			blank = true;
			continue;
		}
		if (n->len > 0 && (skip = dashes_len(s + i, len - i)) > 0) {
			n->dashes = skip - 1;
			continue;
		}
		if (!is_exponent_sign(n) && (skip = skip_sign(n, s + i, len - i)) > 0) {
			continue;
		}
		if (is_code(n, blank, s + i, len - i)) return false;
		n->text[n->len++] = s[i];
		blank = false;
		skip = 1;
	}
	while (n->from < n->len && !vv_is_digit(n->text[n->from])) {
		n->from++;
	}
	n->to = n->len;
	while (n->to > n->from && !vv_is_digit(n->text[n->to - 1])) {
		n->to--;
	}
	/* ".50" */
	n->from -= n->from > 0 && n->to > n->from && strchr(".,", n->text[n->from - 1]) != NULL;
	return put_around(n, n->text, n->from) && put_around(n, n->text + n->to, n->len - n->to);
}

/* Bytes of a mark between thousands; never the decimal mark. '?': a blank that the file's encoding
 * lacks. */
static size_t group_len(const char *s, size_t len, char mark)
{
	if (len > 0 && strchr(".,'?", *s)) return *s != mark;
	return len >= 3 && memcmp(s, "\xe2\x80\x99", 3) == 0 ? 3 : 0;
}

/* The number without marks between thousands, with a decimal point, in out (SHOWN_MAX bytes). *groups:
 * it had such marks. Returns the length; 0: not such a number. */
static size_t join_thousands(char *out, bool *groups, const shown *n, char mark)
{
	const char *s = n->text + n->from;
	const size_t len = n->to - n->from;
	size_t digits = 0, used = 0, i = 0;

	*groups = false;
	while (i < len && s[i] != mark && s[i] != 'E' && s[i] != 'e') {
		const size_t skip = group_len(s + i, len - i, mark);

		if (skip > 0) {
			if (digits == 0 || digits > 3 || (*groups && digits != 3)) return 0;
			*groups = true;
			digits = 0;
			i += skip;
			continue;
		}
		if (!vv_is_digit(s[i])) return 0;
		digits++;
		out[used++] = s[i++];
	}
	if (*groups && digits != 3) return 0;
	if (i < len && s[i] == mark) {
		out[used++] = '.';
		i++;
	}
	memcpy(out + used, s + i, len - i);
	return used + len - i;
}

/* The number that a text shows if `mark` is the decimal mark. *marked: it shows which mark that is. */
static bool read_shown(vv_number_text *out, bool *marked, const shown *n, char mark)
{
	char joined[SHOWN_MAX];
	bool groups = false;
	const size_t len = join_thousands(joined, &groups, n, mark);

	if (len == 0 || !vv_number_text_read(out, joined, len)) return false;
	out->negative = n->negative;
	if (!out->mark) {
		out->places = n->dashes;
	}
	*marked = groups || out->mark != 0;
	return true;
}

/* --- fractions --------------------------------------------------------------------------------- */

typedef struct fraction {
	uint64_t whole, upper, lower; /* lower 0: no fraction was shown */
	bool negative;
} fraction;

static bool read_digits(uint64_t *out, const char **s, const char *end)
{
	const char *after = vv_after_digits(*s, end);

	*out = 0;
	if (after == *s || after - *s > 12) return false;
	for (const char *p = *s; p < after; p++) {
		*out = *out * 10 + (uint64_t)(*p - '0');
	}
	*s = after;
	return true;
}

/* "-12 3/4", "3/4", and "12   ", where the fraction is zero. */
static bool read_fraction(fraction *f, const char *s, size_t len)
{
	const char *end = s + len;
	const size_t minus = minus_len(s, len);

	*f = (fraction){.negative = minus > 0};
	s += minus;
	while (s < end && *s == ' ') {
		s++;
	}
	if (!read_digits(&f->whole, &s, end)) return false;
	if (s < end && *s == '/') {
		f->upper = f->whole;
		f->whole = 0;
	} else {
		const char *blank = s;

		while (s < end && *s == ' ') {
			s++;
		}
		if (s == end) return s > blank;
		if (s == blank || !read_digits(&f->upper, &s, end)) return false;
	}
	if (s == end || *s++ != '/' || !read_digits(&f->lower, &s, end) || f->lower == 0 ||
	    f->lower > 100000) {
		return false;
	}
	while (s < end && *s == ' ') {
		s++;
	}
	return s == end;
}

/* Whether the value is nearer to the fraction than half of its unit: 1/(2 * lower). */
static bool is_near(const vv_number_text *was, const fraction *f)
{
	const uint64_t scale = 1000000;
	const vv_number_text n = vv_number_text_round(was, was->point + 6, false);
	const uint64_t lower = f->lower > 0 ? f->lower : 2;
	__uint128_t value = 0;

	if (n.point > 12 || (f->negative != was->negative && n.count > 0)) return false;
	for (long i = 0; i < n.point + 6; i++) {
		value = value * 10 + (i < (long)n.count ? (unsigned)(n.digits[i] - '0') : 0);
	}
	const __uint128_t shown_value = ((__uint128_t)f->whole * lower + f->upper) * scale;
	const __uint128_t exact = value * lower;
	const __uint128_t off = exact > shown_value ? exact - shown_value : shown_value - exact;

	return 2 * off <= (__uint128_t)scale;
}

/* --- formats ----------------------------------------------------------------------------------- */

/* Half of a unit may go either way: programs compute in binary. */
static bool is_rounded(const vv_number_text *was, long keep, const vv_number_text *is)
{
	const vv_number_text near = vv_number_text_round(was, keep, false);

	if (vv_number_text_same(&near, is)) return true;
	if (keep < 0 || keep + 1 != (long)was->count || was->digits[keep] != '5') return false;
	const vv_number_text cut = vv_number_text_round(was, keep, true);
	return vv_number_text_same(&cut, is);
}

/* Digits of a mantissa, zeros at its end included. */
static long mantissa_digits(const vv_number_text *v, const shown *n)
{
	const char *from = n->text + n->from;
	const char *after = vv_after_digits(from, n->text + n->to);

	return (after - from) + (long)v->places;
}

/* "9,90": the format General never writes such zeros. */
static bool has_last_zero(const vv_number_text *v)
{
	return v->places > 0 && (v->count == 0 || (long)v->count - v->point < (long)v->places);
}

/* Zeros that rounding leaves at the end are not shown: -116.0050597 becomes -116.00506. */
static bool is_general(const vv_number_text *was, const vv_number_text *v)
{
	for (long keep = GENERAL_DIGITS; keep < (long)was->count; keep++) {
		if (is_rounded(was, keep, v)) return true;
	}
	return vv_number_text_same(was, v);
}

static bool is_display(const display_number *f, const vv_number_text *value, const shown *n,
		       const vv_number_text *v)
{
	vv_number_text was = *value;

	if (f->percent != n->percent || strcmp(f->around, n->around) != 0) return false;
	if ((f->style == DISPLAY_SCIENTIFIC) != v->exponent) return false;
	was.point += f->percent && was.count > 0 ? 2 : 0;
	if (v->count > 0 && was.negative != v->negative) return false;
	if (f->style == DISPLAY_SCIENTIFIC) return is_rounded(&was, mantissa_digits(v, n), v);
	if (f->style == DISPLAY_GENERAL && has_last_zero(v)) return false;
	if (f->style == DISPLAY_PLAIN) {
		return (long)v->places == f->places && is_rounded(&was, was.point + f->places, v);
	}
	return is_general(&was, v);
}

static void add_format(display_numbers *d, const display_number *f)
{
	vv_array_each(d->formats, d->count, had) {
		const bool marks = had->mark == f->mark || had->mark == 0 || f->mark == 0;

		if (marks && had->style == f->style && had->places == f->places &&
		    had->percent == f->percent && strcmp(had->around, f->around) == 0) {
			had->mark = had->mark ? had->mark : f->mark;
			had->hits++;
			return;
		}
	}
	if (d->count < DISPLAY_FORMATS) {
		d->formats[d->count] = *f;
		d->formats[d->count++].hits = 1;
	}
}

static void learn_with_mark(display_numbers *d, const vv_number_text *was, const shown *n,
			    char mark)
{
	display_number f = {.percent = n->percent};
	vv_number_text v;
	bool marked = false;

	if (!read_shown(&v, &marked, n, mark) || (!marked && mark == ',')) return;
	f.mark = '\0';
	if (marked) {
		f.mark = mark;
	}
	memcpy(f.around, n->around, sizeof(f.around));
	if (v.exponent) {
		f.style = DISPLAY_SCIENTIFIC;
		if (is_display(&f, was, n, &v)) {
			add_format(d, &f);
		}
		return;
	}
	f.style = DISPLAY_GENERAL;
	if (is_display(&f, was, n, &v)) {
		add_format(d, &f);
	}
	f.style = DISPLAY_PLAIN;
	f.places = (long)v.places;
	if (is_display(&f, was, n, &v)) {
		add_format(d, &f);
	}
}

void display_numbers_learn(display_numbers *d, const vv_number_text *was, const char *is,
			   size_t len)
{
	fraction part;
	shown n;

	if (split_shown(&n, is, len) && n.to > n.from) {
		learn_with_mark(d, was, &n, '.');
		learn_with_mark(d, was, &n, ',');
	}
	if (read_fraction(&part, is, len) && is_near(was, &part)) {
		add_format(d, &(display_number){.style = DISPLAY_FRACTION});
	}
}

void display_numbers_settle(display_numbers *d, char mark)
{
	d->chosen = NULL;
	vv_array_each(d->formats, d->count, f) {
		if (mark && f->mark && f->mark != mark) {
			continue;
		}
		if (!d->chosen || f->hits > d->chosen->hits) {
			d->chosen = f;
		}
	}
}

bool display_number_value(vv_number_text *out, const display_number *f, const char *is, size_t len)
{
	bool marked = false;
	shown n;

	if (f->style == DISPLAY_FRACTION || !split_shown(&n, is, len) || n.to == n.from ||
	    strcmp(n.around, f->around) != 0 || n.percent != f->percent ||
	    !read_shown(out, &marked, &n, f->mark ? f->mark : '.')) {
		return false;
	}
	out->point -= n.percent && out->count > 0 ? 2 : 0;
	return true;
}

/* A zero that is shown as a dash, as formats for accounting do. */
static bool is_dash(const display_number *f, const vv_number_text *was, const shown *n)
{
	return n->to == n->from && n->negative && was->count == 0 && f->style != DISPLAY_FRACTION &&
	       strcmp(n->around, f->around) == 0;
}

vv_display_answer display_numbers_of(const display_number *f, const vv_number_text *was,
				     const char *is, size_t len)
{
	fraction part;
	vv_number_text v;
	bool marked = false;
	shown n;

	if (f->style == DISPLAY_FRACTION) {
		return read_fraction(&part, is, len) && is_near(was, &part) ? VV_DISPLAY_PART
									    : VV_DISPLAY_NO;
	}
	if (!split_shown(&n, is, len)) return VV_DISPLAY_NO;
	if (is_dash(f, was, &n)) return VV_DISPLAY_WHOLE;
	if (n.to == n.from || !read_shown(&v, &marked, &n, f->mark ? f->mark : '.') ||
	    !is_display(f, was, &n, &v)) {
		return VV_DISPLAY_NO;
	}
	vv_number_text value = *was;
	value.point += f->percent && value.count > 0 ? 2 : 0;
	return vv_number_text_same(&value, &v) ? VV_DISPLAY_WHOLE : VV_DISPLAY_PART;
}

bool display_number_changes(const display_number *f, const vv_number_text *n)
{
	if (f->style == DISPLAY_FRACTION) return n->places > 0;
	if (f->style == DISPLAY_SCIENTIFIC) return !n->exponent;
	if (f->percent || f->around[0]) return true;
	if (f->style == DISPLAY_PLAIN && (long)n->places != f->places) return true;
	return n->mark && f->mark && n->mark != f->mark;
}
