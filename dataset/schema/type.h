/*
 * type: the types of Table Schema, and whether a cell is a value of its field's type.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_H
#define VV_DATASET_SCHEMA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/cell.h"
#include "dataset/schema/field.h"

const char *vv_type_name(vv_type t);
bool vv_type_parse(vv_type *out, const char *name);

/* Is format one that fields of the type can have? */
bool vv_type_has_format(vv_type type, const char *format);

/* Does the cell count as missing for the field? Absent and null cells do, and texts
 * that missingValues names; JSON literals never. */
bool vv_field_missing(const vv_field *f, const vv_cell *cell);

/* Is the cell's value of the field's type (missing values are)? Formats and number properties
 * respected; ignores constraints. A JSON literal must be of the matching JSON type. A cell that
 * there is too little memory to parse (JSON inside a cell) counts as accepted, to avoid false
 * findings. */
bool vv_field_accepts(const vv_field *f, const vv_cell *cell);

/* The same for a table in JSON, in which a text is a JSON string: "5" is not an integer,
 * "true" no boolean, "[]" no array. A string is read by its spelling only where JSON
 * has no type of its own (dates, NaN) or the descriptor spells values its own way
 * (decimalChar, groupChar, bareNumber, trueValues, falseValues). */
bool vv_field_accepts_json(const vv_field *f, const vv_cell *cell);

/* Are numbers, dates or datetimes that a row group spells in one way values of the field if the few samples
 * of vv_group_encode are? Does not concern empty ones. */
bool vv_field_known_by_few(const vv_field *f);
/* The same, and none of them can be one of the texts that mean a missing value. */
bool vv_field_all_by_few(const vv_field *f);

/* The texts alone, without a look at missing values. */
bool vv_type_accepts_text(const vv_field *f, const char *s, size_t len);
/* A decimal number as Table Schema spells it by default, NaN and INF included. */
bool vv_type_is_number(const char *s, size_t len);

/* Where a number in the field's spelling is in the text, currency and unit apart:
 * false when there is none. NaN and INF are not looked for. */
bool vv_type_find_number(const vv_field *f, const char *s, size_t len, size_t *at,
			 size_t *number_len);

#endif
