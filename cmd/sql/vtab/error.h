/*
 * error: makes the errors of varve-sql itself, in the form of varve_error.
 */
#ifndef VV_CMD_SQL_VTAB_ERROR_H
#define VV_CMD_SQL_VTAB_ERROR_H

#include "varve/varve.h"

/* Sets err to code with a formatted message, like varve_error_set, and returns code. err must not
 * be NULL. */
int vv_sql_error_format(varve_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Sets err to VARVE_ENOMEM, and returns it. */
int vv_sql_error_memory(varve_error *err);

/* Room for a hint's text. */
typedef struct vv_sql_hint {
	char text[1024];
} vv_sql_hint;

/* Writes the hint of an error as a sentence to *hint, and returns it; "" if the error has no hint. */
const char *vv_sql_error_hint(vv_sql_hint *hint, const varve_error *err);

#endif
