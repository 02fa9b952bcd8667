/*
 * failed_rows: --failed-rows: every row that something is wrong with, and what; --passed-rows: all others.
 *
 * A correct caller: vv_failed_rows_new; vv_failed_rows_add for each finding of one dataset;
 * vv_failed_rows_write with its table, once. Memory is bounded: row numbers are sorted on disk
 * past a limit.
 */
#ifndef VV_LIB_CHECK_FAILED_ROWS_H
#define VV_LIB_CHECK_FAILED_ROWS_H

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/finding.h"
#include "dataset/table/table.h"

typedef struct vv_failed_rows vv_failed_rows;

/* file, passed: where these rows go, and all others; either may be NULL. */
vv_status vv_failed_rows_new(vv_failed_rows **out, const char *file, const char *passed,
			     const char *temp_dir, vv_error *err);
void vv_failed_rows_free(vv_failed_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_failed_rows, vv_failed_rows_free)

/* Findings about no row are left out. */
vv_status vv_failed_rows_add(vv_failed_rows *r, const vv_finding *f, vv_error *err);

/* Writes the files: check_line, check_row, check_problems, and the row's cells; and those that passed in the form of the
 * table's file. t: NULL where it could not be read as a table: then there are no cells, and none that passed (VV_EINPUT). */
vv_status vv_failed_rows_write(vv_failed_rows *r, vv_table *t, vv_error *err);

#endif
