/*
 * other_rules: converts rules of other tools (dbt, Soda, Great Expectations, ODCS) to lines of
 * varve.checks.
 *
 * The Python package reads the files (python3 -m varve_data.rules) in a child process with limits.
 * Each line that it writes is then parsed as a line of varve.checks.
 */
#ifndef VV_LIB_CHECK_OTHER_RULES_H
#define VV_LIB_CHECK_OTHER_RULES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"

/* Converts `file`, an absolute path of a file of one of these tools, to the text of a varve.checks
 * file, and appends the text to out. Rules without a counterpart become comments with the reason;
 * adds their number to *left. VV_EINPUT: the file is not from one of these tools. VV_EREFUSED: the
 * rules are too long, or the child process exceeded its limits. VV_ENOSUPPORT: the Python package,
 * or a library that it needs, is not installed. */
vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err);

#endif
