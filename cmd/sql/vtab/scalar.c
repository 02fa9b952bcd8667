/*
 * scalar: the functions of conditions as functions of SQL, with the values that they have in rules.
 */
#include "cmd/sql/vtab/scalar.h"

#include <sqlite3ext.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define ARGUMENTS 16

static varve_value read_argument(sqlite3_value *v, char digits[VV_VALUE_OWN])
{
	varve_value out = {.kind = VARVE_VALUE_TEXT};

	switch (sqlite3_value_type(v)) {
	case SQLITE_NULL:
		out.kind = VARVE_VALUE_NULL;
		break;
	case SQLITE_INTEGER:
		out.kind = VARVE_VALUE_INT64;
		out.i = sqlite3_value_int64(v);
		break;
	case SQLITE_FLOAT:
		out.kind = VARVE_VALUE_DECIMAL;
		out.text = (varve_text){digits,
					vv_sql_value_digits(digits, sqlite3_value_double(v))};
		break;
	default:
		out.text.data = (const char *)sqlite3_value_text(v);
		out.text.len = (size_t)sqlite3_value_bytes(v);
	}
	return out;
}

/* Numbers are REAL where an argument is, and where SQLite's own function gives REAL. */
static void put(sqlite3_context *context, const varve_value *v, bool real)
{
	if (v->kind == VARVE_VALUE_DECIMAL || (v->kind == VARVE_VALUE_INT64 && real)) {
		sqlite3_result_double(context, strtod(v->text.data, NULL));
	} else if (v->kind == VARVE_VALUE_INT64 || v->kind == VARVE_VALUE_BOOL) {
		sqlite3_result_int64(context, v->i);
	} else {
		vv_sql_value_put_fitting(context, v);
	}
}

static void call(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	varve_function *f = sqlite3_user_data(context);
	char digits[ARGUMENTS][VV_VALUE_OWN];
	varve_value args[ARGUMENTS], out;
	bool real = varve_function_info(f)->sqlite == VARVE_SQLITE_REAL;
	varve_error err;

	for (int i = 0; i < argc; i++) {
		args[i] = read_argument(argv[i], digits[i]);
		real = real || args[i].kind == VARVE_VALUE_DECIMAL;
	}
	if (varve_function_call(&out, f, args, (size_t)argc, &err) < 0) {
		sqlite3_result_error(context, err.message, -1);
	} else {
		put(context, &out, real);
	}
}

static void release(void *f)
{
	varve_function_free(f);
}

int vv_sql_scalar_add(sqlite3 *db)
{
	varve_function *f;
	int rc = SQLITE_OK, got = 0;

	for (size_t i = 0; rc == SQLITE_OK && (got = varve_function_open(&f, i, NULL)) == 0; i++) {
		const varve_function_facts *facts = varve_function_info(f);

		if (facts->sqlite == VARVE_SQLITE_SAME) {
			varve_function_free(f);
			continue;
		}
		for (size_t n = facts->most; n >= facts->least && rc == SQLITE_OK; n--) {
			rc = sqlite3_create_function_v2(
				db, facts->name, (int)n,
				SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, f, call,
				NULL, NULL, n == facts->least ? release : NULL);
		}
	}
	return rc == SQLITE_OK && got == VARVE_ENOMEM ? SQLITE_NOMEM : rc;
}
