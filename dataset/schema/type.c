/*
 * type: whether a cell is a value of its field's type. Texts, numbers, booleans, lists and
 * points here; dates and JSON in the files beside.
 */
#include "dataset/schema/type.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type_json.h"
#include "dataset/schema/type_time.h"

const vv_field vv_plain_number = {.type = VV_TYPE_NUMBER,
				  .format = "default",
				  .decimal = ".",
				  .group = "",
				  .bare_number = true};

/*
 * Syntax of e-mail addresses, URIs, UUIDs and base64.
 */

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* A byte of a character outside of ASCII (RFC 6531 allows them in addresses). */
static bool is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

/* RFC 5321: atoms with single dots between. */
static bool is_dot_atom(const char *s, size_t len)
{
	bool dot = true; /* none may begin, end or follow another */

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (dot) return false;
			dot = true;
		} else if (vv_is_alnum(s[i]) || is_wide(s[i]) ||
			   is_one_of(s[i], "!#$%&'*+-/=?^_`{|}~")) {
			dot = false;
		} else {
			return false;
		}
	}
	return !dot;
}

static bool is_quoted_local(const char *s, size_t len)
{
	if (len < 2 || s[0] != '"' || s[len - 1] != '"') return false;
	for (size_t i = 1; i < len - 1; i++) {
		bool escaped = s[i] == '\\';

		if (escaped && ++i >= len - 1) return false;
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || (s[i] == '"' && !escaped)) {
			return false;
		}
	}
	return true;
}

static bool is_domain(const char *s, size_t len)
{
	size_t label = 0;

	if (len == 0 || len > 253) return false;
	for (size_t i = 0; i <= len; i++) {
		if (i == len || s[i] == '.') {
			if (label == 0 || label > 63 || s[i - 1] == '-') return false;
			label = 0;
		} else if (vv_is_alnum(s[i]) || is_wide(s[i]) || (s[i] == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return true;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]" */
static bool is_address_literal(const char *s, size_t len)
{
	if (len < 3 || s[0] != '[' || s[len - 1] != ']') return false;
	return !vv_array_find(s + 1, len - 2, it,
			      !vv_is_alnum(*it) && *it != '.' && *it != ':' && *it != '-');
}

static bool is_email(const char *s, size_t len)
{
	size_t at = len;

	while (at > 0 && s[at - 1] != '@') {
		at--;
	}
	if (at < 2 || at - 1 > 64) return false;
	return (is_dot_atom(s, at - 1) || is_quoted_local(s, at - 1)) &&
	       (is_domain(s + at, len - at) || is_address_literal(s + at, len - at));
}

/* RFC 3986: one bracketed IP literal where a host begins. */
static bool is_authority(const char *s, size_t len)
{
	size_t host = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '@') {
			if (host > 0) return false;
			host = i + 1;
		}
	}
	if (vv_array_find(s, host, it, *it == '[' || *it == ']')) return false;
	if (host < len && s[host] == '[') {
		const char *end = memchr(s + host, ']', len - host);

		if (!end || end == s + host + 1) return false;
		if (vv_array_find(s + host + 1, (size_t)(end - s) - host - 1, it,
				  !vv_is_hex(*it) && !vv_is_alpha(*it) &&
					  !is_one_of(*it, ":.-_~!$&'()*+,;="))) {
			return false;
		}
		host = (size_t)(end - s) + 1;
		if (host < len && s[host] != ':') return false;
	} else {
		const char *colon = memchr(s + host, ':', len - host);

		host = colon ? (size_t)(colon - s) : len;
	}
	if (host < len && s[host] == ':') {
		host++;
	}
	return vv_after_digits(s + host, s + len) == s + len;
}

static bool is_uri(const char *s, size_t len)
{
	size_t i = 0, part, behind; /* after scheme and colon; after the authority */
	bool fragment = false;

	while (i < len &&
	       (vv_is_alpha(s[i]) || (i > 0 && (vv_is_digit(s[i]) || is_one_of(s[i], "+-."))))) {
		i++;
	}
	if (i == 0 || i == len || s[i] != ':') return false;
	behind = part = i + 1;
	if (len - part >= 2 && s[part] == '/' && s[part + 1] == '/') {
		for (behind = part + 2; behind < len && !is_one_of(s[behind], "/?#"); behind++) {
			;
		}
		if (!is_authority(s + part + 2, behind - part - 2)) return false;
	}
	for (i = part; i < len; i++) {
		if (s[i] == '%') {
			if (len - i < 3 || !vv_is_hex(s[i + 1]) || !vv_is_hex(s[i + 2])) {
				return false;
			}
		} else if (s[i] == '#') {
			if (fragment) return false;
			fragment = true;
		} else if (!vv_is_alnum(s[i]) && !is_one_of(s[i], "-._~:/?@!$&'()*+,;=") &&
			   !(i < behind && is_one_of(s[i], "[]"))) {
			return false;
		}
	}
	return true;
}

static bool is_uuid(const char *s, size_t len)
{
	if (len != 36) return false;
	for (size_t i = 0; i < len; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? s[i] != '-' : !vv_is_hex(s[i])) return false;
	}
	return true;
}

