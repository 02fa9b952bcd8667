/*
 * likely: spellings of other programs and countries, each with what accepts it. The first line of the table that fits
 * decides.
 */
#include "check/rules/likely.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/hint_text.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"

#define DAY 86400
#define TEXT_MAX 120u /* a longer text is none of these */

/* A text that is looked at. */
typedef struct guess {
	vv_likely *out;
	const vv_field *f;
	const char *s;
	size_t len;
	bool json;
} guess;

void vv_likely_clear(vv_likely *l)
{
	vv_buf_clear_all(&l->what, &l->member);
}

static void accept_by(guess *g, vv_hint_id hint, const char *arg)
{
	g->out->has_hint = true;
	g->out->hint = hint;
	g->out->arg = arg;
}

/* It is of another type. */
static bool is_of_type(guess *g, const char *what, const char *type)
{
	vv_buf_puts(&g->out->what, what);
	vv_buf_printf(&g->out->member, "\"type\": \"%s\"", type);
	accept_by(g, VV_HINT_SCHEMA_TYPE, type);
	return true;
}

static bool is_word(const guess *g, const char *word)
{
	return vv_ascii_is(g->s, g->len, word);
}

static bool is_one_of(const guess *g, const char *const *words)
{
	return vv_ended_find(words, it, is_word(g, *it)) != NULL;
}

/* --- texts of any column --------------------------------------------------------------------- */

static bool json_string(guess *g)
{
	if (!g->json || !vv_type_accepts_text(g->f, g->s, g->len)) return false;
	vv_buf_puts(&g->out->what, "a value of the type, written as a JSON string");
	return true;
}

static bool error_value(guess *g)
{
	static const char *const words[] = {"#REF!",   "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!",
					    "#SPILL!", "#CALC!",  "#NULL!",  NULL};

	if (!is_one_of(g, words) && !(g->len > 2 && strspn(g->s, "#") >= g->len)) return false;
	vv_buf_puts(&g->out->what, "an error of a spreadsheet");
	return true;
}

static bool missing_word(guess *g)
{
	static const char *const words[] = {"null",       "na",
					    "n/a",        "nan",
					    "none",       "nil",
					    "#n/a",       "-",
					    "--",         "---",
					    ".",          "..",
					    "\\n",        "?",
					    "n.a.",       "n.d.",
					    "nd",         "n/d",
					    "(null)",     "<na>",
					    "undefined",  "k.a.",
					    "tbd",        "unknown",
					    "missing",    "empty",
					    "no data",    "not available",
					    "0000-00-00", "0000-00-00 00:00:00",
					    NULL};
	const vv_field *f = g->f;

	if (!is_one_of(g, words)) return false;
	vv_buf_puts(&g->out->what, "a missing value");
	vv_buf_puts(&g->out->member, "\"missingValues\": [");
	for (size_t i = 0; f->missing && f->missing[i]; i++) {
		vv_json_put_string(&g->out->member, f->missing[i], strlen(f->missing[i]));
		vv_buf_puts(&g->out->member, ", ");
	}
	vv_json_put_string(&g->out->member, g->s, g->len);
	vv_buf_putc(&g->out->member, ']');
	accept_by(g, VV_HINT_SCHEMA_MISSING, NULL);
	return true;
}

/* Blanks that are invisible, or look like a space. */
static const struct {
	const char *bytes, *name;
} blanks[] = {
	{" ", "a blank"},
	{"\t", "a tab"},
	{"\r", "a carriage return"},
	{"\n", "a line feed"},
	{"\xC2\xA0", "a no-break space"},
	{"\xE2\x80\xAF", "a narrow no-break space"},
	{"\xE2\x80\x87", "a figure space"},
	{"\xE2\x80\x89", "a thin space"},
	{"\xE3\x80\x80", "an ideographic space"},
	{"\xE2\x80\x8B", "a zero-width space"},
	{"\xEF\xBB\xBF", "a byte order mark"},
};
#define BLANKS (sizeof(blanks) / sizeof(blanks[0]))

