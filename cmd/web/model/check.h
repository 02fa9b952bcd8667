/*
 * check: verdict and findings of `varve check` on a version, in the time of a visit.
 */
#ifndef VV_CMD_WEB_MODEL_CHECK_H
#define VV_CMD_WEB_MODEL_CHECK_H

#include "cmd/web/model/commits.h"
#include "lib/check/timeline.h"

typedef struct vv_web_finding {
	const char *rule, *path, *column, *message, *value; /* column, value: NULL for none */
	bool error, accepted;
	uint64_t row; /* from 1; 0: of no row */
} vv_web_finding;

typedef struct vv_web_check {
	bool known; /* else the time was over, or data is missing: no verdict */
	bool valid;
	uint64_t tables, errors, warnings, accepted;
	uint64_t queries_left;    /* rules with 'select', which take longer than a page may */
	vv_web_finding *findings; /* of each rule, column and table the first ones */
	size_t count;
	/* the results of each rule up to the version; NULL: the time was over before (the next visit
	 * continues) */
	const vv_timeline *rules;
} vv_web_check;

/* Against its first parent, under the version's own rules. Results of blocks are kept, as by `varve check`. Not whole: the
 * totals alone, remembered ones, or what some milliseconds find. */
vv_status vv_web_check_read(vv_web_visit *v, const vv_web_commit *c, bool whole, vv_web_check *out,
			    vv_error *err);

/* Was it read before, today? */
bool vv_web_check_is_known(vv_web_visit *v, const vv_web_commit *c);

#endif
