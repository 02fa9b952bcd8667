/*
 * condition_calls: the functions of conditions: abs(x), days(a, b), coalesce(x, y) ... Private to
 * dataset/rows.
 */
#ifndef VV_DATASET_ROWS_CONDITION_CALLS_H
#define VV_DATASET_ROWS_CONDITION_CALLS_H

#include "dataset/rows/condition_code.h"

/* A function of conditions. The kinds of arguments and results are letters. n: number; t: text; b:
 * true or false; d: date or datetime; c: time of day or datetime; m: date, datetime or yearmonth;
 * x: any kind, but all arguments with the letter x have the same kind. */
typedef struct vv_call {
	const char *name;
	/* a letter for each argument; the last letter is for all further arguments, too */
	const char *takes;
	size_t least, most; /* least and greatest number of arguments */
	/* the letter of the result: n, t, b, d or x; x: the kind of the x arguments or, without any,
	 * of the first argument */
	char gives;
	bool whole; /* run is called even if an argument is missing or unknown */
	/* 's': SQLite's function with this name has the same results; 'r': the same results, except
	 * that SQLite rounds to doubles; '-': SQLite has no function with this name, or it has
	 * different results */
	char sqlite;
	/* Computes the result of count arguments, which are s->stack[a], s->stack[a + 1], ..., and
	 * stores the result in s->stack[a]. */
	void (*run)(vv_condition_scratch *s, size_t a, size_t count, int how);
	int how;             /* passed to run, which may implement several functions */
	const char *example; /* a condition that is true */
} vv_call;

/* Finds a function by name, ignoring case. Returns NULL if it is unknown. */
const vv_call *vv_call_find(const char *name, size_t len);
/* Returns the i-th function, or NULL after the last. */
const vv_call *vv_call_at(size_t i);

/* Calls the function with count arguments, which are s->stack[a], s->stack[a + 1], ..., and stores
 * the result in s->stack[a]. kind: the kind of the arguments with the letter x; without any, of the
 * first argument. */
void vv_call_run(const vv_call *call, vv_condition_scratch *s, size_t a, size_t count,
		 vv_operand_kind kind);

#endif
