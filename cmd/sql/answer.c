/*
 * answer: statements that write, and names of other programs.
 */
#include "cmd/sql/answer.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/typed_join.h"
#include "cmd/frame/typed_line.h"

enum { WORDS = 64 };

/* A statement's words: without quotes, commas and parentheses, "a = 1" as a=1. */
typedef struct statement {
	vv_buf room; /* each word with its NUL */
	size_t at[WORDS + 1];
	char *words[WORDS + 1];
	bool quoted[WORDS + 1]; /* the word, or its part after '=', is text in quotes */
	int count, groups;      /* groups: in parentheses */
} statement;

static bool read_statement(statement *s, const char *sql)
{
	static const char apart[] = " \t\n,();";
	char quote = '\0';
	bool within = false;

	for (const char *c = sql; *c; c++) {
		const char *next = c + strspn(c, " \t\n");
		bool *quoted = s->quoted + s->count - within; /* of this word */

		if (quote && (*c != quote || c[1] == quote)) {
			vv_buf_putc(&s->room, *c);
			c += *c == quote; /* doubled */
			continue;
		}
		if (quote) {
			quote = '\0';
			continue;
		}
		const bool value = within && !*quoted && s->room.len > 0 &&
				   s->room.data[s->room.len - 1] == '=';

		s->groups += *c == '(';
		if (strchr(apart, *c)) {
			if (*next == '=' || value) {
				continue;
			}
			if (within) {
				vv_buf_putc(&s->room, '\0');
			}
			within = false;
			continue;
		}
		if (!within && s->count == WORDS) return false;
		if (!within) {
			s->at[s->count++] = s->room.len;
		}
		if (strchr("'\"`", *c)) {
			quote = *c;
			*quoted = *c == '\'' && (!within || value);
		} else {
			vv_buf_putc(&s->room, *c);
			*quoted = false;
		}
		within = true;
	}
	vv_buf_putc(&s->room, '\0');
	for (int i = 0; i < s->count && !s->room.failed; i++) {
		s->words[i] = s->room.data + s->at[i];
	}
	return !quote && !s->room.failed;
}

static int find_keyword(const statement *s, const char *word)
{
	for (int i = 0; i < s->count; i++) {
		if (!s->quoted[i] && vv_ascii_equal(s->words[i], word)) return i;
	}
	return -1;
}

