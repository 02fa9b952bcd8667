/*
 * cell_pieces: a cell too long to be in memory as a whole, put into words piece by piece.
 *
 *   vv_cell_pieces_begin(&p, dialect, habit, how)
 *   for each piece of the text:
 *     vv_cell_pieces_next(&p, text, len, is_last, &out, &out_len, err)   what stands in the row
 *   vv_cell_pieces_how(&p) == how: it is what vv_row_write gives of the whole text
 *   vv_cell_pieces_clear(&p)
 */
#ifndef VV_DATASET_FORMAT_CELL_PIECES_H
#define VV_DATASET_FORMAT_CELL_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"

typedef enum vv_cell_how {
	VV_CELL_AS_IT_IS,   /* the text alone */
	VV_CELL_IN_QUOTES,  /* CSV: quotes around it, quotes and escapes inside escaped */
	VV_CELL_JSON_STRING /* escaped as the dialect has it */
} vv_cell_how;

/* No number has more characters than that once its runs of digits are cut to two. */
#define VV_CELL_PIECES_NUMBER 16u

typedef struct vv_cell_pieces {
	const vv_dialect *dialect; /* borrowed */
	vv_quoting habit;
	vv_cell_how how;
	bool begun;   /* what stands before the text is given */
	bool special; /* a byte so far needs quotes around the cell */
	char number[VV_CELL_PIECES_NUMBER];
	size_t number_len;
	char tail[4]; /* of the piece before: the beginning of a character */
	size_t tail_len;
	vv_buf joined, out;
} vv_cell_pieces;

/* p is zeroed, or was used before. habit: the column's, for CSV. */
void vv_cell_pieces_begin(vv_cell_pieces *p, const vv_dialect *d, vv_quoting habit,
			  vv_cell_how how);
void vv_cell_pieces_clear(vv_cell_pieces *p);

/* The next piece of the text as it stands in the row: *out is borrowed until the next call, from text
 * where nothing changes. */
vv_status vv_cell_pieces_next(vv_cell_pieces *p, const char *text, size_t len, bool last,
			      const char **out, size_t *out_len, vv_error *err);

/* Looks at a piece without writing it, where `how` is still to be found out. */
void vv_cell_pieces_look(vv_cell_pieces *p, const char *text, size_t len);

/* How a CSV cell of the text so far (not empty) is written; in JSON what begin was told. */
vv_cell_how vv_cell_pieces_how(const vv_cell_pieces *p);

#endif
