/*
 * text: appends text to a buf, escaped for terminals, wrapped or quoted; parses numbers; finds
 * similar words; splits lines.
 */
#ifndef VV_BASE_TEXT_H
#define VV_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/show.h"

/* Appends a code point as UTF-8. Appends U+FFFD if cp is a surrogate or above U+10FFFF. */
void vv_utf8_put(vv_buf *b, uint32_t cp);

/* Appends s, with U+FFFD in place of bytes that are not valid UTF-8. */
void vv_utf8_put_clean(vv_buf *b, const char *s, size_t len);

/* Appends s in a form that cannot control a terminal: control characters (C0, DEL, C1), invisible and
 * bidi characters and invalid UTF-8 become \n, \t, \xHH or \u{HEX}, and a backslash becomes \\. */
void vv_text_put_escaped(vv_buf *b, const char *s, size_t len);

/* Like vv_text_put_escaped, but does not escape backslashes. For sentences whose data is already
 * escaped, and for text that the user typed. Cuts the appended text to `width` columns, with an
 * ellipsis at the cut; 0: no limit. */
void vv_text_put_words(vv_buf *b, const char *s, size_t len, size_t width);

/* Returns the number of columns of the text that vv_text_put_words appends without a limit. */
size_t vv_text_words_width(const char *s, size_t len);

/* Appends s as vv_text_put_words does, and breaks it at blanks into lines of at most `width` columns
 * (0: no line breaks). A word longer than `width` gets a line of its own. The first line begins at
 * column `from`; the other lines begin with `indent` blanks. */
void vv_text_put_wrapped(vv_buf *b, const char *s, size_t len, size_t from, size_t indent,
			 size_t width);

/* Appends a word of a command that people may copy: unquoted if sh reads it as one word, else in
 * single quotes. A word that vv_text_put_escaped would escape is written as bash's $'...',
 * with such bytes as \xHH; a backslash alone needs no escape. */
void vv_text_put_word(vv_buf *b, const char *word);
/* Appends each of the words after a blank. */
void vv_text_put_argv(vv_buf *b, int argc, char *const *argv);
/* Returns what vv_text_put_word appends, in a rotating buffer (base/show.h). A longer word is shown
 * as vv_text_shows does. */
const char *vv_text_word(const char *word);

/* Appends s in single quotes, so that sh reads any s as one word. */
void vv_text_put_quoted(vv_buf *b, const char *s, size_t len);

/* Appends url without its secrets, as vv_text_url does, but neither escaped nor cut. */
void vv_text_put_url(vv_buf *b, const char *url);
/* Appends text that may contain URLs, such as a message of another program; each URL is written as
 * vv_text_put_url writes it. */
void vv_text_put_urls(vv_buf *b, const char *s, size_t len);
/* Appends url without the secret part that vv_url_secret finds, but with all its parameters. For the
 * command line of a program. */
void vv_text_put_bare_url(vv_buf *b, const char *url);

/* Like vv_text_put_escaped, but cuts the result to at most `width` terminal columns, with an
 * ellipsis at the cut. */
void vv_text_put_cut(vv_buf *b, const char *s, size_t len, size_t width);

/* Appends the words of `more`, an array that ends with NULL, to list, an array of *n words such as
 * a program's arguments, and increases *n. Ends list with a NULL. list must have room for the words
 * and the NULL. */
void vv_words_add_list(const char **list, size_t *n, const char *const *more);
#define vv_words_add(list, n, ...)                                                                 \
	vv_words_add_list(list, n, (const char *const[]){__VA_ARGS__, NULL})

/* Parses a decimal number without sign. On any other text, or on overflow, returns false and leaves *out
 * unchanged. */
bool vv_parse_u64(uint64_t *out, const char *s, size_t len);

/* Like vv_parse_u64, but accepts a suffix k, m or g, in either case, which multiplies by 2^10, 2^20
 * or 2^30. */
bool vv_parse_bytes(uint64_t *out, const char *s, size_t len);

/* A list of borrowed strings, for example the values of an option given several times. */
typedef struct vv_strings {
	const char **items;
	size_t count;
} vv_strings;

