/*
 * verify: checks that a version is undamaged and canonical, that is, encoded in the only way in
 * which varve encodes this file with these parameters.
 */
#ifndef VV_DATASET_TABLE_VERIFY_H
#define VV_DATASET_TABLE_VERIFY_H

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"

typedef struct vv_table vv_table;

/* Checks a version completely, for 'varve fsck --data' and transfers. The nodes of the version's
 * lists and its row groups must be canonical. The counts and sums in the nodes must be right.
 * Scanning a line that is a quirk (dataset/format/quirks.h) must result in exactly the cells of its
 * row. Lengths and hash must match the file's bytes. pool and progress may be NULL. VV_ECORRUPT:
 * the version is damaged; VV_EMISSING: a block is missing. */
vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err);

/* A check of many versions, one after the other. Groups that were proved in an earlier version
 * (dataset/format/group_proof.h) are not checked again. */
typedef struct vv_table_checks vv_table_checks;
vv_table_checks *vv_table_checks_new(void);    /* returns NULL if out of memory */
void vv_table_checks_free(vv_table_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_table_checks, vv_table_checks_free)
/* Loads the proofs of earlier runs from a file, a cache that may be missing or invalid. Used by
 * transfers, but not by fsck. secret: the repository's secret. After this call, new proofs are
 * saved to the file from time to time, so that a killed run does not lose all of them. */
vv_status vv_table_checks_load(vv_table_checks *c, const char *file, uint64_t secret,
			       vv_error *err);
/* Saves the proofs to the file of vv_table_checks_load. Does nothing if this function was not
 * called. */
vv_status vv_table_checks_save(vv_table_checks *c, vv_error *err);
/* Checks the next version, as vv_table_check does. */
vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err);

#endif