static bool is_base64(const char *s, size_t len)
{
	size_t body = len;

	if (len % 4 != 0) return false;
	while (body > 0 && len - body < 2 && s[body - 1] == '=') {
		body--;
	}
	return !vv_array_find(s, body, it, !vv_is_alnum(*it) && *it != '+' && *it != '/');
}

static const char *const type_names[] = {[VV_TYPE_ANY] = "any",
					 [VV_TYPE_STRING] = "string",
					 [VV_TYPE_NUMBER] = "number",
					 [VV_TYPE_INTEGER] = "integer",
					 [VV_TYPE_BOOLEAN] = "boolean",
					 [VV_TYPE_OBJECT] = "object",
					 [VV_TYPE_ARRAY] = "array",
					 [VV_TYPE_LIST] = "list",
					 [VV_TYPE_DATETIME] = "datetime",
					 [VV_TYPE_DATE] = "date",
					 [VV_TYPE_TIME] = "time",
					 [VV_TYPE_YEAR] = "year",
					 [VV_TYPE_YEARMONTH] = "yearmonth",
					 [VV_TYPE_DURATION] = "duration",
					 [VV_TYPE_GEOPOINT] = "geopoint",
					 [VV_TYPE_GEOJSON] = "geojson"};

const char *vv_type_name(vv_type t)
{
	return type_names[t];
}

bool vv_type_parse(vv_type *out, const char *name)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (strcmp(type_names[i], name) == 0) {
			*out = (vv_type)i;
			return true;
		}
	}
	return false;
}

bool vv_type_has_format(vv_type type, const char *format)
{
	static const char *const formats[VV_TYPE_GEOJSON + 1] = {
		[VV_TYPE_STRING] = "email|uri|binary|uuid",
		[VV_TYPE_DATE] = "any",
		[VV_TYPE_TIME] = "any",
		[VV_TYPE_DATETIME] = "any",
		[VV_TYPE_GEOPOINT] = "array|object",
		[VV_TYPE_GEOJSON] = "topojson"};
	bool moment = type == VV_TYPE_DATE || type == VV_TYPE_TIME || type == VV_TYPE_DATETIME;

	return type == VV_TYPE_ANY || strcmp(format, "default") == 0 ||
	       (formats[type] && vv_choices_have(formats[type], format)) ||
	       (moment && strchr(format, '%'));
}

/* Where text begins with the run of bytes `with` (not empty): its length, else 0. */
static size_t begins_with(const char *s, const char *end, const char *with)
{
	size_t n = strlen(with);

	return n > 0 && (size_t)(end - s) >= n && memcmp(s, with, n) == 0 ? n : 0;
}

/* Digits, and groupings with a digit on either side. *any is set when there are some. */
static const char *skip_digits(const vv_field *f, const char *s, const char *end, bool *any)
{
	for (;;) {
		const char *after = vv_after_digits(s, end);
		*any = *any || after > s;
		s = after;
		size_t n = *any && f->group[0] != '\0' ? begins_with(s, end, f->group) : 0;
		if (n == 0 || s + n == end || !vv_is_digit(s[n])) return s;
		s += n;
	}
}

