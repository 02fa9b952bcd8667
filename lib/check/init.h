/*
 * init: a first varve.json (varve check --init).
 */
#ifndef VV_LIB_CHECK_INIT_H
#define VV_LIB_CHECK_INIT_H

#include "base/error.h"
#include "base/progress.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/repository.h"

/* Reads the datasets of the work tree (argc, argv: paths; 0: all) and writes rules that they
 * meet to varve.json at the root. *count: for how many datasets; those that cannot be read
 * as tables are left out. VV_EEXISTS: there is one already; VV_ENOTFOUND: no dataset. */
vv_status vv_check_init(vv_repository *r, vv_dataset_reader *s, int argc, char **argv,
			const vv_progress *progress, size_t *count, vv_error *err);

#endif
