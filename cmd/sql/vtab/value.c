/*
 * value: which class a column's values have; reads the usual cells by itself: a sum of millions of cells
 * spends its time here.
 */
#define _DEFAULT_SOURCE /* timegm() */
#include "cmd/sql/vtab/value.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <sqlite3ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
SQLITE_EXTENSION_INIT3

#define DAY 86400
#define DAY_LEN 10     /* 2026-11-17 */
#define MINUTES_LEN 16 /* 2026-11-17T14:00 */
#define MICROS 1000000
#define FIRST_TIME (INT64_C(-62167219200) * MICROS)    /* 0000-01-01T00:00:00Z */
#define LAST_TIME (INT64_C(253402300800) * MICROS - 1) /* the end of the year 9999 */
#define EXACT_DIGITS 15 /* every decimal of this many digits is the shortest form of a double */

const char *vv_sql_value_type(const vv_sql_opened *o, size_t column)
{
	static const char *const names[] = {"INTEGER", "REAL", "TEXT"};

	return names[o->columns[column].class];
}

const char *vv_sql_value_declaration(const vv_sql_opened *o, size_t column)
{
	return varve_table_column(o->table, column)->type == VARVE_TYPE_DATETIME
		       ? "TEXT COLLATE " VV_SQL_TIME
		       : vv_sql_value_type(o, column);
}

/* ---- text ---- */

/* The bytes of a character beyond ASCII, 0: not UTF-8. */
static size_t utf8_len(const unsigned char *s, size_t len)
{
	size_t n = 2;

	if (s[0] >= 0xf0) {
		n = 4;
	} else if (s[0] >= 0xe0) {
		n = 3;
	}
	uint32_t c = s[0] & (0x7fu >> n);

	if (s[0] < 0xc2 || s[0] > 0xf4 || len < n) return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return (n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
			       (n == 4 && (c < 0x10000 || c > 0x10ffff))
		       ? 0
		       : n;
}

static bool is_utf8(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < len;) {
		size_t n = s[i] < 0x80 ? 1 : utf8_len(s + i, len - i);

		if (n == 0) return false;
		i += n;
	}
	return true;
}

