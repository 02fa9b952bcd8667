/*
 * typed_left: finds typed words in a line.
 */
#include "cmd/frame/typed_left.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "cmd/frame/typed_figure.h"
#include "cmd/frame/typed_line.h"
#include "cmd/frame/typed_row.h"

static bool is_of_name(char c)
{
	return vv_is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Has the line the text, and not as a part of a longer word? */
static bool has_text(const char *line, const char *text)
{
	const size_t len = strlen(text);

	for (const char *at = strstr(line, text); at && len > 0; at = strstr(at + 1, text)) {
		const bool begins = at == line || !is_of_name(at[-1]) || !is_of_name(*text) ||
				    (at > line + 1 && at[-2] == '\\'); /* "\n" of printf */

		if (begins && (!is_of_name(at[len]) || !is_of_name(text[len - 1]))) return true;
	}
	return false;
}

/* Has the line each part of the word: "price" and "3" of "price>3"? A word of marks alone is an operator, or must be in
 * the line itself. */
static bool has_parts(const char *line, const char *word)
{
	static const char between[] = " ,=:.()\"'<>$@!^|&*+?[]{}\\/-";
	const char *at = word + strspn(word, between);

	if (!*at) return word[strspn(word, "=<>!&|")] == '\0' || strstr(line, word) != NULL;
	for (; *at; at += strspn(at, between)) {
		const size_t len = strcspn(at, between);
		vv_auto(char) *part = vv_strndup(at, len);

		if (part && !has_text(line, part)) return false;
		at += len;
	}
	return true;
}

/* Has the line the file, or the table that it is in SQL? */
static bool has_file(const char *line, const vv_typed *t, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const size_t len = strcspn(name, ".");
	vv_auto(char) *table = vv_strndup(name, len);

	return strstr(line, file) || (file == t->file_word && t->file && strstr(line, t->file)) ||
	       (table && len > 0 && has_text(line, table));
}

/* Words without a meaning of their own, and those that the pattern itself expresses. */
static bool is_said(const char *pattern, const vv_typed *t, const char *word)
{
	static const char *const sayings[] = {"changes", "edits", "everything", "work",  "all",
					      "file",    "table", "data",       "value", "new",
					      "back",    "again", "last",       "change"};

	if (vv_typed_is_filler(t, word) ||
	    vv_text_is_among(word, sayings, sizeof(sayings) / sizeof(sayings[0]))) {
		return true;
	}
	if ((strstr(pattern, "COMPUTED") || strstr(pattern, "EXPRESSED")) && strchr(word, '=')) {
		return true;
	}
	/* the key of the row that has the word in another column */
	if (t->row && word == t->row && strstr(pattern, "KEY")) return true;
	return (strstr(pattern, "ROWKEY") || strstr(pattern, "KEY COL=VALUE")) &&
	       t->word_count > 0 && word == t->words[0];
}

/* Has the line the function, or the format, that an option is: "--sum", "--csv"? */
static bool is_named(const char *line, const char *name)
{
	const char *function = vv_typed_function(name);

	return has_text(line, function ? function : name);
}

/* Has the line each function of "mean,count"? */
static bool has_functions(const char *line, const char *word)
{
	bool all = strchr(word, ',') != NULL;

	while (all && *word) {
		const size_t len = strcspn(word, ",");
		vv_auto(char) *name = vv_strndup(word, len);
		const char *function = name ? vv_typed_function(name) : NULL;

		all = function && has_text(line, function);
		word += len + (word[len] == ',');
	}
	return all;
}

static bool has_word(const char *line, const char *pattern, const vv_typed *t, const char *word)
{
	const char *function = vv_typed_function(word);

	word += strncmp(word, "n=", 2) == 0 || strncmp(word, "k=", 2) == 0 ? 2 : 0;

	return is_said(pattern, t, word) || (function && has_text(line, function)) ||
	       has_functions(line, word) || has_parts(line, word);
}

const char *vv_typed_option_value(const vv_typed *t, int i)
{
	const char *equals = strncmp(t->argv[i], "--", 2) == 0 ? strchr(t->argv[i], '=') : NULL;

	if (equals) return equals + 1;
	if (i + 1 == t->argc || t->argv[i + 1] == t->file_word) return NULL;
	return t->argv[i + 1][0] == '-' && t->argv[i + 1][1] ? NULL : t->argv[i + 1];
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !vv_is_digit(word[1]);
}

/* Options of csvkit, xsv and Miller without a value; a word may follow them. */
static bool is_flag(const char *word)
{
	static const char *const flags[] = {"-H", "-I", "-S", "-v", "-y", "-N"};

	return vv_text_is_among(word, flags, sizeof(flags) / sizeof(flags[0]));
}

/* Are the numbers of columns replaced by names in `words`? */
static bool is_replaced(const vv_typed *t, const char *word)
{
	return t->word_count > 0 && vv_is_digit(*word) &&
	       vv_array_find(t->words, t->word_count, it, *it == t->names_room);
}

bool vv_typed_lacks_option(const char *line, const char *pattern, const vv_typed *t, int i)
{
	const char *word = t->argv[i], *value = vv_typed_option_value(t, i);
	vv_auto(char) *name = vv_strndup(word, strcspn(word, "="));

	if (!is_option(word) || !name || strcmp(word, "--") == 0 || strstr(pattern, " ARGS") ||
	    strstr(pattern, " OPTIONS")) {
		return false;
	}
	if (vv_typed_is_descending(t->argv, i)) {
		return t->descends && !strstr(pattern, "SORTED") && !strstr(pattern, "DESC");
	}
	if (strstr(pattern, "SORTED") && strstr(line, word)) return false; /* -price */
	if (strncmp(word, "--", 2) == 0 && has_text(line, name)) return false;
	if (strncmp(word, "--", 2) == 0 && is_named(line, name + 2)) return false;
	if (!value || is_flag(word)) {
		const char *digits = word + 2; /* -n5 */

		return !*digits || digits[strspn(digits, "0123456789")] || !has_text(line, digits);
	}
	if (is_replaced(t, value)) return false;
	return value == t->more ? !has_file(line, t, value) : !has_word(line, pattern, t, value);
}

/* Is argv[i] a value that is named with the option before it, or that is the direction of an order? */
static bool is_of_option(const vv_typed *t, int i, bool lacked)
{
	if (i > 0 && vv_typed_is_direction(t->argv[i - 1], t->argv[i])) return true;
	return i > 0 && lacked && !is_flag(t->argv[i - 1]) && !strchr(t->argv[i - 1], '=') &&
	       vv_typed_option_value(t, i - 1) == t->argv[i];
}

static bool is_filed(const vv_typed *t, const char *word)
{
	return word == t->file_word || word == t->more;
}

/* Has the word "v1:prices.csv" a version that the line lacks? */
static bool lacks_version(const char *line, const vv_typed *t, const char *word)
{
	return word == t->file_word && t->version && strstr(word, t->version) &&
	       !has_text(line, t->version);
}

void vv_typed_put_left_out(vv_buf *out, const char *line, const char *pattern, const vv_typed *t)
{
	bool lacked = false;

	for (int i = 0; i < t->argc; i++) {
		const char *word = t->argv[i];
		const bool named = is_of_option(t, i, lacked);
		bool left = !named;

		lacked = vv_typed_lacks_option(line, pattern, t, i);
		if (is_option(word) || strcmp(word, "-") == 0) {
			left = lacked;
		} else if (is_filed(t, word)) {
			left = left && (!has_file(line, t, word) || lacks_version(line, t, word));
		} else {
			left = left && !is_replaced(t, word) && !has_word(line, pattern, t, word);
		}
		if (!left) {
			continue;
		}
		vv_text_put_argv(out, 1, t->argv + i);
		if (lacked && !is_flag(word) && !strchr(word, '=') && vv_typed_option_value(t, i)) {
			vv_text_put_argv(out, 1, t->argv + i + 1);
		}
	}
}

bool vv_typed_put_answer(vv_buf *out, const char *pattern, const vv_typed *t)
{
	vv_auto(vv_buf) line = VV_BUF_INIT, left = VV_BUF_INIT;
	const bool whole = vv_typed_put(&line, pattern, t);

	vv_typed_put_left_out(&left, vv_buf_cstr(&line), pattern, t);
	vv_buf_printf(out, "'%s' does it%s%s", vv_buf_cstr(&line),
		      left.len > 0 ? "; that leaves out" : "", vv_buf_cstr(&left));
	return whole;
}
