/*
 * irregular_lines: the irregular lines of a whole version, one after the other.
 *
 * Regular lines are skipped; groups without irregular lines are not read, only their entries in the
 * lists.
 */
#ifndef VV_DATASET_ROWS_IRREGULAR_LINES_H
#define VV_DATASET_ROWS_IRREGULAR_LINES_H

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "dataset/format/quirks.h"
#include "dataset/table/table.h"

typedef struct vv_forms vv_forms;
/* The table must outlive it. */
vv_status vv_forms_open(vv_forms **out, vv_table *t, vv_error *err);
/* The next one, rows ascending; row counts from the table's beginning here. Borrowed
 * until the next call: 1, 0 at the end, <0. */
int vv_forms_next(vv_forms *f, vv_quirk *out, vv_error *err);
void vv_forms_close(vv_forms *f); /* accepts NULL */
VV_AUTO_FREE(vv_forms, vv_forms_close)

/* CSV: how many of a row's raw bytes are blank lines and comments before it. columns: of the table. */
size_t vv_forms_before(const vv_dialect *d, size_t columns, const char *raw, size_t len);
/* Where those after it begin, of which the file's last row may have some; from: where the row itself begins. */
size_t vv_forms_after(const vv_dialect *d, size_t columns, const char *raw, size_t from,
		      size_t len);
/* Hashes of the comments between the rows and after the last one, in ascending order. */
typedef struct vv_comment_hashes {
	uint64_t *items;
	size_t count, cap;
} vv_comment_hashes;
void vv_comment_hashes_clear(vv_comment_hashes *h); /* accepts zeroes */
VV_AUTO_CLEAR(vv_comment_hashes, vv_comment_hashes_clear)
bool vv_comment_hashes_equal(const vv_comment_hashes *a, const vv_comment_hashes *b);
/* *out is the caller's to clear in any case. */
vv_status vv_forms_comments(vv_comment_hashes *out, vv_table *t, vv_error *err);

#endif
