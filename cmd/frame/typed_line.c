/*
 * typed_line: which word takes the place of which placeholder.
 */
#include "cmd/frame/typed_line.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/typed_join.h"
#include "cmd/frame/typed_row.h"
#include "lib/names/pathspec.h"
#include "repo/git/history/revision.h"
#include "repo/git/repository.h"

/* A word, or an option, by which other programs sort from the greatest to the least. */
static bool is_descending(const char *word)
{
	static const char *const words[] = {
		"desc",   "descending", "DESC",         "-r",  "-R",        "-nr",           "-fr",
		"--desc", "-nR",        "--descending", "-cr", "--reverse", "--no-ascending"};

	return vv_text_is_among(word, words, sizeof(words) / sizeof(words[0]));
}

/* False, in the spellings of Python, R and shells. */
static bool is_false(const char *word)
{
	return vv_ascii_equal(word, "false") || strcmp(word, "0") == 0 || strcmp(word, "F") == 0 ||
	       vv_ascii_equal(word, "no");
}

static bool is_true(const char *word)
{
	return vv_ascii_equal(word, "true") || strcmp(word, "1") == 0 || strcmp(word, "T") == 0 ||
	       vv_ascii_equal(word, "yes");
}

/* The value of --ascending, which pandas has, or of --descending. */
static bool is_direction(bool *down, const char *option, const char *value)
{
	const bool up = strcmp(option, "--ascending") == 0;

	if ((!up &&
	     !vv_text_is_among(option, (const char *const[]){"--desc", "--descending", "--reverse"},
			       3)) ||
	    (!is_false(value) && !is_true(value))) {
		return false;
	}
	*down = up == is_false(value);
	return true;
}

bool vv_typed_is_direction(const char *option, const char *value)
{
	bool down;

	return is_direction(&down, option, value);
}

bool vv_typed_is_descending(char **argv, int i)
{
	const char *value = strchr(argv[i], '=');
	vv_auto(char) *option = vv_strndup(argv[i], strcspn(argv[i], "="));

	value = value ? value + 1 : argv[i + 1];
	return is_descending(argv[i]) || (option && value && vv_typed_is_direction(option, value));
}

const char *vv_typed_function(const char *word)
{
	static const char *const names[][2] = {
		{"mean", "avg"},     {"average", "avg"},      {"avg", "avg"},
		{"sum", "sum"},      {"total", "sum"},        {"min", "min"},
		{"max", "max"},      {"count", "count"},      {"std", "stddev"},
		{"sd", "stddev"},    {"stdev", "stddev"},     {"stddev", "stddev"},
		{"var", "variance"}, {"variance", "variance"}};

	vv_array_each(names, sizeof(names) / sizeof(names[0]), it) {
		if (vv_ascii_equal((*it)[0], word)) return (*it)[1];
	}
	return NULL;
}

static bool is_version(vv_repository *r, const char *word)
{
	vv_oid id;

	return r && vv_rev_commit(r, word, &id, VV_IGNORED) == VV_OK;
}

