/*
 * check: runs `varve check` on a version, within the time limit of a visit.
 */
#ifndef VV_CMD_WEB_MODEL_CHECK_H
#define VV_CMD_WEB_MODEL_CHECK_H

#include "cmd/web/model/commits.h"
#include "lib/check/timeline.h"

typedef struct vv_web_finding {
	/* column, value: NULL if the finding has none */
	const char *rule, *path, *column, *message, *value;
	bool error, accepted;
	uint64_t row; /* row number from 1; 0: the finding is not about a row */
} vv_web_finding;

typedef struct vv_web_check {
	bool known; /* false: the time limit was reached, or data is missing: no verdict */
	bool valid;
	uint64_t tables, errors, warnings, accepted;
	/* number of rules with 'select', which are not run since they can exceed a page's time
	 * limit */
	uint64_t queries_left;
	vv_web_finding *findings; /* the first findings for each rule, column and table */
	size_t count;
	/* the results of each rule up to this version; NULL: the time limit was reached (the
	 * next visit continues) */
	const vv_timeline *rules;
} vv_web_check;

/* Checks a version against its first parent, by the version's own rules. Results for blocks are
 * cached, as by `varve check`. whole false: only the totals, from the cache or from a few
 * milliseconds of checking. */
vv_status vv_web_check_read(vv_web_visit *v, const vv_web_commit *c, bool whole, vv_web_check *out,
			    vv_error *err);

/* Was the version's check read before, today? */
bool vv_web_check_is_known(vv_web_visit *v, const vv_web_commit *c);

#endif