/* How many bytes from s on spell a number in the field's manner; 0: none. */
static size_t scan_number(const vv_field *f, const char *s, const char *end)
{
	const char *from = s, *p;
	bool any = false;

	if (s < end && (*s == '+' || *s == '-')) {
		s++;
	}
	s = skip_digits(f, s, end, &any);
	if (f->type == VV_TYPE_INTEGER) return any ? (size_t)(s - from) : 0;
	size_t n = begins_with(s, end, f->decimal);
	if (n > 0 && (any || (s + n < end && vv_is_digit(s[n])))) {
		any = true;
		s = vv_after_digits(s + n, end);
	}
	if (!any) return 0;
	if (s < end && (*s == 'E' || *s == 'e')) {
		p = s + 1;
		if (p < end && (*p == '+' || *p == '-')) {
			p++;
		}
		if (p < end && vv_is_digit(*p)) {
			s = vv_after_digits(p, end);
		}
	}
	return (size_t)(s - from);
}

static bool is_special_number(const char *s, size_t len)
{
	return vv_ascii_is(s, len, "nan") || vv_ascii_is(s, len, "inf") ||
	       vv_ascii_is(s, len, "-inf");
}

bool vv_type_find_number(const vv_field *f, const char *s, size_t len, size_t *at,
			 size_t *number_len)
{
	const char *end = s + len;

	for (const char *p = s; p < end; p++) {
		*number_len = scan_number(f, p, end);
		*at = (size_t)(p - s);
		if (*number_len > 0) return f->bare_number ? *number_len == len : true;
		if (f->bare_number) return false;
	}
	return false;
}

/* The number may have a currency before or a unit after; neither contains a digit. */
static bool holds_number(const vv_field *f, const char *s, size_t len)
{
	size_t at, n;

	if (!vv_type_find_number(f, s, len, &at, &n)) return false;
	at += n;
	return !vv_array_find(s + at, len - at, it, vv_is_digit(*it));
}

static bool is_number(const vv_field *f, const char *s, size_t len)
{
	if (len == 0) return false;
	if (scan_number(f, s, s + len) == len ||
	    (f->type == VV_TYPE_NUMBER && is_special_number(s, len))) {
		return true;
	}
	return !f->bare_number && holds_number(f, s, len);
}

bool vv_type_is_number(const char *s, size_t len)
{
	return is_number(&vv_plain_number, s, len);
}

static const char *const default_true[] = {"true", "True", "TRUE", "1", NULL};
static const char *const default_false[] = {"false", "False", "FALSE", "0", NULL};

static bool is_boolean(const vv_field *f, const char *s, size_t len)
{
	const char *const *yes = f->true_values ? (const char *const *)f->true_values
						: default_true;
	const char *const *no = f->false_values ? (const char *const *)f->false_values
						: default_false;

	return vv_texts_have(yes, s, len) || vv_texts_have(no, s, len);
}

static bool is_list(const vv_field *f, const char *s, size_t len)
{
	vv_field item = vv_plain_number;
	const char *end = s + len;
	size_t by = strlen(f->delimiter);

	if (len == 0) return true;
	item.type = f->item_type;
	for (;;) {
		const char *p = s;

		while (p < end && begins_with(p, end, f->delimiter) == 0) {
			p++;
		}
		if (!vv_type_accepts_text(&item, s, (size_t)(p - s))) return false;
		if (p == end) return true;
		s = p + by;
	}
}

/* "lon, lat"; the space may be missing. */
static bool is_lon_lat(const char *s, size_t len)
{
	const char *comma = len > 0 ? memchr(s, ',', len) : NULL;
	const char *end = s + len, *lat;

	if (!comma) return false;
	for (lat = comma + 1; lat < end && *lat == ' ';) {
		lat++;
	}
	return comma > s && lat < end &&
	       scan_number(&vv_plain_number, s, comma) == (size_t)(comma - s) &&
	       scan_number(&vv_plain_number, lat, end) == (size_t)(end - lat) &&
	       vv_type_is_degrees(s, (size_t)(comma - s), true) &&
	       vv_type_is_degrees(lat, (size_t)(end - lat), false);
}

static bool is_string(const vv_field *f, const char *s, size_t len)
{
	switch (f->format[0]) {
	case 'e':
		return is_email(s, len);
	case 'u':
		return f->format[1] == 'r' ? is_uri(s, len) : is_uuid(s, len);
	case 'b':
		return is_base64(s, len);
	default:
		return true;
	}
}

static bool is_integer(const vv_field *f, const char *s, size_t len)
{
	int64_t v;

	return spell_read_integer(&v, s, len, spell_key(s, len)) || is_number(f, s, len);
}

