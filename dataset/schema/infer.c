/*
 * infer: each value rules out types until one is left.
 *
 * A value's class is found from its first byte on with a few compares; numbers are read eight
 * digits at a time.
 */
#include "dataset/schema/infer.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type_time.h"

#define BIT(t) (UINT32_C(1) << (t))

/* Datetimes that need a format: each is a type of its own until all values were seen. */
#define SHAPE(n) (UINT32_C(1) << (24 + (n)))
enum { SHAPE_ZONE = 1, SHAPE_FRACTION = 2, SHAPE_MINUTES = 4, SHAPE_LETTER = 6 };
static const char *const shapes[] = {"%Y-%m-%d %H:%M:%S",    "%Y-%m-%d %H:%M:%S%z",
				     "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f%z",
				     "%Y-%m-%d %H:%M",       "%Y-%m-%d %H:%M%z",
				     "%Y-%m-%dT%H:%M",       "%Y-%m-%dT%H:%M%z"};

const char *const VV_INFER_MISSING[VV_INFER_MISSING_COUNT] = {
	"NA", "N/A", "NULL", "null", "NaN", "-", "n/a", "#N/A", ".", "\\N", "nan", "None"};

enum {
	ALL = (1 << VV_TYPE_ANY) | (1 << VV_TYPE_STRING) | (1 << VV_TYPE_NUMBER) |
	      (1 << VV_TYPE_INTEGER) | (1 << VV_TYPE_BOOLEAN) | (1 << VV_TYPE_OBJECT) |
	      (1 << VV_TYPE_ARRAY) | (1 << VV_TYPE_DATETIME) | (1 << VV_TYPE_DATE) |
	      (1 << VV_TYPE_TIME) | (1 << VV_TYPE_YEAR),
	TEXT = (1 << VV_TYPE_ANY) | (1 << VV_TYPE_STRING),
	INTEGER = TEXT | (1 << VV_TYPE_INTEGER) | (1 << VV_TYPE_NUMBER)
};

#define WHOLE_DIGITS 18u /* of a number's integer part: longer ones are names of things */

void vv_infer_init(vv_infer *i)
{
	*i = (vv_infer){.possible = ALL | ~(SHAPE(0) - 1)};
	i->maybe_comma = i->maybe_point = true;
}

/* A number with a fraction or an exponent, ".5" too; s begins with a digit or point, perhaps after '-'. */
static bool is_narrow_number(const char *s, size_t len)
{
	const char *end = s + len, *whole;
	bool fraction = false;

	if (*s == '-') {
		s++;
	}
	whole = s;
	s = vv_after_digits(s, end);

	if ((s == whole && (s == end || *s != '.')) || (size_t)(s - whole) > WHOLE_DIGITS ||
	    (*whole == '0' && s - whole > 1)) {
		return false;
	}
	if (s < end && *s == '.') {
		const char *from = ++s;

		s = vv_after_digits(s, end);
		if (s == from) return false;
		fraction = true;
	}
	if (s < end && (*s == 'e' || *s == 'E')) {
		const char *from = ++s;

		if (s < end && (*s == '+' || *s == '-')) {
			from = ++s;
		} else if (!fraction) {
			return false;
		}
		s = vv_after_digits(s, end);
		if (s == from || s - from > 4) return false;
	}
	return s == end;
}

static bool is_narrow_datetime(const char *s, size_t len)
{
	return len >= 19 && s[10] == 'T' && vv_type_is_date(s, 10) && vv_type_is_datetime(s, len) &&
	       vv_type_is_time(s + 11, 8);
}

/* "2026-01-02 03:04:05", perhaps with a fraction that %f reads, or without seconds and perhaps with a T;
 * perhaps with +01:00 as %z reads it. */