/* The blank that the text begins (or ends) with; BLANKS: none. */
static size_t blank_at(const char *s, size_t len, bool end)
{
	for (size_t i = 0; i < BLANKS; i++) {
		size_t n = strlen(blanks[i].bytes);

		if (n <= len && memcmp(end ? s + len - n : s, blanks[i].bytes, n) == 0) return i;
	}
	return BLANKS;
}

static bool is_type(void *payload, const char *s, size_t len)
{
	const guess *g = payload;

	return vv_type_accepts_text(g->f, s, len);
}

/* Right without the blanks around it? */
static bool blanks_around(vv_likely *out, const char *s, size_t len, vv_likely_right_fn right,
			  void *payload)
{
	size_t before = BLANKS, after = BLANKS, at;

	while ((at = blank_at(s, len, false)) < BLANKS) {
		before = at;
		s += strlen(blanks[at].bytes);
		len -= strlen(blanks[at].bytes);
	}
	while ((at = blank_at(s, len, true)) < BLANKS) {
		after = at;
		len -= strlen(blanks[at].bytes);
	}
	if (len == 0 || (before == BLANKS && after == BLANKS) || !right(payload, s, len)) {
		return false;
	}
	vv_buf_printf(&out->what, "'%s' with ", vv_text_show(s, len));
	if (before < BLANKS) {
		vv_buf_printf(&out->what, "%s before it", blanks[before].name);
	}
	if (after < BLANKS) {
		vv_buf_printf(&out->what, "%s%s after it", before < BLANKS ? " and " : "",
			      blanks[after].name);
	}
	return true;
}

static bool blanked_value(guess *g)
{
	return blanks_around(g->out, g->s, g->len, is_type, g);
}

static bool quoted_value(guess *g)
{
	const char *s = g->s;
	bool both = g->len > 2 && (*s == '\'' || *s == '"') && s[g->len - 1] == *s;
	size_t len = g->len - (both ? 2 : 1);

	if (g->len < 2 || (*s != '\'' && *s != '"') || !vv_type_accepts_text(g->f, s + 1, len)) {
		return false;
	}
	vv_buf_printf(&g->out->what, both ? "%s in quotes" : "%s as a text of a spreadsheet",
		      vv_text_show(s + 1, len));
	return true;
}

/* --- numbers --------------------------------------------------------------------------------- */

/* Are there three digits behind each mark between groups, and one to three before the first? */
static bool is_grouped(const char *s, size_t len, const char *group, const char *decimal)
{
	size_t n = strlen(group), digits = 0;
	bool any = false;

	for (size_t i = 0; i < len; i++) {
		if (len - i >= n && memcmp(s + i, group, n) == 0) {
			if (digits == 0 || digits > 3 || (any && digits != 3)) return false;
			any = true;
			digits = 0;
			i += n - 1;
		} else if (len - i >= strlen(decimal) &&
			   memcmp(s + i, decimal, strlen(decimal)) == 0) {
			break;
		} else {
			digits += s[i] >= '0' && s[i] <= '9';
		}
	}
	return any && digits == 3;
}

static void put_marks(vv_buf *out, const vv_field *f)
{
	if (*f->decimal != '.') {
		vv_buf_printf(out, "\"decimalChar\": \"%s\"", f->decimal);
	}
	if (*f->group) {
		uint32_t cp = 0;

		(void)vv_utf8_decode(&cp, f->group, strlen(f->group));
		vv_buf_printf(out, "%s\"groupChar\": ", *f->decimal != '.' ? ", " : "");
		vv_buf_printf(out, cp < 0x80 ? "\"%c\"" : "\"\\u%04x\"", cp);
	}
}