static bool copy_name(char *out, size_t size, const char *text, size_t len)
{
	if (len == 0 || len >= size) return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/* REV:FILE, FILE@REV. */
static bool read_file_version(vv_typed *t, vv_repository *r, const char *word)
{
	const char *colon = strchr(word, ':'), *at = strrchr(word, '@');
	char name[sizeof(t->file_room)];

	if (colon &&
	    copy_name(t->version_room, sizeof(t->version_room), word, (size_t)(colon - word)) &&
	    is_version(r, t->version_room)) {
		t->version = t->version_room;
		t->file = colon + 1;
		return true;
	}
	if (!at || !is_version(r, at + 1) ||
	    !copy_name(name, sizeof(name), word, (size_t)(at - word)) || !vv_exists(name)) {
		return false;
	}
	memcpy(t->file_room, name, sizeof(name));
	t->file = t->file_room;
	t->version = at + 1;
	return true;
}

/* Without any file: takes the first of the words that is a file's name without its ending. */
static void find_short_name(vv_typed *t)
{
	for (size_t i = 0; i < t->word_count; i++) {
		vv_auto(char) *file = vv_pathspec_long_name(t->words[i]);

		if (!file || !copy_name(t->file_room, sizeof(t->file_room), file, strlen(file))) {
			continue;
		}
		t->file = t->file_room;
		t->file_word = t->words[i];
		t->word_count--;
		memmove(t->words + i, t->words + i + 1, (t->word_count - i) * sizeof(*t->words));
		return;
	}
}

static void add_word(vv_typed *t, vv_repository *r, const char *word)
{
	const bool filler = vv_typed_may_fill(word);

	if (!filler && !t->version && is_version(r, word)) {
		t->version = word;
	} else if (!filler && !t->file && read_file_version(t, r, word)) {
		t->file_word = word;
	} else if (t->word_count < VV_TYPED_WORDS) {
		t->words[t->word_count++] = word;
	} else {
		t->names_more = true;
	}
}

/* Returns the number of "n=2", as R and pandas have it; else the word. */
static const char *count_of(const char *word)
{
	return strncmp(word, "n=", 2) == 0 || strncmp(word, "k=", 2) == 0 ? word + 2 : word;
}

/* Options of csvkit, xsv and cut for columns, also by their numbers. */
static bool takes_columns(const char *option)
{
	static const char *const options[] = {"-c",        "-k",       "-s",
					      "--columns", "--select", "--fields"};

	return vv_text_is_among(option, options, sizeof(options) / sizeof(options[0]));
}

/* "2", "2,4", "2-4"? */
static bool is_column_numbers(const char *word)
{
	return vv_is_digit(*word) && !word[strspn(word, "0123456789,-")];
}

/* Replaces numbers of columns among the words by the names in the file. */
static void name_columns(vv_typed *t)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) names = VV_BUF_INIT;
	size_t at = vv_find_place(i, t->word_count, is_column_numbers(t->words[i]));

	if (at == t->word_count || !t->file) return;
	vv_typed_columns(&columns, t->file);
	for (const char *p = t->words[at]; *p;) {
		char *end;
		const unsigned long first = strtoul(p, &end, 10);
		const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

		if (first == 0 || last < first || last > columns.count) return;
		for (unsigned long n = first; n <= last; n++) {
			vv_buf_printf(&names, "%s%s", names.len > 0 ? "," : "",
				      columns.items[n - 1]);
		}
		p = end + (*end == ',');
		if (p == end && *p) return;
	}
	if (copy_name(t->names_room, sizeof(t->names_room), vv_buf_cstr(&names), names.len)) {
		t->words[at] = t->names_room;
	}
}

static void leave_out_fillers(vv_typed *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->word_count; i++) {
		if (!vv_typed_is_filler(t, t->words[i])) {
			t->words[count++] = t->words[i];
		}
	}
	t->word_count = count;
}

/* Reads the word, or the value of an option, after `before`. */
static void read_word(vv_typed *t, vv_repository *r, const char *word, const char *before)
{
	bool down = false;

	static const char *const formats[] = {"parquet", "json", "ndjson", "tsv", "xlsx"};
	static const char *const outs[] = {"-o", "--output", "--out", "-O"};
	const char *digits = *word == '-' ? word + 1 : count_of(word);

	digits += strncmp(digits, "n", 1) == 0;
	if (strncmp(word, "--", 2) == 0 && vv_typed_function(word + 2)) { /* --sum price */
		word += 2;
	}
	if (strcmp(before, "--row") == 0) {
		t->row = word;
	} else if (vv_text_is_among(before, outs, sizeof(outs) / sizeof(outs[0]))) {
		t->out = word;
	} else if (is_direction(&down, before, word)) {
		t->descends = down;
	} else if (is_descending(word)) {
		t->descends = true;
	} else if (vv_exists(word) && !t->file) {
		t->file = t->file_word = word;
	} else if (vv_exists(word)) {
		t->more = word;
	} else if (takes_columns(before) && is_column_numbers(word)) {
		add_word(t, r, word);
	} else if (*digits && !*vv_after_digits(digits, digits + strlen(digits))) {
		t->start = t->count;
		t->count = digits;
	} else if (vv_text_is_among(word, formats, sizeof(formats) / sizeof(formats[0]))) {
		t->format = word;
	} else if (*word != '-') {
		add_word(t, r, word);
	}
}

