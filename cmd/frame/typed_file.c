/*
 * typed_file: reads the tracked tables.
 */
#include "cmd/frame/typed_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/typed_join.h"
#include "cmd/frame/typed_line.h"
#include "cmd/frame/typed_row.h"
#include "dataset/format/dialect.h"
#include "repo/git/run_git.h"

/* Is the file small enough to be read for a hint, and a table by its ending? */
static bool is_small_table(const char *name)
{
	struct stat st;

	return vv_ending_of(name) && stat(name, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size <= 64 << 20;
}

/* Does one row of the file have the word, or is it the name of a column? */
static bool has_word(const char *file, const char *word)
{
	vv_auto(vv_string_list) columns = {0};
	vv_auto(vv_buf) where = VV_BUF_INIT;

	vv_typed_columns(&columns, file);
	if (vv_text_is_among(word, VV_TEXTS(columns.items), columns.count)) return true;
	vv_auto(char) *key = vv_typed_find_row(file, NULL, word, &where);
	return key != NULL;
}

/* Has a row of the file this first cell? */
static bool has_key(const char *file, const char *key)
{
	enum { MOST = 256 };
	char line[8192], *values[MOST];
	const char mark = vv_typed_delimiter(file, &(size_t){0});
	FILE *f = mark ? vv_typed_open(file) : NULL;
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		found = vv_typed_split(line, mark, values, MOST) > 0 && strcmp(values[0], key) == 0;
	}
	if (f) {
		fclose(f);
	}
	return found;
}

/* Returns the only one of the files that has the words; NULL: there is none. The caller frees it. */
static char *find_file(const vv_string_list *names, const vv_typed *t)
{
	const char *found = NULL, *only = t->row ? t->row : t->value;

	vv_array_each(names->items, names->count, name) {
		bool all = is_small_table(*name);

		if (t->word_count == 0 || t->row) {
			all = all && only && (has_key(*name, only) || has_word(*name, only));
		}

		for (size_t i = 0; i < t->word_count && all; i++) {
			const char *word = t->words[i];
			vv_auto(char) *column = vv_strndup(word, strcspn(word, "=<>"));

			all = (*word >= '0' && *word <= '9') || (column && has_word(*name, column));
			if (!all && i > 0 && t->word_count > 2) { /* a value that is new */
				all = i + 1 == t->word_count;
			}
		}
		if (all && found) return NULL;
		found = all ? *name : found;
	}
	return found ? vv_strdup(found) : NULL;
}

void vv_typed_find_file(vv_typed *t)
{
	static const char *const args[] = {"ls-files", "-z", NULL};
	vv_auto(vv_string_list) tracked = {0};
	vv_auto(vv_buf) names = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .env = vv_environ(), .output = &names};
	int code;

	if (t->file || (t->word_count == 0 && !t->row && !t->value) ||
	    vv_git_run(&call, &said, &code, VV_IGNORED) < 0 || code != 0) {
		return;
	}
	for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1) {
		(void)vv_string_list_add(&tracked, vv_strdup(names.data + at), VV_IGNORED);
	}
	vv_auto(char) *file = find_file(&tracked, t);
	if (file) {
		vv_typed_set_file(t, file);
	}
}