/* Another mark between groups, or before the fraction. Of 1,234 both may be meant. */
static bool other_marks(guess *g)
{
	static const char *const groups[] = {
		"", ".", ",", "\xC2\xA0", "\xE2\x80\xAF", " ", "\xE2\x80\x99", "'", "_"};
	vv_likely *l = g->out;
	vv_auto(vv_buf) number = VV_BUF_INIT;
	size_t found = 0;

	for (size_t k = 0; k < 2 * sizeof(groups) / sizeof(groups[0]); k++) {
		vv_field f = *g->f;

		f.type = VV_TYPE_NUMBER;
		f.decimal = k % 2 ? "," : ".";
		f.group = groups[k / 2];
		if (strcmp(f.decimal, f.group) == 0 || !vv_type_accepts_text(&f, g->s, g->len) ||
		    (*f.group && !is_grouped(g->s, g->len, f.group, f.decimal)) ||
		    (*f.decimal == ',' && !memchr(g->s, ',', g->len)) ||
		    (!*f.group && *f.decimal == '.' && *g->f->decimal == '.')) {
			continue;
		}
		vv_buf_reset(&number);
		if (!vv_value_put_number(&number, &f, g->s, g->len)) {
			continue;
		}
		vv_buf_printf(&l->what, "%s%s", found ? ", or " : "", vv_buf_cstr(&number));
		vv_buf_puts(&l->member, found ? ", or " : "");
		put_marks(&l->member, &f);
		found++;
	}
	if (found == 0) return false;
	if (!vv_field_plain_marks(g->f)) {
		vv_buf_reset(&l->member); /* a column has one spelling */
		vv_buf_puts(&l->what, " in a spelling that the column does not allow");
	} else {
		vv_buf_puts(&l->what, " with ");
		vv_buf_put(&l->what, l->member.data, l->member.len);
		if (found == 1) {
			accept_by(g, VV_HINT_SCHEMA_NUMBER, NULL);
		}
	}
	return true;
}

static bool leading_zero(guess *g)
{
	return vv_field_is_code(g->f, g->s, g->len) &&
	       is_of_type(g, "a code, which keeps its zero as text", "string");
}

static bool decimal_integer(guess *g)
{
	vv_field f = *g->f;

	f.type = VV_TYPE_NUMBER;
	if (f.type == g->f->type || !vv_type_accepts_text(&f, g->s, g->len)) return false;
	const char *point = memchr(g->s, '.', g->len);
	size_t zeros = point ? strspn(point + 1, "0") : 0;
	if (point && zeros > 0 && point + 1 + zeros == g->s + g->len) {
		vv_buf_printf(&g->out->what, "the integer %s with a fraction, as pandas writes it",
			      vv_text_show(g->s, (size_t)(point - g->s)));
		return is_of_type(g, "", "number");
	}
	return is_of_type(g, "a number with a fraction or an exponent", "number");
}

/* A sign of a currency, or a word that a blank parts from the number: 6x does not have a unit. */
static bool is_unit(const char *s, size_t len, char next)
{
	return len == 0 || strchr("$%", s[0]) || (unsigned char)s[0] >= 0x80 || s[0] == ' ' ||
	       next == ' ';
}

static bool with_unit(guess *g)
{
	vv_field f = *g->f;
	size_t at, len;

	f.bare_number = false;
	if (!g->f->bare_number || !vv_type_accepts_text(&f, g->s, g->len) ||
	    !vv_type_find_number(&f, g->s, g->len, &at, &len) ||
	    !is_unit(g->s, at, at > 0 ? g->s[at - 1] : '\0') ||
	    !is_unit(g->s + at + len, g->len - at - len, '\0')) {
		return false;
	}
	vv_buf_printf(&g->out->what, "%s with a unit", vv_text_show(g->s + at, len));
	vv_buf_puts(&g->out->member, "\"bareNumber\": false");
	return true;
}

static bool of_accounts(guess *g)
{
	bool braced = g->len > 2 && g->s[0] == '(' && g->s[g->len - 1] == ')';
	bool behind = g->len > 1 && g->s[g->len - 1] == '-' && g->s[0] != '-';

	if ((!braced && !behind) ||
	    !vv_type_accepts_text(g->f, g->s + braced, g->len - 1 - braced)) {
		return false;
	}
	vv_buf_printf(&g->out->what, "-%s, in the notation of accountants",
		      vv_text_show(g->s + braced, g->len - 1 - braced));
	return true;
}

