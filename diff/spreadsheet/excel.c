/*
 * excel: which texts Excel takes for numbers, dates and words of logic, and the forms in which it writes them.
 */
#include "diff/spreadsheet/excel.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/show.h"
#include "base/text.h"
#include "dataset/schema/month_names.h"
#include "diff/spreadsheet/ansi.h"
#include "diff/spreadsheet/number_text.h"

#define DIGITS_MAX VV_NUMBER_TEXT_MAX
#define DIGITS_KEPT 15u    /* which Excel computes with */
#define WIDTH 11u          /* characters of a number in the format General */
#define TEXT_MAX 20000u    /* bytes of a text whose letters are looked at */
#define NAME_MAX_BYTES 16u /* of a month */

static const char *const words[VV_EXCEL_KINDS] = {
	[VV_EXCEL_NONE] = "",
	[VV_EXCEL_STYLE] = "values are spelled differently",
	[VV_EXCEL_DISPLAY] = "values are written as displayed",
	[VV_EXCEL_ZEROS] = "leading zeros are lost",
	[VV_EXCEL_EXPONENT] = "numbers have an exponent",
	[VV_EXCEL_ROUNDED] = "long numbers are rounded",
	[VV_EXCEL_COMMA] = "numbers have a different decimal mark",
	[VV_EXCEL_GROUPS] = "decimal points are lost",
	[VV_EXCEL_DATE] = "dates have a different form",
	[VV_EXCEL_SWAPPED] = "day and month are swapped",
	[VV_EXCEL_NAMED] = "texts became dates",
	[VV_EXCEL_LETTERS] = "letters outside the encoding are lost",
	[VV_EXCEL_MOJIBAKE] = "UTF-8 was read in another encoding",
	[VV_EXCEL_ERROR] = "texts became formulas",
	[VV_EXCEL_QUOTED] = "texts have an apostrophe before them",
};

const char *vv_excel_words(vv_excel_kind k)
{
	return words[k];
}

void vv_excel_clear(vv_excel *e)
{
	vv_buf_clear(&e->text);
	e->count = 0;
}

/* Where the next spelling begins; it is put into e->text, then taken. */
static size_t begin_spelling(const vv_excel *e)
{
	return e->text.len;
}

/* The same form may come twice. */
static void add_spelling(vv_excel *e, size_t at, vv_excel_kind kind)
{
	if (e->count < VV_EXCEL_MAX && !e->text.failed) {
		e->items[e->count++] = (vv_excel_spelling){
			.at = (uint32_t)at, .len = (uint32_t)(e->text.len - at), .kind = kind};
	}
}

/* --- numbers ----------------------------------------------------------------------------------- */

/* Computing leaves such digits after the 15th of a fraction, which other programs remove, too. */
static bool is_noise(const vv_number_text *was, const vv_number_text *is)
{
	const vv_number_text near = vv_number_text_round(was, DIGITS_KEPT, false);

	return was->point < (long)was->count && vv_number_text_same(&near, is);
}

/* Is the text from `at` that of an earlier spelling? */
static bool is_repeated(const vv_excel *e, size_t at)
{
	const char *text = vv_buf_cstr(&e->text);
	const size_t len = e->text.len - at;

	return vv_array_find(e->items, e->count, it,
			     it->len == len && memcmp(text + it->at, text + at, len) == 0) != NULL;
}

static void take_plain(vv_excel *e, const vv_number_text *was, const vv_number_text *is, char mark)
{
	const size_t at = begin_spelling(e);
	const bool other = was->mark && mark != was->mark && (long)is->count > is->point;

	vv_number_text_put(&e->text, is, mark);
	if (is_repeated(e, at)) return;
	vv_excel_kind kind = VV_EXCEL_STYLE;

	if (!vv_number_text_same(was, is)) {
		kind = is_noise(was, is) ? VV_EXCEL_STYLE : VV_EXCEL_ROUNDED;
	} else if (other) {
		kind = VV_EXCEL_COMMA;
	} else if (was->zeros) {
		kind = VV_EXCEL_ZEROS;
	}
	add_spelling(e, at, kind);
}

