/*
 * error: formats a message.
 */
#include "cmd/sql/vtab/error.h"

#include <stdarg.h>
#include <stdio.h>

int vv_sql_error_format(varve_error *err, int code, const char *format, ...)
{
	char text[sizeof(err->message)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return varve_error_set(err, code, text);
}

int vv_sql_error_memory(varve_error *err)
{
	return varve_error_set(err, VARVE_ENOMEM, "out of memory");
}
