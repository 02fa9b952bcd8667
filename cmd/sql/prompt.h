/*
 * prompt: statements that the user types.
 */
#ifndef VV_CMD_SQL_PROMPT_H
#define VV_CMD_SQL_PROMPT_H

#include "cmd/sql/script.h"

/* Reads lines from the terminal until its end or .quit. An error ends the statement only, and so does Ctrl-C. */
vv_status vv_sql_prompt(vv_sql_script *s, vv_error *err);

#endif