/* Has the number few enough digits for the format General? */
static bool is_plain(const vv_number_text *n)
{
	const long whole = n->point > 1 ? n->point : 1;

	return !n->exponent && n->count > 0 && n->point >= -3 && n->point < (long)WIDTH &&
	       (long)n->count <= n->point + (long)WIDTH - 1 - whole;
}

/* In the format General a number is as wide as fits, then with an exponent. */
static void put_number(vv_excel *e, const vv_number_text *n, char mark)
{
	if (is_plain(n)) { /* most numbers: all roundings are the number */
		take_plain(e, n, n, mark);
		return;
	}
	const vv_number_text cut = vv_number_text_round(n, DIGITS_KEPT, true),
			     near = vv_number_text_round(n, DIGITS_KEPT, false);
	const long whole = near.point > 1 ? near.point : 1;
	const vv_number_text narrow = vv_number_text_round(
		&near, near.point + (long)WIDTH - 1 - whole, false);
	const vv_number_text short_one = vv_number_text_round(&near, 6, false),
			     three = vv_number_text_round(&near, 3, false);
	size_t at;

	take_plain(e, n, &cut, mark);
	take_plain(e, n, &near, mark);
	if (whole < (long)WIDTH && narrow.count > 0) {
		take_plain(e, n, &narrow, mark);
	}
	if (near.point > (long)WIDTH || near.point < -3) {
		at = begin_spelling(e);
		vv_number_text_put_exponent(&e->text, &short_one, mark, 0);
		add_spelling(e, at, VV_EXCEL_EXPONENT);
	}
	if (n->exponent || near.point > (long)WIDTH) {
		at = begin_spelling(e);
		vv_number_text_put_exponent(&e->text, &three, mark, 2);
		add_spelling(e, at, VV_EXCEL_EXPONENT);
	}
}

/* "1,234.50" without its marks between thousands, in out (DIGITS_MAX bytes): returns the length; 0: without marks. A text
 * without a fraction ("1,234") counts too. */
static size_t join_groups(char *out, const char *s, size_t len)
{
	size_t digits = 0, n = 0;
	char group = 0;

	for (size_t i = 0; i < len && len <= DIGITS_MAX; i++) {
		const bool mark = s[i] == '.' || s[i] == ',';
		if (mark && (digits == 0 || digits > 3 || (group && digits < 3))) return 0;
		if (mark && group && s[i] != group) {
			memcpy(out + n, s + i, len - i);
			return n + len - i;
		}
		digits = mark ? 0 : digits + vv_is_digit(s[i]);
		if (mark) {
			group = s[i];
		} else {
			out[n++] = s[i];
		}
	}
	return 0;
}

static void spell_numbers(vv_excel *e, const char *s, size_t len)
{
	char joined[DIGITS_MAX];
	vv_number_text n;
	size_t at = begin_spelling(e), digits = join_groups(joined, s, len);

	if (digits > 0 && vv_number_text_read(&n, joined, digits)) {
		put_number(e, &n, '.');
		put_number(e, &n, ',');
	}
	digits = 0;
	if (!vv_number_text_read(&n, s, len)) return;
	put_number(e, &n, '.');
	put_number(e, &n, ',');
	for (size_t i = 0; i < len; i++) { /* 1.234 and 1.234.567 where the point parts thousands */
		digits = vv_is_digit(s[i]) ? digits + 1 : 0;
	}
	if (n.mark == '.' && !n.exponent && digits == 3 && n.point > 0 && n.point <= 3 &&
	    !n.zeros) {
		at = begin_spelling(e);
		for (size_t i = 0; i < len; i++) {
			if (s[i] != '.' && s[i] != ' ') {
				vv_buf_putc(&e->text, s[i]);
			}
		}
		add_spelling(e, at, VV_EXCEL_GROUPS);
	}
}

