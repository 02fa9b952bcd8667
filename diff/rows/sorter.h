/*
 * sorter: records of one size put in order, in memory up to a limit, on disk past it.
 *
 * Records are compared as byte strings (memcmp over their first key_len bytes), so that
 * numbers in them are written big-endian. Runs past the limit go to an unlinked temporary
 * file. Add, then finish once, then next until 0; rewind to read them again.
 */
#ifndef VV_DIFF_ROWS_SORTER_H
#define VV_DIFF_ROWS_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_sorter vv_sorter;

/* memory: bytes of records in memory before a run is written; temp_dir: its folder (NULL: /tmp). */
vv_status vv_sorter_new(vv_sorter **out, size_t record_len, size_t key_len, size_t memory,
			const char *temp_dir, vv_error *err);
void vv_sorter_free(vv_sorter *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorter, vv_sorter_free)
vv_status vv_sorter_add(vv_sorter *s, const void *record, vv_error *err);
uint64_t vv_sorter_count(const vv_sorter *s);
vv_status vv_sorter_finish(vv_sorter *s, vv_error *err);
/* The next record in order, borrowed until the next call: 1, 0, <0. */
int vv_sorter_next(vv_sorter *s, const void **record, vv_error *err);
/* After finish: next starts at the first record again. */
vv_status vv_sorter_rewind(vv_sorter *s, vv_error *err);

#endif
