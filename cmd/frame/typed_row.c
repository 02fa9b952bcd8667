/*
 * typed_row: finds rows by the words that the user typed.
 */
#include "cmd/frame/typed_row.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "cmd/frame/typed_join.h"
#include "dataset/format/dialect.h"

bool vv_typed_may_fill(const char *word)
{
	static const char *const fillers[] = {
		"an",         "and",  "are",  "as",      "asc",    "ascending", "at",    "be",
		"been",       "by",   "can",  "changed", "column", "columns",   "could", "desc",
		"descending", "did",  "do",   "does",    "field",  "for",       "from",  "has",
		"have",       "how",  "i",    "I",       "in",     "into",      "it",    "me",
		"my",         "of",   "on",   "our",     "please", "row",       "rows",  "set",
		"that",       "the",  "then", "this",    "to",     "was",       "we",    "were",
		"where",      "with", "you",  "your"};

	return vv_text_is_among(word, fillers, sizeof(fillers) / sizeof(fillers[0]));
}

bool vv_typed_is_filler(const vv_typed *t, const char *word)
{
	vv_auto(vv_string_list) columns = {0};

	if (!vv_typed_may_fill(word)) return false;
	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	return !vv_text_is_among(word, VV_TEXTS(columns.items), columns.count);
}

char *vv_typed_find_row(const char *file, const char *of, const char *name, vv_buf *where)
{
	enum { MOST = 256 };
	char line[8192], *values[MOST];
	vv_auto(vv_string_list) names = {0};
	vv_auto(char) *key = NULL;
	size_t count, rows = 0, column = 0;
	const char mark = vv_typed_delimiter(file, &count);
	FILE *f = mark ? vv_typed_open(file) : NULL;

	if (!f) return NULL;
	vv_typed_columns(&names, file);
	const size_t only = of ? vv_find_place(i, names.count, strcmp(names.items[i], of) == 0)
			       : names.count;
	rows = names.count > 0 && fgets(line, sizeof(line), f) ? 0 : 2;
	while (rows < 2 && fgets(line, sizeof(line), f)) {
		const size_t have = vv_typed_split(line, mark, values, MOST);
		const size_t at = vv_find_place(i, have,
						(!of || i == only) && strcmp(values[i], name) == 0);

		if (have == 1 && !*values[0] && names.count > 1) {
			continue; /* a blank line */
		}
		if ((at == 0 && !of) ||
		    have != names.count) { /* a key; or a cell of several lines */
			rows = 2;
		} else if (at < have) {
			vv_free(key);
			key = vv_strdup(values[0]);
			column = at;
			rows++;
		}
	}
	fclose(f);
	if (rows != 1 || strpbrk(name, "'\"")) return NULL;
	vv_typed_put_name(where, names.items[column]);
	vv_buf_printf(where, " = '%s'", name);
	return vv_take(&key);
}

/* Returns the key of the row that the address of a spreadsheet, "B3", names, and appends the name of its column. The
 * first line is row 1. NULL: it is none, or outside of the file, or the name of a column. The caller frees it. */
static char *find_address(const char *file, const char *word, size_t len, vv_buf *name)
{
	enum { MOST = 256 };
	char line[8192], *values[MOST];
	vv_auto(vv_string_list) names = {0};
	const size_t letters = vv_find_place(i, len, word[i] < 'A' || word[i] > 'Z');
	const char mark = letters > 0 && letters < 3 && letters < len && file
				  ? vv_typed_delimiter(file, &(size_t){0})
				  : '\0';
	vv_auto(char) *text = vv_strndup(word, len);
	size_t column = 0, have = 0;
	uint64_t row = 0;

	if (!mark || !text || !vv_parse_u64(&row, text + letters, len - letters) || row < 2) {
		return NULL;
	}
	vv_typed_columns(&names, file);
	for (size_t i = 0; i < letters; i++) {
		column = column * 26 + (size_t)(word[i] - 'A') + 1;
	}
	if (column > names.count || vv_text_is_among(text, VV_TEXTS(names.items), names.count)) {
		return NULL;
	}
	FILE *f = vv_typed_open(file);
	while (f && row > 0 && fgets(line, sizeof(line), f)) {
		have = vv_typed_split(line, mark, values, MOST);
		row = have == names.count ? row - 1 : UINT64_MAX; /* cells of several lines */
	}
	if (f) {
		fclose(f);
	}
	if (row > 0) return NULL;
	vv_buf_puts(name, names.items[column - 1]);
	return vv_strdup(values[0]);
}

