/*
 * timeline: checks each version of a branch by the current rules, and finds the commit since which
 * each rule has failed.
 *
 * A correct caller calls vv_timeline_read, which sets the results, ordered by commit, then
 * vv_timeline_sum, which sets the state of each rule, and, also on failure, vv_timeline_clear.
 */
#ifndef VV_LIB_CHECK_TIMELINE_H
#define VV_LIB_CHECK_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "check/report/report.h"
#include "lib/check/run.h"

/* A commit that changed a table. */
typedef struct vv_timeline_commit {
	char hex[VV_OID_TEXT + 1]; /* its id */
	int64_t time;              /* the author's time, in seconds since 1970 */
	int zone_min;              /* offset of the author's time zone from UTC, in minutes */
	const char *author,
		*subject; /* author: the author's name; subject: first line of the message */
} vv_timeline_commit;

/* The result of a rule for a table in the version of a commit. If count.rule is NULL, the result
 * only records that the commit has a version of the table. */
typedef struct vv_timeline_result {
	size_t commit; /* index in commits */
	vv_report_count count;
} vv_timeline_result;

/* The state of a rule in the newest version. */
typedef enum vv_timeline_state {
	VV_TIMELINE_FAILS, /* the rule has findings that are not accepted */
	/* the rule cannot be checked, for example because the version lacks its columns */
	VV_TIMELINE_AWAY,
	VV_TIMELINE_HOLDS /* the rule has no findings, or only accepted ones */
} vv_timeline_state;

/* A rule for a table of the newest version. */
typedef struct vv_timeline_rule {
	const char *path, *rule, *name, *column; /* as in vv_report_count */
	const char *message;                     /* message of the newest finding; may be NULL */
	vv_timeline_state state;
	vv_severity severity; /* severity of the rule */
	/* index in commits of the commit since which the rule has had this state; SIZE_MAX: the rule
	 * has held, or could not be checked, in all versions */
	size_t since;
	uint64_t found; /* number of findings in the newest version, without accepted ones */
	/* failed: number of versions in which the rule failed; versions: number of all versions */
	size_t failed, versions;
} vv_timeline_rule;

/* The results. Must be zeroed before vv_timeline_read. */
typedef struct vv_timeline {
	vv_arena arena; /* memory of the texts */
	/* the commits that changed a table, along the first parents, oldest first */
	vv_timeline_commit *commits;
	size_t commit_count, commit_cap;
	vv_timeline_result *results; /* ordered by commit */
	size_t result_count, result_cap;
	vv_timeline_rule *rules; /* set by vv_timeline_sum: ordered by path, failing rules first */
	size_t rule_count, rule_cap;
} vv_timeline;
void vv_timeline_clear(vv_timeline *t);
VV_AUTO_CLEAR(vv_timeline, vv_timeline_clear)

/* Checks the versions of the commit head and of its ancestors along the first parents, by the rules
 * of the side `rules`, and sets t->commits and t->results. Each version is checked with its own
 * package, and freshness is measured at the time of its commit. Results are stored in run->cache.
 * argc, argv: paths; argc 0: all. run->report and run->owner must be NULL; run->limit and run->now
 * are overwritten. */
vv_status vv_timeline_read(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			   const vv_diff_side *rules, int argc, char **argv, vv_error *err);

/* Like vv_timeline_read, but checks only the versions of one path, by the rules in checks, the text
 * of a varve.checks, and the default rules; run->only selects among these. */
vv_status vv_timeline_try(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_buf *checks, char *path, vv_error *err);

/* Sets t->rules to the states of the rules for the tables in the commit head. The other arguments
 * are those of vv_timeline_read, which was called before. */
vv_status vv_timeline_sum(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_diff_side *rules, int argc, char **argv, vv_error *err);

#endif
