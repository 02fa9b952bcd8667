/*
 * rows: rows of one version by number, with the forms of their lines.
 */
#ifndef VV_DIFF_PATCH_ROWS_H
#define VV_DIFF_PATCH_ROWS_H

#include "dataset/table/table.h"
#include "diff/patch/text.h"

typedef struct patch_row {
	const vv_cell *cells;
	patch_form form;
} patch_row;

#define PATCH_SLOTS 8u
typedef struct patch_slot {
	vv_batch batch;
	vv_quirk *quirks;
	size_t quirk_count, quirk_cap;
	uint64_t used; /* 0: empty */
} patch_slot;

/* Rows of one version by number, some recently used groups kept. */
typedef struct patch_rows {
	vv_table *table; /* NULL: closed */
	vv_table_reader *reader;
	patch_slot slots[PATCH_SLOTS], *last;
	uint64_t clock;
} patch_rows;
void patch_rows_init(patch_rows *r, vv_table *t); /* reads nothing yet */
void patch_rows_close(patch_rows *r);             /* zeroed storage is closed */
/* Borrowed until PATCH_SLOTS - 1 further groups were read. */
vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err);

#endif
