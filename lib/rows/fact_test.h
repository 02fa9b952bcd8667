/*
 * fact_test: can a test be true for a cell among rows with known facts? False is certain, true is not.
 */
#ifndef VV_LIB_ROWS_FACT_TEST_H
#define VV_LIB_ROWS_FACT_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/facts.h"

typedef enum vv_fact_op {
	VV_FACT_IS,
	VV_FACT_BEGINS, /* as bytes */
	VV_FACT_BELOW,
	VV_FACT_UP_TO,
	VV_FACT_ABOVE,
	VV_FACT_FROM
} vv_fact_op;

/* How the test compares cells that are plain numbers. */
typedef enum vv_fact_numbers {
	VV_FACT_BY_VALUE, /* numbers */
	VV_FACT_BY_TEXT,  /* as texts, whose order facts do not contain; equal texts are equal
			  * numbers */
	VV_FACT_NEVER     /* it is always false for them */
} vv_fact_numbers;

/* Where the values that the test is after are among other texts, which facts order by bytes. */
typedef enum vv_fact_texts {
	VV_FACT_BYTES,   /* in the order of their bytes */
	VV_FACT_DAYS,    /* as the dates that they begin with, plus or minus a day */
	VV_FACT_SPELLED, /* numbers in another spelling, which begin with characters that words never
			  * begin with */
	VV_FACT_ANYWHERE
} vv_fact_texts;

#define VV_FACT_DATE 10u /* YYYY-MM-DD */

typedef struct vv_fact_test {
	vv_fact_op op;
	const char *text; /* what cells are compared with; borrowed */
	size_t len;
	vv_fact_numbers numbers;
	vv_fact_texts texts;
	bool is_number; /* the text is a plain number: */
	vv_fact_number number;
	bool empty_counts;         /* a cell without text may fulfil it */
	char day[2][VV_FACT_DATE]; /* of VV_FACT_DAYS: the day before the value, and after */
} vv_fact_test;

/* Sets all but numbers, texts, empty_counts and day, which are zero then. */
void vv_fact_test_init(vv_fact_test *t, vv_fact_op op, const char *text, size_t len);
bool vv_fact_test_may(const vv_fact_test *t, const vv_fact *f);

#endif
