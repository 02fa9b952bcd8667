/*
 * erased_rows: finds cells of a table that are, or contain, erased values (repo/known/erased.h), for one.c.
 */
#ifndef VV_LIB_CHECK_ERASED_ROWS_H
#define VV_LIB_CHECK_ERASED_ROWS_H

#include <stdint.h>

#include "base/error.h"
#include "check/kept/cache.h"
#include "check/rules/finding.h"
#include "dataset/table/table.h"
#include "repo/known/erased.h"

/* A search. */
typedef struct vv_erased_search {
	const vv_erased *erased; /* NULL: nothing is searched */
	vv_check_cache *cache;   /* may be NULL */
	uint64_t limit;          /* maximum number of findings for each column; 0: no limit */
	vv_severity severity;
	const char *path, *commit; /* of the findings */
	vv_finding_fn finding;     /* receives the findings */
	/* receives the number of further ones */
	vv_status (*more)(void *payload, const vv_finding *f, uint64_t count, vv_error *err);
	void *payload;
} vv_erased_search;

/* Reports each cell of t that is an erased value, or contains one where 'varve erase' would find it
 * (vv_erase_values_in), without the value; none if the run has no list or the
 * severity is "off". Groups without one are noted in the
 * cache, and are not read again with the same list and the same names of columns. */
vv_status vv_erased_search_run(const vv_erased_search *how, vv_table *t, vv_error *err);

#endif
