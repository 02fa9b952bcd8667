/*
 * column: describes a column of the file that is being written, and compares its old cells with new
 * values.
 *
 * To compare an old cell with an incoming value, varve converts the cell to the incoming type, and
 * rounds it to the unit and scale of this type. The result is null if the cell is missing or cannot
 * be converted. So a value that a program reads from varve and returns unchanged is equal to its
 * cell.
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

/* Sets field, json and the flags below json. field may be NULL, and is borrowed. The functions
 * below require c->field and c->in. */
void rewrite_column_set(rewrite_column *c, const vv_field *field, bool json);

/* Returns true if the cell old is equal to the value v. Compares JSON and decimals by value. A null
 * value is equal to a missing cell and to a cell that cannot be converted; the latter is not so if
 * the column has type string or any, and the incoming values are not text. Overwrites scratch. If
 * scratch->failed is true after the call, memory ran out, and the result is invalid. */
bool column_same(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
		 vv_buf *scratch);

/* Sets *out to an old cell, converted to the incoming type; to INCOMING_NULL if the cell is missing
 * or cannot be converted. Cells that no incoming value is equal to become INCOMING_TEXT: an empty
 * one for a cell that is not missing, if the incoming type is null; the cell's text for a cell that
 * cannot be converted, if the column has type string or any and the incoming values are not text.
 * The value borrows from the cell or, for DECIMAL, from scratch. scratch->failed: as in
 * column_same. */
void column_read_old(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		     vv_buf *scratch);
/* Returns true if a cell is not missing, but cannot be converted to the incoming type. False if this
 * type is null. */
bool column_is_misfit(const rewrite_column *c, const vv_cell *old, vv_buf *scratch);
/* Returns true if v is equal to `old`, a value that column_read_old has set. Compares texts for
 * DECIMAL, TEXT and JSON, so it may return false where column_same returns true. */
bool column_same_value(const incoming_value *v, const incoming_value *old);

/* Appends to out the key of the new value *v. A value and a cell have the same key if they are
 * equal as for column_same_value, and also if they are the same DECIMAL or JSON value. Overwrites
 * *scratch. Returns false if out of memory. */
bool column_put_value(vv_buf *out, const rewrite_column *c, const incoming_value *v,
		      vv_buf *scratch);
/* Appends to out the key of the old cell *old, as column_put_value does for a new value. */
bool column_put_old(vv_buf *out, const rewrite_column *c, const vv_cell *old, vv_buf *scratch);

#endif
