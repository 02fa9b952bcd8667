/*
 * options: options of a check against a base, and the receiver of its findings.
 */
#ifndef VV_CHECK_PAST_OPTIONS_H
#define VV_CHECK_PAST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/rules/check.h"

/* The older version that is nearest to the checked one. A distance is the number of rows that only one
 * of two versions has, where a changed row counts once. */
typedef struct vv_older {
	bool found;         /* one is nearer than the base, and than the version before the base */
	uint64_t rows;      /* its distance */
	uint64_t base_rows; /* the distance of the base */
	char name[64];      /* such as "1a2b3c4 of 2026-11-19" */
} vv_older;

/* The options of vv_check_base; pointers are borrowed. */
typedef struct vv_base_options {
	/* rules, path, commit, limit, the receivers of findings, cache, temp_dir, pool, progress, mend,
	 * words and explain as for a check of the version alone; the other members are not used */
	vv_check_options check;
	/* a datapackage.json declares the columns' types: a changed type is then intended, so
	 * column-retyped and type-contradiction are not checked */
	bool declared;
	/* the datapackage.json declares a primary key. If this is the base's key, the rule primary-key
	 * checks it, and key-broken does not */
	bool declares_key;
	bool base_declared; /* a datapackage.json declares the columns of the base, too */
	/* finds the older version for rules about it; NULL: they are not checked. Its payload is
	 * check.payload */
	vv_status (*older)(void *payload, vv_older *out, vv_error *err);
	int64_t now; /* the current time for the rule freshness: seconds since 1970-01-01 UTC */
} vv_base_options;

#endif
