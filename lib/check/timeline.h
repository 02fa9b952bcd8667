/*
 * timeline: checks each version of a branch by today's rules, and finds the commit since which
 * each rule fails.
 *
 * A correct caller: vv_timeline_read, which sets results, by commit; vv_timeline_sum, which sets
 * rules, the state of each rule; vv_timeline_clear.
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

typedef struct vv_timeline_commit {
	char hex[VV_OID_TEXT + 1];
	int64_t time; /* the author's time, seconds since 1970 */
	int zone_min;
	const char *author, *subject;
} vv_timeline_commit;

/* The result of a rule for a commit's version of a table; count.rule NULL: the version only
 * exists. */
typedef struct vv_timeline_result {
	size_t commit;
	vv_report_count count;
} vv_timeline_result;

typedef enum vv_timeline_state {
	VV_TIMELINE_FAILS,
	VV_TIMELINE_AWAY, /* the newest version lacks the rule's columns */
	VV_TIMELINE_HOLDS
} vv_timeline_state;

/* A rule for a table that HEAD has. */
typedef struct vv_timeline_rule {
	const char *path, *rule, *name, *column; /* as in vv_report_count */
	const char *message;                     /* message of the newest finding; or NULL */
	vv_timeline_state state;
	vv_severity severity;
	/* the commit since which the state has not changed; SIZE_MAX: it never changed */
	size_t since;
	uint64_t found; /* number of findings in the newest version */
	/* failed: versions in which the rule failed; versions: all versions */
	size_t failed, versions;
} vv_timeline_rule;

typedef struct vv_timeline {
	vv_arena arena; /* owns the texts */
	/* along the first parents, oldest first: those that changed a table */
	vv_timeline_commit *commits;
	size_t commit_count, commit_cap;
	vv_timeline_result *results;
	size_t result_count, result_cap;
	vv_timeline_rule *rules; /* set by vv_timeline_sum: by path, failing rules first */
	size_t rule_count, rule_cap;
} vv_timeline; /* all zero before it is read */
void vv_timeline_clear(vv_timeline *t);
VV_AUTO_CLEAR(vv_timeline, vv_timeline_clear)

/* Checks all versions up to a commit by the rules of a side. Each version has its own
 * descriptions; freshness is measured at the time of its commit. Results are stored in the cache
 * of the run. run: without report and owner. */
vv_status vv_timeline_read(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			   const vv_diff_side *rules, int argc, char **argv, vv_error *err);

/* Checks the versions of one path by the text of a varve.checks and the rules of --select. */
vv_status vv_timeline_try(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_buf *checks, char *path, vv_error *err);

/* Sets t->rules, for the tables that the commit has. */
vv_status vv_timeline_sum(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_diff_side *rules, int argc, char **argv, vv_error *err);

#endif
