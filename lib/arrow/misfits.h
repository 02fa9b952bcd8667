/*
 * misfits: the number of misfits, that is, of cells that are not values of their column's type.
 * Stores the texts of misfits on request.
 *
 * A correct caller zeroes the struct, and sets `keep` if texts are to be stored. The functions of
 * column.h count misfits, and store their texts. For each array, the caller then calls
 * vv_arrow_misfits_row for each row in order, and vv_arrow_misfits_forget. It calls
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
	/* next: index in kept of the next text that vv_arrow_misfits_row returns */
	size_t kept_count, kept_cap, next;
	bool failed, sorted; /* failed: memory ran out; sorted: kept is sorted by row */
} vv_arrow_misfits;

/* Stores the text of a cell in this column; row: its index in the array. Bytes that are not UTF-8
 * become the escapes \udc80 to \udcff, as with Python's surrogateescape. A failure is reported by
 * vv_arrow_misfits_forget. */
void vv_arrow_misfits_keep(vv_arrow_misfits *m, const char *column, const char *text, size_t len,
			   size_t row);

/* Sets *out to a JSON object with the texts of a row's misfits by column name, and returns true.
 * Returns false, and empties *out, if the row has no misfits. Must be called for the rows of an
 * array in order, without leaving out a row that has misfits. */
bool vv_arrow_misfits_row(vv_arrow_misfits *m, vv_buf *out, size_t row);

/* Removes the stored texts, but keeps the count. The caller calls this when an array is complete.
 * VV_ENOMEM: some texts could not be stored. */
vv_status vv_arrow_misfits_forget(vv_arrow_misfits *m, vv_error *err);
void vv_arrow_misfits_clear(vv_arrow_misfits *m);

#endif
