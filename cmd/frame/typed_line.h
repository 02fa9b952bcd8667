/*
 * typed_line: fills a template of a command line with the words that the user typed, for hints that
 * can be pasted:
 *
 *   vv_typed_read(&t, argc, argv);
 *   vv_typed_put(&line, "varve cat FILE --limit COUNT", &t);
 */
#ifndef VV_CMD_FRAME_TYPED_LINE_H
#define VV_CMD_FRAME_TYPED_LINE_H

#include "base/buf.h"

/* The words after a command's name, borrowed. A member without a word is NULL. */
typedef struct vv_typed {
	const char *file, *more; /* the first word that is a file, and the next one */
	/* the first that is neither a file, an option nor a number, and the next one */
	const char *other, *next;
	const char *row;   /* the value of --row */
	const char *count; /* a number: "5" of -n 5, of -5, or alone */
	const char *format;
	const char *value; /* the value of an option that the command lacks; set by the caller */
	int argc;
	char **argv;
} vv_typed;
void vv_typed_read(vv_typed *t, int argc, char **argv);

/* Appends the pattern with words in place of its placeholders:
 *
 *   FILE MORE VALUE      the members
 *   COUNT                the member; 10 without one
 *   xlsx                 format
 *   TABLE                the file's name in SQL
 *   COLUMN CONDITION     other
 *   TEXT ROWKEY          other
 *   VERSION              other; HEAD without one
 *   A,B                  other and, if it was typed, next
 *   NEW                  other, if it is the only one
 *   OLD NEW              other and next
 *   KEY COL=VALUE        the key of a row, also of "where id=7" or `value`, and words such as price=9.99
 *   NEWKEY COL=VALUE     likewise, of a row to be added
 *   not(VALUE)           the opposite of the condition `value`
 *   ARGS OPTIONS         all words; all but the file
 *   [FILE]               the file, if there is one
 *
 * Words are quoted for a shell. A placeholder without a word remains, and so does one inside quotes whose
 * word does not fit there. ROWKEY is the value of --row, if it was typed, and `count` without `other`. */
void vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t);

#endif
