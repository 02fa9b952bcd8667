/*
 * rewrite: the tokens of SQL (sqlite.org/lang_expr.html, lang_comment.html).
 */
#include "cmd/sql/vtab/rewrite.h"

#include <sqlite3ext.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"

SQLITE_EXTENSION_INIT3

typedef enum kind { END, BLANK, WORD, STRING, OTHER } kind;

typedef struct token {
	kind kind;
	const char *at;
	size_t len;
} token;

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool is_in_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '$';
}

/* The length of a quoted text with its quotes; a quote inside is doubled. */
static size_t quoted_len(const char *s, size_t len, char quote)
{
	size_t i = 1;

	while (i < len) {
		if (s[i] != quote) {
			i++;
		} else if (quote != ']' && i + 1 < len && s[i + 1] == quote) {
			i += 2;
		} else {
			return i + 1;
		}
	}
	return len;
}

static size_t comment_len(const char *s, size_t len)
{
	size_t i = 2;

	if (s[0] == '-') {
		while (i < len && s[i] != '\n') {
			i++;
		}
		return i;
	}
	while (i + 1 < len && !(s[i] == '*' && s[i + 1] == '/')) {
		i++;
	}
	return i + 1 < len ? i + 2 : len;
}

static token read_token(const char *s, size_t len)
{
	token t = {OTHER, s, 1};

	if (len == 0) return (token){END, s, 0};
	if (strchr(" \t\r\n\f", s[0]) && s[0]) {
		t.kind = BLANK;
	} else if (len > 1 && ((s[0] == '-' && s[1] == '-') || (s[0] == '/' && s[1] == '*'))) {
		t.kind = BLANK;
		t.len = comment_len(s, len);
	} else if (s[0] == '\'') {
		t.kind = STRING;
		t.len = quoted_len(s, len, '\'');
	} else if (s[0] == '"' || s[0] == '`' || s[0] == '[') {
		t.kind = WORD;
		t.len = quoted_len(s, len, s[0] == '[' ? ']' : s[0]);
	} else if (is_letter(s[0])) {
		t.kind = WORD;
		while (t.len < len && is_in_word(s[t.len])) {
			t.len++;
		}
	} else if (s[0] >= '0' && s[0] <= '9') {
		/* 1e5, 0xff: no names */
		while (t.len < len && (is_in_word(s[t.len]) || s[t.len] == '.')) {
			t.len++;
		}
	} else if (strchr(":@$#?", s[0]) && s[0]) {
		while (t.len < len && is_in_word(s[t.len])) {
			t.len++;
		}
	}
	return t;
}

/* The next token that is not blank, from *at on, which moves behind it. */
static token next_token(const char **at, const char *end)
{
	token t;

	do {
		t = read_token(*at, (size_t)(end - *at));
		*at += t.len;
	} while (t.kind == BLANK);
	return t;
}

