/*
 * typed_line: which word takes the place of which placeholder.
 */
#include "cmd/frame/typed_line.h"

#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/text.h"

void vv_typed_read(vv_typed *t, int argc, char **argv)
{
	*t = (vv_typed){.argc = argc, .argv = argv};
	vv_array_each(argv, argc, word) {
		const char *digits = **word == '-' ? *word + 1 : *word;

		digits += strncmp(digits, "n", 1) == 0;
		if (word > argv && strcmp(word[-1], "--row") == 0) {
			t->row = *word;
		} else if (strncmp(*word, "--row=", 6) == 0) {
			t->row = *word + 6;
		} else if (vv_exists(*word) && !t->file) {
			t->file = *word;
		} else if (vv_exists(*word)) {
			t->more = *word;
		} else if (*digits && !*vv_after_digits(digits, digits + strlen(digits))) {
			t->count = digits;
		} else if (vv_text_is_among(
				   *word, (const char *const[]){"parquet", "json", "ndjson"}, 3)) {
			t->format = *word;
		} else if (**word != '-' && !t->other) {
			t->other = *word;
		} else if (**word != '-' && !t->next) {
			t->next = *word;
		}
	}
}

/* A name that needs no quotes in SQL and in the shell. */
static bool is_plain_name(const char *name, size_t len)
{
	return len > 0 && !vv_is_digit(*name) &&
	       vv_find_place(i, len, !vv_is_alnum(name[i]) && name[i] != '_') == len;
}

/* A word that means the same inside quotes and outside. */
static bool is_plain(const char *word)
{
	for (; *word; word++) {
		if (!vv_is_alnum(*word) && !strchr("_,+.~/^@:-", *word)) return false;
	}
	return true;
}

/* --- placeholders for one word ---------------------------------------------------------------------- */

static const char *table_name(vv_buf *room, const vv_typed *t)
{
	const char *dot = t->file ? strrchr(t->file, '.') : NULL;

	if (!dot || !is_plain_name(t->file, (size_t)(dot - t->file))) return NULL;
	vv_buf_put(room, t->file, (size_t)(dot - t->file));
	return vv_buf_cstr(room);
}

static const char *two_columns(vv_buf *room, const vv_typed *t)
{
	if (!t->next) return t->other;
	vv_buf_printf(room, "%s,%s", t->other, t->next);
	return vv_buf_cstr(room);
}

static const char *opposite(vv_buf *room, const vv_typed *t)
{
	if (!t->value) return NULL;
	vv_buf_printf(room, "not (%s)", t->value);
	return vv_buf_cstr(room);
}

static const char *key_word(vv_buf *room VV_UNUSED, const vv_typed *t)
{
	if (t->row) return t->row;
	return t->other ? t->other : t->count;
}

/* The only word is the new name of a file. */
static const char *only_word(vv_buf *room VV_UNUSED, const vv_typed *t)
{
	return t->next ? NULL : t->other;
}

/* --- placeholders for any number of words: each is appended after a blank ---------------------------- */

static void put_after_blank(vv_buf *line, const char *word)
{
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, word);
}

static void put_file(vv_buf *line, const vv_typed *t)
{
	if (t->file) {
		put_after_blank(line, t->file);
	}
}

static void put_all(vv_buf *line, const vv_typed *t)
{
	vv_array_each(t->argv, t->argc, word) {
		put_after_blank(line, *word);
	}
}

static void put_all_but_file(vv_buf *line, const vv_typed *t)
{
	vv_array_each(t->argv, t->argc, word) {
		if (*word != t->file) {
			put_after_blank(line, *word);
		}
	}
}

static void put_names(vv_buf *line, const vv_typed *t)
{
	put_after_blank(line, t->other ? t->other : "OLD");
	put_after_blank(line, t->next ? t->next : "NEW");
}

/* Is this a word such as price=9.99? */
static bool is_assignment(const char *word)
{
	const char *equals = strchr(word, '=');

	return equals && is_plain_name(word, (size_t)(equals - word));
}

/* Returns the value in a condition such as "id = 7"; NULL: the condition has another form. *len: the value's length,
 * without quotes around it. */
static const char *condition_value(const char *condition, size_t *len)
{
	const char *equals = strchr(condition, '='), *end = equals;

	if (!equals) return NULL;
	while (end > condition && end[-1] == ' ') {
		end--;
	}
	if (!is_plain_name(condition, (size_t)(end - condition))) return NULL;
	const char *value = equals + strspn(equals, "= ");
	*len = strlen(value);
	if (*len > 1 && strchr("'\"", *value) && value[*len - 1] == *value) {
		*len -= 2;
		return value + 1;
	}
	return *len > 0 && !strpbrk(value, " '\"") ? value : NULL;
}

/* Returns the condition of "where id=7" or of an option; NULL: none. */
static const char *typed_condition(const vv_typed *t)
{
	for (int i = 1; i < t->argc; i++) {
		if (vv_ascii_equal(t->argv[i - 1], "where")) return t->argv[i];
	}
	return t->value;
}

/* Returns the value of --row, or the word before the values; NULL: none. */
static const char *typed_key(const vv_typed *t)
{
	const char *key = t->row;

	for (int i = 0; i < t->argc && !key && !strchr(t->argv[i], '='); i++) {
		if (t->argv[i] != t->file && *t->argv[i] != '-' &&
		    !vv_ascii_equal(t->argv[i], "set")) {
			key = t->argv[i];
		}
	}
	return key;
}