void vv_typed_read(vv_typed *t, int argc, char **argv)
{
	vv_auto(vv_repository) *r = NULL;

	*t = (vv_typed){.argc = argc, .argv = argv};
	if (argc > 0 && (vv_environ() || vv_environ_take(VV_IGNORED) == VV_OK)) {
		(void)vv_repository_open(&r, NULL, vv_environ(), VV_IGNORED);
	}
	vv_array_each(argv, argc, word) {
		const char *value = strncmp(*word, "--", 2) == 0 ? strchr(*word, '=') : NULL;
		vv_auto(char) *option = value ? vv_strndup(*word, (size_t)(value - *word)) : NULL;

		if (option) {
			read_word(t, r, value + 1, option);
		} else {
			read_word(t, r, *word, word > argv ? word[-1] : "");
		}
	}
	if (!t->file) {
		find_short_name(t);
	}
	leave_out_fillers(t);
	name_columns(t);
}

void vv_typed_set_file(vv_typed *t, const char *file)
{
	if (copy_name(t->file_room, sizeof(t->file_room), file, strlen(file))) {
		t->file = t->file_room;
		name_columns(t);
	}
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

/* Each returns the word, which may be in room; NULL: the placeholder, `text`, remains. */

static const char *file_name(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!t->file || !t->version) return t->file;
	vv_buf_printf(room, "%s:%s", t->version, t->file);
	return vv_buf_cstr(room);
}

static const char *table_name(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *dot = t->file ? strrchr(t->file, '.') : NULL;

	if (!dot || !vv_typed_is_name(t->file, (size_t)(dot - t->file))) return NULL;
	vv_buf_put(room, t->file, (size_t)(dot - t->file));
	return vv_buf_cstr(room);
}

static const char *all_columns(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	for (size_t i = 0; i < t->word_count; i++) {
		const bool others = *t->words[i] == '!'; /* '!price': all but it */

		vv_buf_puts(room, i > 0 ? "," : "");
		vv_buf_puts(room, others ? "-" : "");
		vv_buf_puts(room, t->words[i] + others);
	}
	return t->word_count > 0 && !t->names_more ? vv_buf_cstr(room) : NULL;
}

static const char *sorted_column(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count == 0) { /* -price */
		char **down = vv_array_find(
			t->argv, (size_t)t->argc, it,
			**it == '-' && vv_typed_is_name(*it + 1, strlen(*it + 1)) && (*it)[2]);

		return down ? *down : NULL;
	}
	vv_buf_printf(room, "%s%s", t->descends && *t->words[0] != '-' ? "-" : "", t->words[0]);
	return vv_buf_cstr(room);
}

static const char *opposite(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!t->value) return NULL;
	vv_buf_printf(room, "not (%s)", t->value);
	return vv_buf_cstr(room);
}

/* "mean price", "price mean": avg(price). With the column that makes groups before or after these:
 * "kind mean price". */
typedef struct aggregation {
	const char *function, *column, *group; /* group NULL: there is none */
} aggregation;

