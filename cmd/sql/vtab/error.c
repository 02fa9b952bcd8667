/*
 * error: formats messages and hints.
 */
#include "cmd/sql/vtab/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/frame/hint_table.h"

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

const char *vv_sql_error_hint(vv_sql_hint *hint, const varve_error *err)
{
	const char *args[3], *name = varve_error_hint(err, args);
	const char *words = name ? vv_hint_table_find(name) : err->hint;
	size_t n = 0;

	while (words && *words && n < sizeof(hint->text) - 1) {
		const char *put = words++, *arg = strchr("%$", *put) ? words : "";
		size_t len = 1, room = sizeof(hint->text) - 1 - n;

		if (name && *arg >= '1' && *arg <= '3') {
			put = args[*words++ - '1'];
			len = strlen(put) < room ? strlen(put) : room;
		}
		memcpy(hint->text + n, put, len);
		n += len;
	}
	hint->text[n] = '\0';
	return hint->text;
}
