/*
 * error: errors of this program's own, in the library's form.
 */
#ifndef VV_CMD_SQL_VTAB_ERROR_H
#define VV_CMD_SQL_VTAB_ERROR_H

#include "varve/varve.h"

/* varve_error_set with a format; err is not NULL. Returns code. */
int vv_sql_error_format(varve_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int vv_sql_error_memory(varve_error *err);

/* The hint, as a sentence; "" without one. */
typedef struct vv_sql_hint {
	char text[1024];
} vv_sql_hint;

const char *vv_sql_error_hint(vv_sql_hint *hint, const varve_error *err);

#endif
