/*
 * type: names the types of Table Schema, and tests whether a cell is a value of its field's type.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_H
#define VV_DATASET_SCHEMA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/cell.h"
#include "dataset/schema/field.h"

const char *vv_type_name(vv_type t);
bool vv_type_parse(vv_type *out, const char *name);

/* Returns true if a field of this type can have this format. */
bool vv_type_has_format(vv_type type, const char *format);

/* Returns true if the cell counts as missing for the field: if it is absent or null, or a text in
 * missingValues. JSON literals are not missing. */
bool vv_field_missing(const vv_field *f, const vv_cell *cell);

/* Returns true if the cell is missing, or a value of the field's type. Formats and number properties are
 * applied, constraints are not. A JSON literal must be of the matching JSON type. If there is too little
 * memory to parse JSON inside a cell, returns true, to avoid false findings. */
bool vv_field_accepts(const vv_field *f, const vv_cell *cell);

/* Like vv_field_accepts, for a cell of a table in JSON. In JSON, a text is a string: "5" is not an
 * integer, "true" is not a boolean, "[]" is not an array. A string is read as another type only if JSON
 * cannot express the value (dates, NaN), or if the descriptor has a spelling (decimalChar, groupChar,
 * bareNumber, trueValues, falseValues). */
bool vv_field_accepts_json(const vv_field *f, const vv_cell *cell);

/* Returns true if a few samples are enough to test all cells of a row group that are numbers, dates or
 * datetimes in one spelling (vv_group_encode reports such samples): if the samples are values of the
 * field, so are all these cells, except empty ones. */
bool vv_field_known_by_few(const vv_field *f);
/* Returns true if vv_field_known_by_few does, and if none of these cells can be one of missingValues. */
bool vv_field_all_by_few(const vv_field *f);

/* Returns true if the text is a value of the field's type. Does not examine missingValues. */
bool vv_type_accepts_text(const vv_field *f, const char *s, size_t len);
/* Returns true if the text is a number, NaN or INF in the default spelling of Table Schema. */
bool vv_type_is_number(const char *s, size_t len);

/* Finds a number in the field's spelling within a text that may also have a currency or a unit. Sets its
 * offset and length. Returns false if there is no number; NaN and INF are not found. */
bool vv_type_find_number(const vv_field *f, const char *s, size_t len, size_t *at,
			 size_t *number_len);

#endif
