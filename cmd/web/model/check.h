/*
 * check: runs `varve check` on a version, within the time limit of a visit.
 */
#ifndef VV_CMD_WEB_MODEL_CHECK_H
#define VV_CMD_WEB_MODEL_CHECK_H

#include "cmd/web/model/commits.h"
#include "lib/check/timeline.h"

/* The result of the check of a version. */
typedef struct vv_web_check {
	/* the check was completed; false: the time limit was reached, or data is missing */
	bool known;
	vv_gap gap; /* the rows of this version, or of one that it is compared with, are not here */
	bool valid; /* if known: no errors were found */
	/* numbers of tables, and of findings of each kind */
	uint64_t tables, errors, warnings, accepted;
	/* number of rules with 'select' that were not run, because they can exceed a page's time
	 * limit */
	uint64_t queries_left;
	/* has the first findings of each rule, column and table; NULL: only the totals are known */
	const vv_check_report *report;
	/* with `whole`: the results of each rule in the versions up to this version; NULL: the time
	 * limit was reached, and the next visit continues; or data is missing */
	const vv_timeline *rules;
} vv_web_check;

/* Checks a version against its first parent, by the version's own rules, and sets *out. Results for
 * row groups are cached, as by `varve check`. whole: also set out->rules, and use the whole time of
 * the visit; false: the totals are enough, and the check may take a few milliseconds. If the check
 * cannot be completed, returns VV_OK, and out->known is false. The empty version and the work tree
 * are not checked. */
vv_status vv_web_check_read(vv_web_visit *v, const vv_web_commit *c, bool whole, vv_web_check *out,
			    vv_error *err);

/* Returns true if today's totals of this version are in the visit's cache. */
bool vv_web_check_is_known(vv_web_visit *v, const vv_web_commit *c);

#endif
