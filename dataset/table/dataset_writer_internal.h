/*
 * dataset_writer_internal: the state that dataset_writer.c and materialise.c share.
 */
#ifndef VV_DATASET_TABLE_DATASET_WRITER_INTERNAL_H
#define VV_DATASET_TABLE_DATASET_WRITER_INTERNAL_H

#include "dataset/table/dataset_writer.h"

struct vv_stage {
	vv_repository *repo;
	const vv_progress *progress;
	vv_store *store;
	vv_writer *writer;
	vv_pool *pool;
	vv_mem_sink *kept; /* where dry imports put their blocks; NULL: nowhere */
	vv_stat_cache *stats;
	vv_index *index; /* as it was when first needed: for parents and stats */
	uint64_t secret;
	bool has_secret;
	vv_buf *blobs; /* pointers whose blobs are written by vv_stage_commit */
	size_t blob_count, blob_cap;
};

vv_status stage_store(vv_stage *s, vv_error *err);
vv_status stage_secret(vv_stage *s, vv_error *err);
/* Where a path's scan cache is kept; owned. NULL when out of memory. */
char *stage_scan_file(const vv_stage *s, const char *path);

#endif
