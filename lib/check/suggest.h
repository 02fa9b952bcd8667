/*
 * suggest: finds rules that a table met in all of its versions, as lines of varve.checks.
 *
 * Candidates come from profiles (check/past/profile.h) of the newest version and of some before it. All versions are judged by
 * all of them. A candidate of the newest version is suggested if it was always met, and if candidates of its form from earlier
 * versions were met in all versions since: this excludes growing lists and rising numbers.
 */
#ifndef VV_LIB_CHECK_SUGGEST_H
#define VV_LIB_CHECK_SUGGEST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "lib/check/one.h"

/* Appends a section for each table of the commit with suggestions; rules that varve.checks of a side has are left out. argc,
 * argv: paths; 0: all. *tables: how many were looked at. run: as for vv_timeline_read. */
vv_status vv_check_suggest(vv_buf *out, size_t *tables, vv_check_run *run, const vv_oid *commit,
			   const vv_diff_side *written, int argc, char **argv, vv_error *err);

/*
 * other_rules: rules of other tools (dbt, Soda, Great Expectations, ODCS) as lines of varve.checks.
 *
 * The Python package reads the files (python3 -m varve_data.rules), in a child with limits; each of its lines is compared with
 * the language here.
 */

/* Appends the text of a varve.checks. Checks without a counterpart become comments, with the reason; *left is their number.
 * file is absolute. VV_EINPUT: none of these tools writes such a file; VV_ENOSUPPORT: the Python package is missing here. */
vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err);

#endif
