/*
 * one: checks one dataset.
 */
#ifndef VV_LIB_CHECK_ONE_H
#define VV_LIB_CHECK_ONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hint.h"
#include "base/progress.h"
#include "check/kept/cache.h"
#include "check/report/report.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"
#include "dataset/schema/pattern.h"
#include "lib/check/failed_rows.h"
#include "lib/check/list.h"
#include "lib/check/owner.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

typedef struct vv_check_explained vv_check_explained;
typedef struct vv_check_noted vv_check_noted;
typedef struct vv_check_share vv_check_share;
typedef struct vv_erased vv_erased;

/* A run: how versions are checked, and the results. Pointers are borrowed unless stated
 * otherwise. */
typedef struct vv_check_run {
	vv_repository *repo; /* NULL: outside of a repository */
	const vv_env *env;   /* if repo is NULL: the environment of document readers; may be NULL */
	vv_dataset_reader *reader; /* NULL if repo is NULL */
	vv_check_report *report;   /* receives the findings (vv_report_new) */
	vv_check_cache *cache;     /* may be NULL */
	bool keep_verdicts;        /* use and keep verdicts of whole tables (kept_verdict.h) */
	struct vv_check_verdicts *verdicts; /* internal: of the side being checked; or NULL */
	vv_pattern_budget patterns;         /* budget of all patterns of the run */
	const char *temp_dir;               /* NULL: /tmp */
	vv_pool *pool;                      /* threads, if reader is NULL; may be NULL */
	const vv_progress *progress;
	/* maximum number of stored findings for each rule and column of a dataset; 0: no limit */
	uint64_t limit;
	bool no_queries; /* do not run rules that are queries; count them in queries_left */
	/* number of queries that were not run; a rule counts once for each dataset */
	size_t queries_left;
	const char *folder; /* if repo is NULL: the folder of relative paths; may be NULL */
	/* run no document readers; skip tables of documents, except those that an argument names */
	bool no_documents;
	bool new_only; /* --new-only: do not count findings that the base has, too */
	bool no_base;  /* in a range of commits: do not compare versions with their parents */
	/* commits of a range are checked: versions whose rows have expired are left out with a note, and counted
	 * in `expired`; `checked` counts the others */
	bool in_range;
	size_t expired, checked;
	/* the arguments are exact paths of changed files, not patterns (VV_CHECK_EXACT) */
	bool exact;
	int64_t now; /* the current time for the rule freshness: seconds since 1970 */
	const char *const *only, *const *skip; /* arguments of --select and --skip */
	size_t only_count, skip_count;
	/* one for each element of only: true if it selected a rule of a dataset; may be NULL */
	bool *only_used;
	const char *const *accept; /* --accept: rules whose findings are intended */
	size_t accept_count;
	const char *accept_why; /* the reason for accepting them */
	/* the owner (owner.h) whose rules apply; NULL: the rules of each version apply to it */
	const vv_check_owner *owner;
	const vv_erased *erased; /* set by vv_check_side and vv_check_request_run; NULL: no list */
	vv_failed_rows *rows;    /* --failed-rows, of one dataset; may be NULL */
	const vv_buf *schema;    /* --schema: replaces the schema of the package; may be NULL */
	const char *schema_name; /* name of the file with this schema, for messages */
	const vv_sniff_hints
		*written; /* without a repository: the dialect of the files; may be NULL */
	/* standard: path of a file with a copy of standard input; NULL: standard input is not
	 * checked. The copy is read in place of the file at standard_path, or, with --files, in
	 * place of the argument "-" */
	const char *standard, *standard_path;
	const vv_buf *rules_text; /* with --files: the text of the rules; may be NULL */
	const char *rules_name;   /* with --files: the name of the rules' file; may be NULL */
	vv_hint_words_fn words;   /* writes the hints of findings; NULL: findings have no hints */
	/* if several processes check one table: the share of its row groups that this process
	 * checks (check/rules/check.h); NULL: the whole table */
	const vv_check_share *share;
	const vv_check_noted *results; /* results of shares that other processes checked */
	size_t result_count;
	/* if not NULL, receives the rules of each dataset as lines of varve.checks, and nothing is
	 * checked */
	vv_buf *spelled;
	/* --explain: if not NULL, called with each rule of each dataset, and nothing is checked */
	vv_status (*explain)(void *payload, const char *path, const vv_check_explained *e,
			     vv_error *err);
	void *explain_payload; /* first argument of explain */
	/* code < 0: at least one dataset could not be checked; this is the error of the first such
	 * dataset */
	vv_error unread;
} vv_check_run;

/* Checks a path of the side, and adds the findings to run->report. rules: NULL for the default
 * rules. base may be NULL, or lack the path. If run->only and run->skip leave no rule for the path,
 * does nothing. If the side lacks the path, adds a finding; outside of a repository, fails with
 * VV_ENOTFOUND if no package lists the path. If blocks of the path are missing or damaged, adds the
 * finding that the path was not checked, and sets run->unread to the reason. The check as a whole
 * then counts as not completed, whatever its findings are. */
vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_diff_side *base, const vv_check_path *path, vv_error *err);

/* Writes the hint of the error `why` as text (with run->words), for a finding that replaces the
 * error. Returns the text, borrowed from why, or NULL if the error has no hint. */
static inline const char *vv_check_hint(const vv_check_run *run, vv_error *why)
{
	vv_hint_word(why, run->words);
	return why->hint[0] ? why->hint : NULL;
}
/* Turns off the rules that run->only and run->skip do not select. */
static inline vv_status vv_check_select(const vv_check_run *run, vv_rule_set *rules, vv_error *err)
{
	vv_status rc = run->only_count == 0
			       ? VV_OK
			       : vv_rule_set_only(rules, run->only, run->only_count, err);

	return rc < 0 || run->skip_count == 0
		       ? rc
		       : vv_rule_set_skip(rules, run->skip, run->skip_count, err);
}

/* Adds to the report the `count` findings in `found`, which are about the setup of the check, not
 * about data. Each is reported with the path `path` and the severity of its rule; none if that is
 * "off". */
vv_status vv_check_about(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 const char *path, const vv_finding *found, size_t count, vv_error *err);

/* Adds to the report, with the path `path`, a finding that a part of the side cannot be read. Uses
 * only the rule, message and expected of f. */
vv_status vv_check_unread(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			  const char *path, const vv_finding *f, vv_error *err);

#endif
