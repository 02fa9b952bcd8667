/*
 * spoiled: finds damage that an older varve did on the way in, by the previous version.
 *
 * Only what is certain is told: bytes that somebody may have meant so are not. Reads what differs
 * between the two versions, and all of them only where that has text in another encoding than UTF-8.
 */
#ifndef VV_LIB_CHECK_SPOILED_H
#define VV_LIB_CHECK_SPOILED_H

#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/table.h"

typedef enum vv_spoiled_kind {
	VV_SPOILED_MIXED =
		1, /* cells in UTF-8 beside cells in another encoding; before there was one */
	VV_SPOILED_TWICE = 2, /* a value is UTF-8 that was read in the file's encoding */
	VV_SPOILED_ABOVE =
		4 /* lines above the table are the header or rows of the version before */
} vv_spoiled_kind;

/* *out: bits of vv_spoiled_kind. Both tables as they are stored; before: the version of the same path before now.
 * VV_EMISSING: a block of either is not here. */
vv_status vv_spoiled_find(unsigned *out, vv_table *before, vv_table *now, const char *temp_dir,
			  vv_error *err);

/* CSV: the lines with as many cells as the rows that an older varve read as comments. *first: the first of them, without its
 * line end, appended. */
vv_status vv_spoiled_hidden_rows(uint64_t *count, vv_buf *first, vv_table *t, vv_error *err);

#endif