static uint32_t classify_shape(const char *s, size_t len)
{
	if (len < 16) return 0;
	const bool seconds = len >= 19 && s[16] == ':', letter = s[10] == 'T',
		   point = seconds && len > 20 && s[19] == '.' && vv_is_digit(s[20]);
	unsigned shape = SHAPE_MINUTES;

	if (seconds) {
		shape = point * SHAPE_FRACTION;
	} else if (letter) {
		shape = SHAPE_LETTER;
	}
	size_t at = seconds ? 19 + point : 16;
	char clock[] = "00:00:00";

	memcpy(clock, s + 11, seconds ? 8 : 5);
	if ((s[10] != ' ' && (!letter || seconds)) || !vv_type_is_date(s, 10) ||
	    !vv_type_is_time(clock, 8)) {
		return 0;
	}
	while (point && at < len && at < 26 && vv_is_digit(s[at])) {
		at++;
	}
	if (at == len) return SHAPE(shape);
	return len - at == 6 && (s[at] == '+' || s[at] == '-') && s[at + 3] == ':' &&
			       s[at + 1] >= '0' && s[at + 1] <= '1' && vv_is_digit(s[at + 2]) &&
			       s[at + 4] >= '0' && s[at + 4] <= '5' && vv_is_digit(s[at + 5])
		       ? SHAPE(shape + SHAPE_ZONE)
		       : 0;
}

/* Other programs' text for a number that is too large. */
static uint32_t classify_infinite(const char *s, size_t len)
{
	const bool minus = *s == '-';

	return vv_ascii_is(s + minus, len - minus, "inf") ? TEXT | BIT(VV_TYPE_NUMBER) : 0;
}

/* The types, besides string, of a text that begins with a digit or '-'. */
static uint32_t classify_number(const char *s, size_t len)
{
	int64_t v;

	if (spell_read_integer(&v, s, len, spell_key(s, len))) {
		return INTEGER | (len == 4 && v >= 1000 && v <= 2999 ? BIT(VV_TYPE_YEAR) : 0);
	}
	if (len == 2 && s[0] == '-' && s[1] == '0') return INTEGER;
	if (len == 4 && s[0] == '-' && classify_infinite(s, len)) return TEXT | BIT(VV_TYPE_NUMBER);
	if (len >= 8 && vv_is_digit(*s)) {
		if (s[2] == ':') return vv_type_is_time(s, len) ? TEXT | BIT(VV_TYPE_TIME) : TEXT;
		if (s[4] == '-' && len == 10) {
			return vv_type_is_date(s, len) ? TEXT | BIT(VV_TYPE_DATE) : TEXT;
		}
		if (s[4] == '-') {
			return is_narrow_datetime(s, len) ? TEXT | BIT(VV_TYPE_DATETIME)
							  : TEXT | classify_shape(s, len);
		}
	}
	return is_narrow_number(s, len) ? TEXT | BIT(VV_TYPE_NUMBER) : TEXT;
}

static uint32_t classify_word(const char *s, size_t len)
{
	static const char *const words[] = {"true",  "True",  "TRUE", "false",
					    "False", "FALSE", NULL};

	return vv_texts_have(words, s, len) ? TEXT | BIT(VV_TYPE_BOOLEAN) : TEXT;
}

static uint32_t classify_text(const char *s, size_t len)
{
	switch (*s) {
	case 'i':
	case 'I':
		return classify_infinite(s, len) | TEXT;
	case '.':
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return classify_number(s, len);
	case 't':
	case 'T':
	case 'f':
	case 'F':
		return classify_word(s, len);
	default:
		return TEXT;
	}
}