static bool read_aggregation(aggregation *a, const vv_typed *t)
{
	size_t at = 0;

	*a = (aggregation){0};
	while (at < t->word_count && !(a->function = vv_typed_function(t->words[at]))) {
		at++;
	}
	if (!a->function || t->word_count < 2 || t->word_count > 3) return false;
	const size_t column = at + 1 < t->word_count ? at + 1 : at - 1;

	a->column = t->words[column];
	a->group = t->word_count == 3 ? t->words[3 - at - column] : NULL;
	vv_array_each(t->words, t->word_count, it) {
		if (it != t->words + at &&
		    (vv_typed_function(*it) || !vv_typed_is_name(*it, strlen(*it)))) {
			return false;
		}
	}
	return true;
}

/* "sum(price)": the function and the column; alone, or beside one that makes groups. */
static bool put_call(vv_buf *room, const char *word)
{
	const size_t name = strcspn(word, "("), len = strlen(word);
	vv_auto(char) *theirs = vv_strndup(word, name);
	const char *ours = theirs ? vv_typed_function(theirs) : NULL;

	if (!ours || name + 2 >= len || word[len - 1] != ')' ||
	    !vv_typed_is_name(word + name + 1, len - name - 2)) {
		return false;
	}
	vv_buf_printf(room, "%s%s", ours, word + name);
	return true;
}

static const char *aggregate(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	aggregation a;

	if (t->word_count == 1 && put_call(room, t->words[0])) return vv_buf_cstr(room);
	if (t->word_count == 2 && (put_call(room, t->words[0]) || put_call(room, t->words[1]))) {
		return vv_buf_cstr(room);
	}
	if (!read_aggregation(&a, t)) return NULL;
	vv_buf_printf(room, "%s(%s)", a.function, a.column);
	return vv_buf_cstr(room);
}

static const char *group(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	vv_auto(vv_buf) call = VV_BUF_INIT;
	aggregation a;

	if (t->word_count == 2 && put_call(&call, t->words[0])) return t->words[1];
	if (t->word_count == 2 && put_call(&call, t->words[1])) return t->words[0];
	return read_aggregation(&a, t) ? a.group : NULL;
}

/* "price by kind": the second of two columns. */
static const char *later_column(vv_buf *room VV_UNUSED, const vv_typed *t,
				const char *text VV_UNUSED)
{
	return t->word_count == 2 ? t->words[1] : NULL;
}

static const char *key_word(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	vv_auto(char) *key = vv_typed_row_key(t);

	if (!key) return NULL;
	vv_buf_puts(room, key);
	return vv_buf_cstr(room);
}

static const char *version_name(vv_buf *room VV_UNUSED, const vv_typed *t,
				const char *text VV_UNUSED)
{
	if (t->version) return t->version;
	return t->word_count > 0 ? t->words[0] : "HEAD";
}

/* Does the word follow a long option, which is not about a name: "records" of --orient? */
static bool is_of_other_option(const vv_typed *t, const char *word)
{
	static const char *const names[] = {"--to", "--name", "--new",
					    "--as", "--dest", "--target"};
	const int at = (int)vv_find_place(i, (size_t)t->argc, t->argv[i] == word);

	return at > 0 && at < t->argc && strncmp(t->argv[at - 1], "--", 2) == 0 &&
	       !vv_text_is_among(t->argv[at - 1], names, sizeof(names) / sizeof(names[0]));
}

/* The only word is the new name of a file. */
static const char *only_word(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count == 1 && is_of_other_option(t, t->words[0])) return NULL;
	return t->word_count == 1 && !strpbrk(t->words[0], ",=") ? t->words[0] : NULL;
}

static const char *out_name(vv_buf *room, const vv_typed *t, const char *text)
{
	return t->out ? t->out : only_word(room, t, text);
}

/* OUT.xlsx: a name that no file has. */
static const char *out_with_ending(vv_buf *room, const vv_typed *t, const char *text)
{
	const char *name = out_name(room, t, text), *ending = text + strlen("OUT.");
	const char *dot = t->file ? strrchr(t->file, '.') : NULL;

	if (name && strchr(name, '.')) return name;
	if (!dot) return NULL;
	ending = t->format && strcmp(ending, "xlsx") == 0 ? t->format : ending;
	vv_buf_printf(room, "%.*s.%s", (int)(dot - t->file), t->file, ending);
	return vv_exists(vv_buf_cstr(room)) ? NULL : vv_buf_cstr(room);
}

