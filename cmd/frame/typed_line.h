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
#include "cmd/frame/typed.h"

void vv_typed_read(vv_typed *t, int argc, char **argv);
/* Sets the file, if no word names one. */
void vv_typed_set_file(vv_typed *t, const char *file);

/* Is argv[i], which ends with NULL, about the order from the greatest to the least: "-r", "--ascending=False"? */
bool vv_typed_is_descending(char **argv, int i);
/* Is it such an option with its value: "--ascending", "True"? */
bool vv_typed_is_direction(const char *option, const char *value);

/* Appends the pattern with words in place of its placeholders, and returns true if each of them had one:
 *
 *   FILE                 file; VERSION:FILE for the commands that read versions
 *   MORE VALUE PREVIOUS MERGING  the members
 *   COUNT NUMBER START   the members; COUNT is 10, and START 0 without one
 *   xlsx                 format
 *   TABLE                the file's name in SQL
 *   COLUMN TEXT ROWKEY   the first of `words`
 *   SORTED               likewise, after a '-' if `descends`
 *   AGGREGATE            "sum price" as sum(price), also of "kind sum price" and "min,max price"
 *   KIND LATER           "kind" there; the second of two words
 *   CHANGED STAGED       the members
 *   UNCHANGED            the file, if there is one, where neither of them has files and no version is typed
 *   CRITERION SUMMED     a column and the condition on its cells, as in SUMIF; the column after them
 *   CONDITION            a condition: one of `words`, or several that make one
 *   CONTAINS MATCHES     conditions that a column contains a text, that a part of it matches a pattern
 *   VERSION              version, else the first of `words`, else HEAD
 *   REV                  version, where one was typed
 *   FIRST SECOND         of "v1..v2", or "v1 v2"
 *   NEWER                the columns to_A, to_B of a function of differences
 *   RULE                 `value`, or words, that a rule may be, for printf in quotes
 *   DEFAULTED            for awk: the delimiter and the value of an added column
 *   A,B                  all of `words`
 *   BEGIN LENGTH         of "slice -s 2 -e 4": 2, and how many rows these are
 *   EXPRESSED            "ratio = price / 2" as price / 2 AS ratio
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
 *   GIVEN COL=VALUE      the condition after "where", else true; words such as price=9.99 before it
 *   not(VALUE)           the opposite of the condition `value`
 *   COMPUTED FILLED      for awk: a column that is computed, "price=price*2"; one whose empty cells get a value
 *   [REVS]               the versions and ranges; nothing if there are none
 *   ARGS OPTIONS         all words; all but the file
 *   [FILE]               the file, if there is one
 *
 * Words are quoted for a shell. In patterns of varve, words in quotes are statements and conditions: names of columns
 * and tables get the quotes that they need, and then the word those of the shell. A placeholder without a word
 * remains, and so does one in a script of awk or sed whose word does not fit there. ROWKEY is the value of --row, if it
 * was typed, and `count` without `words`. */
bool vv_typed_put(vv_buf *line, const char *pattern, const vv_typed *t);

/* Appends the words, each after a blank, with `with` in place of `part`, which is one of them or the end of
 * one. */
void vv_typed_put_with(vv_buf *line, int argc, char **argv, const char *part, const char *with);

/* Each row once, also one that has line ends within quotes. */
#define VV_TYPED_ONCE                                                                              \
	"awk '{r = r $0 ORS; gsub(/[^\"]/, \"\"); q = q $0} q ~ /^(\"\")*$/ {if (!seen[r]++) "     \
	"printf \"%s\", r; r = q = \"\"} END {printf \"%s\", r}'"
#define VV_TYPED_DISTINCT_OUT "varve cat FILE | " VV_TYPED_ONCE " > OUT.new && mv OUT.new OUT"
#define VV_TYPED_DISTINCT VV_TYPED_ONCE " FILE > FILE.new && mv FILE.new FILE"
/* Patterns that several programs use. */
#define VV_TYPED_HOOK                                                                              \
	"printf '#!/bin/sh\\nexec varve check --cached\\n' >> .git/hooks/pre-commit && chmod +x "  \
	".git/hooks/pre-commit"
#define VV_TYPED_DROP_COLUMN "varve cat FILE --columns=-A,B -o FILE"
#define VV_TYPED_ADD_COLUMN                                                                        \
	"awk -F'\"' '{n += NF - 1} NF && n % 2 == 0 {sub(/\\r?$/, (h++ ? DEFAULTED : "             \
	"\"DELIMITER\" \"COLUMN\") \"&\")} 1' FILE > FILE.new && mv FILE.new FILE"

#endif
