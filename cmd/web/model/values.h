/*
 * values: counts the values of a column: missing values, common values, the least and the greatest
 * value, the mean, and a histogram.
 *
 * Complete results are cached (memo.h).
 */
#ifndef VV_CMD_WEB_MODEL_VALUES_H
#define VV_CMD_WEB_MODEL_VALUES_H

#include "cmd/web/model/histogram.h"
#include "cmd/web/model/rows.h"

/* A value and its count. */
typedef struct vv_web_value {
	vv_web_cell cell;
	uint64_t rows; /* number of rows with the value */
} vv_web_value;

#define VV_WEB_BARS 40u /* most bars of a histogram */

/* The statistics of a column. */
typedef struct vv_web_values {
	uint64_t looked_at; /* number of matching rows that were read */
	bool complete;      /* all matching rows were read; false: the time limit was reached */
	/* missing: number of missing cells; empty: number of cells with the text "", which are also
	 * missing if the schema has "" as a missing value */
	uint64_t missing, empty;
	uint64_t misfits;            /* number of values that are not of the column's type */
	uint64_t distinct;           /* number of distinct values */
	bool distinct_exact;         /* distinct is exact; false: an estimate */
	bool has_range;              /* least and greatest are set */
	vv_web_cell least, greatest; /* long ones are cut to VV_EXAMPLE_BYTES */
	bool numeric;                /* mean is set */
	double mean;
	vv_web_value *common; /* most frequent first, without missing values */
	size_t common_count;
	/* false: the column has too many values; rare values are left out, and the counts of common
	 * values may be too low */
	bool common_exact;
	vv_web_bar bars[VV_WEB_BARS]; /* of numbers, or of dates as seconds since 1970 (`times`) */
	size_t bar_count;
	uint64_t outside; /* number of values that are far from all others, and in no bar */
	bool times;       /* bars are of dates or datetimes */
} vv_web_values;

/* Sets *out to the statistics of the column with this index. q: count only rows that match its
 * search, filters and `where`; NULL: all rows. most: maximum number of common values, at most
 * 200. */
vv_status vv_web_values_read(vv_web_visit *v, vv_web_table *t, size_t column,
			     const vv_web_rows_query *q, size_t most, vv_web_values *out,
			     vv_error *err);

#endif