/* "B3=12.50", "B3 12.50": appends the key and the value, and returns true. */
static bool put_addressed(vv_buf *line, const vv_typed *t)
{
	vv_auto(vv_buf) column = VV_BUF_INIT;

	for (int i = 0; i < t->argc; i++) {
		const char *word = t->argv[i], *value = strchr(word, '=');
		const size_t len = value ? (size_t)(value - word) : strlen(word);
		vv_auto(char) *key = find_address(t->file, word, len, &column);
		int next = i + 1;

		if (!key) {
			continue;
		}
		while (!value && next < t->argc &&
		       (t->argv[next] == t->file_word || vv_typed_is_filler(t, t->argv[next]) ||
			strcmp(t->argv[next], "=") == 0)) {
			next++;
		}
		if (!value && next == t->argc) return false;
		vv_auto(char) *set = vv_asprintf("%s=%s", vv_buf_cstr(&column),
						 value ? value + 1 : t->argv[next]);
		vv_buf_putc(line, ' ');
		vv_text_put_word(line, key);
		vv_buf_putc(line, ' ');
		vv_text_put_word(line, set ? set : "");
		return true;
	}
	return false;
}

static void put_after_blank(vv_buf *line, const char *word)
{
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, word);
}

static bool has_column(const vv_typed *t, const char *name)
{
	vv_auto(vv_string_list) columns = {0};

	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	return vv_text_is_among(name, VV_TEXTS(columns.items), columns.count);
}

/* Is it a plain name, or that of a column of the file? */
static bool is_name(const vv_typed *t, const char *text, size_t len)
{
	vv_auto(char) *name = vv_strndup(text, len);

	return vv_typed_is_name(text, len) || (name && has_column(t, name));
}

/* Is this a word such as price=9.99? */
static bool is_assignment(const vv_typed *t, const char *word)
{
	const char *equals = strchr(word, '=');

	return equals && is_name(t, word, (size_t)(equals - word));
}

/* Returns the value in a condition such as "id = 7"; NULL: the condition has another form. *len: the value's length,
 * without quotes around it. Appends the column. */
static const char *condition_value(const vv_typed *t, const char *condition, vv_buf *column,
				   size_t *len)
{
	const char *equals = strchr(condition, '='), *end = equals;

	if (!equals) return NULL;
	while (end > condition && end[-1] == ' ') {
		end--;
	}
	if (end > condition + 1 && strchr("\"`", *condition) && end[-1] == *condition) {
		vv_buf_put(column, condition + 1, (size_t)(end - condition - 2));
	} else {
		vv_buf_put(column, condition, (size_t)(end - condition));
	}
	if (!is_name(t, vv_buf_cstr(column), column->len)) return NULL;
	const char *value = equals + strspn(equals, "= ");
	*len = strlen(value);
	if (*len > 1 && strchr("'\"", *value) && value[*len - 1] == *value) {
		*len -= 2;
		return value + 1;
	}
	return *len > 0 && !strpbrk(value, " '\"") ? value : NULL;
}

/* Returns the condition of "where id=7", "where id = 7" or of an option; NULL: none. */
static const char *typed_condition(vv_buf *room, const vv_typed *t)
{
	for (int i = 1; i < t->argc; i++) {
		if (!vv_ascii_equal(t->argv[i - 1], "where")) {
			continue;
		}
		for (int j = i; j < t->argc; j++) {
			const bool option = t->argv[j][0] == '-' &&
					    vv_is_alpha(t->argv[j][1 + (t->argv[j][1] == '-')]);

			if (t->argv[j] != t->file_word && !option) {
				vv_buf_printf(room, "%s%s", room->len > 0 ? " " : "", t->argv[j]);
			}
		}
		return vv_buf_cstr(room);
	}
	return t->value;
}

/* Returns the value of --row, or the word before the values, in "price of plum to 4" the one after the column; NULL:
 * none. */
static const char *typed_key(const vv_typed *t)
{
	const char *key = t->row;
	bool column = false;

	for (int i = 0; i < t->argc && !key && !strchr(t->argv[i], '='); i++) {
		const char *word = t->argv[i];

		if (word == t->file_word || *word == '-' || vv_typed_is_filler(t, word)) {
			continue;
		}
		if (!column && has_column(t, word)) {
			column = true;
		} else {
			key = word;
		}
	}
	return key;
}

/* Appends the values of the row, words such as price=9.99, except `without`. */
static void put_values(vv_buf *line, const vv_typed *t, const char *without)
{
	vv_array_each(t->argv, t->argc, word) {
		if ((!without || strcmp(*word, without) != 0) && is_assignment(t, *word)) {
			put_after_blank(line, *word);
		}
	}
}