/* --- dates and times --------------------------------------------------------------------------- */

/* As Excel writes them; other languages are read as these. */
static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

typedef enum order { ORDER_ISO, ORDER_DAY, ORDER_MONTH, ORDER_NAMED } order;

/* A text as a date and a time. */
typedef struct moment {
	int year, month, day; /* year 0: none; month 0: no date; day 0: month and year */
	int clock[3];         /* hour -1: none; second -1: none */
} moment;

/* The parts of a date: numbers and names of months. */
typedef struct part {
	int value;     /* of a number, or the month */
	size_t digits; /* 0: a name */
} part;

static bool is_letter(char c)
{
	return vv_is_alpha(c) || (unsigned char)c >= 0x80;
}

static size_t letters_len(const char *s, size_t len)
{
	return vv_find_place(i, len, !is_letter(s[i]));
}

static int month_of(const char *s, size_t len, unsigned languages)
{
	return vv_month_of(s, len, &languages);
}

/* Reads one to three parts, with names of months in the languages; *rest: the position after them. 0: not a date. */
static size_t read_parts(part *out, const char *s, size_t len, size_t *rest, unsigned languages)
{
	size_t n = 0, i = 0;

	while (i < len && n < 3) {
		const size_t from = i;

		while (i < len && vv_is_digit(s[i])) {
			i++;
		}
		out[n] = (part){0, i - from};
		for (size_t k = from; k < i && i - from <= 4; k++) {
			out[n].value = out[n].value * 10 + (s[k] - '0');
		}
		if (i == from) {
			i += letters_len(s + i, len - i);
			if (i - from > NAME_MAX_BYTES) return 0;
			out[n].value = month_of(s + from, i - from, languages);
		}
		if ((out[n].digits > 0 && i - from > 9) || (out[n].digits > 4) ||
		    (out[n].digits == 0 && out[n].value == 0)) {
			return 0;
		}
		n++;
		*rest = i;
		if (i < len && strchr("-/.", s[i])) {
			i++;
			i += i < len && s[i] == ' ';
		} else if (i < len && s[i] == ' ' && (n < 3 && !memchr(s + i, ':', len - i))) {
			i++;
		} else if (i < len && s[i] == ' ') {
			break;
		} else if (i < len && (out[n - 1].digits == 0) == is_letter(s[i])) {
			return 0;
		}
	}
	return *rest == len || s[*rest] == ' ' ? n : 0;
}

/* "9:05", "9:05:07"; false: neither. */
static bool read_clock(moment *m, const char *s, size_t len)
{
	size_t i = 0, n = 0;

	m->clock[0] = m->clock[2] = -1;
	while (i < len && n < 3) {
		const size_t from = i;
		int v = 0;

		for (; i < len && vv_is_digit(s[i]) && i - from < 2; i++) {
			v = v * 10 + (s[i] - '0');
		}
		if (i == from || (n == 0 ? v > 23 : v > 59)) return false;
		m->clock[n++] = v;
		if (i < len && s[i++] != ':') return false;
	}
	return n >= 2 && i == len && s[len - 1] != ':';
}

static int full_year(const part *p)
{
	if (p->digits > 2) return p->value;
	return p->value < 30 ? 2000 + p->value : 1900 + p->value;
}

