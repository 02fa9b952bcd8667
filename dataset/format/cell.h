/*
 * cell: one value of a table: its text, its state (a text, missing, null or another JSON value),
 * and flags with its quotes in a CSV file.
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

/* One cell, in 16 bytes. A cell does not own its text. The comment of each function that sets cells
 * says from which object the text is borrowed. */
typedef struct vv_cell {
	const char *text; /* len bytes; NULL only with len 0 */
	uint32_t len;
	uint8_t state;  /* vv_cell_state */
	uint8_t flags;  /* VV_CELL_QUOTED, VV_CELL_HAS_QUOTE; set only by scanners */
	uint16_t spare; /* 0 */
} vv_cell;

/* Returns true if state and text of both cells are equal. */
bool vv_cell_equal(const vv_cell *a, const vv_cell *b);

/* Returns true if the text of the cell is equal to one of the strings in words, an array that ends
 * with NULL. words may be NULL: returns false. */
bool vv_cell_is_one_of(const vv_cell *cell, const char **words);

/* Most columns of a table. */
#define VV_COLUMNS_MAX 16384u
/* A row group ends when its cells have this many bytes, counting len + 1 bytes for each cell. If a
 * single row has more, its longest cells are stored outside of the group. */
#define VV_CELLS_MAX (256u << 10)
/* Most bytes of a row in its file, including the blank lines before the row and the row end. */
#define VV_ROW_MAX ((size_t)8 << 20)
/* Most bytes of a row group in its file: a row of maximum length and the rows before it. */
#define VV_GROUP_BYTES_MAX (2 * VV_ROW_MAX)
/* Most cells of a row group (rows x columns of the table): 2 GiB of memory. */
#define VV_GRID_MAX ((size_t)1 << 27)
#define VV_HEADER_MAX (512u << 10) /* most bytes of a dialect's prologue, and of a schema */

#endif
