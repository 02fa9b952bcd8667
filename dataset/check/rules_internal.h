/*
 * rules_internal: varve.json, read.
 */
#ifndef VV_DATASET_CHECK_RULES_INTERNAL_H
#define VV_DATASET_CHECK_RULES_INTERNAL_H

#include "dataset/check/rules.h"

/* The rules of the whole project (the first, without paths), or of some datasets. */
typedef struct vv_rules_block {
	const char *const *paths;  /* patterns, NULL-ended; NULL: every path */
	vv_rule_setting *settings; /* those of one rule stand together */
	size_t count;
	bool says_check, check;
} vv_rules_block;

struct vv_rules_file {
	vv_arena arena;         /* holds everything */
	vv_rules_block *blocks; /* in the order of the file: a later one goes over an earlier */
	size_t block_count;
	vv_on_commit on_commit;
	vv_severity fail_on;
	bool has_limit;
	uint64_t limit;
};

#endif