static bool set_date(moment *m, int year, int month, int day)
{
	m->year = year;
	m->month = month;
	m->day = day;
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* The parts under an order; false: they are not so. */
static bool read_date(moment *m, const part *p, size_t n, order o)
{
	size_t name = 2;

	if (p[0].digits == 0) {
		name = 0;
	} else if (n > 1 && p[1].digits == 0) {
		name = 1;
	}

	if (o == ORDER_NAMED) {
		if (n < 2 || name == 2) return false;
		const part *other = &p[1 - name];

		if (n == 2 && other->value > 31) {
			return set_date(m, full_year(other), p[name].value, 1);
		}
		return other->digits > 0 && other->digits < 3 && (n == 2 || p[2].digits > 0) &&
		       set_date(m, n == 3 ? full_year(&p[2]) : 0, p[name].value, other->value);
	}
	if (vv_array_find(p, n, it, it->digits == 0)) return false;
	if (o == ORDER_ISO) {
		return n == 3 && p[0].digits == 4 &&
		       set_date(m, p[0].value, p[1].value, p[2].value);
	}
	if (n < 2 || p[0].digits > 2 || p[1].digits > 2) return false;
	if (o == ORDER_DAY) {
		return set_date(m, n == 3 ? full_year(&p[2]) : 0, p[1].value, p[0].value);
	}
	return set_date(m, n == 3 ? full_year(&p[2]) : 0, p[0].value, p[1].value);
}

/* D day, M month (twice: two digits), N its name, Y year (four digits), y its last two. */
static const struct {
	const char *form;
	order order;
	bool year;
} forms[] = {
	{"M/D/Y", ORDER_MONTH, true},   {"D/M/Y", ORDER_DAY, true},
	{"MM/DD/Y", ORDER_MONTH, true}, {"DD/MM/Y", ORDER_DAY, true},
	{"M/D/y", ORDER_MONTH, true},   {"D/M/y", ORDER_DAY, true},
	{"MM/DD/y", ORDER_MONTH, true}, {"DD/MM/y", ORDER_DAY, true},
	{"DD.MM.Y", ORDER_DAY, true},   {"D.M.Y", ORDER_DAY, true},
	{"DD.MM.y", ORDER_DAY, true},   {"DD-MM-Y", ORDER_DAY, true},
	{"D-M-Y", ORDER_DAY, true},     {"D-M-y", ORDER_DAY, true},
	{"DD-MM-y", ORDER_DAY, true},   {"Y-MM-DD", ORDER_ISO, true},
	{"Y/MM/DD", ORDER_ISO, true},   {"Y/M/D", ORDER_ISO, true},
	{"D-N-y", ORDER_NAMED, true},   {"DD-N-y", ORDER_NAMED, true},
	{"D-N", ORDER_NAMED, false},    {"DD-N", ORDER_NAMED, false},
	{"D. N", ORDER_NAMED, false},   {"DD. N", ORDER_NAMED, false},
	{"N-y", ORDER_NAMED, true},     {"N y", ORDER_NAMED, true},
	{"N/y", ORDER_NAMED, true},     {"DD/N", ORDER_NAMED, false},
	{"D/N", ORDER_NAMED, false},    {"DD. N y", ORDER_NAMED, true},
};

/* At least `width` digits. By hand: these are most of the time of a comparison. */
static void put_digits(vv_buf *out, int v, int width)
{
	char text[12];
	size_t at = sizeof(text);

	for (; v > 0 || width > 0; v /= 10, width--) {
		text[--at] = (char)('0' + v % 10);
	}
	vv_buf_put(out, text + at, sizeof(text) - at);
}

static void put_date(vv_buf *out, const moment *m, const char *form)
{
	for (const char *f = form; *f; f++) {
		const bool two = f[1] == f[0];

		switch (*f) {
		case 'Y':
			put_digits(out, m->year, 4);
			break;
		case 'y':
			put_digits(out, m->year % 100, 2);
			break;
		case 'N':
			vv_buf_put(out, months[m->month - 1], 3);
			break;
		case 'D':
			put_digits(out, m->day, two ? 2 : 1);
			break;
		case 'M':
			put_digits(out, m->month, two ? 2 : 1);
			break;
		default:
			vv_buf_putc(out, *f);
		}
		f += two;
	}
}

#define CLOCKS 4 /* forms of a time of day */

static void put_clock(vv_buf *out, const moment *m, int form)
{
	put_digits(out, m->clock[0], form % 2 ? 2 : 1);
	vv_buf_putc(out, ':');
	put_digits(out, m->clock[1], 2);
	if (form >= 2) {
		vv_buf_putc(out, ':');
		put_digits(out, m->clock[2] < 0 ? 0 : m->clock[2], 2);
	}
}

/* A form with slashes has an order; what became a name was read in one. */
static vv_excel_order order_of(order read, order written, const char *form)
{
	const order o = written == ORDER_NAMED ? read : written;

	if (written != ORDER_NAMED && !strchr(form, '/')) return VV_EXCEL_NO_ORDER;
	if (o == ORDER_DAY) return VV_EXCEL_DAY;
	if (o == ORDER_MONTH) return VV_EXCEL_MONTH;
	return VV_EXCEL_NO_ORDER;
}

/* The first byte of a date that is not a digit or a letter. */
static char first_mark(const char *s, size_t len)
{
	const size_t at = vv_find_place(i, len, !vv_is_digit(s[i]) && !vv_is_alpha(s[i]));

	return at < len ? s[at] : '\0';
}

/* was_iso: the date is written with the hyphens of ISO 8601. */
static void put_forms(vv_excel *e, const moment *m, order o, bool no_year, bool was_iso)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const order f = forms[i].order;
		const bool swapped = (o == ORDER_DAY && f == ORDER_MONTH) ||
				     (o == ORDER_MONTH && f == ORDER_DAY);

		/* what became ISO dates was cleaned up */
		const bool cleaned = f == ORDER_ISO &&
				     (o != ORDER_ISO ||
				      (!was_iso && strchr(forms[i].form, '-') != NULL));

		if (forms[i].year == no_year || cleaned ||
		    (e->mark && e->mark != first_mark(forms[i].form, strlen(forms[i].form)))) {
			continue;
		}
		const bool timed = m->clock[0] >= 0;

		if (timed && strstr(forms[i].form, "N y")) { /* would be "Mar 24 7:05" */
			continue;
		}
		for (int k = 0; k < (timed ? CLOCKS : 1); k++) {
			const size_t at = begin_spelling(e);

			put_date(&e->text, m, forms[i].form);
			if (timed) {
				vv_buf_putc(&e->text, ' ');
				put_clock(&e->text, m, k);
			}
			add_spelling(e, at,
				     o == ORDER_NAMED || no_year     ? VV_EXCEL_NAMED
				     : swapped && m->day != m->month ? VV_EXCEL_SWAPPED
								     : VV_EXCEL_DATE);
			vv_excel_spelling *s = &e->items[e->count - (e->count > 0)];
			s->order = m->day == m->month ? VV_EXCEL_NO_ORDER
						      : order_of(o, f, forms[i].form);
			s->sure = m->day > 12;
		}
	}
}

