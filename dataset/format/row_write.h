/*
 * row_write: writes the bytes of a row from its cells and a dialect. This is the inverse of the
 * scanner.
 *
 * Lines that the writer does not reproduce exactly are stored raw (layout.h, quirks).
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
 * bytes piece by piece, and not stored. */
typedef struct vv_expected {
	const char *bytes;
	size_t len, taken; /* taken: number of bytes that were written as expected */
	bool differs;
} vv_expected;
/* Compares the bytes in out with the next expected bytes, and empties out. Does nothing if e is NULL. */
void vv_expected_take(vv_expected *e, vv_buf *out);
bool vv_expected_met(const vv_expected *e); /* true if exactly the expected bytes were written */

/* Makes a writer. names are the column names as written before a value; used only in JSON forms. */
typedef struct vv_row_writer vv_row_writer;
vv_status vv_row_writer_new(vv_row_writer **out, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err);
void vv_row_writer_free(vv_row_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_row_writer, vv_row_writer_free)

/* Appends a row of `columns` cells, without its row end. In CSV, absent cells at the end of the row
 * are left out; in JSON, all absent members are left out. In CSV, an empty cell that is alone in
 * its row is written as two quotes, since a blank line is not a row. If all cells are absent,
 * appends nothing in CSV (the scanner never returns such a row), and an empty object in JSON. */
void vv_row_write(vv_row_writer *w, vv_buf *out, const vv_cell *cells, size_t columns);

/* Like vv_row_write. If e is not NULL, long cells are compared with e piece by piece, so that out, which must be empty,
 * stays short. */
void vv_row_write_expected(vv_row_writer *w, vv_buf *out, vv_expected *e, const vv_cell *cells,
			   size_t columns);

/* Returns true if vv_row_write would write exactly raw[0 .. len). Also returns false if memory runs out: see
 * vv_row_writer_ok. */
bool vv_row_matches(vv_row_writer *w, const vv_cell *cells, size_t columns, const char *raw,
		    size_t len);

/* Returns true if vv_row_quoted_as_written can be used: if the dialect has no escape character,
 * with which a quote would have two spellings. */
bool vv_row_quotes_tell(const vv_row_writer *w);
/* Like vv_row_matches, for a CSV row whose cells the scanner has set: compares the positions of
 * quotes, without writing the row. count is the number of cells in the row, at least 1. Blank lines
 * around the row are ignored. */
bool vv_row_quoted_as_written(const vv_row_writer *w, const vv_cell *cells, size_t count);

/* Returns VV_ENOMEM if memory ran out in an earlier call of vv_row_matches. */
vv_status vv_row_writer_ok(const vv_row_writer *w, vv_error *err);

/* Returns the characters that require quotes in a CSV cell; quotes_on of the result is 0 if the
 * dialect has no quotes. */
vv_mark_set vv_row_marks(const vv_dialect *d);

/* Returns true if the dialect has quotes and one of these bytes is in set. */
bool vv_cell_any_marked(const char *p, size_t len, const vv_mark_set *set);

/* The position of a CSV cell in its row. */
typedef enum vv_cell_place { VV_CELL_LATER, VV_CELL_FIRST, VV_CELL_ALONE } vv_cell_place;
static inline vv_cell_place vv_cell_place_of(size_t at, size_t columns)
{
	return columns == 1 ? VV_CELL_ALONE : at == 0 ? VV_CELL_FIRST : VV_CELL_LATER;
}

/* Returns true if the cell needs quotes in any file: it contains the delimiter, a line end, a quote or an escape
 * character, begins with a space that would be skipped, or is the first of its row and begins like a comment. */
bool vv_cell_needs_quotes(const vv_cell *cell, const vv_dialect *d, bool first);

/* Returns true if the cell would be misread from a file without quotes. */
bool vv_cell_breaks_row(const vv_cell *cell, const vv_dialect *d, bool first);

/* Returns true if a cell of a column with this quoting is in quotes even if it does not need
 * quotes. */
bool vv_quoting_quotes(vv_quoting habit, const vv_cell *cell);

/* Appends a CSV cell of a column with this quoting. Absent and null cells are written like empty
 * cells without quotes. */
void vv_cell_write_csv(vv_buf *out, const vv_cell *cell, const vv_dialect *d, vv_quoting habit,
		       vv_cell_place place);

/* Writes a CSV cell in quotes to `to`, which needs room for two quotes and for every byte escaped.
 * Returns the end of the written text. */
char *vv_cell_write_quoted(char *to, const char *text, size_t len, const vv_dialect *d);

/* Appends the cell as the value of a member of a JSON object. The cell must not be absent. */
void vv_cell_write_json(vv_buf *out, const vv_cell *cell, const vv_dialect *d);

/* Adds a member with the cell's value, on one line. Does nothing if the cell is absent. */
void vv_cell_add_json(vv_json_out *w, const char *name, const vv_cell *cell);

#endif
