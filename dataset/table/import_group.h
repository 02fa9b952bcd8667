/*
 * import_group: one row group of an import. For this room alone.
 */
#ifndef VV_DATASET_TABLE_IMPORT_GROUP_H
#define VV_DATASET_TABLE_IMPORT_GROUP_H

#include "dataset/table/import_state.h"

/* Encodes, checks and stores one group; runs in any thread. */
void import_group_run(vv_job *job, unsigned worker);
void import_worker_clear(import_worker *w);
void import_job_clear(group_job *j);
/* What the worker knows of the types of so many columns. */
vv_status import_infer_room(import_worker *w, const import *im, size_t columns, vv_error *err);
/* Row ends, as an editor counts its lines. */
uint64_t import_count_lines(const char *bytes, size_t len);

#endif
