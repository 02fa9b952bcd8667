/*
 * kept_base: replacements that a check uses for versions whose rows have expired.
 */
#ifndef VV_LIB_CHECK_KEPT_BASE_H
#define VV_LIB_CHECK_KEPT_BASE_H

#include "base/auto.h"
#include "base/error.h"
#include "lib/names/nearest_kept.h"
#include "lib/status/sides.h"

/* The base of a table whose rows in the actual base have expired. */
typedef struct vv_kept_base {
	vv_nearest_kept version;
	vv_diff_side side; /* with the commit of this version */
} vv_kept_base;

/* Sets *out to the nearest older version of `path`, which has expired at *base for the reason *why, and sends
 * a note that names it. VV_ENOTFOUND, also with a note: no older version is stored. */
vv_status vv_kept_base_find(vv_kept_base *out, vv_repository *r, const vv_diff_side *base,
			    const char *path, const vv_error *why, vv_error *err);
void vv_kept_base_clear(vv_kept_base *k);
VV_AUTO_CLEAR(vv_kept_base, vv_kept_base_clear)

#endif
