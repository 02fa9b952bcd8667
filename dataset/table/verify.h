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

/* Checks everything of a version: nodes canonical, groups canonical, weights and
 * sums right, every raw line parses under the dialect to exactly its row's cells,
 * raw lengths and hash agree. VV_ECORRUPT names group and row. (fsck --data,
 * receive.) */
vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err);

/* The same for many versions, one after the other: what a version has in common with
 * one that was found sound before is not read as rows and encoded again. */
typedef struct vv_table_checks vv_table_checks;
vv_table_checks *vv_table_checks_new(void);    /* NULL when out of memory */
void vv_table_checks_free(vv_table_checks *c); /* accepts NULL */
VV_AUTO_FREE(vv_table_checks, vv_table_checks_free)
/* What earlier runs proved: for transfers; fsck believes none of it. The file is derived and may be
 * missing or be anything. secret: the repository's. After load, what is proved is kept there now and then,
 * so that a run that is killed between two versions has not proved for nothing. */
vv_status vv_table_checks_load(vv_table_checks *c, const char *file, uint64_t secret,
			       vv_error *err);
/* Writes that file, where one was named. */
vv_status vv_table_checks_save(vv_table_checks *c, vv_error *err);
vv_status vv_table_checks_next(vv_table_checks *c, vv_table *t, vv_pool *pool,
			       const vv_progress *progress, vv_error *err);

#endif