static void put_text(sqlite3_context *context, const char *text, size_t len)
{
	/* The cells are the cursor's until its next row, and SQLite keeps values longer. */
	sqlite3_result_text64(context, len > 0 ? text : "", len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void vv_sql_value_put_text(sqlite3_context *context, const varve_cell *cell)
{
	if (cell->state == VARVE_CELL_ABSENT || cell->state == VARVE_CELL_NULL) {
		sqlite3_result_null(context);
	} else if (is_utf8(cell->text, cell->len)) {
		put_text(context, cell->text, cell->len);
	} else {
		sqlite3_result_blob64(context, cell->text, cell->len, SQLITE_TRANSIENT);
	}
}

/* ---- times ---- */

/* Days since 1970 as a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days). */
static int write_date(char *out, size_t size, int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097,
		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
		doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153,
		month = mp < 10 ? mp + 3 : mp - 9;

	return snprintf(out, size, "%04lld-%02lld-%02lld",
			(long long)(yoe + era * 400 + (month <= 2)), (long long)month,
			(long long)(doy - (153 * mp + 2) / 5 + 1));
}

static int write_instant(char *out, size_t size, int64_t micros)
{
	int64_t seconds = micros / MICROS - (micros % MICROS < 0), rest = micros - seconds * MICROS,
		days = seconds / DAY - (seconds % DAY < 0), of_day = seconds - days * DAY;
	int n = write_date(out, size, days);

	n += snprintf(out + n, size - (size_t)n, "T%02d:%02d:%02d", (int)(of_day / 3600),
		      (int)(of_day / 60 % 60), (int)(of_day % 60));
	if (rest > 0) {
		n += snprintf(out + n, size - (size_t)n, ".%06d", (int)rest);
	}
	n += snprintf(out + n, size - (size_t)n, "Z");
	return n;
}

static size_t digits_from(const char *s, size_t len, size_t at)
{
	while (at < len && s[at] >= '0' && s[at] <= '9') {
		at++;
	}
	return at;
}

/* Minutes of "Z", "+02:00", or nothing; false: it is none of these. */
static bool read_zone(int *minutes, const char *s, size_t len)
{
	*minutes = 0;
	if (len == 0 || (len == 1 && *s == 'Z')) return true;
	if (len != 6 || (*s != '+' && *s != '-') || s[3] != ':' || digits_from(s, 3, 1) < 3 ||
	    digits_from(s, 6, 4) < 6) {
		return false;
	}
	*minutes = (s[1] * 10 + s[2] - 11 * '0') * 60 + s[4] * 10 + s[5] - 11 * '0';
	*minutes = *s == '-' ? -*minutes : *minutes;
	return true;
}

/* Shifts the head's moment back by minutes. False: beyond years of four digits. */
static bool shift_moment(char head[VV_SQL_HEAD + 1], int minutes)
{
	struct tm m = {.tm_sec = 0};
	char text[VV_VALUE_OWN];

	(void)sscanf(head, "%d-%d-%dT%d:%d:%d", &m.tm_year, &m.tm_mon, &m.tm_mday, &m.tm_hour,
		     &m.tm_min, &m.tm_sec);
	m.tm_year -= 1900;
	m.tm_mon--;
	m.tm_min -= minutes;
	int64_t seconds = timegm(&m);
	if (seconds < FIRST_TIME / MICROS || seconds > LAST_TIME / MICROS) return false;
	(void)write_instant(text, sizeof(text), seconds * MICROS);
	memcpy(head, text, VV_SQL_HEAD);
	return true;
}

bool vv_sql_time_read(vv_sql_time *out, const char *s, size_t len)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t at = 0, end;
	int minutes;

	while (at < VV_SQL_HEAD && at < len &&
	       (form[at] == '0' ? s[at] >= '0' && s[at] <= '9'
				: s[at] == form[at] || (at == DAY_LEN && s[at] == ' '))) {
		at++;
	}
	end = at == VV_SQL_HEAD && at < len && s[at] == '.' ? digits_from(s, len, at + 1) : at;
	memcpy(out->head, form, sizeof(form));
	memcpy(out->head, s, at);
	out->head[DAY_LEN] = 'T';
	out->zoned = end < len;
	if ((at == VV_SQL_HEAD || at == MINUTES_LEN || (at == DAY_LEN && len == at)) &&
	    read_zone(&minutes, s + end, len - end) &&
	    ((minutes == 0 && memcmp(out->head + DAY_LEN, "T24", 3) != 0) ||
	     shift_moment(out->head, minutes))) {
		while (end > at && (s[end - 1] == '0' || s[end - 1] == '.')) {
			end--;
		}
		out->head_len = VV_SQL_HEAD;
		out->tail = s + at;
		out->tail_len = end - at;
		return true;
	}
	out->head_len = len < VV_SQL_HEAD ? len : VV_SQL_HEAD;
	memcpy(out->head, s, out->head_len);
	out->tail = s + out->head_len;
	out->tail_len = len - out->head_len;
	return false;
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

int vv_sql_time_compare(void *unused VV_UNUSED, int a_len, const void *a, int b_len, const void *b)
{
	vv_sql_time x, y;

	(void)vv_sql_time_read(&x, a, (size_t)a_len);
	(void)vv_sql_time_read(&y, b, (size_t)b_len);
	int order = compare_bytes(x.head, x.head_len, y.head, y.head_len);
	return order != 0 ? order : compare_bytes(x.tail, x.tail_len, y.tail, y.tail_len);
}

void vv_sql_value_put_time(sqlite3_context *context, int64_t seconds)
{
	char text[VV_VALUE_OWN];
	int64_t micros;

	if (!__builtin_mul_overflow(seconds, (int64_t)MICROS, &micros)) {
		int n = write_instant(text, sizeof(text), micros);

		put_text(context, text, (size_t)n);
	}
}

void vv_sql_value_put_commit(sqlite3_context *context, const varve_commit *c, size_t what)
{
	const char *const texts[VV_COMMIT_WORDS] = {
		c->id, NULL,      c->committer,   c->committer_mail,
		NULL,  c->author, c->author_mail, c->message};
	size_t len = texts[what] ? strlen(texts[what]) : 0;

	while (what == VV_MESSAGE && len > 0 && c->message[len - 1] == '\n') {
		len--;
	}
	if (what == VV_MESSAGE) {
		put_text(context, c->message, len);
	} else if (texts[what]) {
		sqlite3_result_text(context, texts[what], -1, SQLITE_TRANSIENT);
	} else if (what == VV_COMMIT_DATE || what == VV_AUTHOR_DATE) {
		vv_sql_value_put_time(context,
				      what == VV_COMMIT_DATE ? c->commit_time : c->author_time);
	}
}

/* ---- numbers ---- */

/* Plain digits, with a sign and a point, at most EXACT_DIGITS of them: their value without the point, and the number
 * behind it. Without leading zeros, which some types refuse. */
static bool read_plain(int64_t *digits, unsigned *fraction, const char *s, size_t len)
{
	size_t sign = len > 0 && s[0] == '-', i = sign, point = len;
	int64_t n = 0;

	if (len - sign > EXACT_DIGITS + 1 || len == sign || s[i] < '0' || s[i] > '9' ||
	    (s[i] == '0' && len > i + 1 && s[i + 1] != '.')) {
		return false;
	}
	for (; i < len; i++) {
		if (s[i] >= '0' && s[i] <= '9') {
			n = n * 10 + (s[i] - '0');
		} else if (s[i] == '.' && point == len && i + 1 < len) {
			point = i;
		} else {
			return false;
		}
	}
	if (len - sign - (point < len) > EXACT_DIGITS) return false;
	*digits = sign ? -n : n;
	*fraction = point < len ? (unsigned)(len - point - 1) : 0;
	return true;
}

static double scale_digits(int64_t digits, unsigned fraction)
{
	static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
					1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

	/* Both are exact, so that the quotient is the nearest double. */
	return (double)digits / powers[fraction];
}

/* The significant digits of a decimal number, at most size of them; how many there are. */
static size_t significant_digits(char *out, size_t size, const char *s, size_t len)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < len && s[i] != 'e' && s[i] != 'E'; i++) {
		if (s[i] >= '0' && s[i] <= '9' && (count > 0 || s[i] != '0')) {
			if (count < size) {
				out[count] = s[i];
			}
			count++;
			kept = s[i] != '0' ? count : kept;
		}
	}
	return kept;
}

