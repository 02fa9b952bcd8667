/*
 * mem_sink: stores blocks for the duration of one command.
 *
 * A mem sink serves to read plain text, such as a CSV blob in Git's history or a changed file in
 * the work tree, as a table: import the text into a mem sink, open the table from the sink, and
 * free both. Blocks are kept in memory up to a limit; beyond it, all of them are in an unlinked
 * temporary file, so that memory does not grow with the file's size. Several threads may put and
 * get blocks at the same time.
 */
#ifndef VV_DATASET_TABLE_MEM_SINK_H
#define VV_DATASET_TABLE_MEM_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "repo/blocks/store.h"

typedef struct vv_mem_sink vv_mem_sink;

/* Makes a sink. Blocks that were not put into the sink, such as those of the previous version, are
 * read from the store below, which may be NULL, and must outlive the sink. temp_dir: the folder for
 * the temporary file, which is borrowed; NULL or a missing folder: TMPDIR, else /tmp. */
vv_status vv_mem_sink_new(vv_mem_sink **out, vv_store *below, const char *temp_dir, vv_error *err);
/* Like vv_mem_sink_new, but reads blocks that were not put into the sink from another sink.
 * below->payload must outlive *out. */
vv_status vv_mem_sink_over(vv_mem_sink **out, const vv_sink *below, const char *temp_dir,
			   vv_error *err);
void vv_mem_sink_free(vv_mem_sink *m); /* accepts NULL */
VV_AUTO_FREE(vv_mem_sink, vv_mem_sink_free)

/* Sets *out to a vv_sink that reads from m and puts into m. *out is valid until vv_mem_sink_free.
 * Its has() returns true only for blocks of the store or sink below, and false for blocks that were
 * put into m; it is NULL if nothing below has such a function. */
void vv_mem_sink_use(vv_sink *out, vv_mem_sink *m);

/* Limits the bytes of all blocks in the sink together. A block that would exceed the limit, and all
 * blocks after it, are not stored, although put() returns VV_OK. */
void vv_mem_sink_limit(vv_mem_sink *m, uint64_t bytes);
/* Returns true if a block was not stored because of the limit. */
bool vv_mem_sink_full(const vv_mem_sink *m);

/* Puts the blocks of m into the sink `to`, in the order in which they were put into m, each with
 * its base. Skips the first *from blocks, and sets *from to the number of blocks that were skipped
 * or put. `from` may be NULL: no blocks are skipped. */
vv_status vv_mem_sink_pour(vv_mem_sink *m, size_t *from, const vv_sink *to, vv_error *err);

#endif
