/*
 * habit: finds how the existing cells of a column are spelled, so that new values can be spelled in
 * the same way. Reads only this column, once, when its first new value is spelled.
 */
#ifndef VV_LIB_ARROW_IN_HABIT_H
#define VV_LIB_ARROW_IN_HABIT_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

/* How the cells of a column are spelled. */
typedef struct column_habit {
	bool known,     /* column_habit_read was called */
		warned; /* the user was warned that new values are read back differently */
	/* the most common spelling of a missing value; its text is borrowed from the field */
	vv_cell missing;
	/* minimum number of digits after the point; numbers with fewer digits are padded with
	 * zeros */
	unsigned least_decimals;
	bool grouped;            /* thousands are separated */
	const char *truth[2];    /* the words for false and true; NULL: "false" and "true" */
	char between;            /* separator of date and time: 'T' or ' ' */
	unsigned least_fraction; /* minimum number of digits in a second's fraction */
	/* suffix of points in time: "Z", "+00:00" or ""; NULL (new column): "Z" if the incoming
	 * column has a zone */
	const char *zone;
} column_habit;

/* Sets *out to the spelling of the column's cells in t; to the defaults for new files if t is NULL
 * or does not have the column. */
vv_status column_habit_read(column_habit *out, const rewrite_column *c, vv_table *t, vv_error *err);

#endif
