/*
 * habit: finds how the existing cells of a column are spelled, so that new values can be spelled in
 * the same way. The caller uses it once for each column, before it spells the first new value.
 */
#ifndef VV_LIB_ARROW_IN_HABIT_H
#define VV_LIB_ARROW_IN_HABIT_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/arrow/in/column.h"

typedef struct vv_table vv_table;

/* How the cells of a column are spelled. */
typedef struct column_habit {
	bool known, /* column_habit_read was called */
		/* for the caller: the user was warned that new values are read back differently */
		warned;
	/* the most common spelling of a missing value in the column; its text is borrowed from the
	 * field */
	vv_cell missing;
	/* the smallest number of digits after the point in the column; new numbers with fewer
	 * digits are padded with zeros */
	unsigned least_decimals;
	bool grouped;            /* a number of the column has separators between thousands */
	const char *truth[2];    /* the words for false and true; NULL: "false" and "true" */
	char between;            /* separator of date and time: 'T' or ' ' */
	unsigned least_fraction; /* the smallest number of digits in a second's fraction */
	/* suffix of points in time: "Z", "+00:00" or ""; NULL (new column): "Z" if the incoming
	 * column has a zone */
	const char *zone;
} column_habit;

/* Reads all cells of the column in t, and sets *out to their spelling. Sets *out to the defaults
 * for new files if t is NULL or does not have the column (c->field is NULL). */
vv_status column_habit_read(column_habit *out, const rewrite_column *c, vv_table *t, vv_error *err);

#endif
