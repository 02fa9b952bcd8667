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
#include "base/hash.h"
#include "base/hash_index.h"
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

/*
 * wanted_rows: finds the rows of the target to which changes of a patch refer, by the hash of their
 * cells. Of several rows with the same hash, the one nearest to the expected position is chosen. A
 * zeroed wanted_rows is empty.
 *
 * A caller calls wanted_rows_want for each hash in the patch, then wanted_rows_add for each row of
 * the target that has one of these hashes, then wanted_rows_nearest for each change.
 */

/* A row with a wanted hash. */
typedef struct wanted_row {
	uint64_t row; /* the row's number in the target */
	/* 1 + index in wanted_rows.rows of the next row with this hash; 0: no further row */
	size_t next;
	bool used; /* a change already refers to the row */
} wanted_row;
/* A wanted hash. */
typedef struct wanted_id {
	vv_hash128 hash;
	/* 1 + an index in wanted_rows.rows; 0: no row has the hash */
	size_t first, /* of the first row with this hash */
		last; /* of the last row with this hash */
} wanted_id;
/* All wanted hashes and their rows. */
typedef struct wanted_rows {
	vv_hash_index by_hash; /* maps a hash to its index in list */
	wanted_id *list;       /* the hashes */
	size_t count,          /* number of elements of list */
		cap;           /* capacity of list */
	wanted_row *rows;      /* the rows */
	size_t row_count,      /* number of elements of rows */
		row_cap;       /* capacity of rows */
} wanted_rows;

/* Adds a hash that a change of the patch needs. */
vv_status wanted_rows_want(wanted_rows *ids, vv_hash128 hash, vv_error *err);

/* Returns the entry of a hash, borrowed until a hash is added. NULL: no change of the patch needs
 * the hash. */
wanted_id *wanted_rows_find(const wanted_rows *ids, vv_hash128 hash);
/* Adds the row with this number to the rows that have the hash of `id`. */
vv_status wanted_rows_add(wanted_rows *ids, wanted_id *id, uint64_t row, vv_error *err);

/* Returns the row with this hash whose number is nearest to `place`, borrowed until a row is added;
 * of two equally near rows, the one that was added later. unused: considers only rows whose member
 * `used` is false. NULL: no such row. */
wanted_row *wanted_rows_nearest(const wanted_rows *ids, vv_hash128 hash, uint64_t place,
				bool unused);
void wanted_rows_clear(wanted_rows *ids);

#endif
