/*
 * quirks: the lines of a group that its dialect does not regenerate.
 *
 * Format: docs/formats/store.md, "quirks": for each such row, how many rows after the one
 * before, a kind, and the raw bytes where only they will do.
 */
#ifndef VV_DATASET_FORMAT_QUIRKS_H
#define VV_DATASET_FORMAT_QUIRKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef enum vv_quirk_kind {
	VV_QUIRK_RAW = 0,
	VV_QUIRK_LF = 1,
	VV_QUIRK_CRLF = 2,
	VV_QUIRK_CR = 3
} vv_quirk_kind;

typedef struct vv_quirk {
	uint64_t row; /* in the group */
	vv_quirk_kind kind;
	const char *raw; /* VV_QUIRK_RAW: the row's whole bytes; borrowed from the quirks */
	size_t raw_len;
} vv_quirk;

typedef struct vv_quirks {
	const uint8_t *p, *end;
	uint64_t row;
	int started;
} vv_quirks;

void vv_quirks_init(vv_quirks *q, const void *bytes, size_t len);
/* The next one, rows ascending: 1, 0 at the end, VV_ECORRUPT. */
int vv_quirks_next(vv_quirks *q, vv_quirk *out, vv_error *err);

#endif
