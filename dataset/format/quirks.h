/*
 * quirks: reads the quirks of a row group. A quirk is a row whose bytes in the file differ from
 * those that vv_row_write writes in the dialect.
 *
 * Stored are the row's distance from the row of the previous quirk, its kind and, if the row
 * differs in more than its row end, the row's bytes in the file. Format: docs/formats/store.md,
 * "quirks".
 */
#ifndef VV_DATASET_FORMAT_QUIRKS_H
#define VV_DATASET_FORMAT_QUIRKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* How a row differs. */
typedef enum vv_quirk_kind {
	VV_QUIRK_RAW = 0,  /* in any way: the row's bytes are stored */
	VV_QUIRK_LF = 1,   /* only in its row end, which is LF */
	VV_QUIRK_CRLF = 2, /* only in its row end, which is CR LF */
	VV_QUIRK_CR = 3    /* only in its row end, which is CR */
} vv_quirk_kind;

/* One row that the dialect does not reproduce. */
typedef struct vv_quirk {
	uint64_t row; /* the row's number in the group, from 0 */
	vv_quirk_kind kind;
	const char *raw; /* VV_QUIRK_RAW: all bytes of the row; borrowed from the encoded quirks */
	size_t raw_len;
} vv_quirk;

/* A reader of the encoded quirks of a group. */
typedef struct vv_quirks {
	const uint8_t *p, *end; /* the bytes not yet read; borrowed */
	uint64_t row;           /* the row of the last quirk */
	int started;            /* 1 if a quirk was read */
} vv_quirks;

/* Sets q to read the encoded quirks bytes[0 .. len), which must outlive q. */
void vv_quirks_init(vv_quirks *q, const void *bytes, size_t len);
/* Sets *out to the next quirk, in the order of rows. Returns 1, 0 at the end, or VV_ECORRUPT. */
int vv_quirks_next(vv_quirks *q, vv_quirk *out, vv_error *err);

#endif
