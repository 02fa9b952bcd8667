/*
 * answer: the command line for a statement of another program that SQL here cannot run.
 */
#ifndef VV_CMD_SQL_ANSWER_H
#define VV_CMD_SQL_ANSWER_H

#include <stdbool.h>

#include "base/error.h"

/* Finds out whether a statement could run, without running it. */
typedef struct vv_sql_judge {
	bool (*prepares)(void *payload, const char *sql);
	void *payload;
	const char *format; /* the value of --format, or NULL */
} vv_sql_judge;

/* Sets the hint of err, the error of the statement sql, to a line that can be pasted: "varve delete
 * prices.csv 2" for DELETE FROM, or the statement in words that varve sql takes, if it prepares. Leaves err
 * unchanged if it knows none. */
void vv_sql_answer(vv_error *err, const char *sql, const vv_sql_judge *judge);

#endif
