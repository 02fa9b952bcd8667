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

typedef struct vv_base_options {
	const vv_rule_set *rules;
	const char *path, *commit; /* for the findings; commit may be NULL */
	bool declared;     /* a datapackage.json declares the columns' types: a changed type is then
	                 * intended (column-retyped), and no value contradicts it */
	bool declares_key; /* and it declares a primary key, which the version may then change */
	bool base_declared; /* a description of the base declares its columns, too */
	int64_t now;        /* freshness: seconds since 1970-01-01 UTC */
	uint64_t limit;     /* findings given of each rule in each column; 0: all */
	vv_finding_fn finding;
	vv_check_more_fn more;       /* may be NULL */
	void *payload;               /* of both */
	const vv_mend *mend;         /* as in vv_check_options */
	vv_check_cache *cache;       /* NULL: nothing is remembered */
	const char *temp_dir;        /* NULL: /tmp */
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
	vv_hint_words_fn words;      /* as in vv_check_options */
	/* takes the rules, with the payload; nothing is checked. NULL: none */
	vv_check_explain_fn explain;
} vv_base_options;

#endif