static void spell_dates(vv_excel *e, const char *s, size_t len, unsigned languages)
{
	part p[3] = {{0, 0}};
	moment m = {0};
	size_t rest = 0, n;

	if (read_clock(&m, s, len)) {
		for (int k = 0; k < CLOCKS; k++) {
			const size_t at = begin_spelling(e);

			put_clock(&e->text, &m, k);
			add_spelling(e, at, VV_EXCEL_STYLE);
		}
		return;
	}
	n = read_parts(p, s, len, &rest, languages);
	if (n < 2 || (rest < len && !read_clock(&m, s + rest + 1, len - rest - 1))) return;
	if (rest == len) {
		m.clock[0] = -1;
	}
	for (int o = ORDER_ISO; o <= ORDER_NAMED; o++) {
		if (read_date(&m, p, n, (order)o)) {
			put_forms(e, &m, (order)o, m.year == 0, len > 4 && s[4] == '-');
		}
	}
}

bool vv_excel_put_iso(vv_buf *out, const char *s, size_t len, vv_excel_order known)
{
	const bool slash = len > 0 && memchr(s, '/', len) != NULL;
	const order read = known == VV_EXCEL_MONTH ? ORDER_MONTH : ORDER_DAY;
	part p[3] = {{0, 0}};
	moment m;
	size_t rest = 0;

	/* points and dashes are of countries with the day in front */
	if (len == 0 || known == (slash ? VV_EXCEL_NO_ORDER : VV_EXCEL_MONTH) ||
	    read_parts(p, s, len, &rest, VV_MONTHS_ALL) != 3 || rest != len ||
	    !(read_date(&m, p, 3, read) || read_date(&m, p, 3, ORDER_NAMED))) {
		return false;
	}
	put_date(out, &m, "Y-MM-DD");
	return true;
}

