/*
 * sorter: sorts records in memory up to a limit, and on disk beyond it.
 *
 * Records have the same size, or they begin with their lengths: 4 bytes length of the key, 4 bytes
 * length of the rest, both little-endian, then the key and the rest. Keys are compared as bytes, so
 * numbers in them must be big-endian; a key comes before longer keys that begin with it. Records with
 * equal keys stay in the order in which they were added. Beyond the limit, sorted runs are written
 * to a temporary file, which disappears with the process.
 *
 * A sorter keeps its first error, and does nothing after it. The caller asks for it once:
 *
 *	vv_sorter_add(s, record);
 *	while ((record = vv_sorter_next(s)) != NULL) {
 *		...
 *	}
 *	return vv_sorter_ok(s, err);
 */
#ifndef VV_DATASET_READ_SORTER_H
#define VV_DATASET_READ_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_SORTER_HEAD 8u /* bytes of a record before its key, if record_len is 0 */

/* A sorter. */
typedef struct vv_sorter vv_sorter;

/* Makes a sorter of records of record_len bytes, whose first key_len bytes are the key; record_len
 * 0: records of different sizes. memory: maximum bytes of records in memory, but at least 1,024 *
 * record_len are used; further records are sorted on disk. temp_dir: folder of the temporary file;
 * NULL or a missing folder: TMPDIR, else /tmp. */
vv_status vv_sorter_new(vv_sorter **out, size_t record_len, size_t key_len, size_t memory,
			const char *temp_dir, vv_error *err);
void vv_sorter_free(vv_sorter *s); /* accepts NULL */
VV_AUTO_FREE(vv_sorter, vv_sorter_free)
/* Adds a copy of a record. Must not be called after vv_sorter_next. */
void vv_sorter_add(vv_sorter *s, const void *record);
/* Returns the number of added records. */
uint64_t vv_sorter_count(const vv_sorter *s);
/* Returns the next record in order, borrowed until the next call. NULL: no record follows, or an
 * error occurred. The first call sorts the records. */
const uint8_t *vv_sorter_next(vv_sorter *s);
/* Makes vv_sorter_next return the first record again. */
void vv_sorter_rewind(vv_sorter *s);
/* Returns the first error of the sorter, or VV_OK. */
vv_status vv_sorter_ok(const vv_sorter *s, vv_error *err);

#endif
