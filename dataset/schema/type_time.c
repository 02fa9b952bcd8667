/*
 * type_time: dates and times: the forms of XML Schema (xmlschema-2, 3.2.6 to 3.2.14), by
 * which Table Schema defines its default formats, and strptime patterns.
 */
#include "dataset/schema/type_time.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "dataset/format/spelling.h"

/* A place in a text that is being read. */
typedef struct cursor {
	const char *at, *end;
} cursor;

static bool take_char(cursor *c, char want)
{
	if (c->at == c->end || *c->at != want) return false;
	c->at++;
	return true;
}

/* Exactly count digits, as a number. */
static bool take_digits(cursor *c, unsigned count, unsigned *out)
{
	if ((size_t)(c->end - c->at) < count) return false;
	*out = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!vv_is_digit(c->at[i])) return false;
		*out = *out * 10 + (unsigned)(c->at[i] - '0');
	}
	c->at += count;
	return true;
}

/* Any number of digits, at least one. */
static bool skip_digits(cursor *c)
{
	const char *from = c->at;

	c->at = vv_after_digits(from, c->end);
	return c->at > from;
}

bool vv_type_is_day(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* -?CCYY, more digits where the first is not 0; there is no year 0. *out is the year modulo 400,
 * which is enough for leap years. */
static bool take_year(cursor *c, unsigned *out)
{
	bool zero = true;

	take_char(c, '-');
	const char *from = c->at;
	*out = 0;
	while (c->at < c->end && vv_is_digit(*c->at)) {
		zero = zero && *c->at == '0';
		*out = (*out * 10 + (unsigned)(*c->at++ - '0')) % 400;
	}
	return !zero && (c->at - from == 4 || (c->at - from > 4 && *from != '0'));
}

/* HH:MM:SS, not 24:00:00. */
static bool take_time(cursor *c)
{
	unsigned hour, minute, second;

	return take_digits(c, 2, &hour) && hour < 24 && take_char(c, ':') &&
	       take_digits(c, 2, &minute) && minute < 60 && take_char(c, ':') &&
	       take_digits(c, 2, &second) && second < 60;
}

/* Nothing, Z, or +HH:MM up to 14 hours; then the end. */
static bool take_zone(cursor *c)
{
	unsigned hour, minute;

	if (c->at == c->end) return true;
	if (take_char(c, 'Z')) return c->at == c->end;
	return (take_char(c, '+') || take_char(c, '-')) && take_digits(c, 2, &hour) &&
	       take_char(c, ':') && take_digits(c, 2, &minute) && minute < 60 &&
	       (hour < 14 || (hour == 14 && minute == 0)) && c->at == c->end;
}

bool vv_type_is_date(const char *s, size_t len)
{
	int64_t days;

	return len == 10 && spell_read_date(&days, s, len, spell_key(s, len));
}

bool vv_type_is_time(const char *s, size_t len)
{
	cursor c = {s, s + len};

	return len == 8 && take_time(&c);
}

/* The end of a day may be written as 24:00:00, with zeros after the point. */
static bool take_midnight(cursor *c)
{
	if ((size_t)(c->end - c->at) < 8 || memcmp(c->at, "24:00:00", 8) != 0) return false;
	c->at += 8;
	if (take_char(c, '.')) {
		const char *from = c->at;

		while (c->at < c->end && *c->at == '0') {
			c->at++;
		}
		return c->at > from;
	}
	return true;
}

bool vv_type_is_datetime(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year, month, day;

	if (!take_year(&c, &year) || !take_char(&c, '-') || !take_digits(&c, 2, &month) ||
	    !take_char(&c, '-') || !take_digits(&c, 2, &day) || !vv_type_is_day(year, month, day) ||
	    !take_char(&c, 'T')) {
		return false;
	}
	if (c.end - c.at > 1 && c.at[0] == '2' && c.at[1] == '4') {
		if (!take_midnight(&c)) return false;
	} else if (!take_time(&c) || (take_char(&c, '.') && !skip_digits(&c))) {
		return false;
	}
	return take_zone(&c);
}

bool vv_type_is_year(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year;

	return take_year(&c, &year) && take_zone(&c);
}

bool vv_type_is_yearmonth(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year, month;

	return take_year(&c, &year) && take_char(&c, '-') && take_digits(&c, 2, &month) &&
	       month >= 1 && month <= 12 && take_zone(&c);
}

/* Parts in the order of their designators, each at most once; *any is set when
 * there was one. Only seconds may have a fraction. */
static bool take_parts(cursor *c, const char *designators, bool *any)
{
	while (c->at < c->end && *c->at != 'T') {
		if (!skip_digits(c)) return false;
		bool fraction = take_char(c, '.');
		if ((fraction && !skip_digits(c)) || c->at == c->end) return false;
		const char *place = strchr(designators, *c->at);
		if (*c->at == '\0' || !place || (fraction && *place != 'S')) return false;
		designators = place + 1;
		c->at++;
		*any = true;
	}
	return true;
}

bool vv_type_is_duration(const char *s, size_t len)
{
	cursor c = {s, s + len};
	bool any = false;

	take_char(&c, '-');
	if (!take_char(&c, 'P') || !take_parts(&c, "YMD", &any)) return false;
	if (take_char(&c, 'T')) {
		any = false;
		if (!take_parts(&c, "HMS", &any)) return false;
	}
	return any && c.at == c.end;
}

/* The number at the cursor, cut to 10^15. */
static int64_t number_here(cursor *c)
{
	int64_t v = 0;

	for (; c->at < c->end && vv_is_digit(*c->at); c->at++) {
		v = v < (int64_t)100000000000000 ? v * 10 + (*c->at - '0')
						 : (int64_t)1000000000000000;
	}
	return v;
}

static void read_clock(vv_moment *out, cursor *c)
{
	take_digits(c, 2, &out->hour);
	take_char(c, ':');
	take_digits(c, 2, &out->minute);
	take_char(c, ':');
	take_digits(c, 2, &out->second);
	if (take_char(c, '.')) {
		out->fraction = c->at;
		skip_digits(c);
		out->fraction_len = (size_t)(c->at - out->fraction);
	}
}

static void read_zone(vv_moment *out, cursor *c)
{
	unsigned hour = 0, minute = 0;
	bool west = c->at < c->end && *c->at == '-';

	if (!take_char(c, '+') && !take_char(c, '-')) return;
	take_digits(c, 2, &hour);
	take_char(c, ':');
	take_digits(c, 2, &minute);
	out->offset = (int)(hour * 3600 + minute * 60) * (west ? -1 : 1);
}

bool vv_type_read_moment(vv_moment *out, vv_type type, const char *s, size_t len)
{
	cursor c = {s, s + len};

	*out = (vv_moment){.year = 1900, .month = 1, .day = 1};
	if (type == VV_TYPE_TIME) {
		read_clock(out, &c);
		return c.at == c.end;
	}
	bool before = take_char(&c, '-');
	out->year = number_here(&c) * (before ? -1 : 1);
	if (type != VV_TYPE_YEAR && (!take_char(&c, '-') || !take_digits(&c, 2, &out->month))) {
		return false;
	}
	if ((type == VV_TYPE_DATE || type == VV_TYPE_DATETIME) &&
	    (!take_char(&c, '-') || !take_digits(&c, 2, &out->day))) {
		return false;
	}
	if (type == VV_TYPE_DATETIME) {
		if (!take_char(&c, 'T')) return false;
		read_clock(out, &c);
	}
	if (type != VV_TYPE_DATE) {
		read_zone(out, &c);
	}
	return true;
}

/*
 * Strptime patterns in the C locale, as Python and POSIX read them.
 *
 * A pattern is compiled to items, each of which takes at least one character. A
 * number takes as many digits as it can; where that leads nowhere, fewer are tried
 * (so "%d%m%Y" reads both 01012024 and 112024), within a budget of steps.
 */

#define ITEMS_MAX 96u
#define STEPS_MAX 20000u

typedef struct item {
	char kind; /* the directive's letter; ' ' for white space; 0: the byte itself */
	char byte;
} item;

typedef struct pattern {
	const struct pattern *next; /* of several that will do */
	size_t count;
	item items[ITEMS_MAX];
} pattern;

struct vv_time_plan {
	vv_type type;
	bool any; /* dates and times may be beside each other in any of the forms */
	const pattern *whole, *dates, *times;
};

static const char *const months[12] = {"january",   "february", "march",    "april",
				       "may",       "june",     "july",     "august",
				       "september", "october",  "november", "december"};
static const char *const weekdays[7] = {"monday", "tuesday",  "wednesday", "thursday",
					"friday", "saturday", "sunday"};

/* What "any" understands. Which of day and month comes first does not matter for
 * whether a text is a date. */
static const char *const any_dates[] = {
	"%Y-%m-%d",     "%Y/%m/%d",    "%Y.%m.%d",     "%Y%m%d",        "%Y-%j",    "%d/%m/%Y",
	"%m/%d/%Y",     "%d-%m-%Y",    "%m-%d-%Y",     "%d.%m.%Y",      "%d/%m/%y", "%m/%d/%y",
	"%d-%m-%y",     "%d.%m.%y",    "%d-%b-%Y",     "%d-%b-%y",      "%d %b %Y", "%d %B %Y",
	"%b %d, %Y",    "%B %d, %Y",   "%b %d %Y",     "%B %d %Y",      "%Y %b %d", "%Y-%b-%d",
	"%a, %d %b %Y", "%a %d %b %Y", "%A, %d %B %Y", "%A, %B %d, %Y", NULL};
static const char *const any_times[] = {
	"%H:%M:%S",   "%H:%M",          "%H:%M:%S.%f",   "%H%M%S",   "%H%M%S.%f",
	"%I:%M %p",   "%I:%M%p",        "%I:%M:%S %p",   "%I %p",    "%I%p",
	"%H:%M:%S%z", "%H:%M%z",        "%H:%M:%S.%f%z", "%H%M%S%z", "%H:%M:%S %z",
	"%H:%M %z",   "%H:%M:%S.%f %z", "%H:%M:%S %Z",   "%H:%M %Z", NULL};
static const char *const any_whole[] = {"%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %Z %Y", NULL};

/* The long form of a directive, or NULL. */
static const char *long_form(char kind)
{
	switch (kind) {
	case 'T':
		return "%H:%M:%S";
	case 'R':
		return "%H:%M";
	case 'D':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'r':
		return "%I:%M:%S %p";
	default:
		return NULL;
	}
}

static vv_status add_item(pattern *p, char kind, char byte, vv_error *err)
{
	if (p->count == ITEMS_MAX) {
		return vv_fail(err, VV_EINPUT, "the pattern is longer than %u characters",
			       ITEMS_MAX);
	}
	p->items[p->count++] = (item){kind, byte};
	return VV_OK;
}

/* Two of one directive could contradict each other. */
static bool has_kind(const pattern *p, char kind)
{
	return vv_array_find(p->items, p->count, it, it->kind == kind) != NULL;
}

static vv_status add_directive(pattern *p, char kind, vv_error *err)
{
	if (kind == '%') return add_item(p, 0, '%', err);
	if (kind == 'n' || kind == 't') return add_item(p, ' ', 0, err);
	if (kind == 'h') {
		kind = 'b';
	}
	if (kind == 'e') {
		kind = 'd';
	}
	if (kind == '\0') return vv_fail(err, VV_EINPUT, "the pattern ends in a single %%");
	if (!strchr("YmdHMSfybBaAjpIzZwuUW", kind)) {
		return vv_fail(
			err, VV_EINPUT,
			"%%%s is not a supported directive\nuse %%Y %%y %%m %%b %%B %%d %%j %%a "
			"%%A %%H %%I %%M %%S %%f %%p %%z %%Z",
			vv_text_show(&kind, 1));
	}
	if (has_kind(p, kind)) {
		return vv_fail(err, VV_EINPUT, "%%%c occurs twice in the pattern", kind);
	}
	return add_item(p, kind, 0, err);
}

static vv_status compile_pattern(pattern *p, const char *text, vv_error *err)
{
	vv_status rc = VV_OK;

	for (const char *c = text; *c && rc == VV_OK; c++) {
		if (vv_is_c_space(*c)) {
			while (vv_is_c_space(c[1])) {
				c++;
			}
			rc = add_item(p, ' ', 0, err);
		} else if (*c != '%') {
			rc = add_item(p, 0, *c, err);
		} else {
			const char *more = long_form(*++c);

			if (!more) {
				rc = add_directive(p, *c, err);
				if (*c == '\0') {
					break;
				}
			}
			for (; more && *more && rc == VV_OK; more++) {
				if (*more == '%') {
					rc = add_directive(p, *++more, err);
				} else {
					rc = add_item(p, *more == ' ' ? ' ' : 0, *more, err);
				}
			}
		}
	}
	return rc;
}

static vv_status add_pattern(const pattern **head, vv_arena *arena, const char *text, vv_error *err)
{
	pattern *p = vv_arena_alloc(arena, sizeof(*p));

	if (!p) return vv_fail_nomem(err);
	p->next = *head;
	p->count = 0;
	*head = p;
	return compile_pattern(p, text, err);
}

static vv_status add_patterns(const pattern **head, vv_arena *arena, const char *const *texts,
			      vv_error *err)
{
	vv_status rc;

	for (; *texts; texts++) {
		if ((rc = add_pattern(head, arena, *texts, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_time_plan_new(const vv_time_plan **out, vv_arena *arena, vv_type type,
			   const char *format, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (strcmp(format, "default") == 0) return VV_OK;
	vv_time_plan *plan = vv_arena_calloc(arena, 1, sizeof(*plan));
	if (!plan) return vv_fail_nomem(err);
	plan->type = type;
	*out = plan;
	if (strcmp(format, "any") != 0) {
		if (!strchr(format, '%')) {
			return vv_fail(err, VV_EINPUT,
				       "'%s' is not a strptime pattern\nuse directives, such as "
				       "%%d/%%m/%%Y",
				       vv_text_shows(format));
		}
		return add_pattern(&plan->whole, arena, format, err);
	}
	plan->any = true;
	if ((rc = add_patterns(&plan->dates, arena, any_dates, err)) < 0 ||
	    (rc = add_patterns(&plan->times, arena, any_times, err)) < 0) {
		return rc;
	}
	return add_patterns(&plan->whole, arena, any_whole, err);
}

/* Limits of a number's digits and values. */
typedef struct number_rule {
	char kind;
	uint8_t least_digits, most_digits;
	uint16_t least, most;
} number_rule;

static const number_rule number_rules[] = {
	{'Y', 4, 4, 1, 9999}, {'m', 1, 2, 1, 12}, {'d', 1, 2, 1, 31}, {'H', 1, 2, 0, 23},
	{'M', 1, 2, 0, 59},   {'S', 1, 2, 0, 59}, {'y', 2, 2, 0, 99}, {'j', 1, 3, 1, 366},
	{'I', 1, 2, 1, 12},   {'w', 1, 1, 0, 6},  {'u', 1, 1, 1, 7},  {'U', 1, 2, 0, 53},
	{'W', 1, 2, 0, 53}};

static unsigned number_of(const char *s, size_t len)
{
	unsigned v = 0;

	for (size_t i = 0; i < len; i++) {
		v = v * 10 + (unsigned)(s[i] - '0');
	}
	return v;
}

/* The greatest number of characters, below `below`, that spell a number by the rule. */
static size_t match_number(const number_rule *r, const char *s, size_t avail, size_t below)
{
	size_t digits = 0;

	while (digits < avail && digits < r->most_digits && vv_is_digit(s[digits])) {
		digits++;
	}
	if (digits >= below) {
		digits = below - 1;
	}
	for (; digits >= r->least_digits && digits > 0; digits--) {
		unsigned v = number_of(s, digits);

		if (v >= r->least && v <= r->most) return digits;
	}
	return 0;
}

static bool starts_with(const char *s, size_t avail, const char *name, size_t len)
{
	return avail >= len && vv_ascii_compare(s, name, len) == 0;
}

/* Which of the names (cut to three letters when brief) the text begins with; -1: none. */
static int find_name(const char *const *names, int count, bool brief, const char *s, size_t avail)
{
	const char *const *name = vv_array_find(
		names, (size_t)count, it, starts_with(s, avail, *it, brief ? 3 : strlen(*it)));

	return name ? (int)(name - names) : -1;
}

static size_t match_name(const char *const *names, int count, bool brief, const char *s,
			 size_t avail)
{
	int i = find_name(names, count, brief, s, avail);

	if (i < 0) return 0;
	return brief ? 3 : strlen(names[i]);
}

/* Z, +HHMM, +HH:MM, with seconds perhaps */
static size_t match_offset(const char *s, size_t avail)
{
	size_t n = 1;

	if (avail > 0 && (*s == 'Z' || *s == 'z')) return 1;
	if (avail < 5 || (*s != '+' && *s != '-') || !vv_is_digit(s[1]) || !vv_is_digit(s[2])) {
		return 0;
	}
	n = s[3] == ':' ? 4 : 3;
	if (avail < n + 2 || s[n] > '5' || !vv_is_digit(s[n]) || !vv_is_digit(s[n + 1])) return 0;
	n += 2;
	if (n == 6 && avail >= 9 && s[6] == ':' && vv_is_digit(s[7]) && s[7] <= '5' &&
	    vv_is_digit(s[8])) {
		n = 9;
	} else if (n == 5 && avail >= 7 && vv_is_digit(s[5]) && s[5] <= '5' && vv_is_digit(s[6])) {
		n = 7;
	}
	return number_of(s + 1, 2) < 24 ? n : 0;
}

/* A run of white space, of digits (a fraction's) or of letters (a zone's), at most `most` long. */
static size_t match_run(bool (*of)(char c), const char *s, size_t avail, size_t most)
{
	return vv_find_place(i, avail < most ? avail : most, !of(s[i]));
}

/* The greatest length below `below` that the item can take; 0: none. */
static size_t match_item(const item *it, const char *s, size_t avail, size_t below)
{
	size_t n;

	switch (it->kind) {
	case 0:
		n = avail > 0 && vv_to_lower(*s) == vv_to_lower(it->byte) ? 1 : 0;
		break;
	case ' ':
		n = match_run(vv_is_c_space, s, avail, SIZE_MAX);
		break;
	case 'f':
		n = match_run(vv_is_digit, s, avail, 6);
		return n < below ? n : below - 1;
	case 'b':
		n = match_name(months, 12, true, s, avail);
		break;
	case 'B':
		n = match_name(months, 12, false, s, avail);
		break;
	case 'a':
		n = match_name(weekdays, 7, true, s, avail);
		break;
	case 'A':
		n = match_name(weekdays, 7, false, s, avail);
		break;
	case 'p':
		n = starts_with(s, avail, "am", 2) || starts_with(s, avail, "pm", 2) ? 2 : 0;
		break;
	case 'z':
		n = match_offset(s, avail);
		break;
	case 'Z':
		n = match_run(vv_is_alpha, s, avail, 5);
		n = n < 3 ? 0 : n;
		break;
	default:
		for (size_t i = 0; i < sizeof(number_rules) / sizeof(number_rules[0]); i++) {
			if (number_rules[i].kind == it->kind) {
				return match_number(&number_rules[i], s, avail, below);
			}
		}
		return 0;
	}
	return n < below ? n : 0;
}

/* Stores the clock's directives in out. */
static void note_clock(vv_moment *out, char kind, const char *text, size_t len, bool *after)
{
	switch (kind) {
	case 'H':
		out->hour = number_of(text, len);
		break;
	case 'I':
		out->hour = number_of(text, len) % 12;
		break;
	case 'p':
		*after = vv_to_lower(*text) == 'p';
		break;
	case 'M':
		out->minute = number_of(text, len);
		break;
	case 'S':
		out->second = number_of(text, len);
		break;
	case 'f':
		out->fraction = text;
		out->fraction_len = len;
		break;
	case 'z':
		if (len > 1) {
			size_t n = text[3] == ':' ? 4 : 3;
			int seconds = len > n + 2 ? (int)number_of(text + len - 2, 2) : 0;

			seconds += (int)(number_of(text + 1, 2) * 3600 +
					 number_of(text + n, 2) * 60);
			out->offset = *text == '-' ? -seconds : seconds;
		}
		break;
	default:
		break;
	}
}

/* Is the date just read a day that exists? at[i] is the start of item i. Stores it in out if not
 * NULL. */
static bool is_possible(const pattern *p, const char *s, const size_t *at, vv_moment *out)
{
	unsigned year = 1900, month = 1, day = 1, of_year = 1;
	bool after = false;
	vv_moment said = {.year = 1900, .month = 1, .day = 1};

	for (size_t i = 0; i < p->count; i++) {
		const char *text = s + at[i];
		size_t len = at[i + 1] - at[i];

		switch (p->items[i].kind) {
		case 'Y':
			year = number_of(text, len);
			break;
		case 'y':
			year = number_of(text, len);
			year += year < 69 ? 2000 : 1900;
			break;
		case 'm':
			month = number_of(text, len);
			break;
		case 'b':
			month = (unsigned)find_name(months, 12, true, text, len) + 1;
			break;
		case 'B':
			month = (unsigned)find_name(months, 12, false, text, len) + 1;
			break;
		case 'd':
			day = number_of(text, len);
			break;
		case 'j':
			of_year = number_of(text, len);
			break;
		default:
			note_clock(&said, p->items[i].kind, text, len, &after);
			break;
		}
	}
	if (out) {
		said.year = year;
		said.month = month;
		/* of January, where the pattern has but the year's day */
		said.day = day + of_year - 1;
		said.hour += after && has_kind(p, 'I') ? 12 : 0;
		*out = said;
	}
	return vv_type_is_day(year, month, day) && (of_year < 366 || vv_type_is_day(year, 2, 29));
}

static bool match_pattern(const pattern *p, const char *s, size_t len, vv_moment *out)
{
	size_t at[ITEMS_MAX + 1], below[ITEMS_MAX + 1];
	size_t i = 0;
	unsigned steps = 0;

	at[0] = 0;
	below[0] = SIZE_MAX;
	while (steps++ < STEPS_MAX) {
		size_t n = 0;

		if (i == p->count) {
			if (at[i] == len) return is_possible(p, s, at, out);
		} else {
			n = match_item(&p->items[i], s + at[i], len - at[i], below[i]);
		}
		if (n > 0) {
			below[i] = n;
			at[i + 1] = at[i] + n;
			below[++i] = SIZE_MAX;
		} else if (i-- == 0) {
			return false;
		}
	}
	return false;
}

static bool match_one_of(const pattern *p, const char *s, size_t len, vv_moment *out)
{
	while (p && !match_pattern(p, s, len, out)) {
		p = p->next;
	}
	return p != NULL;
}

/* A date, then "T", a comma, white space, then a time. */
static bool match_both(const vv_time_plan *p, const char *s, size_t len, vv_moment *out)
{
	vv_moment clock;

	for (size_t i = 1; i + 1 < len; i++) {
		size_t before = i;

		if (s[i] != 'T' && s[i] != 't' && s[i] != ' ') {
			continue;
		}
		if (s[i] == ' ' && s[i - 1] == ',') {
			before--;
		}
		if (match_one_of(p->times, s + i + 1, len - i - 1, out ? &clock : NULL) &&
		    match_one_of(p->dates, s, before, out)) {
			if (out) {
				clock.year = out->year;
				clock.month = out->month;
				clock.day = out->day;
				*out = clock;
			}
			return true;
		}
	}
	return false;
}

bool vv_time_plan_accepts(const vv_time_plan *p, const char *s, size_t len)
{
	return vv_time_plan_read(p, s, len, NULL);
}

bool vv_time_plan_read(const vv_time_plan *p, const char *s, size_t len, vv_moment *out)
{
	if (!p->any) return match_one_of(p->whole, s, len, out);
	if (len > 64) return false;
	if (p->type == VV_TYPE_DATE) return match_one_of(p->dates, s, len, out);
	if (p->type == VV_TYPE_TIME) return match_one_of(p->times, s, len, out);
	if (vv_type_is_datetime(s, len)) {
		return !out || vv_type_read_moment(out, VV_TYPE_DATETIME, s, len);
	}
	return match_both(p, s, len, out) || match_one_of(p->dates, s, len, out) ||
	       match_one_of(p->whole, s, len, out);
}
