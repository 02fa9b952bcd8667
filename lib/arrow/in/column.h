/*
 * column: a column of the written file: the source of its values, and equality of old cells and new values.
 *
 * Equality is that of the incoming type: an old cell is read as that type, rounded to its unit and scale, null if
 * it is missing or not of that type. So values that a program read and returned are equal.
 */
#ifndef VV_LIB_ARROW_IN_COLUMN_H
#define VV_LIB_ARROW_IN_COLUMN_H

#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "lib/arrow/in/arrow_value.h"

#define COLUMN_NONE SIZE_MAX

typedef struct rewrite_column {
	const char *name;
	const vv_field *field; /* of the version; NULL: it has no such column */
	size_t place;          /* of the version; COLUMN_NONE */
	size_t from;           /* which of the incoming columns; COLUMN_NONE: cells stay */
	incoming_column *in;   /* that one; NULL */
	bool json;             /* the file is NDJSON or JSON */
	bool only_empty;       /* the missing value is the empty text, and no other */
	bool empty_missing; /* it is one of them, in CSV: a text without a character is written so, too */
	bool plain_number; /* numbers are spelled with digits, a point and a minus sign alone */
} rewrite_column;

void rewrite_column_set(rewrite_column *c, const vv_field *field, bool json);

/* Is the cell equal to the value? scratch is overwritten; scratch->failed: out of memory, and the result is invalid. */
bool column_same(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
		 vv_buf *scratch);

/* The cell in the type that comes; INCOMING_NULL: missing, or not of that type. Borrows from the cell, and of DECIMAL from
 * scratch; scratch->failed as above. */
void column_read_old(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		     vv_buf *scratch);
/* Is it read as null, although it is not missing? */
bool column_is_misfit(const rewrite_column *c, const vv_cell *old, vv_buf *scratch);
/* Is a cell, read in this way, equal to the value? False can be wrong for DECIMAL and JSON. */
bool column_same_value(const incoming_value *v, const incoming_value *old);

/* Appends bytes that are the same for an old cell and a value that are equal, and for no others. False: no memory. */
bool column_put_value(vv_buf *out, const rewrite_column *c, const incoming_value *v,
		      vv_buf *scratch);
bool column_put_old(vv_buf *out, const rewrite_column *c, const vv_cell *old, vv_buf *scratch);

#endif
