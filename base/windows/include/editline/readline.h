/*
 * readline: lines typed at the console, which edits them itself and recalls those of this run with the arrow keys. It
 * completes nothing, and no file keeps the lines.
 */
#ifndef VV_BASE_WINDOWS_READLINE_H
#define VV_BASE_WINDOWS_READLINE_H

#include <stddef.h>

#define rl_line_buffer ""

/* A new text without its line feed, which the caller frees; NULL: the end, or Ctrl-C. */
char *readline(const char *prompt);

typedef char *vv_windows_match(const char *word, int again);
static const char *rl_readline_name, *rl_completer_word_break_characters;
static char **(*rl_attempted_completion_function)(const char *word, int start, int end);
static int rl_attempted_completion_over;

static inline char **rl_completion_matches(const char *word, vv_windows_match *match)
{
	(void)word;
	(void)match;
	(void)rl_readline_name;
	(void)rl_completer_word_break_characters;
	(void)rl_attempted_completion_function;
	(void)rl_attempted_completion_over;
	return NULL;
}

static inline void using_history(void)
{
}

static inline void stifle_history(int max)
{
	(void)max;
}

static inline int read_history(const char *file)
{
	(void)file;
	return 0;
}

static inline int write_history(const char *file)
{
	(void)file;
	return 0;
}

static inline int add_history(const char *line)
{
	(void)line;
	return 0;
}

#endif
