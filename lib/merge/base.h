/*
 * base: the tree that a merge of two commits compares with.
 */
#ifndef VV_LIB_MERGE_BASE_H
#define VV_LIB_MERGE_BASE_H

#include <stddef.h>

#include "base/error.h"
#include "dataset/table/dataset_writer.h"
#include "repo/git/repository.h"

/* *out: the best common ancestor; where there are several (after criss-cross merges) a
 * tree in which these are merged, by the same rules, a conflict keeping what their own
 * base has. Null, with *count 0: the histories are unrelated. Blocks that it makes are
 * durable. */
vv_status vv_merge_base_make(vv_oid *out, size_t *count, vv_repository *r, vv_dataset_writer *s,
			     const vv_oid *ours, const vv_oid *theirs, vv_error *err);

/* VV_EREFUSED: these two have no commit in common. They are called as the user did. */
vv_status vv_merge_refuse_unrelated(const char *ours, const char *theirs, vv_error *err);

#endif
