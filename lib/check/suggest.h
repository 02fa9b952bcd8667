/*
 * suggest: finds rules that a table met in all of its versions, and writes them as lines of
 * varve.checks.
 *
 * Candidates are made from profiles (check/past/profile.h) of the newest version and of some
 * earlier versions. Each candidate is checked in all versions. A candidate of the newest version is
 * suggested if all versions meet it, and if each similar candidate of an earlier version is met by
 * all later versions. The second condition excludes lists that grow and numbers that rise.
 */
#ifndef VV_LIB_CHECK_SUGGEST_H
#define VV_LIB_CHECK_SUGGEST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "lib/check/one.h"

/* Appends a section for each table of the commit that has suggestions. Rules that the varve.checks
 * of `written` already has are left out. argc, argv: paths; argc 0: all paths. *tables: number of
 * examined tables. run: as for vv_timeline_read. */
vv_status vv_check_suggest(vv_buf *out, size_t *tables, vv_check_run *run, const vv_oid *commit,
			   const vv_diff_side *written, int argc, char **argv, vv_error *err);

/*
 * other_rules: converts rules of other tools (dbt, Soda, Great Expectations, ODCS) to lines of
 * varve.checks.
 *
 * The Python package reads the files (python3 -m varve_data.rules) in a child process with limits.
 * Each of its lines is checked against the language of varve.checks.
 */

/* Appends the text of a varve.checks. file: an absolute path. Checks without a counterpart become
 * comments with the reason; *left is their number. VV_EINPUT: the file is not from one of these
 * tools; VV_EREFUSED: the rules are too long; VV_ENOSUPPORT: the Python package is not
 * installed. */
vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err);

#endif