/* Of TopoJSON it is checked that it is an object. */
static bool is_geo(const vv_field *f, const char *s, size_t len)
{
	return f->format[0] == 't' ? vv_type_is_json(s, len, VV_JSON_OBJECT)
				   : vv_type_is_geojson(s, len);
}

static bool is_point(const vv_field *f, const char *s, size_t len)
{
	return f->format[0] == 'd' ? is_lon_lat(s, len)
				   : vv_type_is_geopoint(s, len, f->format[0] == 'o');
}

bool vv_type_accepts_text(const vv_field *f, const char *s, size_t len)
{
	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING:
		return is_string(f, s, len);
	case VV_TYPE_NUMBER:
		return is_number(f, s, len);
	case VV_TYPE_INTEGER:
		return is_integer(f, s, len);
	case VV_TYPE_BOOLEAN:
		return is_boolean(f, s, len);
	case VV_TYPE_OBJECT:
		return vv_type_is_json(s, len, VV_JSON_OBJECT);
	case VV_TYPE_ARRAY:
		return vv_type_is_json(s, len, VV_JSON_ARRAY);
	case VV_TYPE_LIST:
		return is_list(f, s, len);
	case VV_TYPE_DATETIME:
		return f->plan ? vv_time_plan_accepts(f->plan, s, len)
			       : vv_type_is_datetime(s, len);
	case VV_TYPE_DATE:
		return f->plan ? vv_time_plan_accepts(f->plan, s, len) : vv_type_is_date(s, len);
	case VV_TYPE_TIME:
		return f->plan ? vv_time_plan_accepts(f->plan, s, len) : vv_type_is_time(s, len);
	case VV_TYPE_YEAR:
		return vv_type_is_year(s, len);
	case VV_TYPE_YEARMONTH:
		return vv_type_is_yearmonth(s, len);
	case VV_TYPE_DURATION:
		return vv_type_is_duration(s, len);
	case VV_TYPE_GEOPOINT:
		return is_point(f, s, len);
	case VV_TYPE_GEOJSON:
		return is_geo(f, s, len);
	}
	return false;
}

/* Is a JSON number whole, however it is spelled: 5, 5.0, 5e3, 50e-1? */
static bool is_whole(const char *s, size_t len)
{
	const char *end = s + len, *last = NULL, *p = s;
	int64_t behind = 0, exponent = 0; /* digits after the point up to the last that is not 0 */
	bool point = false, negative = false;
	int64_t place = 0;

	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			point = true;
		} else if (vv_is_digit(*p)) {
			place += point ? 1 : 0;
			if (*p != '0') {
				last = p;
				behind = point ? place : 0;
			}
		}
	}
	if (!last) return true;
	if (!point) { /* zeros at the end of a whole number may go by a negative exponent */
		for (const char *q = p - 1; q > last; q--) {
			behind--;
		}
	} else if (behind == 0) {
		const char *q = last + 1;

		for (; *q != '.'; q++) {
			behind--;
		}
	}
	if (p < end && ++p < end && (*p == '+' || *p == '-')) {
		negative = *p++ == '-';
	}
	for (; p < end && exponent < INT32_MAX; p++) {
		exponent = exponent * 10 + (*p - '0');
	}
	return behind <= (negative ? -exponent : exponent);
}

static bool list_item_fits(vv_type type, const vv_json *item)
{
	vv_field f = vv_plain_number;
	vv_json_type t = item->type;

	f.type = type;

	switch (type) {
	case VV_TYPE_INTEGER:
		return t == VV_JSON_NUMBER && vv_type_accepts_text(&f, item->text, item->text_len);
	case VV_TYPE_NUMBER:
		return t == VV_JSON_NUMBER;
	case VV_TYPE_BOOLEAN:
		return t == VV_JSON_TRUE || t == VV_JSON_FALSE;
	default:
		return t == VV_JSON_STRING && vv_type_accepts_text(&f, item->text, item->text_len);
	}
}

static bool is_json_list(const vv_field *f, const char *s, size_t len)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool unknown;
	const vv_json *items = vv_type_read_array(&unknown, &arena, s, len);

	return unknown || (items && !vv_json_find(items, n, !list_item_fits(f->item_type, n)));
}

