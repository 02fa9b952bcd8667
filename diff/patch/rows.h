/*
 * rows: rows of one version by number, with how their lines are written, and such lines.
 */
#ifndef VV_DIFF_PATCH_ROWS_H
#define VV_DIFF_PATCH_ROWS_H

#include "base/auto.h"
#include "dataset/format/quirks.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"

/* How a row's line differs from what its dialect gives. */
typedef struct patch_form {
	bool irregular;
	vv_quirk_kind kind; /* when irregular */
	const char *raw;    /* VV_QUIRK_RAW; borrowed */
	size_t raw_len;
} patch_form;
bool patch_form_equal(const patch_form *a, const patch_form *b);

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
VV_AUTO_CLEAR(patch_rows, patch_rows_close)
/* Borrowed until PATCH_SLOTS - 1 further groups were read. */
vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err);

/* Writes rows under a dialect, which is borrowed. */
typedef struct patch_writer {
	vv_row_writer *rows;
	const vv_dialect *dialect;
	size_t columns;
} patch_writer;
vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s,
			    vv_error *err);
void patch_writer_close(patch_writer *w); /* accepts zeroes */
VV_AUTO_CLEAR(patch_writer, patch_writer_close)
/* Appends the row's line with its row end. last: it is the table's last one. */
void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last);

#endif
