/*
 * fact_test: decides from the facts of a column in a row group whether any of its cells can pass a
 * test. If the answer is false, no cell passes. If it is true, some may pass.
 */
#ifndef VV_LIB_ROWS_FACT_TEST_H
#define VV_LIB_ROWS_FACT_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/facts.h"

/* The operator of a test. */
typedef enum vv_fact_op {
	VV_FACT_IS,     /* = */
	VV_FACT_BEGINS, /* the cell's bytes begin with the text's */
	VV_FACT_BELOW,  /* < */
	VV_FACT_UP_TO,  /* <= */
	VV_FACT_ABOVE,  /* > */
	VV_FACT_FROM    /* >= */
} vv_fact_op;

/* The way in which a test compares cells that are plain numbers. */
typedef enum vv_fact_numbers {
	VV_FACT_BY_VALUE, /* as numbers */
	/* as texts; facts do not order numbers as texts, so for numbers they decide only
	 * VV_FACT_IS */
	VV_FACT_BY_TEXT,
	VV_FACT_NEVER /* the test is false for every number */
} vv_fact_numbers;

/* The order in which a test compares texts that are not plain numbers. Facts order texts by their
 * bytes. */
typedef enum vv_fact_texts {
	VV_FACT_BYTES, /* by their bytes */
	VV_FACT_DAYS,  /* by the date with which a text begins, plus or minus a day */
	/* as numbers, although they are not plain numbers: texts that begin with a digit, sign,
	 * point or blank, and INF and NaN */
	VV_FACT_SPELLED,
	VV_FACT_ANYWHERE /* in an order that facts do not have */
} vv_fact_texts;

#define VV_FACT_DATE 10u /* length of YYYY-MM-DD */

/* A test. */
typedef struct vv_fact_test {
	vv_fact_op op;
	const char *text; /* the text with which cells are compared, of len bytes; borrowed */
	size_t len;
	vv_fact_numbers numbers; /* how cells that are plain numbers are compared */
	vv_fact_texts texts;     /* how all other cells are compared */
	bool is_number;          /* text is a plain number, and `number` is its value */
	vv_fact_number number;
	bool empty_counts; /* an empty cell can pass the test */
	/* if texts is VV_FACT_DAYS: the day before the date in text, and the day after it */
	char day[2][VV_FACT_DATE];
} vv_fact_test;

/* Sets op, text, len, is_number and number of *t, and all other members to zero. */
void vv_fact_test_init(vv_fact_test *t, vv_fact_op op, const char *text, size_t len);
/* Returns false if no cell of a column with the facts f in a row group passes the test t; true if
 * some may. */
bool vv_fact_test_may(const vv_fact_test *t, const vv_fact *f);

#endif
