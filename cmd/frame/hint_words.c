/*
 * hint_words: puts arguments into the sentences of hint_table, and knows which programs of others are here.
 */
#include "cmd/frame/hint_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_table.h"
#include "repo/git/program.h"

/* Programs that do what a hint is about; the first one of a hint is that of its sentence. */
typedef struct other_program {
	const char *hint, *program;
	const char *words;   /* NULL: the sentence's */
	const char *install; /* where no program is here */
} other_program;

static const other_program others[] = {
	{"unseen-parquet", "duckdb", NULL, "; duckdb is not installed here (duckdb.org)"},
	{"unseen-sqlite", "sqlite3", NULL, "; it needs the package sqlite3"},
	{"unseen-workbook", "soffice", NULL, "; it needs the package libreoffice-calc"},
	{"unseen-workbook", "libreoffice",
	 "'libreoffice --headless --convert-to csv %1' makes a table of it", NULL},
	{"unseen-workbook", "ssconvert", "'ssconvert %1 OUT.csv' makes a table of it", NULL},
	{"unseen-workbook", "in2csv", "'in2csv %1 > OUT.csv' makes a table of it", NULL},
};

static bool is_here(const char *program)
{
	vv_auto(char) *file = NULL;

	return vv_program_find(&file, vv_environ(), program, VV_IGNORED) == VV_OK;
}

/* The sentence with a program that is here; *install: what to add where there is none. */
static const char *choose_program(const char *name, const char *words, const char **install)
{
	for (size_t i = 0; words && i < sizeof(others) / sizeof(others[0]); i++) {
		const other_program *o = &others[i];

		if (strcmp(o->hint, name) != 0) {
			continue;
		}
		if (is_here(o->program)) {
			*install = "";
			return o->words ? o->words : words;
		}
		*install = o->install ? o->install : *install;
	}
	return words;
}

/* As it is where sh takes it for one word. */
static void put_shell_word(vv_buf *b, const char *word)
{
	size_t len = strlen(word),
	       plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "./_-+@~^=,");

	if (plain == len && len > 0) {
		vv_buf_put(b, word, len);
	} else {
		vv_text_put_quoted(b, word, len);
	}
}

void vv_hint_words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS])
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *install = "";
	const char *words = choose_program(name, vv_hint_table_find(name), &install);

	out[0] = '\0';
	while (words && *words) {
		size_t len = strcspn(words, "%$");

		vv_buf_put(&b, words, len);
		words += len;
		if (*words && words[1] >= '1' && words[1] <= '0' + VV_HINT_ARGS) {
			const char *arg = args[words[1] - '1'];

			if (*words == '$') {
				put_shell_word(&b, arg);
			} else {
				vv_buf_puts(&b, vv_text_shows(arg));
			}
			words += 2;
		} else if (*words) {
			vv_buf_putc(&b, *words++);
		}
	}
	vv_buf_puts(&b, install);
	if (!b.failed && b.len > 0 && b.len < size) {
		memcpy(out, b.data, b.len);
		out[b.len] = '\0';
	}
}
