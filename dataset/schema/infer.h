/*
 * infer: infers the narrowest type that fits all values of a column.
 *
 * A correct caller: vv_infer_init; set json if the table is in JSON; vv_infer_cells for all cells
 * of the column, in one or several calls; vv_infer_type_named. Several threads can infer from
 * different cells of a column, each with its own vv_infer; vv_infer_merge combines these.
 *
 * Inference is strict: "007" is a string; "1,5" is a string unless the caller sets decimalChar (see
 * vv_infer_type); "02/03/2024" is always a string. Inferred types: integer, number, boolean (not 0
 * and 1), date, datetime, time, and year if the column's name has a word for year. JSON literals
 * can also be inferred as array or object.
 */
#ifndef VV_DATASET_SCHEMA_INFER_H
#define VV_DATASET_SCHEMA_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/format/cell.h"
#include "dataset/schema/field.h"

/* The state of inference for one column.
 *
 * In CSV, some texts are usual spellings of a missing value (VV_INFER_MISSING). They do not exclude
 * any type, but the field then needs them in its missingValues.
 *
 * The accepted spellings of each type (vv_field_accepts accepts all of them, and more):
 *   integer  -?(0|[1-9][0-9]*) that fits into 64 bits (a longer number is usually a code)
 *   number   an integer part of up to 18 digits, or a fraction .[0-9]+, or both; optionally an
 *            exponent, which must have a sign, or follow a fraction ("1e5" is a code); inf, -inf
 *   boolean  true True TRUE false False FALSE
 *   date     YYYY-MM-DD, a day of the calendar, years 0001 to 9999
 *   datetime one of:
 *            - such a date, T, HH:MM:SS, optionally a fraction, optionally Z or +HH:MM
 *            - with a format: such a date, a space, HH:MM:SS; then, in all values or in no value,
 *              .[0-9]{1,6}; then, in all values or in no value, +HH:MM
 *            - with a format: such a date, a space or T, HH:MM; then, in all values or in no
 *              value, +HH:MM
 *   time     HH:MM:SS
 *   year     1000 to 2999
 *
 * In a JSON table, a text is inferred as string, date, datetime, time or year only. */
typedef struct vv_infer {
	uint32_t possible; /* the types that fit all values so far, as a bit set */
	bool json;         /* the cells come from NDJSON or a JSON array; set after init */
	bool any_value;    /* a value was seen: not empty, absent, null or in VV_INFER_MISSING */
	bool maybe_comma;  /* all values so far that are not missing can be read as 1.234,56 */
	bool maybe_point;  /* all values so far that are not missing can be read as 1,234.56 */
	uint64_t values,   /* number of values */
		/* if maybe_comma: number of values whose comma must be a decimal comma, since it
		 * cannot separate groups of three digits */
		commas,
		/* if maybe_comma: number of values whose comma can be either, as in 1,234 */
		thousands;
	/* if maybe_comma: a value has a decimal comma, and cannot be a list of numbers ("2,4") */
	bool sure_comma;
	/* if maybe_point: the number of values with a fraction */
	uint64_t points;
	/* if maybe_point: a value has a fraction and groups of digits */
	bool sure_point;
	/* bit sets of the marks seen between groups of three digits: */
	uint8_t comma_groups, /* if maybe_comma */
		point_groups; /* if maybe_point */
	uint16_t missing;     /* the texts of VV_INFER_MISSING that were seen, as a bit set */
} vv_infer;

#define VV_INFER_MISSING_COUNT 12u /* number of elements of VV_INFER_MISSING */
/* Usual spellings of a missing value, such as "NA". */
extern const char *const VV_INFER_MISSING[VV_INFER_MISSING_COUNT];
/* Returns 1 << n if the cell's text is VV_INFER_MISSING[n], or 0 if it is none of them. */
uint16_t vv_infer_missing(const vv_cell *cell);

/* Sets i to the state before the first cell. */
void vv_infer_init(vv_infer *i);
/* Reads count further cells of the column. Ignores them once they can no longer change the
 * result. */
void vv_infer_cells(vv_infer *i, const vv_cell *cells, size_t count);
/* Like vv_infer_cells, for cells[0], cells[stride], ... */
void vv_infer_column(vv_infer *i, const vv_cell *cells, size_t count, size_t stride);
/* Changes *into to the state after its own cells and those of *other. */
void vv_infer_merge(vv_infer *into, const vv_infer *other);
/* Returns the inferred type, which is never year; any if no values were read, or JSON values of
 * several types. Sets *offer_comma to true if the type is string, but all values are numbers with
 * decimalChar ",", and enough of them have a decimal comma; else to false. offer_comma may be
 * NULL. */
vv_type vv_infer_type(const vv_infer *i, bool *offer_comma);
/* Returns year if all values are years and the column's name has a word for year (year, yr, annee,
 * jahr, anno, ano, jaar ...); else the result of vv_infer_type. */
vv_type vv_infer_type_named(const vv_infer *i, const char *name, size_t name_len,
			    bool *offer_comma);

/* How certain the decimal mark and the group mark of a column's numbers are. */
typedef enum vv_marks_known {
	VV_MARKS_NONE,    /* the numbers have no marks, or some values are not numbers */
	VV_MARKS_CERTAIN, /* the marks are certain */
	/* the marks are likely, but the values can also be lists of numbers, or texts */
	VV_MARKS_LIKELY,
	VV_MARKS_UNCLEAR /* a mark can be a decimal or a group mark, as in 1.000 or 1,000 */
} vv_marks_known;

/* The marks of a column's numbers; constants. */
typedef struct vv_number_marks {
	const char *decimal; /* "," or "."; NULL: no value has a fraction */
	/* the mark between groups of three digits; NULL: no value has groups */
	const char *group;
} vv_number_marks;

/* Sets *out to the marks of the column's numbers, and returns how certain they are. in_commas: the
 * table's delimiter is a comma, so that a value like "2,4" can be a list; with another delimiter,
 * it is a number. */
vv_marks_known vv_infer_marks(vv_number_marks *out, const vv_infer *i, bool in_commas);

/* Returns the format of the inferred datetime; NULL: the default format, or the type is not
 * datetime. */
const char *vv_infer_format(const vv_infer *i);

#endif
