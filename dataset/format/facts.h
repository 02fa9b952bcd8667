/*
 * facts: facts about the columns of some rows: whether a column has missing values, its least and
 * greatest number, and bounds of its texts. With facts, a reader can skip row groups in which no
 * row can match a condition.
 *
 * Facts depend only on the cells, not on the schema or the key. Bounds may be wider than the
 * values, but never narrower: the rows have no value outside of the bounds. vv_facts_of computes
 * the facts of one row group; vv_facts_unite combines facts. Format: docs/formats/store.md,
 * "facts".
 */
#ifndef VV_DATASET_FORMAT_FACTS_H
#define VV_DATASET_FORMAT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"

#define VV_FACTS_DIGITS 18u /* most digits of a number; a longer number counts as a text */
#define VV_FACTS_TEXT 16u   /* maximum number of bytes of a bound of texts */
/* When the encoded facts would exceed this number of bytes, the column that exceeds it and all
 * later columns are encoded as unknown, in one byte each. */
#define VV_FACTS_BYTES 8192u

/* The number units / 10^scale, with the least possible scale. */
typedef struct vv_fact_number {
	int64_t units;
	unsigned scale;
} vv_fact_number;

/* A bound of texts. */
typedef struct vv_fact_text {
	uint8_t len;
	char bytes[VV_FACTS_TEXT]; /* of which the first len are the bound */
} vv_fact_text;

/* Whether no cell, some cells or all cells of a column are missing. A cell is missing if it has no
 * text: if it is empty, absent or null. */
typedef enum vv_missing { VV_MISSING_NONE, VV_MISSING_SOME, VV_MISSING_ALL } vv_missing;

/* The facts of one column. Its texts are the texts of all cells that are not missing. */
typedef struct vv_fact {
	vv_missing missing;
	bool unknown; /* the texts are not described; the members below are not set */
	bool numbers; /* at least one text is a plain number (vv_fact_number_read) */
	vv_fact_number least, greatest; /* the least and the greatest plain number; if numbers */
	bool texts;                     /* at least one text is not a plain number */
	/* bounds of the texts that are not plain numbers, compared as bytes; if texts */
	vv_fact_text low, /* the lower bound */
		high;     /* the upper bound, unless `open` */
	bool open;        /* high is not set: these texts have no upper bound */
} vv_fact;

/* The facts of some rows. In columns whose index is count or more, all cells are missing. */
typedef struct vv_facts {
	vv_fact *columns; /* one for each of the first columns */
	size_t count,     /* number of columns */
		cap;      /* capacity of columns */
} vv_facts;
#define VV_FACTS_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}
void vv_facts_clear(vv_facts *f);
VV_AUTO_CLEAR(vv_facts, vv_facts_clear)

/* Reads a plain number: an optional '-', digits, and optionally a point and more digits; at most
 * VV_FACTS_DIGITS digits. -0 is read as 0. Returns false for any other text. */
bool vv_fact_number_read(vv_fact_number *out, const char *s, size_t len);
/* Compares two numbers: returns -1, 0 or 1. */
int vv_fact_number_order(const vv_fact_number *a, const vv_fact_number *b);
/* Compares two texts as bytes: returns a negative number, 0, or a positive one. A prefix is less
 * than the text. */
int vv_fact_text_order(const char *a, size_t a_len, const char *b, size_t b_len);

/* The next two functions compute the facts of one column. The caller first sets *f to zero, and
 * itself sets f->missing. */

/* Widens the bounds of f so that they include the texts of count cells: cells[0], cells[stride],
 * ... Returns the number of missing cells. */
size_t vv_fact_add(vv_fact *f, const vv_cell *cells, size_t count, size_t stride);
/* Widens the bounds of f so that they include the numbers least and greatest, in units of
 * 10^-scale. All numbers of the column must be written with at most scale digits after the point
 * and without leading zeros. Returns false, and leaves f unchanged, if one of them may have more
 * than VV_FACTS_DIGITS digits. */
bool vv_fact_add_numbers(vv_fact *f, int64_t least, int64_t greatest, unsigned scale);

/* Sets *out, which must be initialised, to the facts of `columns` columns, all zero. The caller sets
 * their members, then calls vv_facts_end. The caller clears *out. */
vv_status vv_facts_begin(vv_facts *out, size_t columns, vv_error *err);
/* Removes from f the last columns in which all cells are missing. */
void vv_facts_end(vv_facts *f);

/* Sets *out, which must be initialised, to the facts of rows x columns cells. Row r, column c is
 * cells[r * stride + c]. outs: the indexes in cells, ascending, of the cells whose text is stored
 * elsewhere; their len is 0. */
vv_status vv_facts_of(vv_facts *out, const vv_cell *cells, size_t rows, size_t columns,
		      size_t stride, const size_t *outs, size_t out_count, vv_error *err);
/* Changes *into to the facts of its rows and the rows of *more together. first: *into describes no
 * rows yet, and becomes a copy of *more. */
vv_status vv_facts_unite(vv_facts *into, const vv_facts *more, bool first, vv_error *err);

/* Appends the encoded facts. Equal facts have equal bytes. */
void vv_facts_put(vv_buf *out, const vv_facts *f);
/* Decodes facts into *out, which must be initialised, and which the caller clears. VV_ECORRUPT:
 * vv_facts_put does not write such bytes. out may be NULL: the bytes are only checked. */
vv_status vv_facts_read(vv_facts *out, const void *bytes, size_t len, vv_error *err);
/* Sets *out to the facts of the column with this index. vv_facts_read must have accepted the
 * bytes. */
void vv_facts_column(vv_fact *out, const void *bytes, size_t len, size_t column);

#endif
