/*
 * verify: checks that a version is sound.
 */
#ifndef VV_DATASET_TABLE_VERIFY_H
#define VV_DATASET_TABLE_VERIFY_H

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/table/table.h"

/* Checks everything of a version: nodes canonical, groups canonical, weights and sums right, every
 * raw line parses under the dialect to exactly its row's cells, raw lengths and hash agree.
 * VV_ECORRUPT names group and row. (fsck --data, receive.) */
vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err);

/* The same for many versions, one after the other: parts shared with a version found sound before
 * are not read as rows and encoded again. */
typedef struct vv_table_checks vv_table_checks;
vv_table_checks *vv_table_checks_new(void);    /* NULL when out of memory */
void vv_table_checks_free(vv_table_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_table_checks, vv_table_checks_free)
/* Loads proofs of earlier runs: for transfers; fsck does not trust them. The file is derived and may be
 * missing or invalid. secret: the repository's. After load, new proofs are saved there sometimes, so that
 * a killed run has not proved in vain. */
vv_status vv_table_checks_load(vv_table_checks *c, const char *file, uint64_t secret,
			       vv_error *err);
/* Writes that file, where one was named. */
vv_status vv_table_checks_save(vv_table_checks *c, vv_error *err);
vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err);

#endif
