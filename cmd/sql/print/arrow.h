/*
 * arrow: the rows of a result as an Arrow IPC stream on stdout.
 *
 * A column is int64, double, text or binary by its values in the first batch; where it has none there, by its declared type.
 */
#ifndef VV_CMD_SQL_PRINT_ARROW_H
#define VV_CMD_SQL_PRINT_ARROW_H

#include <stdbool.h>

#include "base/error.h"

struct sqlite3_stmt;

typedef struct vv_sql_arrow vv_sql_arrow;

vv_status vv_sql_arrow_open(vv_sql_arrow **out, struct sqlite3_stmt *stmt, vv_error *err);
/* The row that the statement is at. VV_EUSAGE: a value is not of its column's type. */
vv_status vv_sql_arrow_row(vv_sql_arrow *a, vv_error *err);
vv_status vv_sql_arrow_end(vv_sql_arrow *a, vv_error *err);
void vv_sql_arrow_close(vv_sql_arrow *a); /* accepts NULL */

#endif
