/*
 * suggest: finds rules that all versions of a table meet, and writes them as lines of varve.checks.
 *
 * Candidates are made from profiles (check/past/profile.h) of the newest version and of some
 * earlier versions. Each candidate is checked in all versions. A candidate of the newest version is
 * suggested only if it applies to the newest version, and all versions to which it applies meet it
 * (a version without its column does not count). In addition, each candidate of an earlier version
 * that has the same form, but other values or bounds, must be met by all versions after that
 * earlier version. So lists of values that grow and bounds that rise are not suggested. Ranges
 * of a column's values are suggested only from ten versions on.
 */
#ifndef VV_LIB_CHECK_SUGGEST_H
#define VV_LIB_CHECK_SUGGEST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "lib/check/one.h"

/* Appends to out, for each table of the commit with suggestions, a section of a varve.checks file,
 * and sets *tables to the number of examined tables. Omits rules that are already in the
 * varve.checks of the side `written`. argc, argv: paths; argc 0: all paths. run: as for
 * vv_timeline_read (lib/check/timeline.h); run->only is overwritten. */
vv_status vv_check_suggest(vv_buf *out, size_t *tables, vv_check_run *run, const vv_oid *commit,
			   const vv_diff_side *written, int argc, char **argv, vv_error *err);

/*
 * other_rules: converts rules of other tools (dbt, Soda, Great Expectations, ODCS) to lines of
 * varve.checks.
 *
 * The Python package reads the files (python3 -m varve_data.rules) in a child process with limits.
 * Each line that it writes is then parsed as a line of varve.checks.
 */

/* Converts `file`, an absolute path of a file of one of these tools, to the text of a varve.checks
 * file, and appends the text to out. Rules without a counterpart become comments with the reason;
 * adds their number to *left. VV_EINPUT: the file is not from one of these tools. VV_EREFUSED: the
 * rules are too long, or the child process exceeded its limits. VV_ENOSUPPORT: the Python package,
 * or a library that it needs, is not installed. */
vv_status vv_other_rules_read(vv_buf *out, size_t *left, const vv_env *env, const char *file,
			      vv_error *err);

#endif
