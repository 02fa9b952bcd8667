/*
 * sh: for tests under Wine alone, in place of the shell that Git for Windows has: sh -c 'PROGRAM WORD... "$@"' NAME ARGUMENT...
 *
 * Words end at blanks, and may be quoted. "$@" is the ARGUMENTs. There are no variables, pipes or conditions.
 */
#include <process.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define WORDS_MAX 256

/* Does c begin or end a quoted part? */
static bool is_quote(char c, char quote)
{
	if (quote) return c == quote;
	return c == '\'' || c == '"';
}

/* Cuts the next word off *rest, in place; NULL: the end. */
static char *next_word(char **rest)
{
	char *p = *rest + strspn(*rest, " "), *word = p, *out = p;
	char quote = 0;

	if (!*p) return NULL;
	for (; *p && (quote || *p != ' '); p++) {
		if (is_quote(*p, quote)) {
			quote = quote ? 0 : *p;
		} else {
			*out++ = *p;
		}
	}
	*rest = *p ? p + 1 : p;
	*out = '\0';
	return word;
}

/* Quotes a word as programs of Microsoft's C library take their command line apart. */
static char *quoted(const char *word)
{
	char *out = malloc(2 * strlen(word) + 3), *to = out;
	size_t slashes = 0;

	*to++ = '"';
	for (; *word; word++) {
		for (size_t i = 0; *word == '"' && i <= slashes; i++) {
			*to++ = '\\';
		}
		slashes = *word == '\\' ? slashes + 1 : 0;
		*to++ = *word;
	}
	for (size_t i = 0; i < slashes; i++) {
		*to++ = '\\';
	}
	*to++ = '"';
	*to = '\0';
	return out;
}

int main(int argc, char **argv)
{
	char *words[WORDS_MAX + 1], *word;
	int count = 0;

	if (argc < 3 || strcmp(argv[1], "-c") != 0) {
		fputs("sh: only -c\n", stderr);
		return 127;
	}
	for (char *rest = strdup(argv[2]); count < WORDS_MAX && (word = next_word(&rest));) {
		if (strcmp(word, "$@") != 0) {
			words[count++] = quoted(word);
			continue;
		}
		for (int i = 4; i < argc && count < WORDS_MAX; i++) {
			words[count++] = quoted(argv[i]);
		}
	}
	words[count] = NULL;
	if (count == 0) return 0;
	char *end = strrchr(words[0], '"');
	char *program = strdup(words[0] + 1);
	program[end - words[0] - 1] = '\0';
	/* _spawnvp() of Wine 8 did not find a program in a later folder of PATH. */
	char file[32768];
	if (SearchPathA(NULL, program, ".exe", sizeof(file), file, NULL) == 0) {
		fprintf(stderr, "sh: no program '%s'\n", program);
		return 127;
	}
	return (int)_spawnv(_P_WAIT, file, (const char *const *)words);
}
