/*
 * patch_rows: reads rows of a version by number, with the form of their lines in the file, and
 * writes lines of such rows.
 */
#ifndef VV_DIFF_MERGE_PATCH_ROWS_H
#define VV_DIFF_MERGE_PATCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/quirks.h"
#include "diff/rows/row_by_number.h"

typedef struct vv_row_writer vv_row_writer;

/* The form of a row's line. */
typedef struct patch_form {
	bool irregular;     /* the line is a quirk (dataset/format/quirks.h) */
	vv_quirk_kind kind; /* if irregular */
	const char *raw;    /* VV_QUIRK_RAW: the line; borrowed */
	size_t raw_len;
} patch_form;
/* Returns true if both forms are equal. */
bool patch_form_equal(const patch_form *a, const patch_form *b);

/* A row that was read. */
typedef struct patch_row {
	const vv_cell *cells; /* one for each column; borrowed */
	patch_form form;
} patch_row;

/* The irregular rows of a group. */
typedef struct patch_quirks {
	vv_quirk *list;     /* in the order of rows; the raw bytes are borrowed from the group */
	size_t count,       /* number of elements of list */
		cap;        /* capacity of list */
	uint64_t first_row; /* number of the group's first row */
	bool known;         /* list is valid for the group that begins at first_row */
} patch_quirks;

/* The number of recently used groups that patch_rows caches. */
#define PATCH_GROUPS 8u
/* A reader of rows. */
typedef struct patch_rows {
	vv_row_by_number rows;             /* reads the cells */
	patch_quirks quirks[PATCH_GROUPS]; /* one for each group in the cache of `rows` */
} patch_rows;
void patch_rows_init(patch_rows *r, vv_table *t); /* reads nothing; t must outlive r */
void patch_rows_close(patch_rows *r);             /* r may be zeroed */
VV_AUTO_CLEAR(patch_rows, patch_rows_close)
/* Sets *out to the row with this number, from 0. *out is valid while at most PATCH_GROUPS - 1 other
 * groups are read. */
vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err);

/* Writes rows in a dialect, which is borrowed. */
typedef struct patch_writer {
	vv_row_writer *rows; /* owned */
	const vv_dialect *dialect;
	size_t columns; /* number of columns */
} patch_writer;
/* Opens a writer for rows with the schema s. d must outlive the writer. */
vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s,
			    vv_error *err);
void patch_writer_close(patch_writer *w); /* w may be zeroed */
VV_AUTO_CLEAR(patch_writer, patch_writer_close)
/* Appends the row's line with its line end to out; a VV_QUIRK_RAW line replaces the cells. last:
 * the row is the last row of the table. */
void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last);

#endif
