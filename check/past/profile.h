/*
 * profile: derives a first schema from all values of a version.
 *
 * A correct caller: vv_profile_make reads the version once; vv_profile_schema makes a Table Schema
 * whose constraints the version meets (varve schema --infer; varve check --suggest makes rules of
 * them); vv_profile_free.
 *
 * Reports only properties that will probably stay true: no missing values, few words for an
 * enumeration, the form of codes, no negative amounts. docs/use/rules.md.
 */
#ifndef VV_CHECK_PAST_PROFILE_H
#define VV_CHECK_PAST_PROFILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/progress.h"
#include "dataset/table/table.h"

typedef struct vv_profile vv_profile;

/* Reads all rows of t, which must outlive the profile. temp_dir: the folder for temporary files; NULL: /tmp. VV_EUSAGE: t
 * is stored as a file, and not as a table. */
vv_status vv_profile_make(vv_profile **out, vv_table *t, const char *temp_dir,
			  const vv_progress *progress, vv_error *err);
void vv_profile_free(vv_profile *p); /* accepts NULL */
VV_AUTO_FREE(vv_profile, vv_profile_free)

/* Appends the schema as compact JSON. Columns keep their descriptors. If some values contradict the type of a column, the
 * column gets a type that fits all values, or the contradicting word becomes a missing value. */
vv_status vv_profile_schema(vv_buf *out, const vv_profile *p, vv_error *err);

/* Makes vv_profile_schema write a schema that many versions meet. It widens the range of each column of numbers by
 * `percent` of the range; with percent 0 it bounds numbers only by their sign. It also declares the columns unique that
 * vv_profile_find_unique found. */
void vv_profile_loosen(vv_profile *p, unsigned percent);
/* Finds the columns in which every value occurs only once. */
vv_status vv_profile_find_unique(vv_profile *p, const char *temp_dir, vv_error *err);

#endif
