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
#include "dataset/table/table.h"
#include "lib/check/list.h"
#include "lib/check/owner.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

/*
 * failed_rows: writes the files of --failed-rows (every row with a finding, and the findings) and
 * --passed-rows (all other rows).
 *
 * A correct caller: vv_failed_rows_new; vv_failed_rows_add for each finding of one dataset;
 * vv_failed_rows_write with its table, once. Memory is bounded: row numbers are sorted on disk
 * past a limit.
 */

typedef struct vv_failed_rows vv_failed_rows;

/* file: the file for failed rows; passed: the file for all other rows. Either may be NULL. */
vv_status vv_failed_rows_new(vv_failed_rows **out, const char *file, const char *passed,
			     const char *temp_dir, vv_error *err);
void vv_failed_rows_free(vv_failed_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_failed_rows, vv_failed_rows_free)

/* Adds a finding. Ignores findings that are not about a row. */
vv_status vv_failed_rows_add(vv_failed_rows *r, const vv_finding *f, vv_error *err);

/* Writes the files. Failed rows have the columns check_line, check_row and check_problems, and
 * the row's cells; passed rows have the form of the table's file. t NULL: the file could not be
 * read as a table; then no cells are written, and a file of passed rows is an error (VV_EINPUT). */
vv_status vv_failed_rows_write(vv_failed_rows *r, vv_table *t, vv_error *err);

/* How versions are checked; report from vv_report_new. */
typedef struct vv_check_run {
	vv_repository *repo;
	const vv_env *env; /* without repo: the environment of readers of documents; or NULL */
	vv_dataset_reader *reader;
	vv_check_report *report;
	vv_check_cache *cache;      /* or NULL */
	vv_pattern_budget patterns; /* the budget of all patterns of the run */
	const char *temp_dir;       /* NULL: /tmp */
	vv_pool *pool;              /* without a reader; or NULL */
	const vv_progress *progress;
	uint64_t limit;  /* of the report */
	bool no_queries; /* do not run rules that are queries, but count them in queries_left */
	size_t queries_left;
	const char *folder; /* without repo: the folder of relative paths; or NULL */
	/* run no document reader: skip tables of documents that no argument names */
	bool no_documents;
	bool new_only;
	bool no_base;                          /* in a range: compare with nothing */
	bool exact;                            /* the paths are exact: those of changed files */
	int64_t now;                           /* freshness: seconds since 1970 */
	const char *const *only, *const *skip; /* --select, --skip */
	size_t only_count, skip_count;
	/* for each item of only: it selected a rule of some dataset; or NULL */
	bool *only_used;
	const char *const *accept; /* --accept: rules whose findings are intended */
	size_t accept_count;
	const char *accept_why;
	/* the owner whose rules apply; NULL: each version has its own rules */
	const vv_check_owner *owner;
	vv_failed_rows *rows; /* --failed-rows; or NULL */
	const vv_buf *schema; /* --schema: replaces the schema of the package; or NULL */
	const char *schema_name;
	const vv_sniff_hints *written; /* with --files: the dialect of the files; or NULL */
	/* the file used for standard_path, or with --files for "-"; or NULL */
	const char *standard, *standard_path;
	const vv_buf *rules_text;      /* with --files: the text of the rules; or NULL */
	const char *rules_name;        /* with --files: the name of the rules' file; or NULL */
	vv_hint_words_fn words;        /* words the hints of findings; NULL: hints are left out */
	const vv_check_share *share;   /* check only this share of a single table; or NULL */
	const vv_check_noted *results; /* the results of shares that others checked */
	size_t result_count;
	/* if not NULL: nothing is checked; receives the rules of each dataset as lines of
	 * varve.checks */
	vv_buf *spelled;
	/* --explain: if not NULL, nothing is checked; called with the rules of each dataset */
	vv_status (*explain)(void *payload, const char *path, const vv_check_explained *e,
			     vv_error *err);
	void *explain_payload;
	/* code < 0: at least one dataset was not checked; the reason for the first of them */
	vv_error unread;
} vv_check_run;

/* Checks a listed path of the side; base may be NULL, or lack the path. An absent path is a finding. A path with missing or
 * damaged data is reported as not checked, with the reason in run->unread: the check as a whole then failed to run, regardless
 * of the verdict. */
vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_diff_side *base, const vv_check_path *path, vv_error *err);

/* Returns the hint of the error `why`, worded by run->words, for a finding that replaces the
 * error; NULL: the error has no hint. */
const char *vv_check_hint(const vv_check_run *run, vv_error *why);
/* Removes rules that the run does not select. */
vv_status vv_check_select(const vv_check_run *run, vv_rule_set *rules, vv_error *err);

/* Adds findings about the setup of the check, not about data, at path: each as severe as its
 * rule. */
vv_status vv_check_about(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 const char *path, const vv_finding *found, size_t count, vv_error *err);

/* Reports that a part of the side cannot be read, as finding f at path. */
vv_status vv_check_unread(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			  const char *path, const vv_finding *f, vv_error *err);

#endif
