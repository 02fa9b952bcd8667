/*
 * typed_line: fills a template of a command line with the words that the user typed, for hints that
 * can be pasted:
 *
 *   vv_typed_read(&t, argc, argv);
 *   vv_typed_put(&line, "varve cat FILE --limit COUNT", &t);
 */
#ifndef VV_CMD_FRAME_TYPED_LINE_H
#define VV_CMD_FRAME_TYPED_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/file.h"

enum { VV_TYPED_WORDS = 16 };

/* The words after a command's name, borrowed. A member without a word is NULL. */
typedef struct vv_typed {
	const char *file, *more; /* the first word that names a file, and the next one */
	const char *
		version; /* of the file: a word that names a version, "v1" in v1:FILE, in FILE@v1 */
	/* the words that are neither a file, a version, an option, a number nor a filler such as "by" */
	const char *words[VV_TYPED_WORDS];
	size_t word_count;
	const char *row;   /* the value of --row */
	const char *count; /* a number: "5" of -n 5, of -5, or alone */
	const char *start; /* the number before it */
	const char *format;
	const char *out;   /* the value of -o */
	const char *value; /* the value of an option that the command lacks; set by the caller */
	/* names of files with edits that are not staged, and that are; set by the caller, may be NULL */
	const vv_string_list *changed, *staged;
	const char *previous; /* the commit before the file's last change; likewise */
	bool descends;        /* "desc", -r */
	bool names_more;      /* there were more words than in `words` */
	int argc;
	char **argv;
	const char *file_word;                 /* the one of argv that `file` is from */
	char file_room[256], version_room[64]; /* where they are parts of a word, or made of one */
} vv_typed;
void vv_typed_read(vv_typed *t, int argc, char **argv);

/* Returns the table whose name is the word and an ending: "prices.csv" of "prices"; NULL: there is none. The
 * caller frees it with vv_free. */
char *vv_typed_long_name(const char *word);

/* Appends the pattern with words in place of its placeholders, and returns true if each of them had one:
 *
 *   FILE                 file; VERSION:FILE for the commands that read versions
 *   MORE VALUE PREVIOUS  the members
 *   COUNT NUMBER START   the members; COUNT is 10, and START 0 without one
 *   xlsx                 format
 *   TABLE                the file's name in SQL
 *   COLUMN TEXT ROWKEY   the first of `words`
 *   SORTED               likewise, after a '-' if `descends`
 *   AGGREGATE            "sum price" as sum(price), also of "kind sum price"
 *   KIND LATER           "kind" there; the second of two words
 *   CHANGED STAGED       the members
 *   CONDITION            a condition: one of `words`, or several that make one
 *   CONTAINS MATCHES     conditions that a column contains a text, that a part of it matches a pattern
 *   VERSION              version, else the first of `words`, else HEAD
 *   A,B                  all of `words`
 *   NEW                  the first of `words`, if it is the only one
 *   OUT                  out, else NEW
 *   OUT.xlsx             out, else the file's name with this ending
 *   JOINED               the condition of a join of file, called a, and more, called b
 *   DELIMITER            the one of the file's first line
 *   QUERY                the first of `words`, if it is a statement of SQL
 *   THIS THAT            the two of `words`, for sed
 *   CELLS                the only one of `words`, if it has as many commas as the file's first line
 *   OLD NEW              the first two of `words`
 *   KEY COL=VALUE        the key of a row, also of "where id=7" or `value`, and words such as price=9.99
 *   NEWKEY COL=VALUE     likewise, of a row to be added
 *   not(VALUE)           the opposite of the condition `value`
 *   ARGS OPTIONS         all words; all but the file
 *   [FILE]               the file, if there is one
 *
 * Words are quoted for a shell. A placeholder without a word remains, and so does one inside quotes whose
 * word does not fit there. ROWKEY is the value of --row, if it was typed, and `count` without `words`. */
bool vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t);

/* Appends the words, each after a blank, with `with` in place of `part`, which is one of them or the end of
 * one. */
void vv_typed_put_with(vv_buf *line, int argc, char **argv, const char *part, const char *with);

/* Patterns that several programs use. */
#define VV_TYPED_DROP_COLUMN "varve cat FILE --columns=-A,B -o FILE"
#define VV_TYPED_ADD_COLUMN                                                                        \
	"awk -F'\"' '{n += NF - 1} NF && n % 2 == 0 {sub(/\\r?$/, (h++ ? \"DELIMITER\" : "         \
	"\"DELIMITER\" \"COLUMN\") \"&\")} 1' FILE > FILE.new && mv FILE.new FILE"

/* "cat --where price>3": has a shell made the file "3" of an unquoted comparison? If `column` is a
 * plain name, and standard output a file with such a name, appends the condition, `column` > 3, and returns true. */
bool vv_typed_redirected(vv_buf *room, const char *column);

#endif
