/*
 * error: formats messages and hints.
 */
#include "cmd/sql/vtab/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/frame/hint_table.h"

int vv_sql_error_format(varve_error *err, int code, const char *format, ...)
{
	char text[sizeof(err->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return varve_error_set(err, code, text);
}

int vv_sql_error_memory(varve_error *err)
{
	return varve_error_set(err, VARVE_ENOMEM, "out of memory");
}

/* Appends text to the hint, of which n bytes are filled, as far as there is room. */
static void put_text(vv_sql_hint *hint, size_t *n, const char *text, size_t len)
{
	const size_t room = sizeof(hint->text) - 1 - *n, fits = len < room ? len : room;

	memcpy(hint->text + *n, text, fits);
	*n += fits;
}

/* Appends a word of a command, in single quotes unless sh reads it as one word. */
static void put_word(vv_sql_hint *hint, size_t *n, const char *word)
{
	const char *quote = word[strcspn(word, " \t\n'\"\\$`!&;|<>(){}[]*?#~")] || !*word ? "'"
											  : "";

	put_text(hint, n, quote, strlen(quote));
	for (; *word; word++) {
		put_text(hint, n, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
	}
	put_text(hint, n, quote, strlen(quote));
}

const char *vv_sql_error_hint(vv_sql_hint *hint, const varve_error *err)
{
	const char *args[3], *name = varve_error_hint(err, args);
	const char *words = name ? vv_hint_table_find(name) : err->hint;
	size_t n = 0;

	for (; words && *words; words++) {
		const char mark = name && words[1] >= '1' && words[1] <= '3' ? *words : '\0';

		if (mark == '$') {
			put_word(hint, &n, args[*++words - '1']);
		} else if (mark == '%') {
			words++;
			put_text(hint, &n, args[*words - '1'], strlen(args[*words - '1']));
		} else {
			put_text(hint, &n, words, 1);
		}
	}
	hint->text[n] = '\0';
	return hint->text;
}
