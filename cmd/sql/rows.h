/*
 * rows: prints the rows of a result on stdout, in one of several formats.
 *
 * Column widths of the formats for people are computed from the first rows, so memory does not grow with the result.
 */
#ifndef VV_CMD_SQL_ROWS_H
#define VV_CMD_SQL_ROWS_H

#include <stdbool.h>

#include "base/error.h"

struct sqlite3_stmt;

#define VV_ROWS_FORMATS "table|box|markdown|csv|tsv|json|ndjson|arrow"

typedef struct vv_sql_rows_printer vv_sql_rows_printer;

/* Makes a printer. format: one of VV_ROWS_FORMATS; NULL: "table". stmt must be prepared; it is
 * borrowed. */
vv_status vv_sql_rows_printer_open(vv_sql_rows_printer **out, struct sqlite3_stmt *stmt,
				   const char *format, vv_error *err);

/* Prints the statement's current row. */
vv_status vv_sql_rows_printer_row(vv_sql_rows_printer *p, vv_error *err);
vv_status vv_sql_rows_printer_end(vv_sql_rows_printer *p, vv_error *err);
void vv_sql_rows_printer_close(vv_sql_rows_printer *p); /* accepts NULL */

#endif