static const char *query(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *word = t->word_count > 0 ? t->words[0] : "";
	const size_t len = strcspn(word, " ");

	return word[len] && (vv_ascii_is(word, len, "select") || vv_ascii_is(word, len, "with"))
		       ? word
		       : NULL;
}

/* The words for THIS and THAT, for sed. Each may have letters, digits, blanks and "_-."; a '.' is escaped. */
static const char *replaced(vv_buf *room, const vv_typed *t, const char *text)
{
	if (t->word_count != 2 || t->names_more) return NULL;
	for (const char *c = t->words[strcmp(text, "THAT") == 0]; *c; c++) {
		if (!vv_is_alnum(*c) && !strchr("_- .", *c)) return NULL;
		vv_buf_printf(room, *c == '.' ? "\\%c" : "%c", *c);
	}
	return vv_buf_cstr(room);
}

static const char *delimiter(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	size_t count;
	const char found = vv_typed_delimiter(t->file, &count);

	if (!found) return NULL;
	vv_buf_printf(room, found == '\t' ? "\\t" : "%c", found);
	return vv_buf_cstr(room);
}

/* The condition of a join; the columns may be typed. */
static const char *joined(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count > 2 || !t->file || !t->more) return NULL;
	const char *typed = t->value || t->word_count == 0 ? t->value : t->words[0];
	const bool by = typed && (strncmp(typed, "by=", 3) == 0 || strncmp(typed, "on=", 3) == 0);
	const char *left = by ? typed + 3 : typed, *right = left;
	const size_t len = left ? strcspn(left, "=,") : 0;

	if (left && left[len]) { /* id=item_id; id,item_id of csvjoin */
		right = left + len + strspn(left + len, "=,");
	}
	right = t->word_count == 2 ? t->words[1] : right;
	if (left && (!vv_typed_is_name(left, len) || !vv_typed_is_name(right, strlen(right)))) {
		return NULL;
	}
	if (left && right != left) {
		vv_buf_printf(room, "ON a.%.*s = b.%s", (int)len, left, right);
		return vv_buf_cstr(room);
	}
	return vv_typed_join(room, t->file, t->more, left);
}

/* A line with as many cells as the first one. */
static const char *cells(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *word = t->word_count == 1 ? t->words[0] : "";
	size_t count, words = 0;

	if (vv_typed_delimiter(t->file, &count) != ',' || count == 0) return NULL;
	if (vv_count_byte(word, strlen(word), ',') == count) return word;
	vv_array_each(t->argv, t->argc, it) { /* 8 kiwi 0.60 */
		if (*it == t->file_word) {
			continue;
		}
		if (**it == '-' || strpbrk(*it, ",=\"")) return NULL;
		vv_buf_printf(room, "%s%s", words++ > 0 ? "," : "", *it);
	}
	return words == count + 1 ? vv_buf_cstr(room) : NULL;
}

/* --- conditions ----------------------------------------------------------------------------------- */

/* Has the text an operator, or a function? */
static bool is_condition(const char *text)
{
	static const char *const words[] = {" is ", " like ", " in ", " between ", " matches "};

	if (strpbrk(text, "=<>(")) return true;
	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it, strstr(text, *it)) !=
	       NULL;
}

/* Appends the condition in our language: other ones have $name, ==, && and "text". */
static void put_condition(vv_buf *room, const char *text)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {{"==", "="},   {"&&", " and "}, {"||", " or "}, {"&", " and "},
		     {"|", " or "}, {"$", ""},       {"\"", "'"}};

	while (*text) {
		const char *ours = NULL;

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
	return t->word_count == 2 && vv_typed_is_name(t->words[0], strlen(t->words[0])) &&
	       !strchr(t->words[1], '\'');
}