static char lower_letter(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_word(const token *t, const char *word)
{
	size_t i = 0;

	if (t->kind != WORD || t->len != strlen(word)) return false;
	while (i < t->len && lower_letter(t->at[i]) == word[i]) {
		i++;
	}
	return i == t->len;
}

/* Appends a quoted text without its quotes, for a name in double quotes. */
static void put_unquoted(sqlite3_str *out, const token *t)
{
	char open = t->at[0], close = open == '[' ? ']' : open;
	bool quoted = open == '\'' || open == '"' || open == '`' || open == '[';
	size_t i = quoted, end = t->len - (quoted && t->len > 1 && t->at[t->len - 1] == close);

	for (; i < end; i++) {
		sqlite3_str_appendchar(out, 1, t->at[i]);
		if (t->at[i] == '"') {
			sqlite3_str_appendchar(out, 1, '"');
		}
		if (quoted && t->at[i] == close && close != ']' && i + 1 < end &&
		    t->at[i + 1] == close) {
			i++;
		}
	}
}

static bool is_closed(const token *t)
{
	return t->len > 1 && t->at[t->len - 1] == t->at[0];
}

/* NAME AS OF 'REVISION', NAME FOR SYSTEM_TIME AS OF 'REVISION' (SQL:2011), NAME VERSION AS OF 'REVISION': how many
 * bytes it takes, 0: it is none. before: the token before the name. */
static size_t put_as_of(sqlite3_str *out, const token *before, const token *name, const char *end)
{
	const char *at = name->at + name->len;
	token as = next_token(&at, end);

	/* after a table's name, this one is its alias, not a table */
	if (before->kind == WORD && !is_word(before, "from") && !is_word(before, "join")) return 0;
	if (is_word(&as, "for")) {
		as = next_token(&at, end);
	}
	if (is_word(&as, "system_time") || is_word(&as, "version") || is_word(&as, "timestamp")) {
		as = next_token(&at, end);
	}
	token of = next_token(&at, end), revision = next_token(&at, end);

	if (!is_word(&as, "as") || !is_word(&of, "of") || revision.kind != STRING ||
	    !is_closed(&revision) || (name->at[0] == '"' && !is_closed(name))) {
		return 0;
	}
	sqlite3_str_appendchar(out, 1, '"');
	put_unquoted(out, name);
	sqlite3_str_appendchar(out, 1, '@');
	put_unquoted(out, &revision);
	sqlite3_str_appendchar(out, 1, '"');
	return (size_t)(at - name->at);
}

/* varve_diff('NAME', ...): the same. */
static size_t put_function(sqlite3_str *out, const token *name, const char *end)
{
	static const char *const names[] = {"varve_at",         "varve_blame",   "varve_diff",
					    "varve_diff_cells", "varve_history", "varve_row"};
	const char *at = name->at + name->len;
	if (!vv_array_find(names, sizeof(names) / sizeof(names[0]), it, is_word(name, *it))) {
		return 0;
	}
	token open = next_token(&at, end);
	token table = next_token(&at, end);
	const char *rest = at;
	token after = next_token(&at, end);
	if (open.len != 1 || open.at[0] != '(' || table.kind != STRING || !is_closed(&table) ||
	    after.len != 1 || (after.at[0] != ',' && after.at[0] != ')')) {
		return 0;
	}
	sqlite3_str_appendchar(out, 1, '"');
	sqlite3_str_append(out, name->at, (int)name->len);
	sqlite3_str_appendchar(out, 1, '_');
	put_unquoted(out, &table);
	sqlite3_str_appendall(out, "\"(");
	return (size_t)((after.at[0] == ',' ? at : rest) - name->at);
}

/* ---- the right side of RIGHT JOIN ---- */

static bool is_any(const token *t, const char *const *words)
{
	while (*words && !is_word(t, *words)) {
		words++;
	}
	return *words != NULL;
}

/* The end of the text in parentheses; NULL: not closed. */
static const char *after_parentheses(const char *at, const char *end)
{
	size_t open = 0;
	token t;

	do {
		t = next_token(&at, end);
		open += t.len == 1 && t.at[0] == '(';
		open -= t.len == 1 && t.at[0] == ')';
	} while (t.kind != END && open > 0);
	return t.kind == END ? NULL : at;
}

/* RIGHT JOIN varve_at_T(...): SQLite before 3.41 drops the arguments of a function on this side, also of its own. In a
 * subquery they stay. */
static size_t put_right_join(sqlite3_str *out, const token *right, const char *end)
{
	static const char *const next[] = {"on",    "using",   "where",     "group",  "order",
					   "limit", "left",    "right",     "full",   "inner",
					   "cross", "natural", "join",      "having", "window",
					   "union", "except",  "intersect", NULL};
	const char *at = right->at + right->len, *behind;
	token t = next_token(&at, end);

	if (sqlite3_libversion_number() >= 3041000 || !is_word(right, "right")) return 0;
	if (is_word(&t, "outer")) {
		t = next_token(&at, end);
	}
	token name = next_token(&at, end);
	if (!is_word(&t, "join") || name.kind != WORD ||
	    sqlite3_strnicmp(name.at + (name.at[0] == '"'), "varve_", 6) != 0) {
		return 0;
	}
	const char *open = at;
	t = next_token(&open, end);
	if (t.len != 1 || t.at[0] != '(' || !(behind = after_parentheses(at, end))) return 0;
	sqlite3_str_append(out, right->at, (int)(name.at - right->at));
	sqlite3_str_appendall(out, "(SELECT * FROM ");
	vv_sql_rewrite(out, name.at, (size_t)(behind - name.at));
	sqlite3_str_appendall(out, ")");
	at = behind;
	t = next_token(&at, end);
	if (t.kind != WORD || is_any(&t, next)) {
		sqlite3_str_appendall(out, " AS \"");
		put_unquoted(out, &name);
		sqlite3_str_appendall(out, "\"");
	}
	return (size_t)(behind - right->at);
}

/* left(x, 2): SQLite before 3.44 takes the word for that of a join. */
static size_t put_call(sqlite3_str *out, const token *name, const char *end)
{
	const char *at = name->at + name->len;
	token open = next_token(&at, end);

	if ((!is_word(name, "left") && !is_word(name, "right")) || open.len != 1 ||
	    *open.at != '(') {
		return 0;
	}
	sqlite3_str_appendf(out, "\"%.*s\"", (int)name->len, name->at);
	return name->len;
}

void vv_sql_rewrite(sqlite3_str *out, const char *sql, size_t len)
{
	const char *at = sql, *end = sql + len;
	token before = {END, "", 0};

	while (at < end) {
		token t = read_token(at, (size_t)(end - at));
		size_t taken = 0;

		if (t.kind == WORD && (taken = put_as_of(out, &before, &t, end)) == 0 &&
		    (taken = put_function(out, &t, end)) == 0 &&
		    (taken = put_call(out, &t, end)) == 0) {
			taken = put_right_join(out, &t, end);
		}
		if (taken == 0) {
			sqlite3_str_append(out, at, (int)t.len);
			taken = t.len;
		}
		at += taken;
		before = t.kind == BLANK ? before : t;
	}
}

#define NEAR                                                                                       \
	4096u /* bytes that most tokens end in: a long script is not measured for each of them */

char *vv_sql_rewrite_quoted(const char **at)
{
	token before = {END, "", 0};

	while (**at) {
		token t = read_token(*at, strnlen(*at, NEAR));
		bool table = is_word(&before, "from") || is_word(&before, "join");

		if (t.len == NEAR) {
			t = read_token(*at, strlen(*at));
		}
		*at += t.len;
		if ((t.kind == STRING && table) || (t.kind == WORD && !is_letter(t.at[0]))) {
			sqlite3_str *out = sqlite3_str_new(NULL);

			put_unquoted(out, &t);
			return sqlite3_str_finish(out);
		}
		if (t.at[0] == ';') {
			break;
		}
		before = t.kind == BLANK ? before : t;
	}
	return NULL;
}
