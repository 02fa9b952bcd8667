/*
 * renames_internal: the likeness of two files, for finding renames.
 *
 * Text is compared as Git does. Two datasets are as like as the blocks that they share,
 * and no dataset is like a text: the pointers' own text, which looks alike for all tables
 * of one shape, does not count.
 */
#ifndef VV_REPO_GIT_MERGE_RENAMES_INTERNAL_H
#define VV_REPO_GIT_MERGE_RENAMES_INTERNAL_H

#include "repo/git/merge/renames.h"
#include "repo/git/repository_internal.h"

/* The metric is valid as long as r. */
void vv_likeness_use(git_diff_similarity_metric *out, vv_repository *r);

#endif
