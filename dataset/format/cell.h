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
	VV_CELL_ABSENT = 1, /* short row, missing member: no text */
	VV_CELL_NULL = 2,   /* JSON null: no text */
	VV_CELL_LITERAL = 3 /* JSON number, true, false, array, object, or a string without an exact
	                      * decoding: the file's text */
} vv_cell_state;

enum {
	VV_CELL_QUOTED = 1,   /* was in quotes */
	VV_CELL_HAS_QUOTE = 2 /* unquoted, with a quote or escape character in it */
};

/* 16 bytes. Text is borrowed from the function that filled the cell. */
typedef struct vv_cell {
	const char *text; /* len bytes; NULL only with len 0 */
	uint32_t len;
	uint8_t state; /* vv_cell_state */
	uint8_t flags; /* only meaningful after a scanner */
	uint16_t spare;
} vv_cell;

/* State and text equal? */
bool vv_cell_equal(const vv_cell *a, const vv_cell *b);

/* Is its text one of these words, of which NULL is the last? words NULL: of none. */
bool vv_cell_is_one_of(const vv_cell *cell, const char **words);

#define VV_COLUMNS_MAX 16384u
#define VV_CELLS_MAX                                                                               \
	(256u << 10) /* bytes of cells (each counted len + 1) that force a cut, and
                                   * above which a single row's longest cells go out of line */
#define VV_ROW_MAX                                                                                 \
	((size_t)8 << 20) /* bytes of a row in its file, with the blank lines before  \
			   * it and its row end */
#define VV_GROUP_BYTES_MAX                                                                         \
	(2 * VV_ROW_MAX) /* bytes of a row group, likewise: one such row, and those before it */
#define VV_GRID_MAX                                                                                \
	((size_t)1 << 27) /* rows of a group x columns of the table at most: 2 GiB of cells */
#define VV_HEADER_MAX (512u << 10) /* bytes of prologue, and of schema */

#endif
