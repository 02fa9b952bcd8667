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
#include "base/error.h"
#include "lib/check/one.h"

/* Appends to out, for each table of the commit with suggestions, a section of a varve.checks file,
 * and sets *tables to the number of examined tables. Omits rules that are already in the
 * varve.checks of the side `written`. argc, argv: paths; argc 0: all paths. run: as for
 * vv_timeline_read (lib/check/timeline.h); run->only is overwritten. */
vv_status vv_check_suggest(vv_buf *out, size_t *tables, vv_check_run *run, const vv_oid *commit,
			   const vv_diff_side *written, int argc, char **argv, vv_error *err);

#endif
