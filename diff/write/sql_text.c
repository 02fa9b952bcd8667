/*
 * sql_text: how SQLite reads names, text and numbers.
 * Source: sqlite.org/lang_expr.html (literals), datatype3.html (affinity).
 */
#include "diff/write/sql_text.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

/* SQLite prints a number with 15 significant digits; below 0.0001 with an exponent. */
#define PLAIN_DIGITS 15u
#define PLAIN_ZEROS 3u

static bool is_control(uint32_t cp)
{
	return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0) ||
	       cp == 0x200e || cp == 0x200f || cp == 0x061c || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

/* Can the text stand in a script as it is, on a terminal and in a file? */
static bool is_printable(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = vv_utf8_decode(&cp, s + i, len - i);
		if (n == 0 || is_control(cp)) return false;
		i += n;
	}
	return true;
}

bool sql_same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		int x = *a >= 'A' && *a <= 'Z' ? *a + 32 : *a,
		    y = *b >= 'A' && *b <= 'Z' ? *b + 32 : *b;
		if (x != y) return false;
	}
	return *a == *b;
}

/* Controls have no spelling inside a name. */
static void put_clean(vv_buf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = vv_utf8_decode(&cp, s + i, len - i);
		if (n == 0 || is_control(cp)) {
			vv_utf8_put(b, 0xfffd);
		} else {
			vv_buf_put(b, s + i, n);
		}
		i += n > 0 ? n : 1;
	}
}

static bool is_taken(const sql_column *c, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (sql_same_name(c[i].name, name)) return true;
	}
	return false;
}

static vv_status name_column(sql_column *columns, size_t at, const vv_field *f, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	put_clean(&b, f->name, f->name_len);
	size_t len = b.failed ? 0 : b.len;
	for (unsigned n = 2; is_taken(columns, at, vv_buf_cstr(&b)) && !b.failed; n++) {
		b.len = len;
		vv_buf_printf(&b, " %u", n);
	}
	columns[at].name = vv_buf_detach(&b);
	return columns[at].name ? VV_OK : vv_fail_nomem(err);
}

static const char *type_of(const vv_field *f)
{
	bool plain = vv_field_plain_marks(f) && f->bare_number;
	switch (f->type) {
	case VV_TYPE_INTEGER:
	case VV_TYPE_YEAR:
		return plain ? "INTEGER" : "TEXT";
	case VV_TYPE_NUMBER:
		return plain ? "NUMERIC" : "TEXT";
	default:
		return "TEXT";
	}
}

vv_status sql_columns_new(sql_column **out, const vv_schema *schema, vv_error *err)
{
	sql_column *c = vv_calloc(schema->count + 1, sizeof(*c));
	*out = c;
	if (!c) return vv_fail_nomem(err);
	for (size_t i = 0; i < schema->count; i++) {
		vv_status rc = name_column(c, i, &schema->fields[i], err);
		if (rc < 0) {
			sql_columns_free(c, i);
			*out = NULL;
			return rc;
		}
		c[i].type = type_of(&schema->fields[i]);
		c[i].is_number = strcmp(c[i].type, "TEXT") != 0;
	}
	return VV_OK;
}

void sql_columns_free(sql_column *c, size_t count)
{
	for (size_t i = 0; c && i < count; i++) {
		vv_free(c[i].name);
	}
	vv_free(c);
}

char *sql_table_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
		   *dot = strrchr(base, '.');
	size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	vv_buf b = VV_BUF_INIT;
	/* names that begin so are SQLite's own */
	vv_buf_puts(&b, len == 0 || strncasecmp(base, "sqlite_", 7) == 0 ? "table_" : "");
	put_clean(&b, base, len);
	return vv_buf_detach(&b);
}

void sql_put_name(vv_buf *b, const char *name)
{
	vv_buf_putc(b, '"');
	for (; *name; name++) {
		vv_buf_puts(b, *name == '"' ? "\"" : "");
		vv_buf_putc(b, *name);
	}
	vv_buf_putc(b, '"');
}

void sql_put_comment(vv_buf *b, const char *text, size_t len)
{
	vv_buf_puts(b, "-- ");
	vv_text_put_escaped(b, text, len);
	vv_buf_putc(b, '\n');
}

bool sql_is_null(const vv_field *f, const vv_cell *c)
{
	if (!c || c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) return true;
	return f->type != VV_TYPE_STRING && f->type != VV_TYPE_ANY && vv_field_missing(f, c);
}

static size_t digits(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && s[n] >= '0' && s[n] <= '9') {
		n++;
	}
	return n;
}

bool sql_is_plain_number(const char *s, size_t len)
{
	size_t sign = len > 0 && s[0] == '-', whole = digits(s + sign, len - sign),
	       at = sign + whole;
	if (whole == 0 || (whole > 1 && s[sign] == '0')) return false;
	if (at == len) {
		const char *most = sign ? "9223372036854775808" : "9223372036854775807";
		bool fits = whole < 19 || (whole == 19 && memcmp(s + sign, most, 19) <= 0);
		return fits && !(sign && s[sign] == '0');
	}
	size_t part = s[at] == '.' ? digits(s + at + 1, len - at - 1) : 0, zeros = 0;
	if (part == 0 || at + 1 + part != len || s[len - 1] == '0' || whole + part > PLAIN_DIGITS) {
		return false;
	}
	while (s[at + 1 + zeros] == '0') {
		zeros++;
	}
	return s[sign] != '0' || zeros <= PLAIN_ZEROS;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool sql_is_number(const char *s, size_t len)
{
	while (len > 0 && is_space(s[len - 1])) {
		len--;
	}
	while (len > 0 && is_space(s[0])) {
		s++;
		len--;
	}
	size_t at = len > 0 && (s[0] == '-' || s[0] == '+'), n = digits(s + at, len - at);
	at += n;
	if (at < len && s[at] == '.') {
		size_t part = digits(s + at + 1, len - at - 1);
		n += part;
		at += 1 + part;
	}
	if (n > 0 && at < len && (s[at] == 'e' || s[at] == 'E')) {
		size_t sign = at + 1 < len && (s[at + 1] == '-' || s[at + 1] == '+');
		size_t power = digits(s + at + 1 + sign, len - at - 1 - sign);
		at = power > 0 ? at + 1 + sign + power : at;
	}
	return n > 0 && at == len;
}

static void put_text(vv_buf *b, const char *s, size_t len)
{
	if (!is_printable(s, len)) {
		vv_buf_puts(b, "CAST(X'");
		for (size_t i = 0; i < len; i++) {
			vv_buf_printf(b, "%02x", (unsigned)(unsigned char)s[i]);
		}
		vv_buf_puts(b, "' AS TEXT)");
		return;
	}
	vv_buf_putc(b, '\'');
	for (size_t i = 0; i < len; i++) {
		vv_buf_puts(b, s[i] == '\'' ? "'" : "");
		vv_buf_putc(b, s[i]);
	}
	vv_buf_putc(b, '\'');
}

void sql_put_value(vv_buf *b, const vv_field *f, const vv_cell *c)
{
	if (sql_is_null(f, c)) {
		vv_buf_puts(b, "NULL");
	} else if ((f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) &&
		   sql_is_plain_number(c->text, c->len)) {
		vv_buf_put(b, c->text, c->len);
	} else {
		put_text(b, c->len > 0 ? c->text : "", c->len);
	}
}
