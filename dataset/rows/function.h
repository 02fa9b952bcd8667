/*
 * function: calls the functions of conditions (abs, upper ...) with single values. SQL queries use this.
 *
 * A correct caller: vv_function_info to list the functions; vv_function_new once for each function and thread;
 * vv_function_call any number of times; vv_function_free.
 */
#ifndef VV_DATASET_ROWS_FUNCTION_H
#define VV_DATASET_ROWS_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_function_facts {
	const char *name;
	size_t least, most; /* number of arguments */
	/* 's': SQLite's function with this name has the same results; 'r': it has, but it computes with doubles;
	 * '-': it has different results, or does not exist */
	char sqlite;
} vv_function_facts;

/* Describes the i-th function. Returns false after the last. */
bool vv_function_info(vv_function_facts *out, size_t i);

typedef enum vv_given_kind {
	VV_GIVEN_NULL,
	VV_GIVEN_TEXT,
	VV_GIVEN_NUMBER, /* text is the number as JSON writes it */
	VV_GIVEN_TRUTH,
	VV_GIVEN_DATE,
	VV_GIVEN_DATETIME
} vv_given_kind;

/* An argument or a result of a function. An argument is of kind NULL, TEXT or NUMBER. */
typedef struct vv_given {
	vv_given_kind kind;
	const char *text;
	size_t len;
	/* TRUTH: 0 or 1; DATE: days since 1970-01-01; DATETIME: microseconds since then */
	int64_t i;
} vv_given;

typedef struct vv_function vv_function;
vv_function *vv_function_new(size_t i); /* i: as for vv_function_info; NULL when out of memory */
void vv_function_free(vv_function *f);  /* accepts NULL */
VV_AUTO_FREE(vv_function, vv_function_free)

/* Calls the function. Each argument is read as a value of the parameter's type; if one cannot be read, the result is
 * of kind NULL. The text of *out is borrowed until the next call. VV_EUSAGE: a wrong number of arguments, or a number
 * instead of a date. */
vv_status vv_function_call(vv_given *out, vv_function *f, const vv_given *args, size_t count,
			   vv_error *err);

#endif