/* Iterates over the words of a text such as "csv|tsv|json": sets *word and *len to the next word,
 * borrowed, and moves *choices past it. Returns false after the last word. */
bool vv_choice_next(const char **choices, const char **word, size_t *len);
/* Returns true if word is one of the choices, a text such as "csv|tsv|json". */
bool vv_choices_have(const char *choices, const char *word);
/* Returns true if text is one of the count texts of list. */
bool vv_text_is_among(const char *text, const char *const *list, size_t count);
/* Converts a char ** to const char *const *, which C does not do implicitly. */
#define VV_TEXTS(list) ((const char *const *)(list))
/* Appends names as vv_text_name (base/show.h) shows them, separated by ", ". */
void vv_text_put_names(vv_buf *b, char *const *names, size_t count);
/* Returns true if s, a text of len bytes, is one of the texts of list, which ends with NULL. list may be
 * NULL. */
bool vv_texts_have(const char *const *list, const char *s, size_t len);
/* Returns the number of texts in list, which ends with NULL. list may be NULL. */
size_t vv_texts_count(const char *const *list);
/* Returns true if two lists of texts, each ended by NULL, are equal. */
bool vv_texts_equal(const char *const *a, const char *const *b);

/* Appends choices such as "csv|tsv|json" for people: "csv, tsv or json". */
void vv_choices_put(vv_buf *out, const char *choices);

/* Returns true if s contains the text `words`, without regard to the case of ASCII letters. words must
 * be in lower case. */
bool vv_text_has(const char *s, size_t len, const char *words, size_t words_len);

/* Returns the number of typing errors between two words. Returns max + 1 if the number is greater than
 * max, or if a word is longer than 127 bytes. An error is a letter added, removed or replaced, or two
 * neighbouring letters exchanged. Upper and lower case count as equal; so do '-', '_' and ' '. */
unsigned vv_text_distance(const char *a, const char *b, unsigned max);

/* The search for the candidate that a mistyped word most likely means, for example a command, an
 * option or a column. A candidate is near if it begins with the word, which must then have at least
 * three letters, or if it differs from the word by few errors (vv_text_distance). The allowed number of
 * errors depends on the longer of the two: one error for three to five letters, two for six to nine,
 * three for more. If the longer one has only two letters, the two letters may only be exchanged. */
typedef struct vv_nearest {
	const char *word;
	const char *best;  /* borrowed from the caller; NULL: no near candidate so far */
	unsigned distance; /* errors between word and best; 3 if best only begins with word */
} vv_nearest;
/* Starts a search. word is borrowed as long as the result is used. */
vv_nearest vv_nearest_to(const char *word);
/* Compares a candidate with n->word. Returns true if the candidate becomes n->best. Among equally
 * near candidates, one with the same first letter as the word is preferred, then the one that was
 * tried first. */
bool vv_nearest_try(vv_nearest *n, const char *candidate);

/* Returns true if a and b are both NULL, or are equal texts. */
bool vv_text_same(const char *a, const char *b);

/* Frees *at, and sets it to a copy of text, or to NULL if text is NULL. *at is NULL or was allocated with
 * vv_malloc; text must not be part of it. VV_ENOMEM: *at is NULL then. */
vv_status vv_text_set(char **at, const char *text, vv_error *err);

/* Checks that a text begins with mark, such as "varve store 1\n". A mark ends with "1\n". VV_ENOSUPPORT:
 * the text begins with this mark, but with another number; the message says that a newer varve wrote
 * `what`. VV_ECORRUPT: the text has a different beginning; err is then not set. */
vv_status vv_text_check_mark(const char *text, const char *mark, const char *what, vv_error *err);

/* A line of a text, without its line end. Iterate with: for (vv_line l = {.rest = text};
 * vv_line_next(&l);) */
typedef struct vv_line {
	const char *text; /* not followed by a NUL */
	size_t len;
	const char *rest; /* the text after this line, ended by a NUL */
} vv_line;
bool vv_line_next(vv_line *l); /* sets *l to the next line; false: no line follows */

/* Returns the line that begins at *at, replaces its newline with a NUL, and moves *at past it.
 * NULL: no newline follows. */
char *vv_text_cut_line(char **at);

#endif
