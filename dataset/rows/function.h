/*
 * function: a function of the language, for values of SQL.
 *
 * A correct caller: vv_function_info lists the functions; vv_function_new, one per thread; vv_function_call any number of
 * times.
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
	size_t least, most; /* arguments */
	char sqlite; /* what SQLite has under this name: s the same, r the same of doubles, else - */
} vv_function_facts;

/* The i-th function. False at the end. */
bool vv_function_info(vv_function_facts *out, size_t i);

typedef enum vv_given_kind {
	VV_GIVEN_NULL,
	VV_GIVEN_TEXT,
	VV_GIVEN_NUMBER, /* its text, as JSON has it */
	VV_GIVEN_TRUTH,
	VV_GIVEN_DATE,
	VV_GIVEN_DATETIME
} vv_given_kind;

/* An argument (NULL, a text, or a number) or a result of a function. */
typedef struct vv_given {
	vv_given_kind kind;
	const char *text;
	size_t len;
	int64_t i; /* TRUTH; DATE: days, DATETIME: microseconds, since 1970 */
} vv_given;

typedef struct vv_function vv_function;
vv_function *vv_function_new(size_t i); /* of vv_function_info; NULL when out of memory */
void vv_function_free(vv_function *f);  /* accepts NULL */
VV_AUTO_FREE(vv_function, vv_function_free)

/* Each argument is read as the parameter's type; one that cannot be read makes the result NULL. Texts of *out are borrowed,
 * until the next call. VV_EUSAGE: a wrong number of arguments, a number instead of a date. */
vv_status vv_function_call(vv_given *out, vv_function *f, const vv_given *args, size_t count,
			   vv_error *err);

#endif