/* --- words and letters ------------------------------------------------------------------------- */

/* Logical values in the languages of Excel and LibreOffice. "FA?SZ": its letter is not in windows-1252. */
static const char *const logic_words[][2] = {
	{"true", "TRUE"},      {"false", "FALSE"},       {"true", "WAHR"},
	{"false", "FALSCH"},   {"true", "VRAI"},         {"false", "FAUX"},
	{"true", "VERO"},      {"false", "FALSO"},       {"true", "VERDADEIRO"},
	{"true", "VERDADERO"}, {"true", "PRAWDA"},       {"false", "FAŁSZ"},
	{"false", "FA?SZ"},    {"true", "WAAR"},         {"false", "ONWAAR"},
	{"true", "SANT"},      {"false", "FALSKT"},      {"true", "SAND"},
	{"false", "FALSK"},    {"true", "SANN"},         {"false", "USANN"},
	{"true", "TOSI"},      {"false", "EPÄTOSI"},     {"true", "PRAVDA"},
	{"false", "NEPRAVDA"}, {"true", "IGAZ"},         {"false", "HAMIS"},
	{"true", "ADEVĂRAT"},  {"false", "FALS"},        {"true", "VERITAT"},
	{"true", "DOĞRU"},     {"false", "YANLIŞ"},      {"true", "ИСТИНА"},
	{"false", "ЛОЖЬ"},     {"true", "ІСТИНА"},       {"false", "БРЕХНЯ"},
	{"false", "ХИБНІСТЬ"}, {"true", "ВЯРНО"},        {"false", "НЕВЯРНО"},
	{"true", "TOČNO"},     {"false", "NETOČNO"},     {"true", "TAČNO"},
	{"false", "NETAČNO"},  {"true", "ТАЧНО"},        {"false", "НЕТАЧНО"},
	{"true", "ΑΛΗΘΗΣ"},    {"false", "ΨΕΥΔΗΣ"},      {"true", "ΣΩΣΤΌ"},
	{"false", "ΛΆΘΟΣ"},    {"true", "TÕENE"},        {"false", "VÄÄR"},
	{"true", "TEISINGAI"}, {"false", "NETEISINGAI"}, {"true", "PATIESS"},
	{"false", "APLAMS"},   {"true", "RÉTT"},         {"false", "RANGT"},
	{"true", "真"},        {"false", "假"},          {"true", "참"},
	{"false", "거짓"},     {"true", "صح"},           {"false", "خطأ"}};

const char *vv_excel_logic(const char *s, size_t len)
{
	vv_array_each(logic_words, sizeof(logic_words) / sizeof(logic_words[0]), pair) {
		if (strlen((*pair)[1]) == len && memcmp((*pair)[1], s, len) == 0) return (*pair)[0];
	}
	return NULL;
}

/* Takes the text in the file's encoding, and in UTF-8 without the letters that the encoding lacks; '?' are
 * lost letters. */
static void take_encoded(vv_excel *e, const char *s, size_t len)
{
	for (int as_utf8 = 0; as_utf8 < 2; as_utf8++) {
		const size_t at = begin_spelling(e);
		bool lost = false;

		if (vv_saved_encoding_put(&e->text, &lost, e->encoding, s, len, as_utf8, NULL) <
		    0) {
			return;
		}
		if (lost) {
			add_spelling(e, at, VV_EXCEL_LETTERS);
		} else if (!as_utf8) {
			add_spelling(e, at, VV_EXCEL_MOJIBAKE);
		}
	}
}

