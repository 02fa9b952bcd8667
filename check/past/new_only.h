/*
 * new_only: leaves out findings that the base has too (--new-only), by key and cell, not by line.
 *
 * A correct caller: vv_known_new; vv_known_add for each finding of the base; then vv_known_take for
 * each finding of the new version: true: the base has it. Each finding of the base answers for one
 * of the new version, so that a second wrong row of the same kind is news.
 *
 * A finding is the same when rule, column and row are. Rows are the same when their keys
 * are; without a key, when the row is in what both versions share, or else when the
 * offending value is the same. Columns that were renamed are followed.
 */
#ifndef VV_CHECK_PAST_NEW_ONLY_H
#define VV_CHECK_PAST_NEW_ONLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/finding.h"
#include "dataset/table/table.h"

typedef struct vv_known vv_known;

/* base, t: the two versions, open as long as the object lives; either may be NULL if it is not a
 * table (a file that could not be read as one): rows are then distinguished by key and value only.
 * Rows of findings are those of their table. seed: a secret from the data's author. */
vv_status vv_known_new(vv_known **out, vv_table *base, vv_table *t, uint64_t seed, vv_error *err);
void vv_known_free(vv_known *k); /* accepts NULL */
VV_AUTO_FREE(vv_known, vv_known_free)

vv_status vv_known_add(vv_known *k, const vv_finding *f, vv_error *err);
/* 1: the base has it (and one less is left); 0: new; <0. */
int vv_known_take(vv_known *k, const vv_finding *f, vv_error *err);

#endif
