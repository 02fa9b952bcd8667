/*
 * script: statements, run one after the other, and their rows printed.
 */
#ifndef VV_CMD_SQL_SCRIPT_H
#define VV_CMD_SQL_SCRIPT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/sql/session.h"

typedef struct vv_sql_script {
	vv_sql_session session;
	const vv_strings *params; /* NAME=VALUE; borrowed */
	const char *format;       /* of VV_ROWS_FORMATS; NULL: the default */
	bool quiet;               /* no warnings */
	bool pages;               /* rows that the terminal has not room for go to the pager */
	int code;                 /* the exit code of the last error; VV_EXIT_OK: there was none */
} vv_sql_script;

/* Runs the statements until the first error, which is reported and sets the code. Fails only where memory runs out. */
vv_status vv_sql_script_run(vv_sql_script *s, const char *sql, vv_error *err);

#endif