static bool infinite_number(guess *g)
{
	static const char *const words[] = {"inf",       "infinity",     "+inf",
					    "-infinity", "\xE2\x88\x9E", NULL};

	if (!is_one_of(g, words)) return false;
	vv_buf_puts(&g->out->what, *g->s == '-' ? "-INF in other letters" : "INF in other letters");
	return true;
}

/* --- dates and times ------------------------------------------------------------------------- */

static bool reads_in_format(vv_type type, const char *format, const char *s, size_t len,
			    vv_moment *out)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const vv_time_plan *plan;

	if (strcmp(format, "default") == 0) {
		return vv_type_accepts_text(
			       &(vv_field){
				       .type = type, .format = format, .decimal = ".", .group = ""},
			       s, len) &&
		       vv_type_read_moment(out, type, s, len);
	}
	return vv_time_plan_new(&plan, &arena, type, format, VV_IGNORED) == VV_OK &&
	       vv_time_plan_read(plan, s, len, out);
}

static void put_moment(vv_buf *out, vv_type type, const vv_moment *m)
{
	if (type != VV_TYPE_TIME) {
		vv_buf_printf(out, "%04d-%02u-%02u", (int)m->year, m->month, m->day);
	}
	if (type != VV_TYPE_DATE) {
		vv_buf_printf(out, "%s%02u:%02u:%02u", type == VV_TYPE_DATETIME ? "T" : "", m->hour,
			      m->minute, m->second);
	}
}

static void put_instant(vv_buf *out, vv_type type, int64_t seconds)
{
	int64_t days = seconds / DAY - (seconds % DAY < 0), clock = seconds - days * DAY;
	const vv_day d = vv_value_day(days);

	put_moment(out, type,
		   &(vv_moment){.year = d.year,
				.month = d.month,
				.day = d.day,
				.hour = (unsigned)(clock / 3600),
				.minute = (unsigned)(clock / 60 % 60),
				.second = (unsigned)(clock % 60)});
}

/* What Excel has in the cell: days since 1899-12-30. */
static bool excel_number(guess *g)
{
	int64_t whole = 0;
	double part = 0, unit = 1;
	size_t i = 0;

	for (; i < g->len && g->s[i] >= '0' && g->s[i] <= '9' && i < 6; i++) {
		whole = whole * 10 + (g->s[i] - '0');
	}
	bool fraction = i > 0 && i < g->len && g->s[i] == '.';
	for (i += fraction; fraction && i < g->len && g->s[i] >= '0' && g->s[i] <= '9'; i++) {
		unit /= 10;
		part += unit * (g->s[i] - '0');
	}
	/* 1927 to 2099: other numbers are rarely days */
	bool day = whole >= 10000 && whole <= 73050 && g->f->type != VV_TYPE_TIME;
	bool time = whole == 0 && fraction && g->f->type == VV_TYPE_TIME;
	if (i < g->len || (!day && !time) || (part > 0 && g->f->type == VV_TYPE_DATE)) return false;
	put_instant(&g->out->what, g->f->type, (whole - 25569) * DAY + (int64_t)(part * DAY + 0.5));
	vv_buf_puts(&g->out->what, " as Excel's number");
	return true;
}

/* Seconds since 1970, or their thousandth or millionth parts. */
static bool unix_number(guess *g)
{
	static const struct {
		size_t digits;
		int64_t unit;
		const char *name;
	} units[] = {{10, 1, "seconds"}, {13, 1000, "milliseconds"}, {16, 1000000, "microseconds"}};
	int64_t n = 0;

	if (g->len < 10 || g->len > 16 || strspn(g->s, "0123456789") < g->len) return false;
	for (size_t i = 0; i < g->len; i++) {
		n = n * 10 + (g->s[i] - '0');
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (g->len != units[i].digits || *g->s == '0') {
			continue;
		}
		put_instant(&g->out->what, VV_TYPE_DATETIME, n / units[i].unit);
		vv_buf_printf(&g->out->what, "Z in %s since 1970", units[i].name);
		return true;
	}
	return false;
}

