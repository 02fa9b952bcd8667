/*
 * where: which rows a view wants: tests of columns, all of which must hold; and which row groups can
 * have such rows, by what is known of them (dataset/format/facts.h).
 */
#ifndef VV_LIB_WORK_ROWS_WHERE_H
#define VV_LIB_WORK_ROWS_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "dataset/check/key_groups.h"
#include "dataset/table/table.h"
#include "lib/work/rows/fact_test.h"

typedef struct vv_where vv_where;

/* words: COL=VALUE, COL^=PREFIX (both as bytes), COL<VALUE, COL<=VALUE, COL>VALUE, COL>=VALUE,
 * COL between LOW and HIGH (under the column's type); they and the table must outlive *out. VV_EUSAGE: none of these, or
 * no value of the type; VV_ENOTFOUND: no such column. */
vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *words, vv_error *err);

/* The same of tests that are taken apart already. */
typedef enum vv_where_op {
	VV_WHERE_IS = VV_FACT_IS,
	VV_WHERE_BEGINS = VV_FACT_BEGINS,
	VV_WHERE_BELOW = VV_FACT_BELOW,
	VV_WHERE_UP_TO = VV_FACT_UP_TO,
	VV_WHERE_ABOVE = VV_FACT_ABOVE,
	VV_WHERE_FROM = VV_FACT_FROM,
	VV_WHERE_DIFFERS, /* a value of the type, and another one */
	VV_WHERE_NULL,    /* a missing value */
	VV_WHERE_NOT_NULL,
	VV_WHERE_NO_VALUE /* missing, no value of the type, or not sure to fit into int64, double or UTF-8 */
} vv_where_op;

typedef struct vv_where_test {
	const char *column;
	vv_where_op op;
	const char *text;
	size_t len;
} vv_where_test;
vv_status vv_where_of(vv_where **out, const vv_table *t, const vv_where_test *tests, size_t count,
		      vv_error *err);
void vv_where_free(vv_where *w); /* accepts NULL */
VV_AUTO_FREE(vv_where, vv_where_free)

size_t vv_where_count(const vv_where *w);
size_t vv_where_column(const vv_where *w, size_t test); /* its place in the table */

/* The cell that a row must have (the same text), where the test says so. Borrowed. */
bool vv_where_value(const vv_where *w, size_t test, vv_key_value *out);

/* Does a row (all places of the table's columns) hold? When memory runs out vv_where_ok fails. */
bool vv_where_holds(vv_where *w, const vv_cell *cells);
vv_status vv_where_ok(const vv_where *w, vv_error *err);

/* Where no row holds: VV_EUSAGE, if a value looks like several tests ("7 or b=8"). A text that is in the
 * table is found whatever it looks like. */
vv_status vv_where_found_none(const vv_where *w, const vv_table *t, vv_error *err);

/* Where no row holds: was another test meant? Then appends a line that says so. */
bool vv_where_doubt(const vv_where *w, vv_buf *out);

/* Can a row that holds be among those with these facts? A vv_list_may_fn. */
bool vv_where_may_hold(void *where, const uint8_t *facts, size_t len);

#endif