/* A part of the column's values matches the pattern. */
static const char *matches(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!have_column_and_text(t)) return NULL;
	const char *p = t->words[1];
	const size_t len = strlen(p);
	const bool begins = *p == '^', ends = len > 0 && p[len - 1] == '$';

	vv_buf_printf(room, "text(%s) matches '%s", t->words[0], begins ? "" : ".*");
	vv_buf_put(room, p + begins, len - begins - ends);
	vv_buf_puts(room, ends ? "'" : ".*'");
	return vv_buf_cstr(room);
}

static const char *contains(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (!have_column_and_text(t)) return NULL;
	vv_buf_printf(room, "contains(%s, '%s')", t->words[0], t->words[1]);
	return vv_buf_cstr(room);
}

/* A condition in one word or several; COLUMN TEXT; or a column whose comparison became the shell's. */
static const char *condition(vv_buf *room, const vv_typed *t, const char *text)
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
		put_condition(room, vv_buf_cstr(&all));
	} else if (t->word_count == 1 && t->count) {
		vv_buf_printf(room, "%s = %s", t->words[0], t->count);
	} else if (t->word_count == 2 && strpbrk(t->words[1], "^$.*+[|\\")) {
		return matches(room, t, text);
	} else if (t->word_count == 2) {
		return contains(room, t, text);
	} else if (t->word_count > 1 || !vv_typed_redirected(room, t->words[0])) {
		return NULL;
	}
	return vv_buf_cstr(room);
}

/* A condition from "category fruit" or "price >3", as in SUMIF. */
static const char *criterion(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count < 2) return NULL;
	const char *column = t->words[0], *value = t->words[1];
	const size_t mark = strspn(value, "<>=");

	if (!vv_typed_is_name(column, strlen(column)) || !value[mark] ||
	    strpbrk(value, "'\"\\`$")) {
		return NULL;
	}
	if (mark > 0) {
		vv_buf_printf(room, "%s %.*s", column, (int)mark, value);
	} else {
		vv_buf_printf(room, "%s =", column);
	}
	vv_buf_printf(room, vv_is_digit(value[mark]) ? " %s" : " '%s'", value + mark);
	return vv_buf_cstr(room);
}

/* The third column of SUMIF. */
static const char *summed(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	return t->word_count == 3 ? t->words[2] : NULL;
}

/* --- placeholders for any number of words: each is appended after a blank ---------------------------- */

/* Each returns false if a word is missing. */

static void put_after_blank(vv_buf *line, const char *word)
{
	vv_buf_putc(line, ' ');
	vv_text_put_word(line, word);
}

void vv_typed_put_with(vv_buf *line, int argc, char **argv, const char *part, const char *with)
{
	vv_array_each(argv, argc, word) {
		const char *end = *word + strlen(*word);
		vv_auto(char) *replaced = part + strlen(part) == end
						  ? vv_asprintf("%.*s%s", (int)(part - *word),
								*word, with)
						  : NULL;

		put_after_blank(line, replaced ? replaced : *word);
	}
}

static bool put_file(vv_buf *line, const vv_typed *t)
{
	if (t->file) {
		put_after_blank(line, t->file);
	}
	return true;
}

/* The versions and ranges: "v1..v2". */
static bool put_revisions(vv_buf *line, const vv_typed *t)
{
	if (t->version) {
		put_after_blank(line, t->version);
	}
	for (size_t i = 0; i < t->word_count; i++) {
		if (strstr(t->words[i], "..")) {
			put_after_blank(line, t->words[i]);
		}
	}
	return true;
}

static bool put_all(vv_buf *line, const vv_typed *t)
{
	vv_array_each(t->argv, t->argc, word) {
		put_after_blank(line, *word);
	}
	return true;
}

