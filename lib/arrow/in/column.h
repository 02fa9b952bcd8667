/*
 * column: a column of the file that is being written: the source of its values, and functions that
 * compare old cells with new values.
 *
 * To be compared, an old cell is converted to the type of the incoming value, and rounded to its
 * unit and scale; the result is null if the cell is missing or cannot be converted. So a value that
 * a program read from varve and returned unchanged is equal to its cell.
 */
#ifndef VV_LIB_ARROW_IN_COLUMN_H
#define VV_LIB_ARROW_IN_COLUMN_H

#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "lib/arrow/in/arrow_value.h"

#define COLUMN_NONE SIZE_MAX /* no column */

/* A column of the file. */
typedef struct rewrite_column {
	const char *name;
	/* the field in the version; NULL: the version does not have the column */
	const vv_field *field;
	size_t place;        /* index of the column in the version, or COLUMN_NONE */
	size_t from;         /* index of the incoming column; COLUMN_NONE: the old cells are kept */
	incoming_column *in; /* the incoming column with index `from`, or NULL */
	bool json;           /* the file is NDJSON or JSON */
	bool only_empty;     /* the empty text is the only spelling of a missing value */
	/* CSV: the empty text is a spelling of a missing value, so an empty text is written as if
	 * missing */
	bool empty_missing;
	bool plain_number; /* numbers have only digits, a decimal point and a minus sign */
} rewrite_column;

/* Sets field, json and the flags below json. */
void rewrite_column_set(rewrite_column *c, const vv_field *field, bool json);

/* Returns true if the cell old is equal to the value v. scratch is overwritten. If scratch->failed
 * is true after the call, memory ran out, and the result is invalid. */
bool column_same(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
		 vv_buf *scratch);

/* Sets *out to an old cell, converted to the incoming type; to INCOMING_NULL if the cell is missing
 * or cannot be converted. The value borrows from the cell or, for DECIMAL, from scratch.
 * scratch->failed: as in column_same. */
void column_read_old(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		     vv_buf *scratch);
/* Returns true if column_read_old converts a cell to null although the cell is not missing. */
bool column_is_misfit(const rewrite_column *c, const vv_cell *old, vv_buf *scratch);
/* Returns true if v is equal to `old`, a value that column_read_old has set. For DECIMAL and JSON,
 * texts are compared, so the function may return false for equal values; column_same is exact. */
bool column_same_value(const incoming_value *v, const incoming_value *old);

/* Appends to out the key of the new value *v: bytes that are equal for a value and a cell if and
 * only if these are equal. Overwrites *scratch. Returns false if out of memory. */
bool column_put_value(vv_buf *out, const rewrite_column *c, const incoming_value *v,
		      vv_buf *scratch);
/* Appends to out the key of the old cell *old, as column_put_value does for a new value. */
bool column_put_old(vv_buf *out, const rewrite_column *c, const vv_cell *old, vv_buf *scratch);

#endif
