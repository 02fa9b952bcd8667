/*
 * side_sink: a sink for the result of a merge, which also reads the blocks of the merge's sides.
 */
#ifndef VV_LIB_TABLES_SIDE_SINK_H
#define VV_LIB_TABLES_SIDE_SINK_H

#include "base/thread.h"
#include "dataset/table/mem_sink.h"
#include "lib/tables/dataset_writer.h"

/* Zero: not open. May be used by several threads at once. */
typedef struct vv_side_sink {
	const vv_sink *sides[3]; /* sources of blocks that are not stored, or NULL; borrowed */
	/* private */
	vv_mutex *lock; /* of `to` */
	vv_sink to;     /* zero until a block is stored, if blocks are stored for good */
	vv_dataset_writer *writer;
	vv_store *store;
	vv_mem_sink *passing;
} vv_side_sink;

/* Sets *out to a sink that reads blocks from store and from s->sides, and stores blocks by `writer`,
 * which locks the store when the first block is stored. writer NULL: the sink keeps blocks only
 * until it is closed, in memory and in the folder temp_dir. s, with its sides, the writer and the
 * store must live as long as *out. */
vv_status vv_side_sink_open(vv_side_sink *s, vv_sink *out, vv_store *store,
			    vv_dataset_writer *writer, const char *temp_dir, vv_error *err);
void vv_side_sink_clear(vv_side_sink *s);
VV_AUTO_CLEAR(vv_side_sink, vv_side_sink_clear)

#endif
