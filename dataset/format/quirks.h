/*
 * quirks: the rows of a group that the dialect does not reproduce byte for byte.
 *
 * A quirk stores the row's distance from the row of the previous quirk, a kind and, if the row
 * differs in more than its row end, the row's raw bytes. Format: docs/formats/store.md, "quirks".
 */
#ifndef VV_DATASET_FORMAT_QUIRKS_H
#define VV_DATASET_FORMAT_QUIRKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef enum vv_quirk_kind {
	VV_QUIRK_RAW = 0, /* the raw bytes are stored */
	VV_QUIRK_LF = 1,  /* only the row end differs: it is LF */
	VV_QUIRK_CRLF = 2,
	VV_QUIRK_CR = 3
} vv_quirk_kind;

typedef struct vv_quirk {
	uint64_t row; /* the row's number in the group, from 0 */
	vv_quirk_kind kind;
	const char *raw; /* VV_QUIRK_RAW: the row's whole bytes; borrowed from the quirks */
	size_t raw_len;
} vv_quirk;

/* A reader of quirks. */
typedef struct vv_quirks {
	const uint8_t *p, *end;
	uint64_t row; /* the row of the last quirk */
	int started;  /* a quirk was read */
} vv_quirks;

/* Begins to read quirks; the bytes are borrowed. */
void vv_quirks_init(vv_quirks *q, const void *bytes, size_t len);
/* Reads the next quirk, in the order of rows. Returns 1, 0 at the end, or VV_ECORRUPT. */
int vv_quirks_next(vv_quirks *q, vv_quirk *out, vv_error *err);

#endif
