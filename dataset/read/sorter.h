/*
 * sorter: sorts records in memory up to a limit, and on disk beyond it.
 *
 * All records have the same size, or each begins with its lengths: 4 bytes length of the key, 4
 * bytes length of the rest, both little-endian, then the key and the rest. Keys are compared as
 * bytes, so numbers in them must be big-endian; a key comes before longer keys that begin with it.
 * Records with equal keys stay in the order in which they were added. Beyond the limit, sorted runs
 * are written to an unlinked temporary file.
 */
#ifndef VV_DATASET_READ_SORTER_H
#define VV_DATASET_READ_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_SORTER_HEAD 8u /* bytes of a record before its key, if records have any size */

/* A sorter. */
typedef struct vv_sorter vv_sorter;

/* Makes a sorter of records of record_len bytes, whose first key_len bytes are the key; record_len
 * 0: of records of any size. memory: maximum bytes of records in memory, but at least 1,024 *
 * record_len are used; further records are sorted on disk. temp_dir: folder of the temporary file;
 * NULL or a missing folder: TMPDIR, else /tmp. */
vv_status vv_sorter_new(vv_sorter **out, size_t record_len, size_t key_len, size_t memory,
			const char *temp_dir, vv_error *err);
void vv_sorter_free(vv_sorter *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorter, vv_sorter_free)
/* Adds a copy of a record. */
vv_status vv_sorter_add(vv_sorter *s, const void *record, vv_error *err);
/* Returns the number of added records. */
uint64_t vv_sorter_count(const vv_sorter *s);
/* Sorts the records. Call it once, after the last vv_sorter_add. */
vv_status vv_sorter_finish(vv_sorter *s, vv_error *err);
/* Sets *record to the next record in order, borrowed until the next call. Returns 1, 0 at the end,
 * or a negative vv_status. */
int vv_sorter_next(vv_sorter *s, const void **record, vv_error *err);
/* Makes vv_sorter_next return the first record again. Call vv_sorter_finish first. */
vv_status vv_sorter_rewind(vv_sorter *s, vv_error *err);

#endif