static bool accepts_literal(const vv_field *f, const char *s, size_t len)
{
	char first = len > 0 ? s[0] : '\0';
	bool number = (first == '-' || vv_is_digit(first)) &&
		      vv_json_is_number(s, len); /* stored ones may come from anywhere */

	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING: /* one that no UTF-8 text can spell */
		return first == '"' && f->format[0] == 'd';
	case VV_TYPE_NUMBER:
		return number;
	case VV_TYPE_INTEGER:
		return number && is_whole(s, len);
	case VV_TYPE_BOOLEAN:
		return (len == 4 && memcmp(s, "true", 4) == 0) ||
		       (len == 5 && memcmp(s, "false", 5) == 0);
	case VV_TYPE_OBJECT:
		return first == '{';
	case VV_TYPE_ARRAY:
		return first == '[';
	case VV_TYPE_LIST:
		return is_json_list(f, s, len);
	case VV_TYPE_YEAR:
		return number && vv_type_is_year(s, len);
	case VV_TYPE_GEOPOINT:
		return f->format[0] != 'd' && vv_type_is_geopoint(s, len, f->format[0] == 'o');
	case VV_TYPE_GEOJSON:
		return is_geo(f, s, len);
	default:
		return false;
	}
}

/* A JSON string where the type has a JSON type of its own. */
static bool accepts_json_string(const vv_field *f, const char *s, size_t len)
{
	bool own_spelling = !f->bare_number || f->group[0] != '\0' || strcmp(f->decimal, ".") != 0;

	switch (f->type) {
	case VV_TYPE_NUMBER:
		return is_special_number(s, len) || (own_spelling && is_number(f, s, len));
	case VV_TYPE_INTEGER:
		return own_spelling && is_number(f, s, len);
	case VV_TYPE_BOOLEAN:
		return (vv_json_get(f->json, "trueValues") ||
			vv_json_get(f->json, "falseValues")) &&
		       is_boolean(f, s, len);
	case VV_TYPE_OBJECT:
	case VV_TYPE_ARRAY:
	case VV_TYPE_GEOJSON:
		return false;
	case VV_TYPE_GEOPOINT:
		return f->format[0] != 'o' && is_point(f, s, len);
	default:
		return vv_type_accepts_text(f, s, len);
	}
}

bool vv_field_missing(const vv_field *f, const vv_cell *cell)
{
	switch (cell->state) {
	case VV_CELL_TEXT:
		return vv_texts_have(f->missing, cell->text, cell->len);
	case VV_CELL_LITERAL:
		return false;
	default:
		return true;
	}
}

bool vv_field_accepts(const vv_field *f, const vv_cell *cell)
{
	if (cell->state == VV_CELL_LITERAL) return accepts_literal(f, cell->text, cell->len);
	if (cell->state != VV_CELL_TEXT) return true;
	return vv_type_accepts_text(f, cell->text, cell->len) || vv_field_missing(f, cell);
}

bool vv_field_accepts_json(const vv_field *f, const vv_cell *cell)
{
	if (cell->state != VV_CELL_TEXT) return vv_field_accepts(f, cell);
	return accepts_json_string(f, cell->text, cell->len) || vv_field_missing(f, cell);
}

bool vv_field_is_u64(const vv_field *f)
{
	const vv_json *bounds = f->json ? vv_json_get(f->json, "constraints") : NULL;
	uint64_t least, most;

	return bounds && f->type == VV_TYPE_INTEGER && vv_json_get_u64(&least, bounds, "minimum") &&
	       vv_json_get_u64(&most, bounds, "maximum") && most > INT64_MAX;
}

bool vv_field_known_by_few(const vv_field *f)
{
	switch (f->type) {
	case VV_TYPE_INTEGER:
	case VV_TYPE_NUMBER:
		return f->bare_number && f->group[0] == '\0' && strcmp(f->decimal, ".") == 0;
	case VV_TYPE_DATE:
	case VV_TYPE_DATETIME:
		return !f->plan;
	default: /* years: -1000 and 1000 are in order, years between are not */
		return false;
	}
}

bool vv_field_all_by_few(const vv_field *f)
{
	return !vv_ended_find(f->missing, it,
			      vv_is_digit(**it) || (**it == '-' && (*it)[1] != '\0')) &&
	       vv_field_known_by_few(f);
}