/* The types of most numbers: up to eight digits, perhaps with a point; 0: look closer. */
static inline uint32_t classify_short_number(const char *s, size_t len)
{
	const uint64_t key = spell_key(s, len), low = key ^ SPELL_ZEROS;
	/* the highest bit of each byte except digits */
	const uint64_t others = (((low & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | low) &
				0x8080808080808080u & (UINT64_MAX >> (64 - 8 * len));
	const size_t point = others != 0 ? (size_t)__builtin_ctzll(others) / 8 : len;

	if ((key & 0xff) == '0' && point > 1) return 0;
	if (others == 0) {
		const bool year = len == 4 && (s[0] == '1' || s[0] == '2');

		return INTEGER | (year ? BIT(VV_TYPE_YEAR) : 0);
	}
	return s[point] == '.' && point > 0 && point + 1 < len && (others & (others - 1)) == 0
		       ? TEXT | BIT(VV_TYPE_NUMBER)
		       : 0;
}

static inline uint32_t classify_cell(const vv_cell *c)
{
	const uint32_t class = c->len <= 8 && vv_is_digit(*c->text)
				       ? classify_short_number(c->text, c->len)
				       : 0;

	return class != 0 ? class : classify_text(c->text, c->len);
}

/* A text of a JSON table: nothing that JSON has a type for. */
static uint32_t classify_json_text(const char *s, size_t len)
{
	const uint32_t native = BIT(VV_TYPE_INTEGER) | BIT(VV_TYPE_NUMBER) | BIT(VV_TYPE_BOOLEAN);

	return classify_text(s, len) & ~native;
}

static uint32_t classify_literal(const char *s, size_t len)
{
	switch (*s) {
	case '"':
		return TEXT;
	case 't':
	case 'f':
		return BIT(VV_TYPE_ANY) | BIT(VV_TYPE_BOOLEAN);
	case '[':
		return BIT(VV_TYPE_ANY) | BIT(VV_TYPE_ARRAY);
	case '{':
		return BIT(VV_TYPE_ANY) | BIT(VV_TYPE_OBJECT);
	default:
		break;
	}
	if (memchr(s, '.', len) || memchr(s, 'e', len) || memchr(s, 'E', len)) {
		return BIT(VV_TYPE_ANY) | BIT(VV_TYPE_NUMBER);
	}
	return BIT(VV_TYPE_ANY) | BIT(VV_TYPE_INTEGER) | BIT(VV_TYPE_NUMBER) |
	       (classify_number(s, len) & BIT(VV_TYPE_YEAR));
}

/* Marks between groups of three digits: Swiss, French, Polish and other spreadsheets write the last five. */
static const char *const MARKS[] = {".", ",", " ", "\302\240", "\342\200\257", "'", "\342\200\231"};
enum { MARK_POINT = 1u << 0, MARK_COMMA = 1u << 1, MARK_SPACE = 1u << 2, MARK_COUNT = 7 };

/* A number with a fraction after one mark, or groups of digits between others. */
typedef struct marked {
	uint8_t group;   /* the bit of the mark between its groups; 0: it has none */
	size_t fraction; /* digits */
	bool negative,
		zero_after; /* zero_after: the fraction has several digits, the first a zero */
} marked;

static size_t begins_group(const char *s, const char *end, const char *mark)
{
	const size_t len = strlen(mark);

	return (size_t)(end - s) >= len + 3 && memcmp(s, mark, len) == 0 && vv_is_digit(s[len]) &&
			       vv_is_digit(s[len + 1]) && vv_is_digit(s[len + 2])
		       ? len + 3
		       : 0;
}

/* Does the text read as -1.234,56, with `point` before the fraction? */
static bool reads_with(marked *m, char point, const char *s, size_t len)
{
	const char *end = s + len, *from;

	*m = (marked){.negative = len > 0 && *s == '-'};
	s += m->negative;
	from = s;
	s = vv_after_digits(s, end);
	bool zero = s > from && *from == '0';
	if (s == from || (zero && s - from > 1) || (size_t)(s - from) > WHOLE_DIGITS + 1) {
		return false;
	}
	for (size_t k = 0; s < end && s - from <= 3 && !zero && k < MARK_COUNT; k++) {
		size_t n = *MARKS[k] != point ? begins_group(s, end, MARKS[k]) : 0;

		for (; n > 0; n = begins_group(s, end, MARKS[k])) {
			s += n;
			m->group = (uint8_t)(1u << k);
		}
	}
	if (s < end && *s == point) {
		from = ++s;
		s = vv_after_digits(s, end);
		m->fraction = (size_t)(s - from);
		m->zero_after = m->fraction > 1 && *from == '0';
		if (s == from) return false;
	}
	return s == end;
}

static void note_marks(vv_infer *i, const char *s, size_t len)
{
	marked m;

	if (i->maybe_comma && reads_with(&m, ',', s, len)) {
		/* and not as an English 1,234 either; nor as the numbers 2 and 4 */
		const bool comma = m.fraction > 0 && (m.group != 0 || m.fraction != 3);

		i->commas += comma;
		i->thousands += !comma && m.fraction > 0;
		i->sure_comma |= comma && (m.negative || m.group != 0 || m.zero_after);
		i->comma_groups |= m.group;
	} else {
		i->maybe_comma = i->sure_comma = false;
	}
	if (i->maybe_point && reads_with(&m, '.', s, len)) {
		i->points += m.fraction > 0;
		i->sure_point |= m.fraction > 0 && m.group != 0;
		i->point_groups |= m.group;
	} else {
		i->maybe_point = i->sure_point = false;
	}
}

uint16_t vv_infer_missing(const vv_cell *c)
{
	if (c->state != VV_CELL_TEXT || c->len == 0 || c->len > 4) return 0;
	if (!strchr("Nn-#.\\", *c->text)) return 0;
	const size_t at = vv_find_place(i, VV_INFER_MISSING_COUNT,
					strlen(VV_INFER_MISSING[i]) == c->len &&
						memcmp(VV_INFER_MISSING[i], c->text, c->len) == 0);
	return (uint16_t)(at < VV_INFER_MISSING_COUNT ? 1u << at : 0);
}

void vv_infer_cells(vv_infer *i, const vv_cell *cells, size_t count)
{
	vv_infer_column(i, cells, count, 1);
}

void vv_infer_column(vv_infer *i, const vv_cell *cells, size_t count, size_t stride)
{
	/* nothing that a text could still rule out, and literals only come in JSON */
	const uint32_t settled = i->json ? BIT(VV_TYPE_ANY) : TEXT;

	if (i->json) {
		i->maybe_comma = i->maybe_point = false;
	}
	for (size_t c = 0; c < count; c++) {
		const vv_cell *cell = &cells[c * stride];

		if ((i->possible & ~settled) == 0 && !i->maybe_comma && !i->maybe_point) return;
		if (cell->len == 0 ||
		    (cell->state != VV_CELL_TEXT && cell->state != VV_CELL_LITERAL)) {
			continue;
		}
		if (!i->json && vv_infer_missing(cell) != 0) {
			i->missing |= vv_infer_missing(cell);
			continue;
		}
		i->any_value = true;
		i->values++;
		if (cell->state == VV_CELL_LITERAL) {
			i->possible &= classify_literal(cell->text, cell->len);
			i->maybe_comma = i->maybe_point = false;
			continue;
		}
		if ((i->possible & ~(uint32_t)TEXT) != 0) {
			uint32_t class = i->json ? classify_json_text(cell->text, cell->len)
						 : classify_cell(cell);

			i->possible &= class;
			if ((class & BIT(VV_TYPE_INTEGER)) != 0) {
				continue; /* reads with a comma as well as without */
			}
		}
		if (i->maybe_comma || i->maybe_point) {
			note_marks(i, cell->text, cell->len);
		}
	}
}

void vv_infer_merge(vv_infer *into, const vv_infer *other)
{
	into->possible &= other->possible;
	into->json = into->json || other->json;
	into->any_value = into->any_value || other->any_value;
	into->maybe_comma = into->maybe_comma && other->maybe_comma;
	into->missing |= other->missing;
	into->values += other->values;
	into->commas += other->commas;
	into->thousands += other->thousands;
	into->sure_comma = into->maybe_comma && (into->sure_comma || other->sure_comma);
	into->maybe_point = into->maybe_point && other->maybe_point;
	into->points += other->points;
	into->sure_point = into->maybe_point && (into->sure_point || other->sure_point);
	into->comma_groups |= other->comma_groups;
	into->point_groups |= other->point_groups;
}

const char *vv_infer_format(const vv_infer *i)
{
	const bool found = i->any_value && (i->possible & BIT(VV_TYPE_STRING)) != 0 &&
			   i->possible >= SHAPE(0);

	return found ? shapes[__builtin_ctz(i->possible / SHAPE(0))] : NULL;
}

/* Are groups parted in one way, or in none? */
static bool one_mark(uint8_t groups)
{
	return (groups & (groups - 1)) == 0;
}

vv_type vv_infer_type(const vv_infer *i, bool *offer_comma)
{
	static const vv_type order[] = {VV_TYPE_BOOLEAN, VV_TYPE_INTEGER,  VV_TYPE_NUMBER,
					VV_TYPE_DATE,    VV_TYPE_DATETIME, VV_TYPE_TIME,
					VV_TYPE_OBJECT,  VV_TYPE_ARRAY,    VV_TYPE_STRING};
	vv_type found = VV_TYPE_ANY;

	for (size_t k = 0;
	     i->any_value && found == VV_TYPE_ANY && k < sizeof(order) / sizeof(order[0]); k++) {
		if (i->possible & BIT(order[k])) {
			found = order[k];
		}
	}
	if (found == VV_TYPE_STRING && vv_infer_format(i)) {
		found = VV_TYPE_DATETIME;
	}
	if (offer_comma) {
		/* a few values with one comma among whole numbers are lists of these */
		*offer_comma = found == VV_TYPE_STRING && i->maybe_comma && i->commas > 0 &&
			       one_mark(i->comma_groups) &&
			       (i->sure_comma || i->commas >= i->values - i->commas);
	}
	return found;
}

static vv_marks_known set_marks(vv_number_marks *out, const char *decimal, uint8_t groups,
				vv_marks_known known)
{
	*out = (vv_number_marks){decimal, groups != 0 ? MARKS[__builtin_ctz(groups)] : NULL};
	return known;
}

/* For a column whose fractions, if any, begin with a point: 1,234.50 or 1'234. */
static vv_marks_known point_marks(vv_number_marks *out, const vv_infer *i)
{
	const uint8_t groups = i->point_groups;
	const char *decimal = i->points > 0 || !i->maybe_comma ? "." : NULL;

	if (!i->maybe_point || groups == 0 || !one_mark(groups)) return VV_MARKS_NONE;
	/* a list of numbers of three digits; a number of a company or a telephone */
	if ((groups == MARK_COMMA && !i->sure_point) || (groups == MARK_SPACE && i->points == 0)) {
		return set_marks(out, ".", groups, VV_MARKS_LIKELY);
	}
	return set_marks(out, decimal, groups, VV_MARKS_CERTAIN);
}

vv_marks_known vv_infer_marks(vv_number_marks *out, const vv_infer *i, bool in_commas)
{
	const uint8_t special = (uint8_t)(i->comma_groups & ~(unsigned)MARK_POINT);
	bool offered;

	*out = (vv_number_marks){.decimal = NULL};
	if (!i->any_value || (i->possible & BIT(VV_TYPE_STRING)) == 0) return VV_MARKS_NONE;
	if (vv_infer_type(i, &offered) == VV_TYPE_STRING && offered) {
		return set_marks(out, ",", i->comma_groups,
				 i->sure_comma || !in_commas ? VV_MARKS_CERTAIN : VV_MARKS_LIKELY);
	}
	if (!i->maybe_comma || !one_mark(i->comma_groups)) return point_marks(out, i);
	if (special != 0 && i->thousands + i->commas == 0) return point_marks(out, i);
	if (i->commas > 0) {
		return set_marks(out, ",", i->comma_groups,
				 i->thousands > 0 ? VV_MARKS_UNCLEAR : VV_MARKS_LIKELY);
	}
	return i->comma_groups != 0 || i->thousands > 0
		       ? set_marks(out, ",", i->comma_groups, VV_MARKS_UNCLEAR)
		       : VV_MARKS_NONE;
}

/* Words for year. */
static bool is_year_word(const char *s, size_t len)
{
	static const char *const words[] = {
		"year",       "yr",   "annee",     "ann\303\251e", "jahr",  "anno", "ano",
		"a\303\261o", "jaar", "\303\245r", "rok",          "vuosi", "yil"};

	return vv_array_find(words, sizeof(words) / sizeof(words[0]), word,
			     vv_ascii_is(s, len, *word)) != NULL;
}

static bool is_word_byte(char c)
{
	return vv_is_alpha(c) || (unsigned char)c >= 0x80;
}

/* One of the name's words is one of these: "birth_year", "Year of birth", "birthYear". */
static bool names_year(const char *name, size_t len)
{
	for (size_t at = 0; at < len;) {
		const size_t start = at;

		while (at < len && is_word_byte(name[at]) &&
		       !(at > start && vv_is_upper(name[at]) && vv_is_lower(name[at - 1]))) {
			at++;
		}
		if (is_year_word(name + start, at - start)) return true;
		at += at == start;
	}
	return false;
}

vv_type vv_infer_type_named(const vv_infer *i, const char *name, size_t name_len, bool *offer_comma)
{
	vv_type found = vv_infer_type(i, offer_comma);

	if (i->any_value && (i->possible & BIT(VV_TYPE_YEAR)) != 0 && names_year(name, name_len)) {
		return VV_TYPE_YEAR;
	}
	return found;
}
