/*
 * infer: infers the narrowest type of all values of a column.
 *
 * A correct caller: vv_infer_init, json set if the table is in JSON, vv_infer_cells for each run of the column's cells,
 * vv_infer_type_named.
 *
 * Narrow on purpose: "007" is a string, "1,5" one until the caller decides, "02/03/2024" is never guessed. Inferred types:
 * integer, number, boolean (true/false in the four spellings of Table Schema, not 0/1), date (YYYY-MM-DD), datetime (ISO 8601
 * with T and Z or offset, or none; or all with a space, or without seconds, which are formats of their own), time, year only
 * if the header is year; from JSON literals integer, number, boolean, array, object. Mergeable, so that threads can read
 * different groups.
 */
#ifndef VV_DATASET_SCHEMA_INFER_H
#define VV_DATASET_SCHEMA_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/format/cell.h"
#include "dataset/schema/field.h"

/* Beside the values of a type, a text of CSV may be one of VV_INFER_MISSING, by which other programs write a missing value:
 * they exclude no type, but a type then needs them as missingValues.
 *
 * The spellings, all of which vv_field_accepts takes for the type:
 *   integer  -?(0|[1-9][0-9]*) that fits into 64 bits (longer ones are names of things)
 *   number   an integer part of up to 18 digits, perhaps .[0-9]+, which may be alone, perhaps an exponent,
 *            which needs a sign of its own or a fraction before it ("1e5" is a code); inf, -inf
 *   boolean  true True TRUE false False FALSE
 *   date     YYYY-MM-DD, a day of the calendar, years 0001 to 9999
 *   datetime such a date, T, HH:MM:SS, perhaps a fraction, perhaps Z or +HH:MM
 *            or, with a format, such a date, a blank, HH:MM:SS, and in all values or none .[0-9]{1,6}, likewise +HH:MM;
 *            or, with a format, such a date, a blank or T, HH:MM, in all values or none +HH:MM
 *   time     HH:MM:SS
 *   year     1000 to 2999
 * In JSON tables a text is a string: only dates and times are looked for in it. */
typedef struct vv_infer {
	uint32_t possible; /* bit set of types still possible */
	bool json;         /* the cells come from NDJSON or a JSON array; set after init */
	bool any_value;    /* was any value seen that is not empty, absent or null? */
	bool maybe_comma;  /* every value so far that is not missing reads as 1.234,56 */
	bool maybe_point;  /* likewise as 1,234.56 */
	/* with maybe_comma: number of values; of values with a comma that are not an English 1,234; of values that may
	 * be one; is one of them not a list of numbers ("2,4") either? */
	uint64_t values, commas, thousands;
	bool sure_comma;
	/* with maybe_point: how many values have a fraction; has one of them groups as well? */
	uint64_t points;
	bool sure_point;
	uint8_t comma_groups,
		point_groups; /* with either: bit sets of marks between groups of three digits */
	uint16_t missing;     /* bit set of VV_INFER_MISSING: those that were seen */
} vv_infer;

#define VV_INFER_MISSING_COUNT 12u
extern const char *const VV_INFER_MISSING[VV_INFER_MISSING_COUNT]; /* "NA" ... */
/* The bit of a text that is one of these; 0: it is none. */
uint16_t vv_infer_missing(const vv_cell *cell);

void vv_infer_init(vv_infer *i);
/* cheap once only string is left */
void vv_infer_cells(vv_infer *i, const vv_cell *cells, size_t count);
/* The same for cells `stride` places apart. */
void vv_infer_column(vv_infer *i, const vv_cell *cells, size_t count, size_t stride);
void vv_infer_merge(vv_infer *into, const vv_infer *other);
/* The verdict; any when nothing was seen, and for JSON values of several types.
 * Never year. *offer_comma (may be NULL): a string column for which number with
 * decimalChar "," and groupChar "." would fit. */
vv_type vv_infer_type(const vv_infer *i, bool *offer_comma);
/* The same with the column's name at hand: year if the name has the word (year,
 * yr, annee, jahr, anno, ano, jaar ...) and every value is one. */
vv_type vv_infer_type_named(const vv_infer *i, const char *name, size_t name_len,
			    bool *offer_comma);

/* The meaning of the marks in a column's numbers. */
typedef enum vv_marks_known {
	VV_MARKS_NONE, /* it has none, or other texts than numbers */
	VV_MARKS_CERTAIN,
	VV_MARKS_LIKELY, /* as below; or they are lists of numbers, or other texts */
	VV_MARKS_UNCLEAR /* 1.000 or 1,000: the column alone does not determine the mark's
			  * meaning */
} vv_marks_known;

typedef struct vv_number_marks {
	const char *decimal; /* "," or "."; NULL: nothing in the column has a fraction */
	const char *group;   /* between groups of three digits; NULL: nothing */
} vv_number_marks;

/* in_commas: between commas, where "2,4" may be a list; elsewhere it is how numbers are written where commas part nothing. */
vv_marks_known vv_infer_marks(vv_number_marks *out, const vv_infer *i, bool in_commas);

/* The format of the datetime that vv_infer_type found; NULL: the default, or another type. */
const char *vv_infer_format(const vv_infer *i);

#endif
