/*
 * habit: finds out how existing cells of a column are spelled, so that new values can be spelled
 * alike. Reads only this column, once, when its first new value is spelled.
 */
#ifndef VV_LIB_ARROW_IN_HABIT_H
#define VV_LIB_ARROW_IN_HABIT_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

typedef struct column_habit {
	bool known,     /* column_habit_read was called */
		warned; /* the user was warned that new values are read back differently */
	/* the most common spelling of a missing value; its text is borrowed from the field */
	vv_cell missing;
	/* digits after the point that every number has; fewer are padded with zeros */
	unsigned least_decimals;
	bool grouped;            /* thousands are separated */
	const char *truth[2];    /* the words for false and true; NULL: "false" and "true" */
	char between;            /* separator of date and time: 'T' or ' ' */
	unsigned least_fraction; /* fractional digits that every time has */
	/* suffix of points in time: "Z", "+00:00" or ""; NULL (new column): "Z" if the incoming
	 * column has a zone */
	const char *zone;
} column_habit;

/* Reads the column's cells in t, and sets *out. If t is NULL or does not have the column, *out has
 * the defaults for new files. */
vv_status column_habit_read(column_habit *out, const rewrite_column *c, vv_table *t, vv_error *err);

#endif