bool vv_typed_put_values(vv_buf *line, const vv_typed *t)
{
	const size_t before = line->len;

	for (int i = 0; i < t->argc && !vv_ascii_equal(t->argv[i], "where"); i++) {
		if (is_assignment(t, t->argv[i])) {
			put_after_blank(line, t->argv[i]);
		}
	}
	const bool any = line->len > before;
	vv_buf_puts(line, any ? "" : " COL=VALUE");
	return any;
}

const char *vv_typed_given(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *given = typed_condition(room, t);

	return given ? given : "true";
}

/* Appends "price 4" after the key as price=4. */
static void put_value_pairs(vv_buf *line, const vv_typed *t, const char *key)
{
	const char *words[VV_TYPED_WORDS];
	size_t count = 0;

	vv_array_each(t->argv, t->argc, word) {
		if (*word == t->file_word || *word == key || vv_typed_is_filler(t, *word)) {
			continue;
		}
		if (**word == '-' || count == VV_TYPED_WORDS) return;
		words[count++] = *word;
	}
	vv_auto(vv_string_list) columns = {0};

	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	for (size_t i = 0; count % 2 == 0 && i < count && columns.count > 0; i += 2) {
		if (!vv_text_is_among(words[i], VV_TEXTS(columns.items), columns.count)) return;
	}
	for (size_t i = 0; count % 2 == 0 && i < count; i += 2) {
		vv_auto(char) *value = vv_asprintf("%s=%s", words[i], words[i + 1]);

		put_after_blank(line, value ? value : "");
	}
}

/* Appends the words after the key as values of the columns after the first, in their order. A whole row of a file with
 * commas is left to the pattern that appends a line. */
static void put_values_in_order(vv_buf *line, const vv_typed *t, const char *key)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) sets = VV_BUF_INIT;
	size_t count = 0, commas;

	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	vv_array_each(t->argv, t->argc, word) {
		if (*word == t->file_word || *word == key) {
			continue;
		}
		if (**word == '-' || ++count >= columns.count || strpbrk(*word, ",=")) return;
		vv_auto(char) *value = vv_asprintf("%s=%s", columns.items[count], *word);

		put_after_blank(&sets, value ? value : "");
	}
	if (count > 0 &&
	    (count + 1 < columns.count || vv_typed_delimiter(t->file, &commas) != ',')) {
		vv_buf_puts(line, vv_buf_cstr(&sets));
	}
}

/* Returns the first of the values; NULL: there are none. */
static const char *first_value(const vv_typed *t)
{
	char **found = vv_array_find(t->argv, (size_t)t->argc, word, is_assignment(t, *word));

	return found ? *found : NULL;
}

/* Returns the key of the only row with the value in the column, if that is not the first; else NULL. */
static char *find_given(const vv_typed *t, const char *of, const char *value, size_t len)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) where = VV_BUF_INIT;
	vv_auto(char) *text = vv_strndup(value, len);

	if (!t->file || !text) return NULL;
	vv_typed_columns(&columns, t->file);
	if (columns.count == 0 || strcmp(columns.items[0], of) == 0) return NULL;
	return vv_typed_find_row(t->file, of, text, &where);
}

char *vv_typed_row_key(const vv_typed *t)
{
	vv_auto(vv_buf) room = VV_BUF_INIT, name = VV_BUF_INIT;
	const char *given = typed_condition(&room, t), *value = NULL;
	size_t len = 0;

	if (t->row) return vv_strdup(t->row);
	given = given ? given : first_value(t);
	value = given ? condition_value(t, given, &name, &len) : NULL;
	if (value) {
		vv_auto(char) *found = find_given(t, vv_buf_cstr(&name), value, len);

		return found ? vv_take(&found) : vv_strndup(value, len);
	}
	const bool column = t->word_count == 1 && t->count && has_column(t, t->words[0]);
	if (t->word_count == 0 || column) return t->count ? vv_strdup(t->count) : NULL;
	if (!t->file) return vv_strdup(t->words[0]);
	vv_auto(char) *key = find_address(t->file, t->words[0], strlen(t->words[0]), &name);
	key = key ? key : vv_typed_find_row(t->file, NULL, t->words[0], &room);
	return key ? vv_take(&key) : vv_strdup(t->words[0]);
}

