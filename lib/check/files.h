/*
 * files: varve check --files: data files, data packages and standard input, in or out of a
 * repository.
 */
#ifndef VV_LIB_CHECK_FILES_H
#define VV_LIB_CHECK_FILES_H

#include "lib/check/run.h"

/* Checks each argument: a data package (datapackage.json, or a .json file with resources) with all that
 * it describes; "-", standard input; else a data file, with the datapackage.json that describes it.
 * run->written, if any, is for data files only. */
vv_status vv_check_files(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 int argc, char **argv, vv_error *err);

#endif