/* The program may have set a locale with another point, which printf() writes and strtod() expects. */
static locale_t use_points(void)
{
	const locale_t points = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	return points ? uselocale(points) : (locale_t)0;
}

static void end_points(locale_t before)
{
	if (before) {
		freelocale(uselocale(before));
	}
}

double vv_sql_value_double(const char *text)
{
	const locale_t before = use_points();
	const double d = strtod(text, NULL);

	end_points(before);
	return d;
}

size_t vv_sql_value_digits(char out[VV_VALUE_OWN], double d)
{
	const locale_t before = use_points();
	int len = 0, precision = EXACT_DIGITS;

	do { /* 17 are always enough */
		len = snprintf(out, VV_VALUE_OWN, "%.*g", precision, d);
	} while (strtod(out, NULL) != d && ++precision <= 17);
	end_points(before);
	return (size_t)len;
}

/* Is the shortest decimal number that has this double as its nearest another one than the text? */
static bool is_near_only(double d, const char *text, size_t len)
{
	char own[20], short_form[40], digits[20];
	size_t count = significant_digits(own, sizeof(own), text, len), n = 0;

	if (count <= EXACT_DIGITS || !isfinite(d)) return false;
	for (int precision = EXACT_DIGITS + 1; precision <= 17; precision++) {
		int width = snprintf(short_form, sizeof(short_form), "%.*e", precision - 1, d);

		n = significant_digits(digits, sizeof(digits), short_form, (size_t)width);
		if (strtod(short_form, NULL) == d) {
			break; /* always at 17 */
		}
	}
	return n != count || count > sizeof(own) || memcmp(own, digits, n) != 0;
}

