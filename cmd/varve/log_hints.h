/*
 * log_hints: hints of log, for a version in place of a date, and for options that lack a table or --figure.
 */
#ifndef VV_CMD_VARVE_LOG_HINTS_H
#define VV_CMD_VARVE_LOG_HINTS_H

#include "base/error.h"
#include "cmd/frame/command.h"

/* "--since v1 prices.csv": hints at 'varve log v1..HEAD prices.csv'. after, before: the values of --since and --until, or
 * NULL. */
void vv_log_hint_range(const vv_context *c, const char *after, const char *before, vv_error *err);

/* Fails, since the option requires the path of one table, and hints at the only one that has the typed row and
 * columns. */
vv_status vv_log_fail_path(const vv_context *c, const char *option, vv_error *err);

/* Reports that --where requires --figure, with a line that counts the rows. Returns an exit code. */
int vv_log_refuse_where(const vv_context *c);

#endif
