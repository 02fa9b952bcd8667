/*
 * habit: the spelling of a column's values, so that new ones look like them. Read when the first
 * new value of the column is spelled: the column once, and no other.
 */
#ifndef VV_LIB_ARROW_IN_HABIT_H
#define VV_LIB_ARROW_IN_HABIT_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"

typedef struct column_habit {
	bool known, warned;      /* warned: of what does not come back */
	vv_cell missing;         /* the commonest; text borrowed from the field */
	unsigned least_decimals; /* that every number with a value has */
	bool grouped;            /* thousands are set apart */
	const char *truth[2];    /* words for false and true; NULL: the field's first */
	char between;            /* date and time of day: 'T' or ' ' */
	unsigned least_fraction; /* digits of a second */
	const char *zone;        /* "Z", "+00:00"; "" for none */
} column_habit;

/* t NULL, or a column that is not there: habits of a new file. */
vv_status column_habit_read(column_habit *out, const rewrite_column *c, vv_table *t, vv_error *err);

#endif