void vv_sql_value_put_number(sqlite3_context *context, const char *text)
{
	const size_t len = strlen(text);
	char *end;

	errno = 0;
	const int64_t i = strtoll(text, &end, 10);
	if (errno == 0 && !*end) {
		sqlite3_result_int64(context, i);
		return;
	}
	const double d = vv_sql_value_double(text);
	if (isfinite(d) && !is_near_only(d, text, len)) {
		sqlite3_result_double(context, d);
	} else {
		put_text(context, text, len);
	}
}

/* ---- cells ---- */

/* Reads cells in their usual form. */
static bool read_quickly(vv_sql_value *out, const vv_sql_opened *as, size_t column,
			 const varve_cell *cell)
{
	const vv_sql_opened_column *k = &as->columns[column];
	int64_t digits;
	unsigned fraction;

	if (cell->state == VARVE_CELL_NUMBER) {
		memcpy(&digits, cell->text, sizeof(digits));
		fraction = cell->len;
	} else if (!k->plain || cell->len == 0 || cell->state != k->usual) {
		return false;
	} else if (k->string) {
		out->text = cell->text;
		out->len = cell->len;
		return is_utf8(cell->text, cell->len);
	} else if (!read_plain(&digits, &fraction, cell->text, cell->len)) {
		return false;
	}
	if (k->class == VV_CLASS_INTEGER) {
		out->i = digits;
		return fraction == 0;
	}
	out->d = k->class == VV_CLASS_REAL ? scale_digits(digits, fraction) : 0;
	return k->class == VV_CLASS_REAL;
}

static bool read_integer(vv_sql_value *out, const varve_value *v, int type)
{
	char text[10];

	if (v->kind == VARVE_VALUE_TEXT && v->text.len > 0 && v->text.len < sizeof(text) &&
	    type == VARVE_TYPE_YEAR) {
		memcpy(text, v->text.data, v->text.len);
		text[v->text.len] = '\0';
		out->i = strtoll(text, NULL, 10);
		return true;
	}
	out->i = v->i;
	return v->kind == VARVE_VALUE_INT64 || v->kind == VARVE_VALUE_BOOL;
}

/* Writes a date or datetime as a text, with all digits of a fraction that the text has. False: one that is beyond the calendar's
 * years, or has too many. */
static bool read_moment(vv_sql_value *out, const varve_value *v)
{
	const bool date = v->kind == VARVE_VALUE_DATE;
	vv_sql_time t;

	if (!date && v->kind != VARVE_VALUE_DATETIME) return true;
	if (!date && (v->i < FIRST_TIME || v->i > LAST_TIME)) return false;
	if (!date && vv_sql_time_read(&t, v->text.data, v->text.len)) {
		out->text = out->own;
		out->len = (size_t)snprintf(out->own, sizeof(out->own), "%s%.*s%s", t.head,
					    (int)t.tail_len, t.tail, t.zoned ? "Z" : "");
		return out->len < sizeof(out->own);
	}
	out->text = out->own;
	out->len = (size_t)(date ? write_date(out->own, sizeof(out->own), v->i)
				 : write_instant(out->own, sizeof(out->own), v->i));
	return true;
}

/* Copies a number of the schema's own spelling, with a point at this place and without other marks. */
static bool copy_number(char out[VV_VALUE_OWN], const char *s, size_t len, size_t point)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < VV_VALUE_OWN; i++) {
		const bool sign = s[i] == '-' || s[i] == '+', power = (s[i] | 32) == 'e' && n > 0;
		const size_t next = i + 1 +
				    (power && i + 1 < len && (s[i + 1] == '-' || s[i + 1] == '+'));

		if (i == point || (s[i] >= '0' && s[i] <= '9') ||
		    (sign && (n == 0 || (out[n - 1] | 32) == 'e')) ||
		    (power && digits_from(s, len, next) > next)) {
			out[n++] = i == point ? '.' : s[i];
		}
	}
	out[n] = '\0';
	return n + 1 < VV_VALUE_OWN;
}

