/*
 * row_write: writes the bytes of a row from its cells and a dialect. This is the inverse of the
 * scanner.
 *
 * Rows of a file that the writer does not reproduce exactly are stored as quirks (quirks.h).
 */
#ifndef VV_DATASET_FORMAT_ROW_WRITE_H
#define VV_DATASET_FORMAT_ROW_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/json/json.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/format/simd.h"

/* The bytes that a row writer is expected to write. The writer's output is compared with these
 * bytes piece by piece, and not stored. The caller sets bytes and len, and zeroes the other
 * members. */
typedef struct vv_expected {
	const char *bytes; /* borrowed */
	size_t len,        /* number of expected bytes */
		taken;     /* number of bytes that were compared and are equal */
	bool differs;      /* other bytes were written */
} vv_expected;
/* Compares the bytes in out with the next expected bytes, and empties out. Does nothing if e is
 * NULL. */
void vv_expected_take(vv_expected *e, vv_buf *out);
/* Returns true if exactly the expected bytes were written. */
bool vv_expected_met(const vv_expected *e);

/* Writes rows of one table in one dialect. */
typedef struct vv_row_writer vv_row_writer;
/* Makes a writer for rows of `columns` cells. d is copied. names: the columns' names, which JSON
 * forms write before the values; name_lens: their lengths in bytes. Both are copied, and are NULL
 * for CSV. */
vv_status vv_row_writer_new(vv_row_writer **out, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err);
void vv_row_writer_free(vv_row_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_row_writer, vv_row_writer_free)

/* Appends a row of `columns` cells to out, without its row end. In CSV, absent cells at the end of
 * the row are left out; in JSON, all absent members are left out. In CSV with quotes, an empty cell
 * that is alone in its row is written as two quotes, since a blank line is not a row. If all cells
 * are absent, appends nothing in CSV (the scanner never returns such a row), and an empty object in
 * JSON. */
void vv_row_write(vv_row_writer *w, vv_buf *out, const vv_cell *cells, size_t columns);

/* Like vv_row_write, but if e is not NULL, long cells are compared with e piece by piece, so that
 * out, which must be empty, remains short. The caller passes the rest in out to
 * vv_expected_take. */
void vv_row_write_expected(vv_row_writer *w, vv_buf *out, vv_expected *e, const vv_cell *cells,
			   size_t columns);

/* Returns true if vv_row_write writes exactly raw[0 .. len) for these cells. Also returns false if
 * memory runs out; vv_row_writer_ok then returns VV_ENOMEM. */
bool vv_row_matches(vv_row_writer *w, const vv_cell *cells, size_t columns, const char *raw,
		    size_t len);

/* Returns true if vv_row_quoted_as_written can be used for the dialect: if it is CSV, does not skip
 * spaces, and has no escape character, with which a quote would have two spellings. */
bool vv_row_quotes_tell(const vv_row_writer *w);
/* Like vv_row_matches, for a CSV row whose cells the scanner has set: compares the positions of
 * quotes, without writing the row. count is the number of cells in the row, at least 1. Blank lines
 * around the row are ignored. */
bool vv_row_quoted_as_written(const vv_row_writer *w, const vv_cell *cells, size_t count);

/* Returns VV_ENOMEM if memory ran out in an earlier call of vv_row_matches, else VV_OK. */
vv_status vv_row_writer_ok(const vv_row_writer *w, vv_error *err);

/* Returns the set of characters that require quotes in a CSV cell (simd.h); its member quotes_on is
 * 0 if the dialect has no quotes. */
vv_mark_set vv_row_marks(const vv_dialect *d);

/* Returns true if one of the bytes p[0 .. len) is in set. set->quotes_on must not be 0. */
bool vv_cell_any_marked(const char *p, size_t len, const vv_mark_set *set);

/* The position of a CSV cell in its row: not the first cell, the first of several cells, or the
 * only cell. */
typedef enum vv_cell_place { VV_CELL_LATER, VV_CELL_FIRST, VV_CELL_ALONE } vv_cell_place;
/* Returns the position of the cell with index `at` in a row of `columns` cells. */
static inline vv_cell_place vv_cell_place_of(size_t at, size_t columns)
{
	if (columns == 1) return VV_CELL_ALONE;
	return at == 0 ? VV_CELL_FIRST : VV_CELL_LATER;
}

/* Returns true if the cell must be in quotes, whatever the quoting of its column is: it contains
 * the delimiter, a line end, a quote or an escape character, begins with a space that would be
 * skipped, or is the first of its row and begins like a comment. Returns false if the dialect has
 * no quotes. */
bool vv_cell_needs_quotes(const vv_cell *cell, const vv_dialect *d, bool first);

/* Returns true if the cell cannot be written in a dialect without quotes, because its text would
 * not be read as one cell. */
bool vv_cell_breaks_row(const vv_cell *cell, const vv_dialect *d, bool first);

/* Returns true if a cell of a column with the quoting `habit` is in quotes even if it does not need
 * quotes. */
bool vv_quoting_quotes(vv_quoting habit, const vv_cell *cell);

/* Appends a CSV cell of a column with the quoting `habit`. Absent and null cells are written like
 * empty cells without quotes. */
void vv_cell_write_csv(vv_buf *out, const vv_cell *cell, const vv_dialect *d, vv_quoting habit,
		       vv_cell_place place);

/* Writes text, as a CSV cell in quotes, to `to`, which needs room for 2 + 2 * len bytes. Returns a
 * pointer to the end of the written bytes. */
char *vv_cell_write_quoted(char *to, const char *text, size_t len, const vv_dialect *d);

/* Appends the cell as the value of a member of a JSON object. The cell must not be absent. */
void vv_cell_write_json(vv_buf *out, const vv_cell *cell, const vv_dialect *d);

/* Writes a member with the given name and the cell's value to w, on one line. Does nothing if the
 * cell is absent. */
void vv_cell_add_json(vv_json_out *w, const char *name, const vv_cell *cell);

#endif
