/*
 * new_only: recognizes the findings of a version that its base has, too (--new-only). Findings are
 * compared by key and cell, not by line.
 *
 * A correct caller calls vv_known_new, vv_known_add for each finding of the base, and then
 * vv_known_take for each finding of the new version. Each finding of the base matches at most one
 * finding of the new version, so a second wrong row of the same kind is new.
 *
 * Two findings are the same if they have the same rule, column, row and invalid value. A column that
 * was renamed is the same column. Two rows are the same if they have the same key. In a table without
 * a key, a row is the same if it is the same row of a group that both versions have; other rows are
 * the same if they have the same invalid value. So it is in a table whose key was only found, if most
 * of the changed rows have another key in the new version.
 */
#ifndef VV_CHECK_PAST_NEW_ONLY_H
#define VV_CHECK_PAST_NEW_ONLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/finding.h"

typedef struct vv_table vv_table;

/* The findings of the base that have not been matched yet. */
typedef struct vv_known vv_known;

/* Makes an empty set. Row numbers of findings refer to the tables base and t, which are borrowed until
 * vv_known_free. Pass NULL for a version that cannot be read as a table: rows are then distinguished
 * only by key and value. seed: the seed of hashes; it must be secret. */
vv_status vv_known_new(vv_known **out, vv_table *base, vv_table *t, uint64_t seed, vv_error *err);
void vv_known_free(vv_known *k); /* accepts NULL */
VV_AUTO_FREE(vv_known, vv_known_free)

/* Adds a finding of the base. */
vv_status vv_known_add(vv_known *k, const vv_finding *f, vv_error *err);
/* Searches k for a finding that is the same as f. If k has one, removes it and returns 1. Returns 0 if
 * f is new, or a negative vv_status. */
int vv_known_take(vv_known *k, const vv_finding *f, vv_error *err);

#endif