/* SQLite reads only a point: the mark in its place is the one with which the digits have the value. */
static bool read_spelled(vv_sql_value *out, const varve_value *v)
{
	const double d = v->kind == VARVE_VALUE_INT64 ? (double)v->i : v->d;

	if (v->kind != VARVE_VALUE_INT64 && (v->kind != VARVE_VALUE_DOUBLE || !isfinite(d))) {
		return v->kind == VARVE_VALUE_DOUBLE;
	}
	for (size_t i = 0; i <= v->text.len; i++) { /* from the last mark on; then no point */
		const size_t point = i < v->text.len ? v->text.len - 1 - i : i;

		if ((point == v->text.len || v->text.data[point] < '0' ||
		     v->text.data[point] > '9') &&
		    copy_number(out->own, v->text.data, v->text.len, point) &&
		    vv_sql_value_double(out->own) == d) {
			out->text = out->own;
			out->len = strlen(out->own);
			return true;
		}
	}
	return false;
}

/* A value that fits its class. */
static bool read_fitting(vv_sql_value *out, vv_sql_opened *as, size_t column, const varve_value *v,
			 uint64_t row)
{
	const char *format = varve_table_column(as->table, column)->format;

	out->text = v->text.data;
	out->len = v->text.len;
	switch (out->class) {
	case VV_CLASS_INTEGER:
		return read_integer(out, v, varve_table_column(as->table, column)->type);
	case VV_CLASS_REAL:
		out->d = v->kind == VARVE_VALUE_INT64 ? (double)v->i : v->d;
		if (v->kind != VARVE_VALUE_INT64 && v->kind != VARVE_VALUE_DOUBLE) return false;
		out->null = isnan(out->d);
		if (is_near_only(out->d, v->text.data, v->text.len)) {
			vv_sql_opened_warn(as, column, VV_WARNING_NEAR, row);
		}
		return true;
	default:
		if (!read_moment(out, v)) return false; /* as a text it would sort elsewhere */
		if (as->columns[column].spelled && !read_spelled(out, v)) return false;
		if (v->kind == VARVE_VALUE_DATETIME && *format == '%' && !strstr(format, "%z") &&
		    !strstr(format, "%Z") && out->own[out->len - 1] == 'Z') {
			out->len--;
		}
		return is_utf8(out->text, out->len);
	}
}

int vv_sql_value_read(vv_sql_value *out, vv_sql_opened *as, size_t column, const varve_cell *cell,
		      uint64_t row, varve_error *err)
{
	varve_value v;
	int rc;

	out->null = false;
	out->class = as->columns[column].class;
	if (read_quickly(out, as, column, cell)) return 0;
	if ((rc = varve_table_value(&v, as->table, column, cell, err)) < 0) return rc;
	out->null = v.kind == VARVE_VALUE_NULL;
	if (v.kind == VARVE_VALUE_MISFIT ||
	    (!out->null && !read_fitting(out, as, column, &v, row))) {
		vv_sql_opened_warn(as, column, VV_WARNING_MISFIT, row);
		out->null = true;
	}
	return 0;
}

void vv_sql_value_put(sqlite3_context *context, const vv_sql_value *value)
{
	if (value->null) {
		sqlite3_result_null(context);
	} else if (value->class == VV_CLASS_INTEGER) {
		sqlite3_result_int64(context, value->i);
	} else if (value->class == VV_CLASS_REAL) {
		sqlite3_result_double(context, value->d);
	} else {
		put_text(context, value->text, value->len);
	}
}

void vv_sql_value_put_fitting(sqlite3_context *context, const varve_value *v)
{
	vv_sql_value out = {.text = v->text.data, .len = v->text.len};

	if (v->kind != VARVE_VALUE_NULL && read_moment(&out, v)) {
		put_text(context, out.text, out.len);
	}
}

void vv_sql_value_put_cell(sqlite3_context *context, vv_sql_opened *as, size_t column,
			   const varve_cell *cell, uint64_t row)
{
	vv_sql_value v;
	varve_error err;

	if (vv_sql_value_read(&v, as, column, cell, row, &err) < 0) {
		sqlite3_result_error(context, err.message, -1);
	} else {
		vv_sql_value_put(context, &v);
	}
}