static bool put_all_but_file(vv_buf *line, const vv_typed *t)
{
	vv_array_each(t->argv, t->argc, word) {
		if (*word != t->file_word) {
			put_after_blank(line, *word);
		}
	}
	return true;
}

static bool put_each(vv_buf *line, const vv_string_list *names)
{
	for (size_t i = 0; names && i < names->count; i++) {
		put_after_blank(line, names->items[i]);
	}
	return names && names->count > 0;
}

static bool put_changed(vv_buf *line, const vv_typed *t)
{
	return put_each(line, t->changed);
}

static bool put_staged(vv_buf *line, const vv_typed *t)
{
	return put_each(line, t->staged);
}

/* Without edits and versions, the file, if there is one. */
static bool put_unchanged(vv_buf *line, const vv_typed *t)
{
	const bool range = vv_array_find(t->words, t->word_count, it, strstr(*it, "..")) != NULL;

	if (!t->changed || !t->staged || t->changed->count + t->staged->count > 0 || t->version ||
	    range) {
		return false;
	}
	return put_file(line, t);
}

static bool put_names(vv_buf *line, const vv_typed *t)
{
	const char *comma = t->word_count == 1 ? strpbrk(t->words[0], ",=:") : NULL;

	if (comma && !strpbrk(comma + 1, ",=:")) { /* price,cost; price=cost */
		vv_auto(char) *old = vv_strndup(t->words[0], (size_t)(comma - t->words[0]));

		put_after_blank(line, old ? old : "OLD");
		put_after_blank(line, comma + 1);
		return true;
	}
	put_after_blank(line, t->word_count > 0 ? t->words[0] : "OLD");
	put_after_blank(line, t->word_count > 1 ? t->words[1] : "NEW");
	return t->word_count == 2;
}

static bool put_row(vv_buf *line, const vv_typed *t)
{
	return vv_typed_put_row(line, t, false);
}

static bool put_new_row(vv_buf *line, const vv_typed *t)
{
	return vv_typed_put_row(line, t, true);
}

/* --- the table ------------------------------------------------------------------------------------ */

/* One of words, word and member is set. */
typedef struct placeholder {
	const char *text;
	bool (*words)(vv_buf *line, const vv_typed *t);
	const char *(*word)(vv_buf *room, const vv_typed *t, const char *text);
	size_t member; /* the place of the word in vv_typed */
	const char
		*without; /* in place of a member without a word; NULL: the placeholder remains */
	bool column;      /* inside quotes, only a name or a number takes its place */
	bool raw;         /* part of a word that has quotes */
} placeholder;

#define MEMBER(name) .member = offsetof(vv_typed, name)

static const placeholder placeholders[] = {
	{"FILE", MEMBER(file)},
	{"MORE", MEMBER(more)},
	{"COLUMN", MEMBER(words), .column = true},
	{"CONDITION", .word = condition},
	{"TEXT", MEMBER(words)},
	{"MATCHES", .word = matches},
	{"CONTAINS", .word = contains, .raw = true},
	{"AGGREGATE", .word = aggregate, .raw = true},
	{"KIND", .word = group, .column = true},
	{"LATER", .word = later_column, .column = true},
	{"VALUE", MEMBER(value)},
	{"PREVIOUS", MEMBER(previous)},
	{"MERGING", MEMBER(merging)},
	{"xlsx", MEMBER(format)},
	{"COUNT", MEMBER(count), .without = "10"},
	{"START", MEMBER(start), .without = "0"},
	{"NUMBER", MEMBER(count)},
	{"VERSION", .word = version_name},
	{"NEW", .word = only_word},
	{"OUT.xlsx", .word = out_with_ending},
	{"OUT.csv", .word = out_with_ending},
	{"OUT.parquet", .word = out_with_ending},
	{"OUT", .word = out_name},
	{"A,B", .word = all_columns, .column = true},
	{"SORTED", .word = sorted_column},
	{"ROWKEY", .word = key_word},
	{"TABLE", .word = table_name},
	{"DELIMITER", .word = delimiter, .raw = true},
	{"CELLS", .word = cells},
	{"JOINED", .word = joined, .raw = true},
	{"QUERY", .word = query},
	{"THIS", .word = replaced, .raw = true},
	{"THAT", .word = replaced, .raw = true},
	{"not(VALUE)", .word = opposite},
	{"CHANGED", .words = put_changed},
	{"STAGED", .words = put_staged},
	{"UNCHANGED", .words = put_unchanged},
	{"CRITERION", .word = criterion, .raw = true},
	{"SUMMED", .word = summed, .column = true},
	{"OLD NEW", .words = put_names},
	{"KEY COL=VALUE", .words = put_row},
	{"NEWKEY COL=VALUE", .words = put_new_row},
	{"COMPUTED", .words = vv_typed_put_computed},
	{"FILLED", .words = vv_typed_put_filled},
	{"[REVS]", .words = put_revisions},
	{"ARGS", .words = put_all},
	{"OPTIONS", .words = put_all_but_file},
	{"[FILE]", .words = put_file},
};

