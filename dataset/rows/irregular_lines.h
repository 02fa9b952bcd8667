/*
 * irregular_lines: reads the irregular lines of a version, which are the rows that are stored as
 * quirks (quirks.h).
 *
 * The cells of row groups are not read, only the lists of groups and layouts, and the layouts.
 */
#ifndef VV_DATASET_ROWS_IRREGULAR_LINES_H
#define VV_DATASET_ROWS_IRREGULAR_LINES_H

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "dataset/format/quirks.h"

typedef struct vv_dialect vv_dialect;
typedef struct vv_table vv_table;

/* A reader of irregular lines. */
typedef struct vv_forms vv_forms;
/* Opens a reader for the table t, which must outlive the reader. */
vv_status vv_forms_open(vv_forms **out, vv_table *t, vv_error *err);
/* Sets *out to the next irregular line, in the order of rows. out->row is the row's number in the
 * table (not in its group), from 0; out->raw is borrowed until the next call. Returns 1, 0 at the
 * end, or a negative status. */
int vv_forms_next(vv_forms *f, vv_quirk *out, vv_error *err);
void vv_forms_close(vv_forms *f); /* accepts NULL */
VV_AUTO_FREE(vv_forms, vv_forms_close)

/* CSV: returns how many of the raw bytes of a row, raw[0 .. len), are blank lines and comments
 * before the row; 0 if raw has nothing else, since a blank line can be the row itself. columns: the
 * number of the table's columns. */
size_t vv_forms_before(const vv_dialect *d, size_t columns, const char *raw, size_t len);
/* CSV: returns the offset in raw of the blank lines and comments after the row, or len if raw has
 * no such lines; only the last row of a file can have some. A comment with a quote, and what is
 * above it, counts as part of the row. from: the result of vv_forms_before. */
size_t vv_forms_after(const vv_dialect *d, size_t columns, const char *raw, size_t from,
		      size_t len);
/* Hashes of the comments between the rows of a CSV file and after its last row, in ascending
 * order. All members zero: no comments. */
typedef struct vv_comment_hashes {
	uint64_t *items;
	size_t count, /* number of elements of items */
		cap;  /* capacity of items */
} vv_comment_hashes;
void vv_comment_hashes_clear(vv_comment_hashes *h); /* accepts zeroes */
VV_AUTO_CLEAR(vv_comment_hashes, vv_comment_hashes_clear)
/* Returns true if both lists of hashes are equal. */
bool vv_comment_hashes_equal(const vv_comment_hashes *a, const vv_comment_hashes *b);
/* Sets *out to the hashes of these comments in the table's file; empty if the file is not CSV, or
 * its dialect has no comments. The caller clears *out, also after a failure. */
vv_status vv_forms_comments(vv_comment_hashes *out, vv_table *t, vv_error *err);

#endif
