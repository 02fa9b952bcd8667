/*
 * sql: the statements that make SQLite's old table the new one. Form:
 * docs/formats/differences.md, "sql".
 *
 * The schema comes first, so that the rows' statements see the new columns. Rows are found by their
 * key where it is known to be unique, else by all their old values. Values outside the changes that
 * the new schema needs (of added columns, spellings that a column of numbers did not keep) are read
 * from the new version.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "diff/rows/key_unique.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/row_change.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/writer_kinds.h"

/* sql_text: how SQLite reads names, text and numbers.
 * Source: sqlite.org/lang_expr.html (literals), datatype3.html (affinity).
 */

/* A column of a table, with its name there and its storage. */
typedef struct sql_column {
	char *name;       /* like the field's; different from all others without regard to case */
	const char *type; /* "INTEGER", "NUMERIC" or "TEXT" */
	bool is_number;   /* not TEXT */
} sql_column;

/* SQLite prints a number with 15 significant digits; below 0.0001 with an exponent. */
#define PLAIN_DIGITS 15u
#define PLAIN_ZEROS 3u

static bool is_control(uint32_t cp)
{
	return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0) ||
	       cp == 0x200e || cp == 0x200f || cp == 0x061c || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

/* Is the text safe unchanged in a script, on a terminal and in a file? */
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

/* without regard to the case of ASCII letters */
static bool sql_same_name(const char *a, const char *b)
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
	return vv_array_find(c, count, it, sql_same_name(it->name, name)) != NULL;
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

/* accepts NULL */
static void sql_columns_free(sql_column *c, size_t count)
{
	vv_array_clear(c, c ? count : 0, it, vv_free(it->name));
}

static vv_status sql_columns_new(sql_column **out, const vv_schema *schema, vv_error *err)
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

/* The table's name: the file's, without folders and extension. NULL: out of memory. */
static char *sql_table_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path,
		   *dot = strrchr(base, '.');
	size_t len = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	vv_buf b = VV_BUF_INIT;
	/* names that begin so are SQLite's own */
	vv_buf_puts(&b, len == 0 || vv_ascii_compare(base, "sqlite_", 7) == 0 ? "table_" : "");
	put_clean(&b, base, len);
	return vv_buf_detach(&b);
}

static void sql_put_name(vv_buf *b, const char *name)
{
	vv_doubled_put(b, '"', name, strlen(name));
}

/* "-- text" and a line end */
static void sql_put_comment(vv_buf *b, const char *text, size_t len)
{
	vv_buf_puts(b, "-- ");
	vv_text_put_escaped(b, text, len);
	vv_buf_putc(b, '\n');
}

/* Is the value NULL in SQL? In columns of text only a cell without any text is. */
static bool sql_is_null(const vv_field *f, const vv_cell *c)
{
	if (!c || c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) return true;
	return f->type != VV_TYPE_STRING && f->type != VV_TYPE_ANY && vv_field_missing(f, c);
}

static size_t count_digits(const char *s, size_t len)
{
	return vv_find_place(i, len, s[i] < '0' || s[i] > '9');
}

