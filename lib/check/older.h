/*
 * older: finds, among the versions before the base of a check, the one that is nearest to the checked
 * version. A version that is nearer to an older one than to its base may be an old file.
 *
 * Two versions are compared by the hashes of their rows: their distance is the number of rows that
 * only one of them has, where a changed row counts once. Above 262,144 rows, the distance is an
 * estimate from a part of the hashes. The cache stores the hashes of each version, so that the next
 * check reads only the new version.
 */
#ifndef VV_LIB_CHECK_OLDER_H
#define VV_LIB_CHECK_OLDER_H

#include "check/kept/cache.h"
#include "check/past/options.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

#define VV_OLDER_VERSIONS 30u /* which are looked at */

/* One value = one search. Pointers are borrowed. */
typedef struct vv_older_search {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_check_cache *cache; /* may be NULL */
	const vv_progress *progress;
	vv_table *base, *table;   /* the base, and the checked version */
	const vv_diff_side *at;   /* the side of the base */
	const vv_diff_side *side; /* the side of the checked version */
	const char *path, *now;   /* path of the base, and of the checked version */
	size_t document;          /* as in vv_check_path */
} vv_older_search;

/* Sets *out to the nearest of the VV_OLDER_VERSIONS versions before the base, along first parents.
 * out->rows is 0 if at most one row differs from the base, if no version is nearer than the base, or if
 * none is nearer than the version directly before the base, as after a revert. */
vv_status vv_older_find(vv_older *out, const vv_older_search *s, vv_error *err);

#endif
