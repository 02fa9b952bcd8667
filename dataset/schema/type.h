/*
 * type: names the types of Table Schema, and tests whether a cell is a value of its field's type.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_H
#define VV_DATASET_SCHEMA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/cell.h"
#include "dataset/schema/field.h"

/* Returns the name of a type in Table Schema, such as "integer"; a constant. */
const char *vv_type_name(vv_type t);
/* Sets *out to the type with this name. Returns false if no type has the name. */
bool vv_type_parse(vv_type *out, const char *name);

/* Returns true if a field of this type can have this format. */
bool vv_type_has_format(vv_type type, const char *format);

/* Returns true if the cell is missing: if it is absent, null, or a text in the missingValues of the
 * field. JSON literals are not missing. */
bool vv_field_missing(const vv_field *f, const vv_cell *cell);

/* Returns true if the cell is missing, or a value of the field's type in the field's spelling
 * (format, decimalChar and so on). Does not check constraints. A JSON literal must be of the
 * matching JSON type. Also returns true if memory runs out while JSON inside a cell is parsed, to
 * avoid false findings. */
bool vv_field_accepts(const vv_field *f, const vv_cell *cell);

/* Like vv_field_accepts, for a cell of NDJSON or a JSON array, where a text is a JSON string: "5"
 * is not an integer, "true" is not a boolean, "[]" is not an array. A string is read as another
 * type only if JSON cannot express the value (dates, NaN), or if the descriptor has a spelling
 * (decimalChar, groupChar, bareNumber, trueValues, falseValues). */
bool vv_field_accepts_json(const vv_field *f, const vv_cell *cell);

/* Returns true if, for a column of a row group with numbers, dates or datetimes in one spelling,
 * the few values that vv_group_encode reports (vv_group_values_fn) are enough to test all cells: if
 * these values are values of the field, so are all cells that are not empty. */
bool vv_field_known_by_few(const vv_field *f);
/* Returns true if vv_field_known_by_few does, and none of these cells can be one of the field's
 * missingValues. */
bool vv_field_all_by_few(const vv_field *f);

/* Returns true if the text s[0 .. len) is a value of the field's type. Does not examine
 * missingValues. */
bool vv_type_accepts_text(const vv_field *f, const char *s, size_t len);
/* A field of numbers in the default spelling of Table Schema. */
extern const vv_field vv_plain_number;
/* Returns true if the text is a number, NaN or INF in the default spelling of Table Schema. */
bool vv_type_is_number(const char *s, size_t len);

/* Finds a number in the field's spelling in s[0 .. len), and sets *at to its offset and *number_len
 * to its length. If bareNumber is false, other text, such as a currency or a unit, may be around
 * the number; else the whole text must be the number. Returns false if no number is found; NaN and
 * INF are not found. */
bool vv_type_find_number(const vv_field *f, const char *s, size_t len, size_t *at,
			 size_t *number_len);

#endif
