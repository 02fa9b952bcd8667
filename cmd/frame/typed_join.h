/*
 * typed_join: the columns of files whose names were typed, and the condition that joins two of them.
 */
#ifndef VV_CMD_FRAME_TYPED_JOIN_H
#define VV_CMD_FRAME_TYPED_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"

/* Opens the file for reading, in the bytes that it has, by its name in UTF-8; NULL: it cannot be read, or is not a
 * regular file. */
FILE *vv_typed_open(const char *file);
/* Is it a name that needs no quotes in SQL and in the shell? */
bool vv_typed_is_name(const char *name, size_t len);
/* Returns the usual delimiter that the file's first line has most often, *count times; '\0': it has no line. */
char vv_typed_delimiter(const char *file, size_t *count);
/* Splits a line of the file in place, and takes the quotes around cells away. Returns the number of cells; 0: one does
 * not end in the line. */
size_t vv_typed_split(char *line, char mark, char **out, size_t most);
/* Appends the name of a column or table for a statement or a condition, in double quotes where it needs them. */
void vv_typed_put_name(vv_buf *line, const char *name);
/* Returns the next of the names, which are separated by commas, and moves *names behind it. Returns NULL at the end. The
 * caller frees it with vv_free. */
char *vv_typed_next_name(const char **names);
/* Adds the names of the file's columns, from its first line or, in JSON, its first object; adds none if it begins otherwise. */
void vv_typed_columns(vv_string_list *out, const char *file);

/* Appends "USING (...)" or "ON ..." of the column, if it is not NULL, else of the names that both files have, else
 * of the id column of one, and returns the text. Returns NULL if they share no column. */
const char *vv_typed_join(vv_buf *room, const char *file, const char *more, const char *column);

#endif
