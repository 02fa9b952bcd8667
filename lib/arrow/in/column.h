/*
 * column: a column of the file that is being written: the source of its values, and the comparison
 * of old cells with new values.
 *
 * An old cell is compared as a value of the incoming type: it is converted to that type and rounded
 * to its unit and scale; it is null if it is missing or cannot be converted. So a value that a
 * program read from varve and returned unchanged is equal to its cell.
 */
#ifndef VV_LIB_ARROW_IN_COLUMN_H
#define VV_LIB_ARROW_IN_COLUMN_H

#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "lib/arrow/in/arrow_value.h"

#define COLUMN_NONE SIZE_MAX

typedef struct rewrite_column {
	const char *name;
	/* the field in the version; NULL: the version does not have the column */
	const vv_field *field;
	size_t place;        /* the column's place in the version, or COLUMN_NONE */
	size_t from;         /* index of the incoming column; COLUMN_NONE: the old cells are kept */
	incoming_column *in; /* the incoming column with this index, or NULL */
	bool json;           /* the file is NDJSON or JSON */
	bool only_empty;     /* the empty text is the only spelling of a missing value */
	/* CSV: the empty text is a spelling of a missing value, so an empty text is written as if
	 * missing */
	bool empty_missing;
	bool plain_number; /* numbers have only digits, a decimal point and a minus sign */
} rewrite_column;

/* Sets field, json and the flags below json. */
void rewrite_column_set(rewrite_column *c, const vv_field *field, bool json);

/* Returns true if an old cell is equal to a new value. scratch is overwritten. If scratch->failed
 * is set, memory ran out, and the result is invalid. */
bool column_same(const rewrite_column *c, const incoming_value *v, const vv_cell *old,
		 vv_buf *scratch);

/* Reads an old cell as a value of the incoming type; INCOMING_NULL: the cell is missing, or is not
 * of that type. The value borrows from the cell or, for DECIMAL, from scratch. scratch->failed: as
 * in column_same. */
void column_read_old(incoming_value *out, const rewrite_column *c, const vv_cell *old,
		     vv_buf *scratch);
/* Returns true if column_read_old reads a cell as null although the cell is not missing. */
bool column_is_misfit(const rewrite_column *c, const vv_cell *old, vv_buf *scratch);
/* Returns true if a value is equal to an old cell that column_read_old read. For DECIMAL and JSON,
 * texts are compared, so false can be wrong; column_same is exact. */
bool column_same_value(const incoming_value *v, const incoming_value *old);

/* Append a key of a new value or of an old cell: the keys are the same if value and cell are equal,
 * and differ otherwise. Return false if they are out of memory. */
bool column_put_value(vv_buf *out, const rewrite_column *c, const incoming_value *v,
		      vv_buf *scratch);
bool column_put_old(vv_buf *out, const rewrite_column *c, const vv_cell *old, vv_buf *scratch);

#endif
