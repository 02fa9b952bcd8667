/*
 * rules: reads the merge rules of one path: those of the commit that is merged into, overridden by
 * those of the command line.
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

/* The variable with the words of `-X`, one per line, for the merge driver of a git that varve
 * runs. */
#define VV_MERGE_RULES_VAR "VARVE_MERGE_RULES"

/* The merge that the rules are for. All members are borrowed. */
typedef struct vv_merge_scope {
	vv_repository *repo;
	const char *path;
	const vv_oid *commits;    /* base, ours, theirs; any may be null */
	const char *const *names; /* the sides' names in messages; any may be NULL */
	const vv_oid *into;       /* the commit whose rules apply; NULL: HEAD */
	vv_strings how;           /* words of `merge -X`; they override these rules */
	bool swapped;             /* ours and theirs are exchanged in this merge */
} vv_merge_scope;

/* Reads the rules for the path into *out, which is initialised. Changes of the rules by the other side's commit are
 * noted: they do not apply. VV_EINPUT: varve.json is not valid; VV_EUSAGE: a word of the command line is not a
 * rule. */
vv_status vv_merge_rules_load(vv_merge_rules *out, const vv_merge_scope *in, vv_error *err);

/* Warns of rules in varve.json (blob `file`) that choose the greater value of a text column, in
 * the index's tables. Skips unreadable tables. */
void vv_merge_rules_warn(vv_dataset_reader *reader, vv_repository *r, const vv_index *x,
			 const vv_oid *file);

/* Checks the words of `merge -X`. VV_EUSAGE: a word is not a rule. */
vv_status vv_merge_rules_check(const vv_strings *how, vv_error *err);

/* Appends "14 cells by rule (latest 9, union 5), 1 row kept"; nothing if no rule decided
 * anything. */
void vv_merge_rules_describe(vv_buf *out, const vv_merge_stats *s);

#endif