static void put_format(guess *g, const char *format, const vv_moment *m)
{
	vv_likely *l = g->out;
	bool again = l->what.len > 0;

	vv_buf_puts(&l->what, again ? ", or " : "");
	put_moment(&l->what, g->f->type, m);
	vv_buf_printf(&l->what, " as %s", format);
	vv_buf_puts(&l->member, again ? " or " : "");
	vv_buf_printf(&l->member, "\"format\": \"%s\"", format);
}

static const char *const date_formats[] = {
	"%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",  "%m-%d-%Y",
	"%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",   "%d.%m.%y", "%d/%m/%y",  "%m/%d/%y",
	"%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
	"%b %d %Y", "%Y-%b-%d", "%Y-%d-%m", NULL};
static const char *const time_formats[] = {"%H:%M:%S",      "%H:%M",   "%H:%M:%S.%f", "%H:%M:%S%z",
					   "%H:%M:%S.%f%z", "%H:%M%z", "%I:%M %p",    "%I:%M:%S %p",
					   "%I:%M%p",       "%H.%M",   "%H%M",        NULL};

/* A date or a time in one of the usual forms; of a date also the second one that reads it as another day. */
static bool in_form(guess *g)
{
	const char *const *formats = g->f->type == VV_TYPE_DATE ? date_formats : time_formats;
	vv_moment first = {0}, m;
	bool found = false;

	/* the last one only where no other is */
	for (; *formats && (formats[1] || !found); formats++) {
		if (!reads_in_format(g->f->type, *formats, g->s, g->len, &m) ||
		    (found && m.year == first.year && m.month == first.month &&
		     m.day == first.day)) {
			continue;
		}
		put_format(g, *formats, &m);
		if (found || g->f->type == VV_TYPE_TIME) return true;
		found = true;
		first = m;
	}
	return found;
}

/* A date and a time with a T or a blank between, each in one of the usual forms. */
static bool in_both_forms(guess *g)
{
	vv_moment day, clock;
	char format[40];

	for (size_t at = 6; at + 1 < g->len; at++) {
		if (g->s[at] != ' ' && g->s[at] != 'T') {
			continue;
		}
		for (const char *const *d = date_formats; *d; d++) {
			if (!reads_in_format(VV_TYPE_DATE, *d, g->s, at, &day)) {
				continue;
			}
			for (const char *const *t = time_formats; *t; t++) {
				if (!reads_in_format(VV_TYPE_TIME, *t, g->s + at + 1,
						     g->len - at - 1, &clock)) {
					continue;
				}
				snprintf(format, sizeof(format), "%s%c%s", *d, g->s[at], *t);
				clock.year = day.year;
				clock.month = day.month;
				clock.day = day.day;
				put_format(g, format, &clock);
				return true;
			}
		}
	}
	return false;
}

static bool date_for_datetime(guess *g)
{
	if (!vv_type_is_date(g->s, g->len)) return false;
	return is_of_type(g, "a date without a time", "date");
}

static bool datetime_for_date(guess *g)
{
	vv_field f = *g->f;
	guess as = *g;

	f.type = VV_TYPE_DATETIME;
	as.f = &f;
	if (vv_type_is_datetime(g->s, g->len)) return is_of_type(g, "a datetime", "datetime");
	if (!in_both_forms(&as)) return false;
	vv_buf_puts(&g->out->member, ", \"type\": \"datetime\"");
	return true;
}

static bool less_than_date(guess *g)
{
	bool year = vv_type_is_year(g->s, g->len) && g->len == 4;

	if (!year && !vv_type_is_yearmonth(g->s, g->len)) return false;
	return year ? is_of_type(g, "a year", "year")
		    : is_of_type(g, "a year and month", "yearmonth");
}

/* Reads the next number of digits in a text, skipping the text before. */
static bool next_number(const char **s, const char *end, unsigned *out, size_t *digits)
{
	while (*s < end && (**s < '0' || **s > '9')) {
		++*s;
	}
	*digits = 0;
	for (*out = 0; *s < end && **s >= '0' && **s <= '9' && *digits < 9; ++*s, ++*digits) {
		*out = *out * 10 + (unsigned)(**s - '0');
	}
	return *digits > 0;
}

