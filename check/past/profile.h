/*
 * profile: proposes a schema with constraints for a version, from all its values.
 *
 * A correct caller calls vv_profile_make, which reads the version once; then vv_profile_schema, which
 * makes a Table Schema whose constraints the version meets; then vv_profile_free. 'varve schema
 * --infer' prints this schema, and 'varve check --suggest' makes rules from it.
 *
 * The schema has only constraints that later versions will probably meet, too (docs/use/rules.md):
 * values are not missing, are one of a few words, have the form of a code, are not negative, or are
 * between 0 and 1.
 */
#ifndef VV_CHECK_PAST_PROFILE_H
#define VV_CHECK_PAST_PROFILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"
#include "base/progress.h"

typedef struct vv_table vv_table;

/* Properties of the values of each column of a version. */
typedef struct vv_profile vv_profile;

/* Makes the profile of t. Reads all rows. t must outlive the profile. temp_dir: the folder for
 * temporary files; NULL: /tmp. VV_EUSAGE: t is stored as a file, not as a table. */
vv_status vv_profile_make(vv_profile **out, vv_table *t, const char *temp_dir,
			  const vv_progress *progress, vv_error *err);
void vv_profile_free(vv_profile *p); /* accepts NULL */
VV_AUTO_FREE(vv_profile, vv_profile_free)

/* Appends the schema as compact JSON. Keeps the members of the table's own schema, including the
 * constraints of a column that has any; the primary key is kept only if the values meet it. If some
 * values contradict the type of a column, the column gets a type that fits all values, or the
 * contradicting words become missing values. */
vv_status vv_profile_schema(vv_buf *out, const vv_profile *p, vv_error *err);

/* Makes vv_profile_schema write a looser schema, which later versions are more likely to meet. The
 * range of each column of numbers is widened by `percent` of the range. With percent 0, numbers have
 * the same bounds as without this call. Columns that vv_profile_find_unique found are declared
 * unique. */
void vv_profile_loosen(vv_profile *p, unsigned percent);
/* Finds the columns in which every value occurs only once, for vv_profile_loosen. Searches only columns
 * of integers and strings that have many different values. temp_dir: as for vv_profile_make. */
vv_status vv_profile_find_unique(vv_profile *p, const char *temp_dir, vv_error *err);

#endif
