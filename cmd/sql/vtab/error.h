/*
 * error: makes errors of varve-sql itself, as varve_error.
 */
#ifndef VV_CMD_SQL_VTAB_ERROR_H
#define VV_CMD_SQL_VTAB_ERROR_H

#include "varve/varve.h"

/* Sets err as varve_error_set does, with a formatted message. err must not be NULL. Returns
 * code. */
int vv_sql_error_format(varve_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int vv_sql_error_memory(varve_error *err);

/* The hint of an error as a sentence; "" if the error has no hint. */
typedef struct vv_sql_hint {
	char text[1024];
} vv_sql_hint;

const char *vv_sql_error_hint(vv_sql_hint *hint, const varve_error *err);

#endif
