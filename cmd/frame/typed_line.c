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
#include "cmd/frame/typed_condition.h"
#include "cmd/frame/typed_figure.h"
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

/* "1,price,3-4"? */
static bool has_column_numbers(const char *word)
{
	bool numbers = is_column_numbers(word);

	while (!numbers && (word = strchr(word, ','))) {
		numbers = vv_is_digit(*++word);
	}
	return numbers;
}

/* Appends the name; a comma before it if it is not the first. */
static void put_listed(vv_buf *names, const char *name, size_t len)
{
	vv_buf_puts(names, names->len > 0 ? "," : "");
	vv_buf_put(names, name, len);
}

/* Replaces numbers of columns among the words by the names in the file. */
static void name_columns(vv_typed *t)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) names = VV_BUF_INIT;
	size_t at = vv_find_place(i, t->word_count, has_column_numbers(t->words[i]));

	if (at == t->word_count || !t->file) return;
	vv_typed_columns(&columns, t->file);
	for (const char *p = t->words[at]; *p;) {
		char *end;
		const size_t len = strcspn(p, ",");
		vv_auto(char) *typed = vv_strndup(p, len);

		if (!vv_is_digit(*p) ||
		    vv_text_is_among(typed, VV_TEXTS(columns.items), columns.count)) {
			put_listed(&names, p, len);
			p += len + (p[len] == ',');
			continue;
		}
		const unsigned long first = strtoul(p, &end, 10);
		const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

		if (first == 0 || last < first || last > columns.count) return;
		for (unsigned long n = first; n <= last; n++) {
			put_listed(&names, columns.items[n - 1], strlen(columns.items[n - 1]));
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
	static const char *const sheets[] = {"--sheet", "--sheet-name", "--sheet_name",
					     "--worksheet"};
	const char *digits = *word == '-' ? word + 1 : count_of(word);

	digits += strncmp(digits, "n", 1) == 0;
	if (strncmp(word, "--", 2) == 0 && vv_typed_function(word + 2)) { /* --sum price */
		word += 2;
	}
	if (strcmp(before, "--row") == 0) {
		t->row = word;
	} else if (vv_text_is_among(before, sheets, sizeof(sheets) / sizeof(sheets[0]))) {
		t->sheet = word;
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

/* FILE#SHEET, as documents name their tables. */
static void name_sheet(vv_typed *t)
{
	vv_auto(char) *name = t->file && t->sheet ? vv_asprintf("%s#%s", t->file, t->sheet) : NULL;

	if (name && copy_name(t->file_room, sizeof(t->file_room), name, strlen(name))) {
		t->file = t->file_room;
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
	name_sheet(t);
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

	if (!dot) return NULL;
	const bool plain = vv_typed_is_name(t->file, (size_t)(dot - t->file));

	vv_buf_put(room, t->file, plain ? (size_t)(dot - t->file) : strlen(t->file));
	if (t->version) {
		vv_buf_printf(room, "@%s", t->version);
	}
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

/* The first of the words that is a column of the file, also in other case; else the first word, unless it is a
 * function. */
static const char *first_column(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	vv_auto(vv_string_list) columns = {0};

	if (t->word_count == 0) return NULL;
	if (t->file && !t->version) {
		vv_typed_columns(&columns, t->file);
	}
	for (size_t i = 0; i < t->word_count; i++) {
		vv_array_each(columns.items, columns.count, it) {
			if (strcmp(*it, t->words[i]) == 0) return t->words[i];
		}
	}
	for (size_t i = 0; i < t->word_count; i++) {
		vv_array_each(columns.items, columns.count, it) {
			if (vv_ascii_equal(*it, t->words[i])) {
				vv_buf_puts(room, *it);
				return vv_buf_cstr(room);
			}
		}
	}
	return columns.count == 0 || !vv_typed_function(t->words[0]) ? t->words[0] : NULL;
}

/* Is the word typed after an option for the order from the greatest to the least, as in Miller? */
static bool is_after_descending(const vv_typed *t, const char *word)
{
	static const char *const options[] = {"-nr", "-fr", "-cr", "-tr", "-nR"};
	const int at = (int)vv_find_place(i, (size_t)t->argc, t->argv[i] == word);

	return at > 0 && at < t->argc &&
	       vv_text_is_among(t->argv[at - 1], options, sizeof(options) / sizeof(options[0]));
}

static const char *sorted_column(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	if (t->word_count == 0) { /* -price */
		char **down = vv_array_find(
			t->argv, (size_t)t->argc, it,
			**it == '-' && vv_typed_is_name(*it + 1, strlen(*it + 1)) && (*it)[2]);

		return down ? *down : NULL;
	}
	bool each = false; /* "-f kind -nr price": the option before a column is about it alone */
	vv_auto(vv_string_list) columns = {0};

	if (t->file) {
		vv_typed_columns(&columns, t->file);
	}
	for (size_t i = 0; i < t->word_count; i++) {
		each = each || is_after_descending(t, t->words[i]);
	}
	for (size_t i = 0; i < t->word_count; i++) {
		const bool down = each ? is_after_descending(t, t->words[i]) : t->descends;

		if (i > 0 &&
		    !vv_text_is_among(t->words[i], VV_TEXTS(columns.items), columns.count)) {
			break; /* "price then cut" */
		}
		vv_buf_puts(room, i > 0 ? "," : "");
		vv_buf_puts(room, down && *t->words[i] != '-' ? "-" : "");
		vv_buf_puts(room, t->words[i]);
	}
	return vv_buf_cstr(room);
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

static const char *query_text(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *word = t->word_count > 0 ? t->words[0] : "";
	const size_t len = strcspn(word, " ");

	return word[len] && (vv_ascii_is(word, len, "select") || vv_ascii_is(word, len, "with"))
		       ? word
		       : NULL;
}

/* The words for THIS and THAT, for sed: characters with a meaning in sed are escaped. Cells that are written in
 * quotes, and words that contain marks of the file's form, are not for sed. */
static const char *replaced_word(vv_buf *room, const vv_typed *t, const char *text)
{
	const bool that = strcmp(text, "THAT") == 0;
	const char *special = that ? "&/" : ".[]*^$/";

	if (t->word_count != 2 || t->names_more) return NULL;
	for (const char *c = t->words[that]; *c; c++) {
		if ((unsigned char)*c < ' ' || strchr("'\"\\,;|", *c)) return NULL;
		vv_buf_puts(room, strchr(special, *c) ? "\\" : "");
		vv_buf_putc(room, *c);
	}
	return vv_buf_cstr(room);
}

static const char *delimiter_word(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	size_t count;
	const char found = vv_typed_delimiter(t->file, &count);

	if (!found) return NULL;
	vv_buf_printf(room, found == '\t' ? "\\t" : "%c", found);
	return vv_buf_cstr(room);
}

/* The condition of a join; the columns may be typed. */
static const char *join_condition(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
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
	if (left && right != left) {
		vv_auto(char) *of_a = vv_strndup(left, len);

		vv_buf_puts(room, "ON a.");
		vv_typed_put_name(room, of_a ? of_a : "");
		vv_buf_puts(room, " = b.");
		vv_typed_put_name(room, right);
		return vv_buf_cstr(room);
	}
	return vv_typed_join(room, t->file, t->more, left);
}

/* A line with as many cells as the first one. */
static const char *line_of_cells(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
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
	{"COLUMN", .word = first_column, .column = true},
	{"CONDITION", .word = vv_typed_condition, .raw = true},
	{"RULE", .word = vv_typed_rule, .raw = true},
	{"TEXT", MEMBER(words)},
	{"MATCHES", .word = vv_typed_matches},
	{"CONTAINS", .word = vv_typed_contains, .raw = true},
	{"AGGREGATE", .word = vv_typed_aggregate, .raw = true},
	{"KIND", .word = vv_typed_group, .column = true},
	{"LATER", .word = later_column, .column = true},
	{"VALUE", MEMBER(value)},
	{"PREVIOUS", MEMBER(previous)},
	{"MERGING", MEMBER(merging)},
	{"xlsx", MEMBER(format)},
	{"COUNT", MEMBER(count), .without = "10"},
	{"START", MEMBER(start), .without = "0"},
	{"NUMBER", MEMBER(count)},
	{"BEGIN", .word = vv_typed_sliced},
	{"LENGTH", .word = vv_typed_sliced},
	{"VERSION", .word = version_name},
	{"REV", MEMBER(version)},
	{"FIRST", .word = vv_typed_first_version},
	{"SECOND", .word = vv_typed_second_version},
	{"NEWER", .word = vv_typed_newer_columns, .raw = true},
	{"NEW", .word = only_word},
	{"OUT.xlsx", .word = out_with_ending},
	{"OUT.csv", .word = out_with_ending},
	{"OUT.parquet", .word = out_with_ending},
	{"OUT", .word = out_name},
	{"A,B", .word = all_columns, .column = true},
	{"SORTED", .word = sorted_column},
	{"ROWKEY", .word = key_word},
	{"TABLE", .word = table_name, .column = true},
	{"DELIMITER", .word = delimiter_word, .raw = true},
	{"DEFAULTED", .word = vv_typed_defaulted, .raw = true},
	{"CELLS", .word = line_of_cells},
	{"JOINED", .word = join_condition, .raw = true},
	{"QUERY", .word = query_text},
	{"THIS", .word = replaced_word, .raw = true},
	{"THAT", .word = replaced_word, .raw = true},
	{"not(VALUE)", .word = vv_typed_opposite},
	{"CHANGED", .words = put_changed},
	{"STAGED", .words = put_staged},
	{"UNCHANGED", .words = put_unchanged},
	{"CRITERION", .word = vv_typed_criterion, .raw = true},
	{"EXPRESSED", .word = vv_typed_expressed, .raw = true},
	{"SUMMED", .word = vv_typed_summed, .column = true},
	{"OLD NEW", .words = put_names},
	{"KEY COL=VALUE", .words = put_row},
	{"NEWKEY COL=VALUE", .words = put_new_row},
	{"COL=VALUE", .words = vv_typed_put_values},
	{"GIVEN", .word = vv_typed_given},
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
	static const char *const commands[] = {"varve cat ", "varve convert ", "varve info "};

	return !strstr(pattern, ":FILE") &&
	       vv_array_find(commands, sizeof(commands) / sizeof(commands[0]), it,
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

/* A part of a pattern: outside of quotes, or a word in quotes, which is a statement or a condition in patterns of
 * varve's commands. */
typedef struct pattern_part {
	const char *pattern;     /* the whole */
	const char *begin, *end; /* the part of it, without quotes around it */
	bool quoted;             /* it is such a word */
} pattern_part;

/* Appends each of the names, which are separated by commas, for a statement. */
static void put_names_of(vv_buf *line, const char *names)
{
	for (const char *between = ""; *names; between = ", ") {
		vv_auto(char) *name = vv_typed_next_name(&names);

		vv_buf_puts(line, between);
		if (name && vv_is_digit(*name)) {
			vv_buf_puts(line, name);
		} else {
			vv_typed_put_name(line, name ? name : "");
		}
	}
}

/* Appends the name of a table as the end of another name, varve_blame_TABLE: '_' is any other character. */
static void put_name_end(vv_buf *line, const char *name)
{
	for (; *name && *name != '.'; name++) {
		const bool odd = !vv_is_alnum(*name) && !(*name & 0x80);

		vv_buf_putc(line, odd ? '_' : *name);
	}
}

/* Can the word be in, or beside, what awk and sed read? */
static bool fits_script(const placeholder *p, const char *word, char before)
{
	if (p->column) return vv_typed_is_name(word, strlen(word)) || vv_is_digit(*word);
	return is_plain(word) ||
	       (before == ' ' && (strcmp(p->text, "FILE") == 0 || strcmp(p->text, "MORE") == 0));
}

/* Appends the word in place of the placeholder, after the character. Returns false if it does not fit. */
static bool put_filled(vv_buf *line, const pattern_part *part, const placeholder *p,
		       const char *word, char before)
{
	const bool ours = strncmp(part->pattern, "varve ", 6) == 0;
	const bool script = !ours && strpbrk(part->pattern, "\"'");

	if (p->raw && (part->quoted || script)) {
		vv_buf_puts(line, word);
	} else if (part->quoted && p->column && before == '_') {
		put_name_end(line, word);
	} else if (part->quoted && p->column) {
		put_names_of(line, word);
	} else if (part->quoted && before == '\'') { /* a text of SQL */
		for (; *word; word++) {
			vv_buf_puts(line, *word == '\'' ? "'" : "");
			vv_buf_putc(line, *word);
		}
	} else if (part->quoted ? strpbrk(word, "'\"\\`$!") != NULL
				: script && !fits_script(p, word, before)) {
		return false;
	} else if (part->quoted) {
		vv_buf_puts(line, word);
	} else {
		vv_text_put_word(line, word);
	}
	return true;
}

/* Appends the part with words in place of its placeholders. Returns true if each of them had one. */
static bool put_part(vv_buf *line, const pattern_part *part, const vv_typed *t)
{
	bool all = true;

	for (const char *at = part->begin; at < part->end;) {
		vv_auto(vv_buf) room = VV_BUF_INIT;
		const char *pattern = part->pattern;
		const placeholder *list = *at == ' ' && !part->quoted
						  ? placeholder_at(pattern, at + 1)
						  : NULL;
		const bool within = at > pattern && vv_is_alpha(at[-1]) &&
				    (at < pattern + 2 || at[-2] != '\\'); /* "\n" */
		const placeholder *one = within ? NULL : placeholder_at(pattern, at);
		const char *word = one ? placeholder_word(&room, one, t) : NULL;

		if (list && list->words) {
			all = list->words(line, t) && all;
			at += 1 + strlen(list->text);
		} else if (word && put_filled(line, part, one, word, at > pattern ? at[-1] : ' ')) {
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

/* Appends the statement or condition in the quotes of the pattern, if they do. */
static void put_quoted(vv_buf *line, const char *text, char quote)
{
	if (strpbrk(text, quote == '"' ? "\"$`\\!" : "'")) {
		vv_text_put_word(line, text);
	} else {
		vv_buf_printf(line, "%c%s%c", quote, text, quote);
	}
}

bool vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t)
{
	const bool ours = strncmp(pattern, "varve ", 6) == 0;
	bool all = true;

	for (const char *at = pattern, *end; *at; at = end) {
		const bool quoted = ours && at > pattern && strchr("\"'", *at);
		vv_auto(vv_buf) inner = VV_BUF_INIT;

		end = quoted ? strchr(at + 1, *at) : at + 1;
		if (!quoted) {
			end += ours ? strcspn(end, "\"'") : strlen(end);
		}
		const pattern_part part = {pattern, at + quoted, end, quoted};
		if (quoted) {
			all = put_part(&inner, &part, t) && all;
			put_quoted(line, vv_buf_cstr(&inner), *at);
			end++;
		} else {
			all = put_part(line, &part, t) && all;
		}
	}
	return all;
}
