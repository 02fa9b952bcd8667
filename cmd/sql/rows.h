/*
 * rows: prints the rows of a result on stdout, in one of several formats.
 *
 * Memory does not grow with the result: in the format "table", the widths of
 * columns are computed from the first 1,000 rows.
 */
#ifndef VV_CMD_SQL_ROWS_H
#define VV_CMD_SQL_ROWS_H

#include <stdbool.h>

#include "base/error.h"

struct sqlite3_stmt;

#define VV_ROWS_FORMATS "table|csv|tsv|json|ndjson|arrow"

/* A printer of the rows of one statement. */
typedef struct vv_sql_rows_printer vv_sql_rows_printer;

/* Makes a printer for stmt, which must be prepared, and must outlive the printer. format: one of
 * VV_ROWS_FORMATS; NULL: "table". The caller closes *out, also after a failure. */
vv_status vv_sql_rows_printer_open(vv_sql_rows_printer **out, struct sqlite3_stmt *stmt,
				   const char *format, vv_error *err);

/* Prints the statement's current row, or stores it for later output. VV_EUSAGE: in the format
 * "arrow", a column has values of several types, or text that is not UTF-8. */
vv_status vv_sql_rows_printer_row(vv_sql_rows_printer *p, vv_error *err);
/* Ends the output after the last row. */
vv_status vv_sql_rows_printer_end(vv_sql_rows_printer *p, vv_error *err);
void vv_sql_rows_printer_close(vv_sql_rows_printer *p); /* accepts NULL */

#endif