bool vv_typed_put_row(vv_buf *line, const vv_typed *t, bool added)
{
	vv_auto(vv_buf) sets = VV_BUF_INIT, room = VV_BUF_INIT, column = VV_BUF_INIT;
	vv_auto(vv_buf) named = VV_BUF_INIT; /* `given` with the quotes that its column needs */
	if (!added && put_addressed(line, t)) return true;
	const char *given = typed_condition(&room, t), *key = given ? NULL : typed_key(t);
	size_t len = key ? strlen(key) : 0;

	if (!given && !key) {
		given = first_value(t);
	}
	if (given) {
		key = condition_value(t, given, &column, &len);
	}
	if (key && given && !vv_typed_is_name(vv_buf_cstr(&column), column.len)) {
		vv_typed_put_name(&named, vv_buf_cstr(&column));
		vv_buf_printf(&named, " = '%.*s'", (int)len, key);
	}
	vv_auto(char) *found = NULL;
	if (key && given && !added) {
		found = find_given(t, vv_buf_cstr(&column), key, len);
	} else if (key && !added && t->file) {
		found = vv_typed_find_row(t->file, NULL, key, &room);
	}
	put_values(&sets, t, given);
	if (sets.len == 0 && !given) {
		put_value_pairs(&sets, t, key);
	}
	if (sets.len == 0 && !given && added) {
		put_values_in_order(&sets, t, key);
	}
	if (found) { /* the word is in another column than the key */
		given = given ? given : vv_buf_cstr(&room);
		key = found;
		len = strlen(found);
	}
	vv_auto(char) *word = key ? vv_strndup(key, len) : NULL;
	if (!word || !t->file || sets.len == 0) {
		vv_buf_puts(line, " KEY COL=VALUE");
		return false;
	}
	put_after_blank(line, word);
	vv_buf_puts(line, vv_buf_cstr(&sets));
	if (given && !added) {
		vv_buf_puts(line, " --if");
		put_after_blank(line, named.len > 0 ? vv_buf_cstr(&named) : given);
	}
	return true;
}

/* --- columns that are computed ---------------------------------------------------------------------- */

/* Awk would read quotes and carriage returns as parts of cells. */
static bool is_plain_file(const char *file)
{
	char part[4096];
	size_t len;
	bool plain = true;
	FILE *f = vv_typed_open(file);

	if (!f) return false;
	while (plain && (len = fread(part, 1, sizeof(part), f)) > 0) {
		plain = !memchr(part, '"', len) && !memchr(part, '\r', len);
	}
	fclose(f);
	return plain;
}

/* Appends the expression with $4 in place of the fourth column's name, and to `used` that each of these cells is a
 * number. Returns false if it is not one of columns, numbers and + - * / ( ). */
static bool put_expression(vv_buf *out, vv_buf *used, const char *text,
			   const vv_string_list *columns)
{
	bool operates = false;

	for (const char *at = text; *at;) {
		const size_t len = strspn(
			at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.");
		vv_auto(char) *name = vv_strndup(at, len);

		if (len == 0) {
			if (!strchr("+-*/() $", *at)) return false;
			operates = operates || strchr("+-*/", *at);
			if (*at != '$' && *at != ' ') {
				vv_buf_putc(out, *at);
			}
			at++;
			continue;
		}
		const size_t place = vv_find_place(i, columns->count,
						   name && strcmp(columns->items[i], name) == 0);
		if (place < columns->count) {
			vv_buf_printf(out, "$%zu", place + 1);
			vv_buf_printf(used, " && $%zu ~ /^-?[0-9]+([.][0-9]+)?$/", place + 1);
		} else if (name && vv_is_digit(*name) && !*(name + strspn(name, "0123456789."))) {
			vv_buf_puts(out, name);
		} else {
			return false;
		}
		at += len;
	}
	return operates && used->len > 0;
}

/* Appends the condition "where id=1" in awk's syntax; nothing if none was typed. Returns false if awk cannot test it. */
static bool put_awk_where(vv_buf *out, const vv_typed *t, const vv_string_list *columns)
{
	vv_auto(vv_buf) room = VV_BUF_INIT, column = VV_BUF_INIT;
	const char *given = typed_condition(&room, t);
	size_t len;

	if (!given) return true;
	const char *value = condition_value(t, given, &column, &len);
	const size_t place = vv_find_place(i, columns->count,
					   strcmp(columns->items[i], vv_buf_cstr(&column)) == 0);

	if (!value || place == columns->count || memchr(value, '"', len) ||
	    memchr(value, '\\', len) || memchr(value, '\'', len)) {
		return false;
	}
	vv_buf_printf(out, " && $%zu == \"%.*s\"", place + 1, (int)len, value);
	return true;
}

bool vv_typed_put_computed(vv_buf *line, const vv_typed *t)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) sum = VV_BUF_INIT, used = VV_BUF_INIT, where = VV_BUF_INIT,
			all = VV_BUF_INIT;
	size_t count;
	const char mark = t->file ? vv_typed_delimiter(t->file, &count) : '\0';
	const char *assigned = NULL;

	for (size_t i = 0; i < t->word_count && !assigned; i++) {
		assigned = strchr(t->words[i], '=') ? t->words[i] : NULL;
	}
	vv_buf_puts(&all, assigned ? assigned + (*assigned == '$') : "");
	const size_t equals = strcspn(vv_buf_cstr(&all), "="),
		     name = strcspn(vv_buf_cstr(&all), " =");
	vv_auto(char) *column = vv_strndup(vv_buf_cstr(&all), name);
	if (mark && column && vv_typed_is_name(column, name)) {
		vv_typed_columns(&columns, t->file);
	}
	if (columns.count == 0 || strchr("\t|", mark) || !is_plain_file(t->file) ||
	    !put_expression(&sum, &used, vv_buf_cstr(&all) + equals + 1, &columns) ||
	    !put_awk_where(&where, t, &columns)) {
		vv_buf_puts(line, " COMPUTED");
		return false;
	}
	const size_t place = vv_find_place(i, columns.count, strcmp(columns.items[i], column) == 0);
	vv_buf_printf(line, " -F%c -v OFS=%c -v CONVFMT=%%.15g -v OFMT=%%.15g", mark, mark);
	if (place < columns.count) {
		vv_buf_printf(line, " 'NR > 1%s%s {$%zu = %s} 1'", vv_buf_cstr(&where),
			      where.len + used.len > 0 ? vv_buf_cstr(&used) : "", place + 1,
			      vv_buf_cstr(&sum));
	} else {
		vv_buf_printf(
			line,
			" 'NR == 1 {print $0 OFS \"%s\"; next} {v = \"\"} 1%s%s {v = %s} {print "
			"$0 OFS v}'",
			column, vv_buf_cstr(&where), vv_buf_cstr(&used), vv_buf_cstr(&sum));
	}
	return true;
}

