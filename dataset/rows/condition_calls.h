/*
 * condition_calls: the functions of the language: abs(x), days(a, b), coalesce(x, y) ... Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_CONDITION_CALLS_H
#define VV_DATASET_ROWS_CONDITION_CALLS_H

#include "dataset/rows/condition_code.h"

/* The kind of an argument: n number, t text, b true or false, d date (or datetime), c time of day (or datetime), m with a
 * month, v any kind with values, x the same kind as all other x. */
typedef struct vv_call {
	const char *name;
	const char *takes; /* a letter for each; the last one for all further */
	size_t least, most;
	char gives; /* n, t, b, d, or x */
	bool whole; /* called also if an argument is missing or unknown */
	/* What SQLite has under this name: s the same, r the same of doubles, - nothing that is the same. */
	char sqlite;
	/* a: the first of count arguments, and in its place the result */
	void (*run)(vv_condition_scratch *s, size_t a, size_t count, int how);
	int how;             /* which of the functions that it works off */
	const char *example; /* a true condition */
} vv_call;

/* NULL: unknown function. Ignores case. */
const vv_call *vv_call_find(const char *name, size_t len);
/* The i-th; NULL at the end. */
const vv_call *vv_call_at(size_t i);

/* The value of a function of kind (what x are) with count arguments from a on, in place of the first. */
void vv_call_run(const vv_call *call, vv_condition_scratch *s, size_t a, size_t count,
		 vv_operand_kind kind);

#endif