/* The order of year, month and day in the field's format; by default that one. */
static const char *order_of(const vv_field *f, char out[4])
{
	size_t n = 0;

	if (!f->plan) return "Ymd";
	for (const char *p = f->format; *p && n < 3; p++) {
		if (p[0] == '%' && p[1] && strchr("Yymd", p[1])) {
			out[n++] = p[1] == 'y' ? 'Y' : p[1];
		}
	}
	out[n] = '\0';
	return n == 3 ? out : NULL;
}

/* A date in the field's form that the calendar does not have. */
static bool no_such_day(guess *g)
{
	static const char *const names[] = {"January",   "February", "March",    "April",
					    "May",       "June",     "July",     "August",
					    "September", "October",  "November", "December"};
	const char *s = g->s, *end = g->s + g->len;
	unsigned year = 0, month = 0, day = 0, n;
	char room[4];
	const char *order = order_of(g->f, room);
	size_t digits, last = 28;

	for (; order && *order; order++) {
		if (!next_number(&s, end, &n, &digits) || (*order == 'Y') != (digits == 4)) {
			return false;
		}
		*(*order == 'Y' ? &year : *order == 'm' ? &month : &day) = n;
	}
	if (!order || (g->f->type == VV_TYPE_DATE && s != end)) return false;
	if (month < 1 || month > 12) {
		if (g->f->type == VV_TYPE_DATE && day >= 1 && day <= 12 && month <= 31) {
			return false; /* the other way round it is one */
		}
		vv_buf_printf(&g->out->what, "month %u does not exist", month);
		return true;
	}
	while (vv_type_is_day(year, month, (unsigned)last + 1)) {
		last++;
	}
	if (day >= 1 && day <= last) return false;
	vv_buf_printf(&g->out->what, "%s %u has %zu days", names[month - 1], year, last);
	return true;
}

static bool no_such_time(guess *g)
{
	static const char *const units[] = {"hours", "minutes", "seconds"};
	const char *s = memchr(g->s, ':', g->len), *end = g->s + g->len;
	size_t digits;
	unsigned n;

	if (!s || s - g->s < 2) return false;
	s -= 2;
	for (size_t i = 0; i < 3 && next_number(&s, end, &n, &digits); i++) {
		if (digits != 2) return false;
		if (n > (i == 0 ? 23u : 59u)) {
			vv_buf_printf(&g->out->what, "%s end with %u", units[i], i == 0 ? 23 : 59);
			return true;
		}
	}
	return false;
}

static bool as_date(guess *g)
{
	vv_moment m;
	bool excel = reads_in_format(VV_TYPE_DATE, "%d-%b", g->s, g->len, &m) ||
		     reads_in_format(VV_TYPE_DATE, "%b-%d", g->s, g->len, &m) ||
		     reads_in_format(VV_TYPE_DATE, "%b-%y", g->s, g->len, &m);

	if (!excel && !vv_type_is_date(g->s, g->len)) return false;
	vv_buf_puts(&g->out->what,
		    excel ? "a number that a spreadsheet turned into a date" : "a date");
	return true;
}

/* --- true and false -------------------------------------------------------------------------- */

static bool truth_word(guess *g)
{
	static const char *const pairs[][2] = {
		{"yes", "no"},  {"y", "n"},         {"ja", "nein"},
		{"j", "n"},     {"oui", "non"},     {"s\xC3\xAD", "no"},
		{"si", "no"},   {"true", "false"},  {"t", "f"},
		{"on", "off"},  {"wahr", "falsch"}, {"vrai", "faux"},
		{"1.0", "0.0"}, {"x", ""}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		bool yes = is_word(g, pairs[i][0]);

		if (!yes && (!*pairs[i][1] || !is_word(g, pairs[i][1]))) {
			continue;
		}
		vv_buf_puts(&g->out->what, yes ? "true" : "false");
		vv_buf_printf(&g->out->member, "%s in ", vv_text_show(g->s, g->len));
		vv_buf_puts(&g->out->member, yes ? "\"trueValues\"" : "\"falseValues\"");
		return true;
	}
	return false;
}

