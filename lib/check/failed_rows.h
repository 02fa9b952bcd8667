/*
 * failed_rows: writes the files of --failed-rows (all rows with a finding, and the findings) and
 * --passed-rows (all other rows).
 *
 * The caller makes a writer with vv_failed_rows_new, sets vv_check_run.rows to it for one dataset,
 * and frees it. vv_check_dataset then calls vv_failed_rows_add for each finding that is neither
 * known nor accepted, and vv_failed_rows_write. Above a limit, row numbers are sorted on disk; but with
 * --passed-rows, memory grows with the number of failed rows.
 */
#ifndef VV_LIB_CHECK_FAILED_ROWS_H
#define VV_LIB_CHECK_FAILED_ROWS_H

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/finding.h"

typedef struct vv_table vv_table;

/* A writer of these files. */
typedef struct vv_failed_rows vv_failed_rows;

/* Makes a writer. file: path for the failed rows; passed: path for all other rows; both are copied.
 * NULL: this file is not written. temp_dir: folder for temporary files. */
vv_status vv_failed_rows_new(vv_failed_rows **out, const char *file, const char *passed,
			     const char *temp_dir, vv_error *err);
void vv_failed_rows_free(vv_failed_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_failed_rows, vv_failed_rows_free)

/* Adds a finding. Ignores a finding that is not about a row. */
vv_status vv_failed_rows_add(vv_failed_rows *r, const vv_finding *f, vv_error *err);

/* Writes the files. Failed rows have the columns check_line, check_row and check_problems, followed
 * by the row's cells. Passed rows have the form of the table's file. t: the table, or NULL if the
 * file could not be read as a table; then failed rows have no cells, and VV_EINPUT is returned if
 * there is a path for passed rows. An existing file is replaced. */
vv_status vv_failed_rows_write(vv_failed_rows *r, vv_table *t, vv_error *err);

#endif