/* Is the text a number that SQLite returns with the same spelling? */
static bool sql_is_plain_number(const char *s, size_t len)
{
	size_t sign = len > 0 && s[0] == '-', whole = count_digits(s + sign, len - sign),
	       at = sign + whole;
	if (whole == 0 || (whole > 1 && s[sign] == '0')) return false;
	if (at == len) {
		const char *most = sign ? "9223372036854775808" : "9223372036854775807";
		bool fits = whole < 19 || (whole == 19 && memcmp(s + sign, most, 19) <= 0);
		return fits && !(sign && s[sign] == '0');
	}
	size_t part = s[at] == '.' ? count_digits(s + at + 1, len - at - 1) : 0, zeros = 0;
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

/* Would SQLite make a number of the text in a column of numbers? */
static bool sql_is_number(const char *s, size_t len)
{
	while (len > 0 && is_space(s[len - 1])) {
		len--;
	}
	while (len > 0 && is_space(s[0])) {
		s++;
		len--;
	}
	size_t at = len > 0 && (s[0] == '-' || s[0] == '+'), n = count_digits(s + at, len - at);
	at += n;
	if (at < len && s[at] == '.') {
		size_t part = count_digits(s + at + 1, len - at - 1);
		n += part;
		at += 1 + part;
	}
	if (n > 0 && at < len && (s[at] == 'e' || s[at] == 'E')) {
		size_t sign = at + 1 < len && (s[at + 1] == '-' || s[at + 1] == '+');
		size_t power = count_digits(s + at + 1 + sign, len - at - 1 - sign);
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
	vv_doubled_put(b, '\'', s, len);
}

static void sql_put_value(vv_buf *b, const vv_field *f, const vv_cell *c)
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

typedef struct sql_writer {
	vv_diff_writer base;   /* first: callers have a pointer to it */
	char *old_name, *name; /* of the table */
	sql_column *old, *new; /* its columns; NULL without that side */
	size_t old_count, new_count;
	const char *rowid;     /* a name for it that no column has */
	vv_row_by_number rows; /* of the new version */
	uint64_t next;         /* rows of the new version that were seen to */
	bool by_key;           /* rows are found by the key */
	bool fresh;            /* no column in common: the table is made again */
	bool rekey;            /* the key is taken off first and set at the end */
	bool fills;            /* rows that are not reported need values */
	bool incomplete;       /* rows were left out, of any table */
	vv_string_list taken;  /* by turns a name of the tables so far, and its path */
} sql_writer;

static sql_writer *sql_writer_of(vv_diff_writer *w)
{
	return (sql_writer *)(void *)w;
}

static void clear_table(sql_writer *w)
{
	vv_row_by_number_close(&w->rows);
	sql_columns_free(w->old, w->old_count);
	sql_columns_free(w->new, w->new_count);
	vv_free_all(w->old_name, w->name);
	w->old = w->new = NULL;
	w->old_name = w->name = NULL;
}

static const vv_field *old_field(const sql_writer *w, const vv_column_pair *p)
{
	return &w->base.table.a->schema.fields[p->a];
}

static const vv_field *new_field(const sql_writer *w, const vv_column_pair *p)
{
	return &w->base.table.b->schema.fields[p->b];
}

static void put_word_name(sql_writer *w, const char *words, const char *name)
{
	vv_buf_puts(&w->base.out, words);
	sql_put_name(&w->base.out, name);
}

/* --- schema ------------------------------------------------------------- */

static void choose_rowid(sql_writer *w)
{
	static const char *const names[] = {"rowid", "_rowid_", "oid"};
	w->rowid = names[0];
	for (size_t i = 0; i < 3; i++) {
		if (!is_taken(w->old, w->old_count, names[i]) &&
		    !is_taken(w->new, w->new_count, names[i])) {
			w->rowid = names[i];
			return;
		}
	}
}

/* Does renaming one column after the other meet a name that is still in use? */
static bool renames_clash(const sql_writer *w)
{
	const vv_columns *c = w->base.table.columns;
	vv_array_each(c->pairs, c->count, p) {
		if (p->a < 0 || p->b < 0 || strcmp(w->old[p->a].name, w->new[p->b].name) == 0) {
			continue;
		}
		vv_array_each(c->pairs, c->count, pair) {
			if (pair->a >= 0 && pair->b >= 0 &&
			    sql_same_name(w->old[pair->a].name, w->new[p->b].name)) {
				return true;
			}
		}
	}
	return false;
}

/* SQLite adds columns at the end, and neither moves nor retypes them. */
static bool needs_rebuild(const sql_writer *w)
{
	const vv_columns *c = w->base.table.columns;
	long last = -1;
	bool added = false;
	vv_array_each(c->pairs, c->count, p) {
		if (p->a < 0) {
			added = true;
		} else if (p->b >= 0) {
			if (added || p->a < last ||
			    strcmp(w->old[p->a].type, w->new[p->b].type) != 0) {
				return true;
			}
			last = p->a;
		}
	}
	return renames_clash(w);
}

/* The key as the table declares it. */
static void put_primary_key(sql_writer *w, const vv_table *t, const sql_column *columns)
{
	for (size_t i = 0; i < t->root.key_count; i++) {
		long at = vv_schema_find(&t->schema, t->root.key[i], strlen(t->root.key[i]));
		vv_buf_puts(&w->base.out, i == 0 ? ",\n\tPRIMARY KEY (" : ", ");
		sql_put_name(&w->base.out, at >= 0 ? columns[at].name : t->root.key[i]);
	}
	vv_buf_puts(&w->base.out, t->root.key_count > 0 ? ")" : "");
}

/* INT, not INTEGER, for a key: that is a column like others, INTEGER PRIMARY KEY is not. */
static const char *type_in_table(const vv_table *t, const sql_column *c, size_t at)
{
	const bool in_key = vv_text_is_among(t->schema.fields[at].name, VV_TEXTS(t->root.key),
					     t->root.key_count);
	return in_key && strcmp(c[at].type, "INTEGER") == 0 ? "INT" : c[at].type;
}

static void put_create(sql_writer *w, const char *name, bool with_key)
{
	const vv_table *t = w->base.table.b;
	put_word_name(w, "CREATE TABLE ", name);
	for (size_t i = 0; i < w->new_count; i++) {
		put_word_name(w, i == 0 ? " (\n\t" : ",\n\t", w->new[i].name);
		vv_buf_printf(&w->base.out, " %s", type_in_table(t, w->new, i));
	}
	if (with_key) {
		put_primary_key(w, t, w->new);
	}
	vv_buf_puts(&w->base.out, w->new_count > 0 ? "\n);\n" : " (\"\");\n");
}

/* The table copied into one of the new shape. from_old: its columns are the old version's. */
static vv_status put_rebuild(sql_writer *w, bool with_key, bool from_old, vv_error *err)
{
	const vv_diff_table *t = &w->base.table;
	vv_auto(char) *temp = vv_asprintf("%s (new)", w->name);
	if (!temp) return vv_fail_nomem(err);
	put_create(w, temp, with_key);
	for (int round = 0; round < 2; round++) {
		bool first = true;
		if (round == 0) {
			put_word_name(w, "INSERT INTO ", temp);
		}
		vv_array_each(t->columns->pairs, t->columns->count, p) {
			if (p->b < 0 || (from_old && p->a < 0)) {
				continue;
			}
			vv_buf_puts(&w->base.out, !first       ? ", "
						  : round == 0 ? " ("
							       : ")\n\tSELECT ");
			sql_put_name(&w->base.out, round == 1 && from_old ? w->old[p->a].name
									  : w->new[p->b].name);
			first = false;
		}
	}
	put_word_name(w, " FROM ", w->name);
	put_word_name(w, ";\nDROP TABLE ", w->name);
	put_word_name(w, ";\nALTER TABLE ", temp);
	put_word_name(w, " RENAME TO ", w->name);
	vv_buf_puts(&w->base.out, ";\n");
	return VV_OK;
}

static void put_alter(sql_writer *w, const char *what, const char *name)
{
	put_word_name(w, "ALTER TABLE ", w->name);
	put_word_name(w, what, name);
}

static void put_alters(sql_writer *w)
{
	const vv_columns *c = w->base.table.columns;
	for (int step = 0; step < 3; step++) {
		vv_array_each(c->pairs, c->count, p) {
			if (step == 0 && p->b < 0) {
				put_alter(w, " DROP COLUMN ", w->old[p->a].name);
				vv_buf_puts(&w->base.out, ";\n");
			} else if (step == 1 && p->a >= 0 && p->b >= 0 &&
				   strcmp(w->old[p->a].name, w->new[p->b].name) != 0) {
				put_alter(w, " RENAME COLUMN ", w->old[p->a].name);
				put_word_name(w, " TO ", w->new[p->b].name);
				vv_buf_puts(&w->base.out, ";\n");
			} else if (step == 2 && p->a < 0) {
				put_alter(w, " ADD COLUMN ", w->new[p->b].name);
				vv_buf_printf(&w->base.out, " %s;\n", w->new[p->b].type);
			}
		}
	}
}

/* --- how rows are found ----------------------------------------------------- */

/* Are the rows compared by the key that the version has itself? */
static bool is_own_key(const vv_table *t, const size_t *key, size_t count)
{
	return count > 0 && t->root.key_count == count &&
	       vv_find_place(i, count,
			     strcmp(t->root.key[i], t->schema.fields[key[i]].name) != 0) == count;
}

static vv_status choose_key(sql_writer *w, vv_error *err)
{
	const vv_diff_table *t = &w->base.table;
	bool own_a = false, own_b = false, unique = false;
	vv_status rc = VV_OK;
	vv_auto_free size_t *old_key = vv_calloc(t->key_count + 1, sizeof(*old_key));
	w->by_key = false;
	if (!old_key) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->key_count; i++) {
		long at = vv_columns_to_old(t->columns, t->key[i]);
		old_key[i] = at < 0 ? 0 : (size_t)at;
	}
	if (t->key_count > 0) {
		own_a = is_own_key(t->a, old_key, t->key_count);
		own_b = is_own_key(t->b, t->key, t->key_count);
		unique = own_a && own_b;
		if (!own_a) {
			rc = vv_key_unique(&unique, t->a, old_key, t->key_count,
					   w->base.opts.temp_dir, err);
		}
		if (rc == VV_OK && (own_a || unique) && !own_b) {
			rc = vv_key_unique(&unique, t->b, t->key, t->key_count,
					   w->base.opts.temp_dir, err);
		}
	}
	w->by_key = unique;
	w->rekey = t->columns->key_changed || (t->a->root.key_count > 0 && !own_a) ||
		   (t->b->root.key_count > 0 && !own_b);
	return rc;
}

/* --- rows ------------------------------------------------------------------ */

/* Would the old value, once it is in the new column, read otherwise than the new? */
static bool value_drifts(const sql_writer *w, const vv_column_pair *p, const vv_cell *old,
			 const vv_cell *new)
{
	bool was_null = sql_is_null(old_field(w, p), old),
	     is_null = sql_is_null(new_field(w, p), new);
	if (was_null || is_null) return was_null != is_null;
	return w->old[p->a].is_number && !w->new[p->b].is_number &&
	       !sql_is_plain_number(new->text, new->len);
}

/* Can a column's values drift at all? */
static bool may_drift(const sql_writer *w, const vv_column_pair *p)
{
	return p->a >= 0 && p->b >= 0 &&
	       (p->retyped || p->reconstrained || w->base.table.columns->missing_changed ||
		(w->old[p->a].is_number && !w->new[p->b].is_number));
}

/* Is the old value, converted to the new text column, a number's text other than the file's? */
static bool was_number(const sql_writer *w, const vv_column_pair *p, const vv_cell *old)
{
	return w->old[p->a].is_number && !w->new[p->b].is_number &&
	       !sql_is_null(old_field(w, p), old) && !sql_is_plain_number(old->text, old->len) &&
	       sql_is_number(old->text, old->len);
}

static void put_old(sql_writer *w, const vv_column_pair *p, const vv_cell *old)
{
	bool cast = was_number(w, p, old);
	vv_buf_puts(&w->base.out, cast ? "CAST(" : "");
	sql_put_value(&w->base.out, old_field(w, p), old);
	vv_buf_puts(&w->base.out, cast ? " AS NUMERIC)" : "");
}

static void put_where_key(sql_writer *w, const vv_cell *old_cells)
{
	const vv_diff_table *t = &w->base.table;
	for (size_t i = 0; i < t->key_count; i++) {
		size_t pair = 0;
		while (t->columns->pairs[pair].b != (long)t->key[i]) {
			pair++;
		}
		const vv_column_pair *p = &t->columns->pairs[pair];
		const vv_cell *old = &old_cells[p->a];
		put_word_name(w, i == 0 ? " WHERE " : " AND ", w->new[p->b].name);
		vv_buf_puts(&w->base.out, sql_is_null(old_field(w, p), old) ? " IS " : " = ");
		put_old(w, p, old);
	}
}

/* One row of those that have all the old values, and none of the new ones yet. */
static void put_where_values(sql_writer *w, const vv_cell *old_cells)
{
	const vv_columns *c = w->base.table.columns;
	vv_buf_printf(&w->base.out, " WHERE %s = (SELECT %s", w->rowid, w->rowid);
	put_word_name(w, " FROM ", w->name);
	for (int side = 0; side < 2; side++) {
		bool first = true;
		vv_array_each(c->pairs, c->count, p) {
			if (p->b < 0 || (p->a < 0 && !w->fills)) {
				continue;
			}
			vv_buf_puts(&w->base.out, !first      ? ", "
						  : side == 0 ? " WHERE ("
							      : ") IS (");
			if (side == 0) {
				sql_put_name(&w->base.out, w->new[p->b].name);
			} else if (p->a < 0) {
				vv_buf_puts(&w->base.out, "NULL");
			} else {
				put_old(w, p, &old_cells[p->a]);
			}
			first = false;
		}
	}
	vv_buf_putc(&w->base.out, ')');
	vv_array_each(c->pairs, c->count, p) {
		if (p->a >= 0 && p->b >= 0 && was_number(w, p, &old_cells[p->a])) {
			put_word_name(w, " AND ", w->new[p->b].name);
			vv_buf_puts(&w->base.out, " IS NOT ");
			sql_put_value(&w->base.out, new_field(w, p), &old_cells[p->a]);
		}
	}
	vv_buf_puts(&w->base.out, " LIMIT 1)");
}

static void put_where(sql_writer *w, const vv_cell *old_cells)
{
	if (w->by_key) {
		put_where_key(w, old_cells);
	} else {
		put_where_values(w, old_cells);
	}
	vv_buf_puts(&w->base.out, ";\n");
}

/* Does the pair's cell need setting? */
static bool is_set(const sql_writer *w, size_t i, const vv_cell *old_cells, const vv_row_change *c)
{
	const vv_column_pair *p = &w->base.table.columns->pairs[i];
	if (p->b < 0) return false;
	const vv_cell *new = &c->new_cells[p->b];
	if (p->a < 0) return !sql_is_null(new_field(w, p), new);
	if (value_drifts(w, p, &old_cells[p->a], new)) return true;
	return vv_column_pairs_differ(c, i) && !(sql_is_null(old_field(w, p), &old_cells[p->a]) &&
						 sql_is_null(new_field(w, p), new));
}

static void put_update(sql_writer *w, const vv_cell *old_cells, const vv_row_change *c)
{
	const vv_columns *columns = w->base.table.columns;
	bool first = true;
	for (size_t i = 0; i < columns->count; i++) {
		const vv_column_pair *p = &columns->pairs[i];
		if (!is_set(w, i, old_cells, c)) {
			continue;
		}
		if (first) {
			put_word_name(w, "UPDATE ", w->name);
		}
		put_word_name(w, first ? " SET " : ", ", w->new[p->b].name);
		vv_buf_puts(&w->base.out, " = ");
		sql_put_value(&w->base.out, new_field(w, p), &c->new_cells[p->b]);
		first = false;
	}
	if (!first) {
		put_where(w, old_cells);
	}
}

static void put_insert(sql_writer *w, const vv_cell *cells)
{
	put_word_name(w, "INSERT INTO ", w->name);
	for (size_t i = 0; i < w->new_count; i++) {
		put_word_name(w, i == 0 ? " (" : ", ", w->new[i].name);
	}
	for (size_t i = 0; i < w->new_count; i++) {
		vv_buf_puts(&w->base.out, i == 0 ? ") VALUES (" : ", ");
		sql_put_value(&w->base.out, &w->base.table.b->schema.fields[i], &cells[i]);
	}
	vv_buf_puts(&w->base.out, w->new_count > 0 ? ");\n" : " DEFAULT VALUES;\n");
}

/* Sees to the rows up to `place` that no change mentions. Their old values are the new
 * ones; old_cells is room for a row of the old version. */
static vv_status fill_rows(sql_writer *w, uint64_t place, vv_error *err)
{
	const vv_columns *c = w->base.table.columns;
	vv_status rc;
	if (!w->fills && !w->fresh) return VV_OK;
	vv_auto_free vv_cell *old_cells = vv_calloc(w->old_count + 1, sizeof(*old_cells));
	if (!old_cells) return vv_fail_nomem(err);
	for (; w->next < place; w->next++) {
		vv_row_change change = {
			.kind = VV_ROW_MOVED, .new_row = w->next, .old_row = UINT64_MAX};
		if ((rc = vv_row_by_number_get(&w->rows, w->next, &change.new_cells, err)) < 0) {
			return rc;
		}
		vv_array_each(c->pairs, c->count, pair) {
			if (pair->a >= 0 && pair->b >= 0) {
				old_cells[pair->a] = change.new_cells[pair->b];
			}
		}
		if (w->fresh) {
			put_insert(w, change.new_cells);
		} else {
			put_update(w, old_cells, &change);
		}
		if ((rc = vv_diff_writer_flush(&w->base, VV_DIFF_FLUSH_AT, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- the writer -------------------------------------------------------------- */

static vv_status sql_begin(vv_diff_writer *base, vv_error *err VV_UNUSED)
{
	vv_buf_puts(&base->out, "-- varve diff as SQL for SQLite\nBEGIN;\n");
	return VV_OK;
}

static void put_head(sql_writer *w)
{
	const vv_diff_table *t = &w->base.table;
	vv_auto(vv_buf) line = VV_BUF_FOR(&w->base.out);
	vv_buf_putc(&w->base.out, '\n');
	vv_buf_printf(&line, "%s: ", t->path);
	if (t->a && t->b) {
		vv_buf_printf(&line, "%s -> %s", t->old_name ? t->old_name : "old",
			      t->new_name ? t->new_name : "new");
	} else {
		vv_buf_puts(&line, t->a ? "removed" : "new");
	}
	sql_put_comment(&w->base.out, vv_buf_cstr(&line), line.len);
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		vv_buf_reset(&line);
		vv_column_describe(&line, t, i);
		if (line.len > 0) {
			sql_put_comment(&w->base.out, vv_buf_cstr(&line), line.len);
		}
	}
	if (t->partial) {
		vv_buf_puts(
			&w->base.out,
			"-- because of the options of this difference, not every change is included\n");
	}
}

static vv_status begin_both(sql_writer *w, vv_error *err)
{
	const vv_diff_table *t = &w->base.table;
	size_t common = 0;
	vv_status rc;
	w->fills = w->fresh = w->rekey = w->by_key = false;
	vv_array_each(t->columns->pairs, t->columns->count, p) {
		common += p->a >= 0 && p->b >= 0;
		w->fills = w->fills || (p->a < 0 || may_drift(w, p));
	}
	w->fills = w->fills && !t->partial;
	vv_row_by_number_init(&w->rows, t->b, 1, false);
	choose_rowid(w);
	if (strcmp(w->old_name, w->name) != 0 && !sql_same_name(w->old_name, w->name)) {
		put_word_name(w, "ALTER TABLE ", w->old_name);
		put_word_name(w, " RENAME TO ", w->name);
		vv_buf_puts(&w->base.out, ";\n");
	}
	if (common == 0) {
		w->fresh = true;
		put_word_name(w, "DROP TABLE IF EXISTS ", w->name);
		vv_buf_puts(&w->base.out, ";\n");
		put_create(w, w->name, true);
		return VV_OK;
	}
	if ((rc = choose_key(w, err)) < 0) return rc;
	if (needs_rebuild(w) || (w->rekey && t->a->root.key_count > 0)) {
		return put_rebuild(w, !w->rekey, true, err);
	}
	put_alters(w);
	return VV_OK;
}

/* SQLite would take tables with one name for the same table. */
static vv_status take_name(sql_writer *w, const char *name, const char *path, vv_error *err)
{
	for (size_t i = 0; i < w->taken.count; i += 2) {
		if (sql_same_name(w->taken.items[i], name)) {
			return vv_fail(err, VV_EREFUSED,
				       "'%s' and '%s' have the same name in SQL, '%s'\nrun the "
				       "command with one path at a time",
				       vv_text_shows(w->taken.items[i + 1]), vv_text_shows(path),
				       vv_text_shows(name));
		}
	}
	vv_status rc = vv_string_list_add(&w->taken, vv_strdup(name), err);
	return rc < 0 ? rc : vv_string_list_add(&w->taken, vv_strdup(path), err);
}

static vv_status sql_begin_table(vv_diff_writer *base, vv_error *err)
{
	sql_writer *w = sql_writer_of(base);
	const vv_diff_table *t = &base->table;
	vv_status rc;
	if (t->long_rows) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' has rows with more cells than the header, which the SQL table "
			       "has no columns for\nuse '--format ndjson', or name the other files",
			       vv_text_shows(t->path));
	}
	clear_table(w);
	w->next = 0;
	w->fills = w->fresh = false;
	w->old_count = t->a ? t->a->schema.count : 0;
	w->new_count = t->b ? t->b->schema.count : 0;
	w->name = sql_table_name(t->path);
	w->old_name = sql_table_name(t->old_path ? t->old_path : t->path);
	if (!w->name || !w->old_name) return vv_fail_nomem(err);
	if ((rc = take_name(w, w->name, t->path, err)) < 0 ||
	    (!sql_same_name(w->name, w->old_name) &&
	     (rc = take_name(w, w->old_name, t->old_path, err)) < 0) ||
	    (t->a && (rc = sql_columns_new(&w->old, &t->a->schema, err)) < 0) ||
	    (t->b && (rc = sql_columns_new(&w->new, &t->b->schema, err)) < 0)) {
		return rc;
	}
	put_head(w);
	if (t->a && t->b) return begin_both(w, err);
	if (t->b) {
		put_create(w, w->name, true);
	} else {
		put_word_name(w, "DROP TABLE ", w->old_name);
		vv_buf_puts(&w->base.out, ";\n");
	}
	return VV_OK;
}

static vv_status sql_row(vv_diff_writer *base, const vv_row_change *c, vv_error *err)
{
	sql_writer *w = sql_writer_of(base);
	vv_status rc;
	if (w->fresh || !base->table.b || vv_diff_writer_is_over(base)) return VV_OK;
	if ((rc = fill_rows(w, c->place, err)) < 0) return rc;
	w->next = c->place + (c->new_cells ? 1 : 0);
	if (c->kind == VV_ROW_ADDED) {
		put_insert(w, c->new_cells);
	} else if (c->kind == VV_ROW_REMOVED) {
		put_word_name(w, "DELETE FROM ", w->name);
		put_where(w, c->old_cells);
	} else {
		put_update(w, c->old_cells, c);
	}
	return VV_OK;
}

static vv_status sql_end_table(vv_diff_writer *base, const vv_rowdiff_stats *stats, vv_error *err)
{
	sql_writer *w = sql_writer_of(base);
	const vv_diff_table *t = &base->table;
	/* DROP TABLE needs no rows, nor does a table that is made again */
	const uint64_t left_out = w->fresh || !t->b ? 0 : vv_diff_writer_left_out(base, stats);
	vv_status rc = VV_OK;
	if (left_out > 0) {
		w->incomplete = true;
		vv_buf_printf(&base->out, "-- left out: %s\n",
			      vv_text_counted(left_out, "more row", NULL));
	} else if (t->a && t->b && (rc = fill_rows(w, t->b->root.rows, err)) == VV_OK && w->rekey &&
		   t->b->root.key_count > 0) {
		rc = put_rebuild(w, true, false, err);
	}
	vv_row_by_number_close(&w->rows);
	return rc;
}

/* An incomplete script must not be applied as a whole one. */
static vv_status sql_end(vv_diff_writer *base, vv_error *err VV_UNUSED)
{
	vv_buf_puts(&base->out, sql_writer_of(base)->incomplete
					? "\n-- rows were left out: nothing is done\nROLLBACK;\n"
					: "\nCOMMIT;\n");
	return VV_OK;
}

static void sql_clear(vv_diff_writer *base)
{
	clear_table(sql_writer_of(base));
	vv_string_list_clear(&sql_writer_of(base)->taken);
}

const vv_diff_writer_kind vv_diff_writer_sql = {.name = "sql",
						.size = sizeof(sql_writer),
						.begin = sql_begin,
						.begin_table = sql_begin_table,
						.row = sql_row,
						.end_table = sql_end_table,
						.end = sql_end,
						.clear = sql_clear};
