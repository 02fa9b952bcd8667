/*
 * package_apply: puts the schemas and keys of a staged datapackage.json into staged tables.
 *
 * A table whose schema or key differs from its description gets a new root block over the same row
 * groups. Descriptions are read from the index; the work tree's files are not read.
 */
#ifndef VV_LIB_COMMIT_PACKAGE_APPLY_H
#define VV_LIB_COMMIT_PACKAGE_APPLY_H

#include "lib/status/changes.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Applies the descriptions in the staged datapackage.json files to the tables in the index x; to be
 * called before a commit is made. Applies each datapackage.json that has changed, or that is in the
 * folder of a changed .json file or above it, since this file may be a schema of the package.
 * `changes` are the staged changes. Each table with a new root gets a new index entry. Sets *paths
 * to the paths of these tables, and *count to their number; the caller frees them with
 * vv_names_free, also on failure. Reports warnings. If *count is not 0, blocks have been made
 * durable, the index has been written (unless it exists only in memory), and `changes` is out of
 * date. */
vv_status vv_describe_for_commit(vv_repository *r, vv_index *x, vv_dataset_writer *s,
				 const vv_changes *changes, char ***paths, size_t *count,
				 vv_error *err);

#endif
