/*
 * typed_condition: conditions and expressions of other languages in varve's.
 */
#include "cmd/frame/typed_condition.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/typed_join.h"

/* Has the text an operator, or a function? */
static bool is_condition(const char *text)
{
	static const char *const words[] = {" is ", " like ", " in ", " between ", " matches "};

	if (strpbrk(text, "=<>(")) return true;
	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it, strstr(text, *it)) !=
	       NULL;
}

/* Returns the longest name of a column with which the text begins, and which needs quotes; NULL: none. quote: the name
 * is in these quotes, and may be any. */
static const char *column_at(const vv_string_list *columns, const char *text, char quote)
{
	const char *found = NULL;

	vv_array_each(columns->items, columns->count, it) {
		const size_t len = strlen(*it);
		const bool odd = !vv_typed_is_name(*it, len) && !vv_is_alnum(text[len]) &&
				 text[len] != '_';

		if (strncmp(text, *it, len) == 0 && (quote ? text[len] == quote : odd) &&
		    (!found || len > strlen(found))) {
			found = *it;
		}
	}
	return found;
}

/* Appends a text between quotes as one between single quotes; returns where it ended. */
static const char *put_literal(vv_buf *room, const char *text)
{
	const char quote = *text++;

	vv_buf_putc(room, '\'');
	for (; *text && (*text != quote || (quote == '\'' && text[1] == quote)); text++) {
		if (*text == '\'') {
			vv_buf_putc(room, '\'');
			text += quote == '\'';
		}
		vv_buf_putc(room, *text);
	}
	vv_buf_putc(room, '\'');
	return text + (*text != '\0');
}

/* Appends the condition in our language: other ones have $name, ==, && and "text". Names of columns get the quotes that
 * they need. */
static void put_condition(vv_buf *room, const vv_typed *t, const char *text)
{
	vv_auto(vv_string_list) columns = {0};
	const char *const begin = text;
	static const struct {
		const char *theirs, *ours;
	} words[] = {{"==", "="},    {"&&", " and "}, {"||", " or "},
		     {"&", " and "}, {"|", " or "},   {"$", ""}};

	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	while (*text) {
		const char *ours = NULL;
		const char quote = strchr("\"`", *text) ? *text : '\0';
		const bool first = text == begin || strchr(" (${", text[-1]);
		const char *column = first || quote
					     ? column_at(&columns, text + (quote != 0), quote)
					     : NULL;

		if (column) {
			vv_typed_put_name(room, column);
			text += strlen(column) + (quote ? 2 : 0);
			continue;
		}
		const char close = *text == '"' ? '"' : '\'';

		if (*text == close && strchr(text + 1, close)) {
			text = put_literal(room, text);
			continue;
		}
		vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
			if (!ours && strncmp(text, it->theirs, strlen(it->theirs)) == 0) {
				ours = it->ours;
				text += strlen(it->theirs);
			}
		}
		if (ours) {
			vv_buf_puts(room, ours);
		} else {
			vv_buf_putc(room, *text++);
		}
	}
}

const char *vv_typed_opposite(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!t->value) return NULL;
	const bool known = strstr(t->value, " is ") && !strpbrk(t->value, "=<>(") &&
			   !strstr(t->value, " and ") && !strstr(t->value, " or ");

	/* "not" would be unknown where cells are missing, which drops rows */
	vv_buf_puts(room, known ? "not (" : "iif(");
	put_condition(room, t, t->value);
	vv_buf_puts(room, known ? ")" : ", 1, 0) = 0");
	return vv_buf_cstr(room);
}

/* The name of a file that "price>3", "price>=3" makes: a number, maybe after '='. */
static bool is_comparison_rest(const char *name)
{
	name += *name == '=';
	name += *name == '-';
	return vv_is_digit(*name) && strspn(name, "0123456789.") == strlen(name);
}

bool vv_typed_redirected(vv_buf *room, const char *column)
{
	vv_auto(vv_string_list) here = {0};
	struct stat out, file;

	if (!vv_typed_is_name(column, strlen(column)) || fstat(STDOUT_FILENO, &out) != 0 ||
	    !S_ISREG(out.st_mode) || out.st_size > 0 ||
	    vv_list_dir(&here.items, &here.count, ".", VV_IGNORED) < 0) {
		return false;
	}
	vv_array_each(here.items, here.count, name) {
		const bool equals = **name == '=';

		if (is_comparison_rest(*name) && stat(*name, &file) == 0 &&
		    file.st_dev == out.st_dev && file.st_ino == out.st_ino) {
			vv_buf_printf(room, "%s >%s %s", column, equals ? "=" : "", *name + equals);
			return true;
		}
	}
	return false;
}

/* Are the words a column, and a text that can be between quotes? */
static bool have_column_and_text(const vv_typed *t)
{
	return t->word_count == 2 && !strpbrk(t->words[0], "=<>(") && !strchr(t->words[1], '\'');
}

