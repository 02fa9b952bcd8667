/*
 * schema.h: the members of a column's descriptor in a Table Schema that varve_column does not have.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/* The i-th descriptor's constraints.enum as texts, ended by NULL, of which *count is the number; NULL: it has none, one of
 * its values is not a text, or memory ran out. The caller frees the array and each text. schema is compact JSON of libvarve,
 * and valid. */
char **schema_enum(const char *schema, size_t i, size_t *count);

/* The i-th descriptor's delimiter, or ","; the caller frees it. NULL: memory ran out. */
char *schema_delimiter(const char *schema, size_t i);

#endif
