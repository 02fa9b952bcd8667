/*
 * function: calls the functions of conditions (abs, upper ...) with single values, for SQL queries.
 *
 * A correct caller: vv_function_info to list the functions; vv_function_new once for each function
 * and thread; vv_function_call any number of times; vv_function_free.
 */
#ifndef VV_DATASET_ROWS_FUNCTION_H
#define VV_DATASET_ROWS_FUNCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

/* The description of a function. */
typedef struct vv_function_facts {
	const char *name;   /* a constant */
	size_t least, most; /* least and greatest number of arguments */
	/* 's': SQLite's function with this name has the same results; 'r': the same results, except
	 * that SQLite rounds to doubles; '-': SQLite has no function with this name, or it has
	 * different results */
	char sqlite;
} vv_function_facts;

/* Sets *out to the description of the function with number i, from 0. Returns false if i is not
 * below the number of functions. */
bool vv_function_info(vv_function_facts *out, size_t i);

/* The kind of an argument or of a result. */
typedef enum vv_given_kind {
	VV_GIVEN_NULL,
	VV_GIVEN_TEXT,
	VV_GIVEN_NUMBER, /* text is the number as JSON writes it; in results also INF or -INF */
	VV_GIVEN_TRUTH,
	VV_GIVEN_DATE,
	VV_GIVEN_DATETIME
} vv_given_kind;

/* An argument or a result of a function. An argument is of kind NULL, TEXT or NUMBER: dates and
 * times are passed as texts, and a truth as a text that begins with 1, t or T, or another text for
 * false. */
typedef struct vv_given {
	vv_given_kind kind;
	const char *text; /* TEXT, NUMBER: len bytes; borrowed */
	size_t len;
	/* TRUTH: 0 or 1; DATE: days since 1970-01-01; DATETIME: microseconds since then */
	int64_t i;
} vv_given;

/* A function that can be called, with its working memory. */
typedef struct vv_function vv_function;
/* Opens the function with number i, for which vv_function_info returns true. Returns NULL if out of
 * memory. */
vv_function *vv_function_new(size_t i);
void vv_function_free(vv_function *f); /* accepts NULL */
VV_AUTO_FREE(vv_function, vv_function_free)

/* Calls the function with count arguments, and sets *out to the result, whose text is borrowed
 * until the next call. Each argument is converted to the kind that the function requires; if that
 * is not possible, the result is of kind NULL. VV_EUSAGE: the number of arguments is wrong, a
 * number is passed instead of a date or time, or arguments that must have the same kind are texts
 * and numbers. */
vv_status vv_function_call(vv_given *out, vv_function *f, const vv_given *args, size_t count,
			   vv_error *err);

#endif
