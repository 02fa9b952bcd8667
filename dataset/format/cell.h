/*
 * cell: one value of a table, as text, with facts from the scanner.
 */
#ifndef VV_DATASET_FORMAT_CELL_H
#define VV_DATASET_FORMAT_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum vv_cell_state {
	VV_CELL_TEXT = 0,   /* CSV text; a JSON string, decoded */
	VV_CELL_ABSENT = 1, /* the row is too short, or the object lacks the member; no text */
	VV_CELL_NULL = 2,   /* JSON null; no text */
	/* JSON number, true, false, array, object, or a string that cannot be decoded exactly: the text is as in
	 * the file */
	VV_CELL_LITERAL = 3
} vv_cell_state;

enum {
	VV_CELL_QUOTED = 1,   /* in quotes in the file */
	VV_CELL_HAS_QUOTE = 2 /* not in quotes, but has a quote or escape character in it */
};

/* A cell, in 16 bytes. The text is borrowed; the function that fills the cell documents from
 * what. */
typedef struct vv_cell {
	const char *text; /* len bytes; NULL only with len 0 */
	uint32_t len;
	uint8_t state; /* vv_cell_state */
	uint8_t flags; /* VV_CELL_QUOTED, VV_CELL_HAS_QUOTE; set only by scanners */
	uint16_t spare;
} vv_cell;

/* Returns true if state and text of both cells are equal. */
bool vv_cell_equal(const vv_cell *a, const vv_cell *b);

/* Returns true if the text of the cell is one of words, a list that NULL ends. False if words is
 * NULL. */
bool vv_cell_is_one_of(const vv_cell *cell, const char **words);

#define VV_COLUMNS_MAX 16384u
/* Bytes of cells, len + 1 for each, that end a row group. In a longer row, the longest cells are stored outside of the
 * group. */
#define VV_CELLS_MAX (256u << 10)
#define VV_ROW_MAX                                                                                 \
	((size_t)8 << 20) /* bytes of a row in its file, with the blank lines before  \
			   * the row and with the row end */
#define VV_GROUP_BYTES_MAX                                                                         \
	(2 *                                                                                       \
	 VV_ROW_MAX) /* bytes of a row group in its file: a longest row and the rows before it */
#define VV_GRID_MAX                                                                                \
	((size_t)1 << 27) /* rows of a group x columns of the table at most: 2 GiB of cells */
#define VV_HEADER_MAX (512u << 10) /* bytes of prologue, and of schema */

#endif
