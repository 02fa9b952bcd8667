/*
 * misfits: counts misfits: cells that are not valid values of their column's type. Stores their
 * texts on request.
 *
 * A correct caller: sets keep first; for each array, calls vv_arrow_misfits_keep for each misfit,
 * vv_arrow_misfits_row for each row in order, and vv_arrow_misfits_forget; calls
 * vv_arrow_misfits_clear at the end.
 */
#ifndef VV_LIB_ARROW_MISFITS_H
#define VV_LIB_ARROW_MISFITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* The misfits that were found. */
typedef struct vv_arrow_misfits {
	uint64_t count, /* number of misfits */
		row;    /* row of the first misfit */
	size_t column;  /* column of the first misfit: its index in the table */
	vv_error why;   /* error that describes the first misfit */
	bool keep;      /* set by the caller: store the texts of misfits, too */
	/* the kept texts of the current array, as members of JSON objects, one after the other */
	vv_buf texts;
	struct vv_arrow_misfit *kept; /* the row of each of these texts */
	/* next: the first item of kept whose row was not requested yet */
	size_t kept_count, kept_cap, next;
	bool failed, sorted; /* failed: memory ran out; sorted: kept is sorted by row */
} vv_arrow_misfits;

/* Stores the text of a cell in this column; row: its index in the array. Bytes that are not UTF-8
 * become the escapes \udc80 to \udcff, as with Python's surrogateescape. A failure is reported by
 * vv_arrow_misfits_forget. */
void vv_arrow_misfits_keep(vv_arrow_misfits *m, const char *column, const char *text, size_t len,
			   size_t row);

/* Sets *out to a JSON object with the misfits of a row, by column name. Returns false, and an empty
 * *out, if the row has no misfits. Call with increasing rows. */
bool vv_arrow_misfits_row(vv_arrow_misfits *m, vv_buf *out, size_t row);

/* Removes the texts, after an array is complete. VV_ENOMEM: some texts could not be stored. */
vv_status vv_arrow_misfits_forget(vv_arrow_misfits *m, vv_error *err);
void vv_arrow_misfits_clear(vv_arrow_misfits *m);

#endif
