/*
 * one: checking one dataset.
 */
#ifndef VV_LIB_CHECK_ONE_H
#define VV_LIB_CHECK_ONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "check/kept/cache.h"
#include "check/report/report.h"
#include "check/rules/check.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"
#include "dataset/schema/package.h"
#include "dataset/schema/pattern.h"
#include "dataset/table/dataset_reader.h"
#include "dataset/table/table.h"
#include "lib/check/list.h"
#include "lib/check/owner.h"
#include "lib/status/sides.h"

/*
 * failed_rows: --failed-rows: every row that something is wrong with, and what; --passed-rows: all others.
 *
 * A correct caller: vv_failed_rows_new; vv_failed_rows_add for each finding of one dataset;
 * vv_failed_rows_write with its table, once. Memory is bounded: row numbers are sorted on disk
 * past a limit.
 */

typedef struct vv_failed_rows vv_failed_rows;

/* file, passed: where these rows go, and all others; either may be NULL. */
vv_status vv_failed_rows_new(vv_failed_rows **out, const char *file, const char *passed,
			     const char *temp_dir, vv_error *err);
void vv_failed_rows_free(vv_failed_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_failed_rows, vv_failed_rows_free)

/* Findings about no row are left out. */
vv_status vv_failed_rows_add(vv_failed_rows *r, const vv_finding *f, vv_error *err);

/* Writes the files: check_line, check_row, check_problems, and the row's cells; and those that passed in the form of the
 * table's file. t NULL: it could not be read as a table: then no cells are written, and passed rows are an error
 * (VV_EINPUT). */
vv_status vv_failed_rows_write(vv_failed_rows *r, vv_table *t, vv_error *err);

/* How versions are checked; report from vv_report_new. */
typedef struct vv_check_run {
	vv_repository *repo;
	const vv_env *env; /* without repo: what readers of documents run in; or NULL */
	vv_dataset_reader *reader;
	vv_check_report *report;
	vv_check_cache *cache;      /* or NULL */
	vv_pattern_budget patterns; /* of all that is checked */
	const char *temp_dir;       /* NULL: /tmp */
	vv_pool *pool;              /* without a reader; or NULL */
	const vv_progress *progress;
	uint64_t limit;  /* of the report */
	bool no_queries; /* rules that are queries are not run, and counted: */
	size_t queries_left;
	const char *folder; /* without repo: that relative paths are in; or NULL */
	bool no_documents; /* no reader is run: tables of documents that no argument names are left out */
	bool new_only;
	bool no_base;                          /* of a range: compare with nothing */
	bool exact;                            /* the paths are those of changed files */
	int64_t now;                           /* freshness: seconds since 1970 */
	const char *const *only, *const *skip; /* --select, --skip */
	size_t only_count, skip_count;
	bool *only_used;           /* for each of only: some dataset was looked at by it; or NULL */
	const char *const *accept; /* --accept: rules whose findings are intended */
	size_t accept_count;
	const char *accept_why;
	const vv_check_owner *owner; /* its rules apply; NULL: each version's own */
	vv_failed_rows *rows;        /* --failed-rows; or NULL */
	const vv_buf *schema;        /* --schema: instead of a package's; or NULL */
	const char *schema_name;
	const vv_sniff_hints *written; /* with --files: how they are written; or NULL */
	/* the file used for standard_path, or with --files for "-"; or NULL */
	const char *standard, *standard_path;
	const vv_buf *rules_text; /* with --files: the rules; or NULL */
	const char *rules_name;   /* with --files: of the rules; or NULL */
	vv_hint_words_fn words; /* the program's, of hints in findings; NULL: codes are left out */
	const vv_check_share *share; /* one table, of which only the share is looked at; or NULL */
	const vv_check_noted *results; /* of shares, by others */
	size_t result_count;
	vv_buf *spelled; /* takes the rules of each dataset as lines of varve.checks, and nothing is checked; or NULL */
	/* --explain: takes the rules of each dataset, and nothing is checked; or NULL */
	vv_status (*explain)(void *payload, const char *path, const vv_check_explained *e,
			     vv_error *err);
	void *explain_payload;
	vv_error unread; /* code < 0: some dataset was not checked, the first for this reason */
} vv_check_run;

/* Checks a listed path of the side; base may be NULL, or lack the path. An absent path is a finding. A path with missing or
 * damaged data is reported as not checked, with the reason in run->unread: the check as a whole then failed to run, regardless
 * of the verdict. */
vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_diff_side *base, const vv_check_path *path, vv_error *err);

/* The hint of the error `why`, in the words of the run, for a finding that replaces it; NULL: none. */
const char *vv_check_hint(const vv_check_run *run, vv_error *why);
/* Removes rules that the run does not select. */
vv_status vv_check_select(const vv_check_run *run, vv_rule_set *rules, vv_error *err);

/* Adds findings about the setup of the check, not about data, at path: each as severe as its
 * rule. */
vv_status vv_check_about(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 const char *path, const vv_finding *found, size_t count, vv_error *err);

/* Something of a side that cannot be looked at, as a finding of the rule at path. */
vv_status vv_check_unread(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			  const char *path, const vv_finding *f, vv_error *err);

#endif
