/*
 * mem_sink: blocks kept for the length of one command.
 *
 * For reading plain text (a CSV blob of Git's history, a changed file of the work tree) as the
 * table that it would be: import it into a mem sink, open the table from there, forget it. Blocks
 * stay in memory up to a limit and go to an unlinked temporary file past it, so that memory does
 * not follow the file's size. Its functions may be called from several threads.
 */
#ifndef VV_DATASET_FORMAT_MEM_SINK_H
#define VV_DATASET_FORMAT_MEM_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "repo/blocks/store.h"

typedef struct vv_mem_sink vv_mem_sink;

/* below: where blocks are looked for that were not put here (the parent version's); may be NULL;
 * must outlive the sink. temp_dir: for the temporary file; NULL: TMPDIR, else /tmp. */
vv_status vv_mem_sink_new(vv_mem_sink **out, vv_store *below, const char *temp_dir, vv_error *err);
/* The same over any sink: missing blocks are read from that. below->payload must outlive it. */
vv_status vv_mem_sink_over(vv_mem_sink **out, const vv_sink *below, const char *temp_dir,
			   vv_error *err);
void vv_mem_sink_free(vv_mem_sink *m); /* accepts NULL */
VV_AUTO_FREE(vv_mem_sink, vv_mem_sink_free)

/* The sink's two functions; valid as long as m. */
void vv_mem_sink_use(vv_sink *out, vv_mem_sink *m);

/* Sets a limit: blocks beyond this total of bytes are dropped; full: some were. */
void vv_mem_sink_limit(vv_mem_sink *m, uint64_t bytes);
bool vv_mem_sink_full(const vv_mem_sink *m);

/* Puts all blocks into another sink, in their order, each with its base. from: the number of first blocks to skip; set to the
 * total number put; or NULL. */
vv_status vv_mem_sink_pour(vv_mem_sink *m, size_t *from, const vv_sink *to, vv_error *err);

#endif