/* --- columns that are added ---------------------------------------------------------------------- */

/* Returns the value of a column that is added: of --default, after DEFAULT, or the number after the name; NULL: none. */
static const char *default_value(const vv_typed *t)
{
	static const char *const words[] = {"--default", "--value", "--fill", "default"};

	for (int i = 0; i < t->argc; i++) {
		const char *equals = strncmp(t->argv[i], "--", 2) == 0 ? strchr(t->argv[i], '=')
								       : NULL;
		vv_auto(char) *word = vv_strndup(t->argv[i], strcspn(t->argv[i], "="));

		if (word &&
		    (vv_text_is_among(word, words, sizeof(words) / sizeof(words[0])) ||
		     vv_ascii_equal(word, "default")) &&
		    (equals || i + 1 < t->argc)) {
			return equals ? equals + 1 : t->argv[i + 1];
		}
	}
	return t->argc > 0 && t->count == t->argv[t->argc - 1] ? t->count : NULL;
}

/* For awk: the delimiter, and the value of an added column, if one was typed. */
const char *vv_typed_defaulted(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char mark = t->file ? vv_typed_delimiter(t->file, &(size_t){0}) : '\0';
	const char *value = default_value(t);

	if (!mark || (value && (strpbrk(value, "'\"\\&") || strchr(value, mark)))) return NULL;
	vv_buf_printf(room, mark == '\t' ? "\"\\t\"" : "\"%c\"", mark);
	if (value && *value) {
		vv_buf_printf(room, " \"%s\"", value);
	}
	return vv_buf_cstr(room);
}

/* --- empty cells that get a value -------------------------------------------------------------------- */

bool vv_typed_put_filled(vv_buf *line, const vv_typed *t)
{
	vv_auto(vv_string_list) columns = {0};
	size_t count;
	const char mark = t->file ? vv_typed_delimiter(t->file, &count) : '\0';
	const char *column = t->word_count > 0 ? t->words[0] : "";
	const char *value = t->word_count > 1 ? t->words[1] : t->count;

	if (mark) {
		vv_typed_columns(&columns, t->file);
	}
	const size_t place = vv_find_place(i, columns.count, strcmp(columns.items[i], column) == 0);
	if (place == columns.count || !value || t->word_count > 2 || strchr(value, mark) ||
	    strpbrk(value, "'\"\\") || strchr("\t|", mark) || !is_plain_file(t->file)) {
		vv_buf_puts(line, " FILLED");
		return false;
	}
	vv_buf_printf(line, " -F%c -v OFS=%c 'NR > 1 && $%zu == \"\" {$%zu = \"%s\"} 1'", mark,
		      mark, place + 1, place + 1, value);
	return true;
}