/* A part of the column's values matches the pattern. */
const char *vv_typed_matches(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!have_column_and_text(t)) return NULL;
	const char *p = t->words[1];
	const size_t len = strlen(p);
	const bool begins = *p == '^', ends = len > 0 && p[len - 1] == '$';

	vv_buf_puts(room, "text(");
	vv_typed_put_name(room, t->words[0]);
	vv_buf_printf(room, ") matches '%s", begins ? "" : ".*");
	vv_buf_put(room, p + begins, len - begins - ends);
	vv_buf_puts(room, ends ? "'" : ".*'");
	return vv_buf_cstr(room);
}

const char *vv_typed_contains(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!have_column_and_text(t)) return NULL;
	vv_buf_puts(room, "contains(");
	vv_typed_put_name(room, t->words[0]);
	vv_buf_printf(room, ", '%s')", t->words[1]);
	return vv_buf_cstr(room);
}

/* A condition in one word or several; COLUMN TEXT; or a column whose comparison became the shell's. */
const char *vv_typed_condition(vv_buf *room, const vv_typed *t, const char *text)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;

	for (size_t i = 0; i < t->word_count; i++) {
		vv_buf_printf(&all, "%s%s", i > 0 ? " " : "", t->words[i]);
	}
	if (t->word_count == 0 || t->names_more) return NULL;
	if (is_condition(vv_buf_cstr(&all))) {
		if (t->count && strchr("=<>", vv_buf_cstr(&all)[all.len - 1])) { /* price ">" 3 */
			vv_buf_printf(&all, " %s", t->count);
		}
		put_condition(room, t, vv_buf_cstr(&all));
	} else if (t->word_count == 1 && t->count) {
		vv_typed_put_name(room, t->words[0]);
		vv_buf_printf(room, " = %s", t->count);
	} else if (t->word_count == 2 && strpbrk(t->words[1], "^$.*+[|\\")) {
		return vv_typed_matches(room, t, text);
	} else if (t->word_count == 2) {
		return vv_typed_contains(room, t, text);
	} else if (t->word_count > 1 || !vv_typed_redirected(room, t->words[0])) {
		return NULL;
	}
	return vv_buf_cstr(room);
}

/* "price >= 0", for printf in quotes; not the name of a rule. */
const char *vv_typed_rule(vv_buf *room, const vv_typed *t, const char *text)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;
	const char *rule = t->value ? t->value : vv_typed_condition(&words, t, text);

	if (!rule || !is_condition(rule) || strpbrk(rule, "\\\n")) return NULL;
	for (; *rule; rule++) {
		if (*rule == '\'') {
			vv_buf_puts(room, "'\\''"); /* within quotes of the shell */
		} else {
			vv_buf_putc(room, *rule);
			vv_buf_puts(room, *rule == '%' ? "%" : "");
		}
	}
	return vv_buf_cstr(room);
}

/* "ratio = price / 2" as price / 2 AS ratio, for a column that the file lacks. */
const char *vv_typed_expressed(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *word = t->word_count == 1 ? t->words[0] : "", *equals = strchr(word, '=');
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) all = VV_BUF_INIT;

	word += *word == '$';
	if (!equals || equals <= word || !equals[1 + strspn(equals + 1, " =")] || !t->file) {
		return NULL;
	}
	const size_t len = (size_t)(equals - word) - (equals[-1] == ' ');
	vv_auto(char) *name = vv_strndup(word, len);
	vv_typed_columns(&columns, t->file);
	if (!name || len == 0 || strpbrk(name, "<>!(\"") ||
	    vv_text_is_among(name, VV_TEXTS(columns.items), columns.count)) {
		return NULL;
	}
	put_condition(&all, t, equals + 1 + strspn(equals + 1, " "));
	if (strpbrk(vv_buf_cstr(&all), "'\"") && strchr(vv_buf_cstr(&all), '/')) return NULL;
	for (const char *c = vv_buf_cstr(&all); *c; c++) { /* SQL divides integers into integers */
		vv_buf_puts(room, *c == '/' ? "* 1.0 " : "");
		vv_buf_putc(room, *c);
	}
	vv_buf_puts(room, " AS ");
	vv_typed_put_name(room, name);
	return vv_buf_cstr(room);
}

/* A condition from "category fruit" or "price >3", as in SUMIF. */
const char *vv_typed_criterion(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count < 2) return NULL;
	const char *column = t->words[0], *value = t->words[1];
	const size_t mark = strspn(value, "<>=");

	if (strpbrk(column, "=<>(") || !value[mark] || strpbrk(value, "'\"\\`$")) return NULL;
	vv_typed_put_name(room, column);
	vv_buf_puts(room, mark == 0 ? " =" : " ");
	vv_buf_put(room, value, mark);
	vv_buf_printf(room, vv_is_digit(value[mark]) ? " %s" : " '%s'", value + mark);
	return vv_buf_cstr(room);
}

/* The third column of SUMIF. */
const char *vv_typed_summed(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	return t->word_count == 3 ? t->words[2] : NULL;
}
