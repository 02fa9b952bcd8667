/*
 * cell: one value of a table: its text, its state (a text, missing, null or another JSON value),
 * and flags with its quotes in a CSV file.
 */
#ifndef VV_DATASET_FORMAT_CELL_H
#define VV_DATASET_FORMAT_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kind of a cell's content. */
typedef enum vv_cell_state {
	VV_CELL_TEXT = 0,   /* CSV text; a JSON string, decoded */
	VV_CELL_ABSENT = 1, /* the row is too short, or the object lacks the member; no text */
	VV_CELL_NULL = 2,   /* JSON null; no text */
	/* JSON number, true, false, array, object, or a string that cannot be decoded exactly; the
	 * text is as in the file */
	VV_CELL_LITERAL = 3,
	/* a number: text points to an int64_t, and the number is this integer divided by 10^len.
	 * This state is never stored. Only readers with vv_table_reader_numbers return it */
	VV_CELL_NUMBER = 4
} vv_cell_state;

/* The bits of vv_cell.flags. */
enum {
	VV_CELL_QUOTED = 1, /* the cell is in quotes in the file */
	/* the cell is not in quotes, but has a quote or escape character in it */
	VV_CELL_HAS_QUOTE = 2
};

/* One value = one cell, in 16 bytes. A cell does not own its text. The comment of each function
 * that sets cells states from which object the text is borrowed. */
typedef struct vv_cell {
	const char *text; /* len bytes; NULL only with len 0 */
	uint32_t len;     /* number of bytes in text */
	uint8_t state;    /* a vv_cell_state */
	/* VV_CELL_QUOTED, VV_CELL_HAS_QUOTE: set by scanners; in cells to write, VV_CELL_QUOTED
	 * may be set (dataset/rows/line_edit.h) */
	uint8_t flags;
	uint16_t spare; /* 0 */
} vv_cell;

/* Returns true if state and text of both cells are equal. */
bool vv_cell_equal(const vv_cell *a, const vv_cell *b);

/* Returns true if the text of the cell is equal to one of the strings in words, an array that ends
 * with NULL. words may be NULL: returns false. */
bool vv_cell_is_one_of(const vv_cell *cell, const char **words);

/* The maximum number of columns of a table. */
#define VV_COLUMNS_MAX 16384u
/* The rows of a table are stored in row groups (group.h): blocks of consecutive rows. A row group
 * ends when its cells have this many bytes, counting len + 1 bytes for each cell. If a single row
 * has more, its longest cells, the long cells, are stored outside of the group. */
#define VV_CELLS_MAX (256u << 10)
/* The maximum size of a row in its file in bytes, including the blank lines before the row and the
 * row end. */
#define VV_ROW_MAX ((size_t)8 << 20)
/* The maximum size of a row group in its file in bytes: a row of maximum length and the rows before
 * it. */
#define VV_GROUP_BYTES_MAX (2 * VV_ROW_MAX)
/* The maximum number of cells in a row group (its rows times the columns of the table), which need
 * 2 GiB of memory. */
#define VV_GRID_MAX ((size_t)1 << 27)
/* The maximum size in bytes of the prologue of a dialect (the text before the first row,
 * dialect.h), and of a schema. */
#define VV_HEADER_MAX (512u << 10)

#endif
