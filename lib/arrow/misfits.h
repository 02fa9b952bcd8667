/*
 * misfits: cells that are not values of their column's type, counted, and kept as text on request.
 *
 * A correct caller: keep set at the beginning; for each array vv_arrow_misfits_keep as they come, then vv_arrow_misfits_row
 * for each row in order, vv_arrow_misfits_forget; vv_arrow_misfits_clear last.
 */
#ifndef VV_LIB_ARROW_MISFITS_H
#define VV_LIB_ARROW_MISFITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_arrow_misfits {
	uint64_t count, row; /* row: of the first one */
	size_t column;       /* its place in the table */
	vv_error why;        /* likewise */
	bool keep;           /* keeps their texts, too */
	/* of the array at hand: members of objects of JSON, one after the other */
	vv_buf texts;
	struct vv_arrow_misfit *kept;
	size_t kept_count, kept_cap, next;
	bool failed, sorted;
} vv_arrow_misfits;

/* Keeps the text of a cell in this row of the array. Bytes that are not UTF-8 are escapes \udc80 to \udcff, as Python's
 * surrogateescape has them. */
void vv_arrow_misfits_keep(vv_arrow_misfits *m, const char *column, const char *text, size_t len,
			   size_t row);

/* An object of JSON with the columns of the row; false: the row has none, and out is empty. Rows are requested in order. */
bool vv_arrow_misfits_row(vv_arrow_misfits *m, vv_buf *out, size_t row);

/* The array is complete: its texts are forgotten. VV_ENOMEM: some were not kept. */
vv_status vv_arrow_misfits_forget(vv_arrow_misfits *m, vv_error *err);
void vv_arrow_misfits_clear(vv_arrow_misfits *m);

#endif
