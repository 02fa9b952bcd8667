/*
 * values: the values of a column, counted: how much is missing, which values are common, least,
 * greatest, mean, a histogram.
 *
 * Facts of a whole column are remembered by the table's CID as long as the program runs.
 */
#ifndef VV_CMD_WEB_MODEL_VALUES_H
#define VV_CMD_WEB_MODEL_VALUES_H

#include "cmd/web/model/histogram.h"
#include "cmd/web/model/rows.h"

typedef struct vv_web_value {
	vv_web_cell cell;
	uint64_t rows;
} vv_web_value;

#define VV_WEB_BARS 40u

typedef struct vv_web_values {
	uint64_t looked_at;      /* rows */
	bool complete;           /* all matching rows were read; else time ran out */
	uint64_t missing, empty; /* empty ones count as missing, too, if the schema has them as
				  * missing values */
	uint64_t misfits;        /* values that are not of the column's type */
	uint64_t distinct;
	bool distinct_exact;
	bool has_range;
	vv_web_cell least, greatest; /* by the type's order; lengths for texts are not given */
	bool numeric;                /* has mean and bars */
	double mean;
	vv_web_value *common; /* most rows first; values that are not missing */
	size_t common_count;
	bool common_exact;            /* false: some were met too rarely to be counted */
	vv_web_bar bars[VV_WEB_BARS]; /* numbers, and dates as seconds since 1970 (`times`) */
	size_t bar_count;
	uint64_t outside; /* numbers that are far from all others, and in no bar */
	bool times;
} vv_web_values;

/* q: only the rows that match its search and filters; NULL: all. most: how many common values. */
vv_status vv_web_values_read(vv_web_visit *v, vv_web_table *t, size_t column,
			     const vv_web_rows_query *q, size_t most, vv_web_values *out,
			     vv_error *err);

#endif
