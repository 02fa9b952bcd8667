/*
 * text: appending text to a buf, escaped for terminals, wrapped, quoted; similar words.
 */
#ifndef VV_BASE_TEXT_H
#define VV_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/show.h"

/* Appends one code point. */
void vv_utf8_put(vv_buf *b, uint32_t cp);

/* Appends s with invalid bytes replaced by U+FFFD. */
void vv_utf8_put_clean(vv_buf *b, const char *s, size_t len);

/* Appends s so that no terminal can be driven by it: C0, DEL, C1, bidi marks
 * and invalid UTF-8 come out as \n, \t, \xHH or \u{HEX}; a backslash as \\. */
void vv_text_put_escaped(vv_buf *b, const char *s, size_t len);

/* For sentences in which data is escaped already, and for text to be shown as the user typed it: as
 * above, but backslashes are not escaped. Cut to width columns when that is not 0. */
void vv_text_put_words(vv_buf *b, const char *s, size_t len, size_t width);

/* The number of columns that an escaped text takes: a backslash takes one. */
size_t vv_text_words_width(const char *s, size_t len);

/* Appends words as vv_text_put_words does, and breaks lines at blanks so that none takes more than
 * `width` columns (0: nothing is broken; a longer word is in a line of its own). The first line
 * begins at column `from`, the others with `indent` blanks. */
void vv_text_put_wrapped(vv_buf *b, const char *s, size_t len, size_t from, size_t indent,
			 size_t width);

/* A word of a command that people may copy: between double quotes if a shell would split it, control
 * characters escaped. */
void vv_text_put_word(vv_buf *b, const char *word);

/* Between single quotes, so that sh takes it as one word whatever is in it. */
void vv_text_put_quoted(vv_buf *b, const char *s, size_t len);

/* A URL as it may be shown (vv_text_url), neither escaped nor cut. */
void vv_text_put_url(vv_buf *b, const char *url);
/* Text with URLs, such as a message of another program: each URL as it may be shown. */
void vv_text_put_urls(vv_buf *b, const char *s, size_t len);
/* A URL without what vv_url_secret finds: as a program may have it on its command line. */
void vv_text_put_bare_url(vv_buf *b, const char *url);

/* As vv_text_put_escaped, cut to at most width terminal columns, with an ellipsis at the cut. */
void vv_text_put_cut(vv_buf *b, const char *s, size_t len, size_t width);

/* Strict decimal without sign; false on anything else or overflow. */
bool vv_parse_u64(uint64_t *out, const char *s, size_t len);

/* The same with k, m or g (of either case) behind it: times 2^10, 2^20 or 2^30. */
bool vv_parse_bytes(uint64_t *out, const char *s, size_t len);

/* A list of borrowed strings, for example the values of an option given several times. */
typedef struct vv_strings {
	const char **items;
	size_t count;
} vv_strings;

/* The members of "csv|tsv|json" one by one; false after the last. *choices moves on. */
bool vv_choice_next(const char **choices, const char **word, size_t *len);
bool vv_choices_have(const char *choices, const char *word);
/* Is the text in the list? */
bool vv_text_is_among(const char *text, const char *const *list, size_t count);
#define VV_TEXTS(list) ((const char *const *)(list)) /* for char **, which C does not convert */
/* Appends names as vv_text_name (base/show.h) shows them, separated by ", ". */
void vv_text_put_names(vv_buf *b, char *const *names, size_t count);
/* Are two lists of texts, each ended by NULL, equal? */
bool vv_texts_equal(const char *const *a, const char *const *b);

/* Appends "csv, tsv or json". */
void vv_choices_put(vv_buf *out, const char *choices);

/* Does the text have the words, which are in small letters, in small or capital letters of ASCII? */
bool vv_text_has(const char *s, size_t len, const char *words, size_t words_len);

/* The number of typing errors between two words, at most max (else max + 1). An error is a letter added,
 * removed or replaced, or two neighbouring letters exchanged. Upper and lower case count as equal, and
 * so do '-', '_' and ' '. */
unsigned vv_text_distance(const char *a, const char *b, unsigned max);

/* The candidate that a mistyped word most likely means: a command, an option, a column, a ref, a rule. A
 * candidate may differ by one error from a word of three to five letters, by two up to nine letters, by
 * three from longer words; from a word of two letters only by their exchange. A candidate that begins
 * with the word is near, too. */
typedef struct vv_nearest {
	const char *word;
	const char *best; /* borrowed from the caller; NULL: nothing is near */
	unsigned distance;
} vv_nearest;
void vv_nearest_init(vv_nearest *n, const char *word);
/* Returns true if candidate becomes the best. Among equally near ones one with the same first
 * letter wins, then the first. */
bool vv_nearest_try(vv_nearest *n, const char *candidate);

/* Are both NULL, or the same text? */
bool vv_text_same(const char *a, const char *b);

/* Checks that a text begins with mark, "varve store 1\n". VV_ENOSUPPORT: the number differs; err reports that a newer varve
 * wrote `what`. VV_ECORRUPT: a different beginning; err is not set. */
vv_status vv_text_check_mark(const char *text, const char *mark, const char *what, vv_error *err);

/* The lines of a text, without their ends: for (vv_line l = {.rest = text}; vv_line_next(&l);) */
typedef struct vv_line {
	const char *text; /* no NUL follows it */
	size_t len;
	const char *rest; /* after it; NUL-ended */
} vv_line;
bool vv_line_next(vv_line *l); /* false at the end */

/* Returns the line at *at with NUL in place of its newline, and moves *at after it. NULL: no newline
 * follows. */
char *vv_text_cut_line(char **at);

#endif
