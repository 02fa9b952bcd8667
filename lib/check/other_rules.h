/*
 * other_rules: rules of other tools (dbt, Soda, Great Expectations, ODCS) as lines of varve.checks.
 *
 * The Python package reads the files (python3 -m varve_data.rules), in a child with limits; each of its lines is held against
 * the language here.
 */
#ifndef VV_LIB_CHECK_OTHER_RULES_H
#define VV_LIB_CHECK_OTHER_RULES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"

/* Appends the text of a varve.checks. Checks without a counterpart are comments in it, with the reason: *left of them. file is
 * absolute. VV_EINPUT: none of these tools writes such a file; VV_ENOSUPPORT: the Python package is not here. */
vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err);

#endif