/* Appends the values of the row, words such as price=9.99, except `without`. */
static void put_values(vv_buf *line, const vv_typed *t, const char *without)
{
	vv_array_each(t->argv, t->argc, word) {
		if (*word != without && is_assignment(*word)) {
			put_after_blank(line, *word);
		}
	}
}

/* Returns the first of the values; NULL: there are none. */
static const char *first_value(const vv_typed *t)
{
	char **found = vv_array_find(t->argv, (size_t)t->argc, word, is_assignment(*word));

	return found ? *found : NULL;
}

/* Appends the key and the values of a row. The key's column is not known: if the key comes from a condition or from
 * the first value, --if is added, which checks it in the row. new: no row has the key yet. */
static void put_row_words(vv_buf *line, const vv_typed *t, bool new)
{
	vv_auto(vv_buf) sets = VV_BUF_INIT;
	const char *given = typed_condition(t), *key = given ? NULL : typed_key(t);
	size_t len = key ? strlen(key) : 0;

	if (!given && !key) {
		given = first_value(t);
	}
	if (given) {
		key = condition_value(given, &len);
	}
	put_values(&sets, t, given);
	vv_auto(char) *word = key ? vv_strndup(key, len) : NULL;
	if (!word || !t->file || sets.len == 0) {
		vv_buf_puts(line, " KEY COL=VALUE");
		return;
	}
	put_after_blank(line, word);
	vv_buf_puts(line, vv_buf_cstr(&sets));
	if (given && !new) {
		vv_buf_puts(line, " --if");
		put_after_blank(line, given);
	}
}

static void put_row(vv_buf *line, const vv_typed *t)
{
	put_row_words(line, t, false);
}

static void put_new_row(vv_buf *line, const vv_typed *t)
{
	put_row_words(line, t, true);
}

/* --- the table ------------------------------------------------------------------------------------ */

/* One of words, word and member is set. */
typedef struct placeholder {
	const char *text;
	void (*words)(vv_buf *line, const vv_typed *t);
	/* returns the word, which may be in room; NULL: the placeholder remains */
	const char *(*word)(vv_buf *room, const vv_typed *t);
	size_t member; /* the place of the word in vv_typed */
	const char
		*without; /* in place of a member without a word; NULL: the placeholder remains */
	bool column;      /* inside quotes, only a name or a number takes its place */
} placeholder;

#define MEMBER(name) .member = offsetof(vv_typed, name)

static const placeholder placeholders[] = {
	{"FILE", MEMBER(file)},
	{"MORE", MEMBER(more)},
	{"COLUMN", MEMBER(other), .column = true},
	{"CONDITION", MEMBER(other)},
	{"TEXT", MEMBER(other)},
	{"VALUE", MEMBER(value)},
	{"xlsx", MEMBER(format)},
	{"COUNT", MEMBER(count), .without = "10"},
	{"VERSION", MEMBER(other), .without = "HEAD"},
	{"NEW", .word = only_word},
	{"A,B", .word = two_columns, .column = true},
	{"ROWKEY", .word = key_word},
	{"TABLE", .word = table_name},
	{"not(VALUE)", .word = opposite},
	{"OLD NEW", .words = put_names},
	{"KEY COL=VALUE", .words = put_row},
	{"NEWKEY COL=VALUE", .words = put_new_row},
	{"ARGS", .words = put_all},
	{"OPTIONS", .words = put_all_but_file},
	{"[FILE]", .words = put_file},
};

/* Returns the placeholder with which the text begins; NULL: it begins with none. */
static const placeholder *placeholder_at(const char *text)
{
	vv_array_each(placeholders, sizeof(placeholders) / sizeof(placeholders[0]), it) {
		const size_t len = strlen(it->text);

		if (strncmp(text, it->text, len) == 0 && !vv_is_alpha(text[len])) return it;
	}
	return NULL;
}

static const char *placeholder_word(vv_buf *room, const placeholder *p, const vv_typed *t)
{
	const char *word;

	if (p->words) return NULL;
	if (p->word) return p->word(room, t);
	memcpy(&word, (const char *)t + p->member, sizeof(word));
	return word ? word : p->without;
}

/* Can the word take the place of the placeholder in the pattern, which continues after `before`? */
static bool fits(const char *pattern, const placeholder *p, const char *word, char before)
{
	if (!strpbrk(pattern, "\"'")) return true;
	if (p->column) return is_plain_name(word, strlen(word)) || vv_is_digit(*word);
	return is_plain(word) || (strcmp(p->text, "FILE") == 0 && before == ' ');
}

void vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t)
{
	for (const char *at = pattern; *at;) {
		vv_auto(vv_buf) room = VV_BUF_INIT;
		const placeholder *list = *at == ' ' ? placeholder_at(at + 1) : NULL;
		const placeholder *one = placeholder_at(at);
		const char *word = one ? placeholder_word(&room, one, t) : NULL;

		if (list && list->words) {
			list->words(line, t);
			at += 1 + strlen(list->text);
		} else if (word && fits(pattern, one, word, at > pattern ? at[-1] : ' ')) {
			vv_text_put_word(line, word);
			at += strlen(one->text);
		} else {
			vv_buf_putc(line, *at++);
		}
	}
}
