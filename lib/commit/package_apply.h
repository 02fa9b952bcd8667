/*
 * package_apply: the schemas and keys of a staged datapackage.json, put into the roots of staged tables.
 *
 * A described table whose schema or key differs gets a new root over the same groups.
 * Reads the index only; the work tree's files are not looked at, but for their stat.
 */
#ifndef VV_LIB_COMMIT_PACKAGE_APPLY_H
#define VV_LIB_COMMIT_PACKAGE_APPLY_H

#include "lib/status/changes.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* For every datapackage.json among the staged changes, and above changed JSON files (its schema may
 * be one), for a commit that is about to be made: index entries of tables that get a new root are
 * set; *paths names them (vv_names_free). Notes warnings, and makes blocks and index durable if
 * *count is not 0 (then the changes are outdated). */
vv_status vv_describe_for_commit(vv_repository *r, vv_index *x, vv_dataset_writer *s,
				 const vv_changes *changes, char ***paths, size_t *count,
				 vv_error *err);

#endif