/* Does a word compare the number that SQLite gives to a row? */
static bool names_row_number(const statement *s)
{
	static const char *const numbers[] = {"rowid", "_rowid_", "oid"};

	for (int i = 0; i < s->count; i++) {
		const size_t name = strcspn(s->words[i], "=<> ");

		vv_array_each(numbers, sizeof(numbers) / sizeof(numbers[0]), it) {
			if (strlen(*it) == name && vv_ascii_compare(s->words[i], *it, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Is the word, or its part `value`, a number or text in quotes? NULL, names and expressions are not. */
static bool is_literal(const statement *s, int i, const char *value)
{
	const char *digits = value + (*value == '-');

	return s->quoted[i] ||
	       (vv_is_digit(*digits) && strspn(digits, "0123456789.") == strlen(digits));
}

/* Returns the literal value of a=1, a='text'; NULL: the word is another one. */
static const char *assigned_value(const statement *s, int i)
{
	const char *equals = strchr(s->words[i], '=');
	const bool name = equals && equals > s->words[i] &&
			  (vv_is_alnum(equals[-1]) || equals[-1] == '_'); /* not a>=1 */

	return name && is_literal(s, i, equals + 1) ? equals + 1 : NULL;
}

/* Returns the condition in the last word, a text with its quotes again; NULL: the word has another one. */
static char *key_condition(const statement *s)
{
	const char *word = s->words[s->count - 1], *value = assigned_value(s, s->count - 1);

	if (!value || !*value || strchr(value, '\'')) return NULL;
	return s->quoted[s->count - 1] ? vv_asprintf("%.*s'%s'", (int)(value - word), word, value)
				       : vv_strdup(word);
}

/* insert into FILE (A, B) values (1, 2): the key first, then B=2. Without names: the cells as a line. */
static bool put_insert(vv_buf *line, const statement *s)
{
	const int values = find_keyword(s, "values"), cells = s->count - values - 1,
		  names = values - 3;
	vv_typed t;

	if (values < 3 || cells < 1 || (names > 0 && names != cells)) return false;
	if (s->groups != 1 + (names > 0)) return false; /* several rows */
	for (int i = values + 1; i < s->count; i++) {
		const bool cut = names == 0 && strchr(s->words[i], ',');

		if (cut || !is_literal(s, i, s->words[i])) return false;
	}
	vv_typed_read(&t, 1, (char **)(uintptr_t)s->words + 2);
	if (!t.file) return false;
	if (names == 0) {
		vv_auto(vv_buf) row = VV_BUF_INIT;

		for (int i = 0; i < cells; i++) {
			vv_buf_printf(&row, "%s%s", i > 0 ? "," : "", s->words[values + 1 + i]);
		}
		t.words[t.word_count++] = vv_buf_cstr(&row);
		return vv_typed_put(line, "sed -i '$a CELLS' FILE", &t);
	}
	vv_buf_puts(line, "varve set --add ");
	vv_text_put_word(line, t.file);
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, s->words[values + 1]);
	for (int i = 1; i < cells; i++) {
		vv_auto(char) *word = vv_asprintf("%s=%s", s->words[3 + i],
						  s->words[values + 1 + i]);

		vv_buf_putc(line, ' ');
		vv_text_put_word(line, word ? word : "");
	}
	return true;
}

/* delete from FILE where A=1: that A is the key is tested by --if. */
static bool put_delete(vv_buf *line, const statement *s)
{
	vv_auto(char) *condition = s->count == 5 ? key_condition(s) : NULL;
	vv_typed t;

	if (!condition || find_keyword(s, "where") != 3) return false;
	vv_typed_read(&t, 1, (char **)(uintptr_t)s->words + 2);
	if (!t.file) return false;
	vv_buf_puts(line, "varve delete ");
	vv_text_put_word(line, t.file);
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, assigned_value(s, 4));
	vv_buf_puts(line, " --if ");
	vv_text_put_word(line, condition);
	return true;
}

/* delete from FILE where CONDITION: the other rows are kept. */
static bool put_kept(vv_buf *line, const statement *s, const char *sql)
{
	static const char where[] = " where ";
	vv_typed t;

	if (find_keyword(s, "where") != 3) return false;
	vv_typed_read(&t, 1, (char **)(uintptr_t)s->words + 2);
	for (t.value = sql; *t.value; t.value++) {
		if (vv_ascii_compare(t.value, where, strlen(where)) == 0) {
			t.value += strlen(where);
			return vv_typed_put(line, "varve cat FILE --where not(VALUE) -o FILE", &t);
		}
	}
	return false;
}

/* update FILE set A=1, B=2 where C=3 */
static bool put_update(vv_buf *line, const statement *s)
{
	const int where = s->count - 2;
	vv_auto(char) *condition = where > 3 ? key_condition(s) : NULL;
	char *words[WORDS];
	int count = 0;
	vv_typed t;

	if (!condition || find_keyword(s, "set") != 2 || find_keyword(s, "where") != where) {
		return false;
	}
	for (int i = 1; i <= where; i++) {
		if (i > 2 && i < where && !assigned_value(s, i)) return false;
		words[count++] = s->words[i];
	}
	words[count++] = condition;
	vv_typed_read(&t, count, words);
	return vv_typed_put(line, "varve set FILE KEY COL=VALUE", &t);
}

/* update FILE set A=1, B=2 [where CONDITION], of any rows */
static bool put_update_many(vv_buf *line, const statement *s, const char *sql)
{
	static const char word[] = " where ";
	const int where = find_keyword(s, "where"), end = where < 0 ? s->count : where;
	const char *condition = where < 0 ? "true" : NULL;
	vv_typed t;

	if (s->count < 4 || end < 4 || find_keyword(s, "set") != 2) return false;
	for (const char *at = where < 0 ? "" : sql; *at; at++) {
		if (vv_ascii_compare(at, word, strlen(word)) == 0) {
			condition = at + strlen(word);
			break;
		}
	}
	if (!condition) return false;
	vv_typed_read(&t, 1, (char **)(uintptr_t)s->words + 1);
	if (!t.file) return false;
	vv_buf_puts(line, "varve set --where ");
	vv_text_put_word(line, condition);
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, t.file);
	for (int i = 3; i < end; i++) {
		if (!assigned_value(s, i)) return false;
		vv_buf_putc(line, ' ');
		vv_text_put_word(line, s->words[i]);
	}
	return true;
}

/* A statement by its first words, and the pattern for the words after them. */
static const struct {
	const char *first, *pattern;
} patterns[] = {
	{"alter table @ rename column", "varve rename-column FILE OLD NEW"},
	{"alter table @ rename", "varve rename-column FILE OLD NEW"},
	{"alter table @ add column", VV_TYPED_ADD_COLUMN},
	{"alter table @ add", VV_TYPED_ADD_COLUMN},
	{"alter table @ drop column", VV_TYPED_DROP_COLUMN},
	{"alter table @ drop", VV_TYPED_DROP_COLUMN},
	{"select * exclude", "varve cat FILE --columns=-A,B"},
	{"select * except", "varve cat FILE --columns=-A,B"},
	{"summarize", "varve info FILE"},
	{"describe", "varve schema FILE"},
	{"desc", "varve schema FILE"},
	{"show columns from", "varve schema FILE"},
	{"show tables", "varve sql '.tables'"},
};

/* Returns the number of the statement's words that the pattern's first ones are; 0: it has others. Sets
 * *table to the place of '@'. */
static int match_beginning(const statement *s, const char *first, int *table)
{
	int i = 0;

	for (const char *at = first; *at; at += strspn(at, " "), i++) {
		const size_t len = strcspn(at, " ");

		if (i == s->count) return 0;
		if (*at == '@') {
			*table = i;
		} else if (!vv_ascii_is(at, len, s->words[i])) {
			return 0;
		}
		at += len;
	}
	return i;
}

/* Is each word a column, if the pattern takes columns? "where id = 1" would not be in the line. */
static bool has_columns(const char *pattern, const vv_typed *t)
{
	vv_auto(vv_string_list) columns = {0};

	if (!strstr(pattern, "A,B") || !t->file) return true;
	vv_typed_columns(&columns, t->file);
	for (size_t i = 0; i < t->word_count; i++) {
		if (!vv_text_is_among(t->words[i], VV_TEXTS(columns.items), columns.count)) {
			return false;
		}
	}
	return !t->names_more && !t->count;
}

static bool put_pattern(vv_buf *line, const statement *s)
{
	vv_array_each(patterns, sizeof(patterns) / sizeof(patterns[0]), it) {
		char *words[WORDS + 2];
		int count = 0, table = -1;
		const int first = match_beginning(s, it->first, &table);
		vv_typed t;

		if (first == 0) {
			continue;
		}
		if (table >= 0) {
			words[count++] = s->words[table];
		}
		for (int i = first; i < s->count; i++) {
			words[count++] = s->words[i];
		}
		vv_typed_read(&t, count, words);
		return has_columns(it->pattern, &t) && vv_typed_put(line, it->pattern, &t);
	}
	return false;
}

/* --- the statement with other words --- */

/* Appends sql with the len bytes at `at` replaced. */
static void put_with(vv_buf *out, const char *sql, const char *at, size_t len, const char *text)
{
	vv_buf_put(out, sql, (size_t)(at - sql));
	vv_buf_puts(out, text);
	vv_buf_puts(out, at + len);
}

static const char *find_word(const char *sql, const char *word)
{
	const size_t len = strlen(word);

	for (; *sql; sql++) {
		if (vv_ascii_compare(sql, word, len) == 0) return sql;
	}
	return NULL;
}

/* AS OF v1: AS OF 'v1'. */
static bool put_quoted_version(vv_buf *out, const char *sql)
{
	static const char *const before[] = {"for system_time as of ", "for version as of ",
					     "as of "};

	vv_array_each(before, sizeof(before) / sizeof(before[0]), it) {
		const char *at = find_word(sql, *it), *version = at ? at + strlen(*it) : NULL;
		const size_t quoted = version && *version == '\'',
			     len = version ? strcspn(version + quoted, " \t\n,();'") : 0;

		if (len > 0 && (!quoted || it < before + 2)) {
			vv_auto(char) *text = vv_asprintf("AS OF '%.*s'", (int)len,
							  version + quoted);

			put_with(out, sql, at, strlen(*it) + len + 2 * quoted, text ? text : "");
			return true;
		}
	}
	return false;
}

/* read_csv('a.csv', header=true): 'a.csv'. */
static bool put_file_function(vv_buf *out, const char *sql)
{
	static const char *const names[] = {"read_csv_auto(", "read_csv(", "read_json_auto(",
					    "read_json(", "read_parquet("};

	vv_array_each(names, sizeof(names) / sizeof(names[0]), it) {
		const char *at = find_word(sql, *it), *file = at ? at + strlen(*it) : NULL;
		const char *end = file && *file == '\'' ? strchr(file + 1, '\'') : NULL;
		const char *close = end ? strchr(end, ')') : NULL;

		if (close) {
			vv_auto(char) *text = vv_strndup(file, (size_t)(end + 1 - file));

			put_with(out, sql, at, (size_t)(close + 1 - at), text ? text : "");
			return true;
		}
	}
	return false;
}

/* dolt_diff('v1', 'HEAD', 'prices'): varve_diff_prices('v1', 'HEAD') */
static bool put_diff_function(vv_buf *out, const char *sql, const char *at)
{
	static const char begin[] = "dolt_diff(";
	const char *close = strchr(at, ')'), *comma = close;

	if (!close || find_word(at, begin) != at) return false;
	while (comma > at && *comma != ',') {
		comma--;
	}
	const char *name = comma + 1 + strspn(comma + 1, " ");
	const char *end = *name == '\'' ? strchr(name + 1, '\'') : NULL;
	if (comma == at || !end || end > close) return false;
	vv_auto(char) *text = vv_asprintf("\"varve_diff_%.*s\"(%.*s)", (int)(end - name - 1),
					  name + 1, (int)(comma - at) - (int)strlen(begin),
					  at + strlen(begin));
	put_with(out, sql, at, (size_t)(close + 1 - at), text ? text : "");
	return true;
}

/* dolt_log: varve_log */
static bool put_own_name(vv_buf *out, const char *sql)
{
	const char *at = find_word(sql, "dolt_");

	if (!at) return false;
	if (put_diff_function(out, sql, at)) return true;
	put_with(out, sql, at, strlen("dolt_"), "varve_");
	return true;
}

/* select top 2 *: limit 2 at the end */
static bool put_limit(vv_buf *out, const char *sql)
{
	static const char top[] = "select top ";
	const char *count = sql + strlen(top), *rest;
	size_t end = strlen(sql);

	if (find_word(sql, top) != sql) return false;
	rest = count + strspn(count, "0123456789");
	while (end > 0 && strchr("; \n", sql[end - 1])) {
		end--;
	}
	if (rest == count || sql + end < rest) return false;
	vv_buf_printf(out, "select%.*s limit %.*s", (int)(sql + end - rest), rest,
		      (int)(rest - count), count);
	return true;
}

/* from prices, prices: select * from prices */
static bool put_select(vv_buf *out, const char *sql)
{
	const bool name = vv_is_alpha(*sql) && !strpbrk(sql, " ();,");

	if (!name && find_word(sql, "from ") != sql) return false;
	vv_buf_printf(out, name ? "select * from %s" : "select * %s", sql);
	return true;
}

/* copy (QUERY) to 'FILE', copy TABLE to 'FILE' */
static bool put_copy(vv_buf *line, const char *sql)
{
	const char *query = sql + strlen("copy ");
	const char *to = find_word(sql, " to '"), *file = to ? to + strlen(" to '") : NULL;
	const char *end = file ? strchr(file, '\'') : NULL;

	if (find_word(sql, "copy ") != sql || !end) return false;
	const bool whole = *query == '(' && to[-1] == ')';
	vv_auto(char) *text = whole ? vv_strndup(query + 1, (size_t)(to - query - 2))
				    : vv_asprintf("select * from %.*s", (int)(to - query), query);
	vv_auto(char) *name = vv_strndup(file, (size_t)(end - file));

	vv_buf_puts(line, "varve sql -o ");
	vv_text_put_word(line, name ? name : "");
	vv_buf_puts(line, " ");
	vv_text_put_word(line, text ? text : "");
	return true;
}

/* Names of other dialects, and what takes their place here. */
static const struct {
	const char *theirs, *ours;
} dialect[] = {
	{"ilike", "LIKE"},
	{"average(", "avg("},
	{"mean(", "avg("},
	{"len(", "length("},
	{"char_length(", "length("},
	{"isnull(", "ifnull("},
	{"nvl(", "ifnull("},
	{"ucase(", "upper("},
	{"lcase(", "lower("},
	{"now()", "datetime('now')"},
	{"getdate()", "datetime('now')"},
	{"curdate()", "date('now')"},
	{"today()", "date('now')"},
	{"commit", "commit_hash"},
};

static bool is_name_byte(char c)
{
	return vv_is_alnum(c) || strchr("_./-", c) != NULL || (c & 0x80);
}

/* prices_history, as other programs call it: varve_history_prices */
static bool put_history_name(vv_buf *out, const char *sql, size_t len)
{
	static const char end[] = "_history";
	const size_t end_len = strlen(end), name = len - end_len;

	if (len <= end_len || vv_ascii_compare(sql + name, end, end_len) != 0) return false;
	vv_buf_printf(out, "varve_history_%.*s", (int)name, sql);
	return true;
}

/* Appends the name at sql, of len bytes, in our dialect: one of the table, or a file's name in quotes. Returns the
 * number of bytes read; 0: it remains. */
static size_t put_our_name(vv_buf *out, const char *sql, size_t len)
{
	vv_array_each(dialect, sizeof(dialect) / sizeof(dialect[0]), it) {
		const size_t theirs = strlen(it->theirs);
		const bool whole = theirs == len || it->theirs[len] == '(';

		if (theirs >= len && whole && vv_ascii_compare(sql, it->theirs, theirs) == 0) {
			vv_buf_puts(out, it->ours);
			return theirs;
		}
	}
	if (put_history_name(out, sql, len)) return len;
	vv_auto(char) *name = memchr(sql, '.', len) ? vv_strndup(sql, len) : NULL;
	if (!name || !vv_exists(name)) return 0;
	vv_buf_printf(out, "\"%s\"", name);
	return len;
}

/* Each name outside of quotes in our dialect. */
static bool put_our_names(vv_buf *out, const char *sql)
{
	bool changed = false;
	char quote = '\0';

	while (*sql) {
		const size_t len = vv_find_place(i, strlen(sql), !is_name_byte(sql[i]));
		const size_t read = quote || len == 0 ? 0 : put_our_name(out, sql, len);

		changed = changed || read > 0;
		sql += read;
		if (read > 0) {
			continue;
		}
		if (quote == *sql) {
			quote = '\0';
		} else if (!quote && strchr("'\"`", *sql)) {
			quote = *sql;
		}
		vv_buf_put(out, sql, len > 0 ? len : 1);
		sql += len > 0 ? len : 1;
	}
	return changed;
}

/* "commit": commit_hash, which is not a word of SQL */
static bool put_commit_hash(vv_buf *out, const char *sql)
{
	static const char commit[] = "\"commit\"";
	const char *at = find_word(sql, commit);

	if (!at) return false;
	put_with(out, sql, at, strlen(commit), "commit_hash");
	return true;
}

/* = "London": = 'London', for texts without quotes in them. */
static bool put_single_quoted(vv_buf *out, const char *sql)
{
	const char *const text = sql;
	bool changed = false;

	for (const char *open; (open = strpbrk(sql, "'\""));) {
		const char *close = strchr(open + 1, *open), *before = open;

		while (before > text && before[-1] == ' ') {
			before--;
		}
		if (!close) {
			break;
		}
		const bool value = *open == '"' && before > text && strchr("=<>(,", before[-1]) &&
				   !memchr(open + 1, '\'', (size_t)(close - open - 1));

		vv_buf_put(out, sql, (size_t)(open - sql));
		vv_buf_puts(out, value ? "'" : "");
		vv_buf_put(out, open + value, (size_t)(close + 1 - open) - 2 * value);
		vv_buf_puts(out, value ? "'" : "");
		changed = changed || value;
		sql = close + 1;
	}
	vv_buf_puts(out, sql);
	return changed;
}

/* Has the expression, of len bytes, an aggregate function? */
static bool is_aggregate(const char *s, size_t len)
{
	static const char *const names[] = {"sum(",   "avg(",     "mean(",    "count(",
					    "min(",   "max(",     "total(",   "group_concat(",
					    "stddev", "variance", "var_samp("};
	vv_auto(char) *text = vv_strndup(s, len);

	return text && vv_array_find(names, sizeof(names) / sizeof(names[0]), it,
				     find_word(text, *it)) != NULL;
}

/* group by all: group by 1, 3, the columns that are not aggregates. */
static bool put_group(vv_buf *out, const char *sql)
{
	static const char all[] = "group by all", select[] = "select ";
	const char *at = find_word(sql, all), *from = find_word(sql, " from ");
	const char *item = sql + strlen(select);
	vv_auto(vv_buf) places = VV_BUF_INIT;
	int depth = 0, place = 1;

	if (!at || !from || from > at || find_word(sql, select) != sql) return false;
	for (const char *p = item; p <= from; p++) {
		depth += (*p == '(') - (*p == ')');
		if (p < from && (*p != ',' || depth > 0)) {
			continue;
		}
		if (memchr(item, '*', (size_t)(p - item)) &&
		    !is_aggregate(item, (size_t)(p - item))) {
			return false;
		}
		if (!is_aggregate(item, (size_t)(p - item))) {
			vv_buf_printf(&places, "%s%d", places.len > 0 ? ", " : "", place);
		}
		place++;
		item = p + 1;
	}
	vv_auto(char) *text = vv_asprintf("GROUP BY %s", vv_buf_cstr(&places));
	if (places.len == 0) return false;
	put_with(out, sql, at, strlen(all), text ? text : "");
	return true;
}

/* fetch first 3 rows only: limit 3 */
static bool put_fetched(vv_buf *out, const char *sql)
{
	const char *at = find_word(sql, " fetch "), *count = at ? strpbrk(at, "0123456789") : NULL;
	const size_t len = count ? strspn(count, "0123456789") : 0;
	const char *end = count ? find_word(count + len, " only") : NULL;

	if (!end) return false;
	vv_auto(char) *text = vv_asprintf(" limit %.*s", (int)len, count);
	put_with(out, sql, at, (size_t)(end + strlen(" only") - at), text ? text : "");
	return true;
}

/* Each appends the statement rewritten, and returns whether it differs; in this order. */
#define REWRITES(X)                                                                                \
	X(put_quoted_version)                                                                      \
	X(put_file_function)                                                                       \
	X(put_own_name)                                                                            \
	X(put_limit)                                                                               \
	X(put_fetched)                                                                             \
	X(put_group)                                                                               \
	X(put_commit_hash)                                                                         \
	X(put_select)                                                                              \
	X(put_single_quoted)                                                                       \
	X(put_our_names)

typedef bool (*rewrite)(vv_buf *out, const char *sql);
static const rewrite rewrites[] = {
#define NAME_REWRITE(name) name,
	REWRITES(NAME_REWRITE)
#undef NAME_REWRITE
};

/* Appends the command with the statement in our words, if it has others that are known, and is then one. */
static bool put_rewritten(vv_buf *line, const char *sql, const vv_sql_judge *judge)
{
	vv_auto(char) *text = vv_strdup(sql);
	bool changed = false;

	if (put_copy(line, sql)) return true;
	vv_array_each(rewrites, sizeof(rewrites) / sizeof(rewrites[0]), it) {
		vv_auto(vv_buf) better = VV_BUF_INIT;

		if (text && (*it)(&better, text)) {
			vv_free(text);
			text = vv_strdup(vv_buf_cstr(&better));
			changed = true;
		}
	}
	if (!changed || !text || !judge->prepares(judge->payload, text)) return false;
	vv_buf_puts(line, "varve sql ");
	if (judge->format) {
		vv_buf_printf(line, "--format %s ", judge->format);
	}
	vv_text_put_word(line, text);
	return true;
}

void vv_sql_answer(vv_error *err, const char *script, const vv_sql_judge *judge)
{
	size_t len = strlen(script);

	while (len > 0 && strchr("; \t\n", script[len - 1])) {
		len--;
	}
	vv_auto(char) *sql = vv_strndup(script, len);
	vv_auto(vv_buf) line = VV_BUF_INIT;
	statement s = {.count = 0};

	if (!sql || strchr(sql, '\n') || strlen(sql) > VV_HINT_MAX / 2) return; /* a script */
	bool found = read_statement(&s, sql) && s.count > 0;
	if (found && vv_ascii_equal(s.words[0], "insert")) {
		found = put_insert(&line, &s);
	} else if (found &&
		   (vv_ascii_equal(s.words[0], "delete") || vv_ascii_equal(s.words[0], "update")) &&
		   names_row_number(&s)) {
		found = false; /* 'set' and 'delete' know rows by their cells alone */
	} else if (found && vv_ascii_equal(s.words[0], "delete")) {
		found = put_delete(&line, &s);
		if (!found) {
			vv_buf_clear(&line);
			found = put_kept(&line, &s, sql);
		}
	} else if (found && vv_ascii_equal(s.words[0], "update")) {
		found = put_update(&line, &s);
		if (!found) {
			vv_buf_clear(&line);
			found = put_update_many(&line, &s, sql);
		}
	} else {
		found = found && put_pattern(&line, &s);
	}
	if (!found) {
		vv_buf_clear(&line);
		found = put_rewritten(&line, sql, judge);
	}
	vv_buf_clear(&s.room);
	if (!found || line.failed || line.len + 16 >= VV_HINT_MAX) return;
	vv_hint_clear(err);
	vv_hint(err, "'%s' does it", vv_buf_cstr(&line));
}
