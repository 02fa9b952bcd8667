/*
 * files: implements varve check --files, which checks data files, data packages and standard input,
 * inside or outside of a repository.
 */
#ifndef VV_LIB_CHECK_FILES_H
#define VV_LIB_CHECK_FILES_H

#include "lib/check/run.h"

/* Checks the files that the argc arguments in argv name, with the rules `rules`, which may be NULL,
 * and adds the findings to run->report. A datapackage.json, or another .json file with resources,
 * is a data package: all files that it describes are checked. "-" is standard input. Other
 * arguments are data files, checked with the datapackage.json that describes them. side: a side of
 * kind VV_SIDE_WORK. VV_EUSAGE: run->schema or run->written is set, but an argument is a package;
 * or run->rows is set, but there are several files; or "-" is given twice. */
vv_status vv_check_files(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 int argc, char **argv, vv_error *err);

#endif
