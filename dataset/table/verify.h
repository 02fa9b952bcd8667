/*
 * verify: checks that a version is undamaged and canonical.
 */
#ifndef VV_DATASET_TABLE_VERIFY_H
#define VV_DATASET_TABLE_VERIFY_H

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/table/table.h"

/* Checks a version completely: nodes and groups are canonical, weights and sums are right, each raw
 * line parses to exactly the cells of its row, and raw lengths and the hash match. fsck --data and
 * transfers use this. VV_ECORRUPT: err names group and row. */
vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err);

/* Checks many versions, one after the other. Parts that an earlier, sound version also has are not
 * decoded and encoded again. */
typedef struct vv_table_checks vv_table_checks;
vv_table_checks *vv_table_checks_new(void);    /* NULL when out of memory */
void vv_table_checks_free(vv_table_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_table_checks, vv_table_checks_free)
/* Loads the proofs of earlier runs from a file, which is a cache and may be missing or invalid.
 * Transfers use them; fsck does not trust them. secret: the repository's. From then on, new proofs
 * are saved to the file from time to time, so that a killed run does not lose all of them. */
vv_status vv_table_checks_load(vv_table_checks *c, const char *file, uint64_t secret,
			       vv_error *err);
/* Saves the proofs to the file of vv_table_checks_load; does nothing without it. */
vv_status vv_table_checks_save(vv_table_checks *c, vv_error *err);
/* Checks the next version, as vv_table_check does. */
vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err);

#endif