/* The same for ANSI, which has control characters beside the letters of windows-1252. */
static void take_ansi(vv_excel *e, const char *s, size_t len)
{
	size_t at = begin_spelling(e);
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		i += vv_utf8_decode(&cp, s + i, len - i);
		vv_buf_putc(&e->text, vv_ansi_of(cp) ? (char)vv_ansi_of(cp) : '?');
	}
	add_spelling(e, at, VV_EXCEL_MOJIBAKE);
	at = begin_spelling(e);
	for (size_t i = 0; i < len;) {
		i += vv_utf8_decode(&cp, s + i, len - i);
		if (vv_ansi_of(cp)) {
			vv_utf8_put(&e->text, cp);
		} else {
			vv_buf_puts(&e->text, cp > 0xFFFF ? "??" : "?");
		}
	}
	add_spelling(e, at, VV_EXCEL_LETTERS);
}

/* Takes the text in another encoding, and its UTF-8 read as ANSI. */
static void spell_letters(vv_excel *e, const char *s, size_t len)
{
	const char *beyond = vv_array_find(s, len, it, (unsigned char)*it >= 0x80);

	if (!beyond || len > TEXT_MAX || !vv_utf8_valid(s, len)) return;
	if (e->encoding) {
		take_encoded(e, s, len);
	} else {
		take_ansi(e, s, len);
	}
	const size_t at = begin_spelling(e);
	vv_ansi_put(&e->text, s, len);
	add_spelling(e, at, VV_EXCEL_MOJIBAKE);
}

static void spell_logic(vv_excel *e, const char *s, size_t len)
{
	const bool is_true = vv_ascii_is(s, len, "true");

	if (!is_true && !vv_ascii_is(s, len, "false")) return;
	vv_array_each(logic_words, sizeof(logic_words) / sizeof(logic_words[0]), pair) {
		if (((*pair)[0][0] == 't') == is_true) {
			const size_t at = begin_spelling(e);

			vv_buf_puts(&e->text, (*pair)[1]);
			add_spelling(e, at, VV_EXCEL_STYLE);
			spell_letters(e, (*pair)[1], strlen((*pair)[1]));
		}
	}
}

static bool became_error(const vv_cell *was, const vv_cell *is)
{
	static const char *const errors[] = {"#NAME?", "#REF!",  "#VALUE!", "#DIV/0!",
					     "#N/A",   "#NULL!", NULL};

	return was->len > 1 && strchr("=-+@", was->text[0]) &&
	       vv_texts_have(errors, is->text, is->len);
}

/* languages: of the names of months in dates; 0: no dates. */
static void spell_text(vv_excel *e, const char *s, size_t len, unsigned languages)
{
	e->count = 0;
	if (e->text.failed) return; /* stays so, for the caller's end */
	vv_buf_reset(&e->text);
	if (len <= DIGITS_MAX + 8) {
		spell_numbers(e, s, len);
		if (languages != 0) {
			spell_dates(e, s, len, languages);
		}
		spell_logic(e, s, len);
	}
	spell_letters(e, s, len);
}

void vv_excel_spell(vv_excel *e, const char *s, size_t len)
{
	spell_text(e, s, len, VV_MONTHS_ENGLISH);
}