static const placeholder versioned = {"FILE", .word = file_name};

/* Is the pattern a command that reads REV:FILE? */
static bool reads_versions(const char *pattern)
{
	static const char *const commands[] = {"varve cat ", "varve convert ", "varve info ",
					       "varve cite "};

	return vv_array_find(commands, sizeof(commands) / sizeof(commands[0]), it,
			     strncmp(pattern, *it, strlen(*it)) == 0) != NULL;
}

/* Returns the placeholder with which the text begins; NULL: it begins with none. */
static const placeholder *placeholder_at(const char *pattern, const char *text)
{
	vv_array_each(placeholders, sizeof(placeholders) / sizeof(placeholders[0]), it) {
		const size_t len = strlen(it->text);

		if (strncmp(text, it->text, len) == 0 && !vv_is_alpha(text[len])) {
			return it == placeholders && reads_versions(pattern) ? &versioned : it;
		}
	}
	return NULL;
}

static const char *placeholder_word(vv_buf *room, const placeholder *p, const vv_typed *t)
{
	const char *word;

	if (p->words) return NULL;
	if (p->word) return p->word(room, t, p->text);
	memcpy(&word, (const char *)t + p->member, sizeof(word));
	return word ? word : p->without;
}

/* Can the word take the place of the placeholder in the pattern, which continues after `before`? */
static bool fits(const char *pattern, const placeholder *p, const char *word, char before)
{
	if (!strpbrk(pattern, "\"'")) return true;
	if (p->column) return vv_typed_is_name(word, strlen(word)) || vv_is_digit(*word);
	return is_plain(word) || (strcmp(p->text, "FILE") == 0 && before == ' ');
}

bool vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t)
{
	bool all = true;

	for (const char *at = pattern; *at;) {
		vv_auto(vv_buf) room = VV_BUF_INIT;
		const placeholder *list = *at == ' ' ? placeholder_at(pattern, at + 1) : NULL;
		const bool within = at > pattern && vv_is_alpha(at[-1]) &&
				    (at < pattern + 2 || at[-2] != '\\'); /* "\n" */
		const placeholder *one = within ? NULL : placeholder_at(pattern, at);
		const char *word = one ? placeholder_word(&room, one, t) : NULL;

		if (list && list->words) {
			all = list->words(line, t) && all;
			at += 1 + strlen(list->text);
		} else if (word && one->raw) {
			vv_buf_puts(line, word);
			at += strlen(one->text);
		} else if (word && fits(pattern, one, word, at > pattern ? at[-1] : ' ')) {
			vv_text_put_word(line, word);
			at += strlen(one->text);
		} else if (one) {
			all = false;
			vv_buf_puts(line, one->text);
			at += strlen(one->text);
		} else {
			vv_buf_putc(line, *at++);
		}
	}
	return all;
}
