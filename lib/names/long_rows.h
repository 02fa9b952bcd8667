/*
 * long_rows: rows of delimited text that have more cells than the header names.
 *
 * Such a text is not a table for 'varve add'. As text that Git has, its rows are compared and merged as
 * lines: vv_long_rows_read finds the number of cells of the longest row; the versions are then
 * opened with this number of columns (vv_sniff_hints.columns); the header has no names for the
 * last ones.
 */
#ifndef VV_LIB_NAMES_LONG_ROWS_H
#define VV_LIB_NAMES_LONG_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_subject vv_subject;
typedef struct vv_table vv_table;

/* Zero: no row is too long, or a version is not delimited text whose header names the columns of
 * most rows. */
typedef struct vv_long_rows {
	size_t columns, /* number of cells of the longest row of all versions */
		named;  /* least number of columns of a version's header */
} vv_long_rows;

/* Sets *out to those of `count` versions, which were found but need not be opened; NULL: no such
 * version. hints: the dialect that the user gave; NULL: detect it. */
vv_status vv_long_rows_read(vv_long_rows *out, const vv_subject *const *versions, size_t count,
			    const vv_sniff_hints *hints, vv_error *err);
/* Returns true if the tables have the same columns, cut by the same characters; NULL: no such version. */
bool vv_long_rows_fit(const vv_table *const tables[3]);

#endif
