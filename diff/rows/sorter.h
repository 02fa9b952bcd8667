/*
 * sorter: sorts records of the same size, in memory up to a limit, and on disk beyond it.
 *
 * Records are compared by memcmp of their first key_len bytes, so numbers in the key must be
 * big-endian. Beyond the limit, sorted runs are written to an unlinked temporary file.
 */
#ifndef VV_DIFF_ROWS_SORTER_H
#define VV_DIFF_ROWS_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

/* One value = one sorter. */
typedef struct vv_sorter vv_sorter;

/* Makes a sorter of records of record_len bytes, whose first key_len bytes are the key. memory:
 * maximum bytes of records in memory; further records are sorted on disk. temp_dir: folder of the
 * temporary file; NULL: /tmp. */
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