/* Can one be a form of the other, whose month is in English, as a date? Its forms are many, and each has two numbers of it; of a time of day: not known. */
static bool may_be_date(const vv_cell *was, const vv_cell *is, unsigned languages)
{
	part a[3] = {{0, 0}}, b[3] = {{0, 0}};
	size_t rest, same = 0;
	const size_t n = read_parts(a, was->text, was->len, &rest, languages),
		     k = n > 1 ? read_parts(b, is->text, is->len, &rest, VV_MONTHS_ENGLISH) : 0;

	for (size_t i = 0; i < k; i++) {
		bool found = false;

		for (size_t j = 0; j < n; j++) {
			found = found || b[i].value % 100 == a[j].value % 100;
		}
		same += found || b[i].value == 1; /* a day that was not written */
	}
	return n < 2 ? memchr(was->text, ':', was->len) != NULL : same > 1;
}

bool vv_excel_is(const vv_excel *e, size_t i, const char *s, size_t len)
{
	return e->items[i].len == len && memcmp(e->text.data + e->items[i].at, s, len) == 0;
}

/* Appends the text with the name of a month in another language replaced by the short English one. *languages: the
 * languages that have the name. Returns false, and appends nothing, if the text has no such name. */
static bool put_in_english(vv_buf *out, unsigned *languages, const char *s, size_t len)
{
	size_t from = vv_find_place(i, len, is_letter(s[i]));
	size_t name = 0;

	while (from + name < len && (is_letter(s[from + name]) || s[from + name] == '?')) {
		name++;
	}
	const bool point = from + name < len && s[from + name] == '.';
	unsigned all = VV_MONTHS_ALL;
	const int month = name > 0 && name <= NAME_MAX_BYTES && len > name
				  ? vv_month_of(s + from, name, &all)
				  : 0;

	if (month == 0 || (name == 3 && !point && memcmp(months[month - 1], s + from, name) == 0)) {
		return false;
	}
	*languages = all;
	vv_buf_put(out, s, from);
	vv_buf_put(out, months[month - 1], 3);
	from += name + point;
	vv_buf_put(out, s + from, len - from);
	return true;
}

vv_excel_kind vv_excel_damage(vv_excel *e, const vv_cell *was, const vv_cell *is)
{
	vv_auto(vv_buf) english = VV_BUF_INIT;
	unsigned languages = VV_MONTHS_ENGLISH;
	vv_cell named;
	e->was = (vv_excel_spelling){.kind = VV_EXCEL_NONE};
	if (vv_cell_equal(was, is)) return VV_EXCEL_NONE;
	if (was->state == VV_CELL_ABSENT && is->state == VV_CELL_TEXT && is->len == 0) {
		return VV_EXCEL_STYLE; /* rows become as long as the longest one */
	}
	if (was->state != VV_CELL_TEXT || is->state != VV_CELL_TEXT) return VV_EXCEL_NONE;
	if (was->len == 0 || is->len == 0) return VV_EXCEL_NONE;
	if (is->len == was->len + 1 && is->text[0] == '\'' &&
	    memchr("=+-@\t\r\n", was->text[0], 7) &&
	    memcmp(is->text + 1, was->text, was->len) == 0) {
		return VV_EXCEL_QUOTED;
	}
	if (is->len <= DIGITS_MAX && put_in_english(&english, &languages, is->text, is->len) &&
	    !english.failed) {
		named = *is;
		named.text = vv_buf_cstr(&english);
		named.len = (uint32_t)english.len;
		is = &named;
	}
	e->mark = first_mark(is->text, is->len);
	spell_text(e, was->text, was->len, may_be_date(was, is, languages) ? languages : 0);
	e->mark = '\0';
	for (size_t i = 0; i < e->count; i++) {
		const vv_excel_spelling *s = &e->items[i];

		if (!vv_excel_is(e, i, is->text, is->len) ||
		    (e->order && s->order && s->order != e->order)) {
			continue;
		}
		if (e->was.kind == VV_EXCEL_NONE) {
			e->was = *s;
		} else if (s->order != e->was.order) {
			e->was.order = VV_EXCEL_NO_ORDER;
		}
	}
	if (e->was.kind != VV_EXCEL_NONE) return e->was.kind;
	return became_error(was, is) ? VV_EXCEL_ERROR : VV_EXCEL_NONE;
}