/* --- the table ------------------------------------------------------------------------------- */

#define BIT(type) (1u << VV_TYPE_##type)
#define ALL (~BIT(STRING))
#define NUMBERS (BIT(NUMBER) | BIT(INTEGER))
#define DAYS (BIT(DATE) | BIT(DATETIME))
#define MOMENTS (DAYS | BIT(TIME))

static const struct {
	unsigned types;
	bool (*is)(guess *g);
} table[] = {
	{ALL, json_string},
	{ALL, error_value},
	{ALL, missing_word},
	{~0u, blanked_value},
	{~0u, quoted_value},
	{NUMBERS, leading_zero},
	{NUMBERS, other_marks},
	{BIT(INTEGER), decimal_integer},
	{BIT(NUMBER), infinite_number},
	{NUMBERS, of_accounts},
	{NUMBERS, as_date},
	{NUMBERS, with_unit},
	{MOMENTS, excel_number},
	{DAYS, unix_number},
	{DAYS, no_such_day},
	{BIT(DATETIME) | BIT(TIME), no_such_time},
	{BIT(DATE), datetime_for_date},
	{BIT(DATE), less_than_date},
	{BIT(DATETIME), date_for_datetime},
	{BIT(DATE) | BIT(TIME), in_form},
	{BIT(DATETIME), in_both_forms},
	{BIT(BOOLEAN), truth_word},
};

void vv_likely_of_type(vv_likely *out, const vv_field *f, const char *s, size_t len, bool json)
{
	guess g = {.out = out, .f = f, .s = s, .len = len, .json = json};

	*out = (vv_likely){.what = VV_BUF_INIT, .member = VV_BUF_INIT};
	if (len == 0 || len > TEXT_MAX || !vv_utf8_valid(s, len) || memchr(s, '\0', len)) return;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].types & 1u << f->type && table[i].is(&g)) return;
	}
}

void vv_likely_of_value(vv_likely *out, const char *s, size_t len, const vv_json *values,
			vv_likely_right_fn right, void *payload)
{
	vv_auto(char) *word = len <= TEXT_MAX ? vv_strndup(s, len) : NULL;

	assert(right);
	*out = (vv_likely){.what = VV_BUF_INIT, .member = VV_BUF_INIT};
	if (!word || strlen(word) != len || !vv_utf8_valid(s, len) ||
	    blanks_around(out, s, len, right, payload)) {
		return;
	}
	vv_nearest near = vv_nearest_to(word);
	for (const vv_json *n = values ? values->first : NULL; n; n = n->next) {
		const vv_json *v = n->type == VV_JSON_OBJECT ? vv_json_get(n, "value") : n;

		if (v && v->type == VV_JSON_STRING) {
			(void)vv_nearest_try(&near, v->text);
		}
	}
	if (near.best) {
		vv_buf_printf(&out->what, "'%s'", vv_text_shows(near.best));
	}
}

bool vv_likely_one_line(const char *s, size_t len)
{
	if (!vv_utf8_valid(s, len)) return false;
	return !vv_array_find(s, len, it, (unsigned char)*it < 0x20 || *it == 0x7f);
}

void vv_likely_put_accept(vv_buf *out, const vv_likely *l, const vv_field *f, const char *s,
			  size_t len, const char *path, vv_hint_words_fn words)
{
	/* the schema of a table of a document is not kept */
	bool command = l->has_hint && path && *path && !strchr(path, '#') &&
		       vv_likely_one_line(path, strlen(path)) &&
		       vv_likely_one_line(f->name, f->name_len) &&
		       (l->arg || vv_likely_one_line(s, len));
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (command && l->arg) {
		vv_buf_puts(&text, l->arg);
	} else if (command) {
		vv_buf_put(&text, s, len);
	}
	command = command &&
		  vv_hint_put(out, "", words, l->hint, f->name, vv_buf_cstr(&text), path);
	if (!command && l->member.len > 0) {
		vv_buf_printf(out, "%s in datapackage.json", vv_buf_cstr(&l->member));
	}
}
