/*
 * rules: reads the merge rules of a path. They are the rules in varve.json of the commit into which
 * another commit is merged; rules of the command line override these.
 */
#ifndef VV_LIB_MERGE_RULES_H
#define VV_LIB_MERGE_RULES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "diff/merge/options.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The environment variable with the arguments of -X, one per line, for the merge driver when varve
 * runs git. */
#define VV_MERGE_RULES_VAR "VARVE_MERGE_RULES"

/* The merge of a path for which rules are read. All members are borrowed. */
typedef struct vv_merge_scope {
	vv_repository *repo;
	const char *path;
	/* the commits of base, ours and theirs; any may be null */
	const vv_oid *commits;
	/* the names of base, ours and theirs in messages; any may be NULL */
	const char *const *names;
	const vv_oid *into; /* the commit whose rules apply; NULL: HEAD */
	/* arguments of merge -X, which override the rules of varve.json */
	vv_strings how;
	/* the caller has exchanged ours and theirs, so rules that name a side are exchanged, too */
	bool swapped;
} vv_merge_scope;

/* Adds the rules for in->path to *out, which must be zeroed. If the other side's commit changes the
 * rules, sends a note that the changes do not apply. VV_EINPUT: varve.json is invalid. VV_EUSAGE:
 * an argument of -X is not a rule. */
vv_status vv_merge_rules_load(vv_merge_rules *out, const vv_merge_scope *in, vv_error *err);

/* Warns of rules in varve.json (the blob `file`) that compare the values of a text column in a
 * table of the index x: `max`, `min`, and `latest` by a text column. Warns once for each table.
 * Skips tables that cannot be read. */
void vv_merge_rules_warn(vv_dataset_reader *reader, vv_repository *r, const vv_index *x,
			 const vv_oid *file);

/* Checks `how`, arguments of merge -X. VV_EUSAGE: an argument is not a rule. */
vv_status vv_merge_rules_check(const vv_strings *how, vv_error *err);

/* Checks the columns for which `how`, arguments of merge -X, has rules: some table of the commit
 * *ours or *theirs must have the column. VV_EUSAGE: no table has it, or an argument is not a rule.
 * Returns VV_OK without checking columns if the tables of a commit cannot be read. */
vv_status vv_merge_rules_check_columns(vv_repository *r, vv_dataset_reader *reader,
				       const vv_strings *how, const vv_oid *ours,
				       const vv_oid *theirs, vv_error *err);

/* Appends to out a description of the rules applied in s, such as "14 cells by rule (latest 9,
 * union 5), 1 row kept by rule". Appends nothing if no rule was applied. */
void vv_merge_rules_describe(vv_buf *out, const vv_merge_stats *s);

#endif
