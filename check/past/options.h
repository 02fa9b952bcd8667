/*
 * options: options of a check against a base, and the receiver of its findings.
 */
#ifndef VV_CHECK_PAST_OPTIONS_H
#define VV_CHECK_PAST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "check/rules/check.h"
#include "check/rules/finding.h"
#include "check/rules/rules.h"

/* The options of vv_check_base; pointers are borrowed. */
typedef struct vv_base_options {
	const vv_rule_set *rules; /* the rules to check; NULL: the defaults of all rules */
	const char *path,         /* vv_finding.path of all findings */
		*commit;          /* vv_finding.commit of all findings; may be NULL */
	/* a datapackage.json declares the columns' types. If true, type-contradiction is not checked.
	 * If false, column-retyped is checked only if type-contradiction is off, and its findings are
	 * at most warnings */
	bool declared;
	/* the datapackage.json declares a primary key. If this is the base's key, the rule primary-key
	 * checks it, and key-broken does not */
	bool declares_key;
	bool base_declared; /* a datapackage.json declares the columns of the base, too */
	int64_t now; /* the current time for the rule freshness: seconds since 1970-01-01 UTC */
	/* maximum number of reported findings for each rule and column; 0: no limit */
	uint64_t limit;
	vv_finding_fn finding;       /* receives the findings */
	vv_check_more_fn more;       /* receives numbers of withheld findings; may be NULL */
	void *payload;               /* argument of finding, more and explain */
	const vv_mend *mend;         /* as in vv_check_options */
	vv_check_cache *cache;       /* NULL: nothing is cached */
	const char *temp_dir;        /* NULL: /tmp */
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
	vv_hint_words_fn words;      /* as in vv_check_options */
	/* if not NULL, receives each rule, and nothing is checked */
	vv_check_explain_fn explain;
} vv_base_options;

#endif
