/*
 * patch_rows: reads rows of one version by number, with the form of their lines, and writes such
 * lines.
 */
#ifndef VV_DIFF_MERGE_PATCH_ROWS_H
#define VV_DIFF_MERGE_PATCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "dataset/format/quirks.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"
#include "diff/rows/row_by_number.h"

/* How a row's line differs from the dialect's form. */
typedef struct patch_form {
	bool irregular;
	vv_quirk_kind kind; /* valid if irregular */
	const char *raw;    /* for VV_QUIRK_RAW: the line; borrowed */
	size_t raw_len;
} patch_form;
bool patch_form_equal(const patch_form *a, const patch_form *b);

typedef struct patch_row {
	const vv_cell *cells;
	patch_form form;
} patch_row;

/* The irregular rows of a group, in order. Borrowed from the group. */
typedef struct patch_quirks {
	vv_quirk *list;
	size_t count, cap;
	uint64_t first_row;
	bool known; /* list has the irregular rows of the group that begins at first_row */
} patch_quirks;

/* The number of recently used groups that patch_rows caches. */
#define PATCH_GROUPS 8u
typedef struct patch_rows {
	vv_row_by_number rows;
	patch_quirks quirks[PATCH_GROUPS]; /* for each group that `rows` caches */
} patch_rows;
void patch_rows_init(patch_rows *r, vv_table *t); /* reads nothing yet */
void patch_rows_close(patch_rows *r);             /* zeroed storage is closed */
VV_AUTO_CLEAR(patch_rows, patch_rows_close)
/* Reads a row. *out is borrowed until PATCH_GROUPS - 1 further groups were read. */
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
/* Appends the row's line with its line end. last: the row is the table's last. */
void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last);

/*
 * wanted_rows: finds the rows that changes of a patch may refer to, by hash, the nearest row first.
 *
 * Call wanted_rows_want for every hash, then wanted_rows_add for the rows that have one of these
 * hashes.
 */

typedef struct wanted_row {
	uint64_t row;
	size_t next; /* index of the next row with this hash, + 1; 0: no more */
	bool used;
} wanted_row;
typedef struct wanted_id {
	vv_hash128 hash;
	size_t first, last; /* indexes of its first and last row, + 1; 0: none */
} wanted_id;
typedef struct wanted_rows {
	vv_hash_index by_hash; /* indexes in list */
	wanted_id *list;
	size_t count, cap;
	wanted_row *rows;
	size_t row_count, row_cap;
} wanted_rows;

vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err);

/* Returns the entry of the hash; NULL: no change of the patch needs this hash. */
wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash);
vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err);

/* Returns the row with this hash that is nearest to `place`. unused: considers only unused rows.
 * NULL: no such row. */
wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused);
void wanted_rows_clear(wanted_rows *ids);

#endif
