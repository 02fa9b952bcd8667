/*
 * facts: facts about the columns of some rows: whether a column has missing values, its least and
 * greatest number, and bounds of its texts. With facts, a reader skips rows that cannot match a
 * condition.
 *
 * Facts depend on the cells alone, not on schema or key. Bounds may be wider than the values, never
 * narrower: a value outside the bounds is not in the rows. vv_facts_of computes the facts of one
 * row group, vv_facts_unite those of several. Format: docs/formats/store.md, "facts".
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
#define VV_FACTS_TEXT 16u   /* most bytes of low and of high */
/* The encoded facts of one list item have bounds only up to this many bytes; columns after them are
 * unknown. */
#define VV_FACTS_BYTES 8192u

/* The number units / 10^scale, with the least possible scale. */
typedef struct vv_fact_number {
	int64_t units;
	unsigned scale;
} vv_fact_number;

typedef struct vv_fact_text {
	uint8_t len;
	char bytes[VV_FACTS_TEXT];
} vv_fact_text;

/* Which cells of a column are missing, that is, without text: empty, absent or null. */
typedef enum vv_missing { VV_MISSING_NONE, VV_MISSING_SOME, VV_MISSING_ALL } vv_missing;

typedef struct vv_fact {
	vv_missing missing;
	bool unknown; /* no fact about the texts is known; the members below are not set */
	/* at least one text is a plain number; least and greatest are set, and exact */
	bool numbers;
	vv_fact_number least, greatest;
	bool texts;             /* at least one text is not a plain number; low is set */
	vv_fact_text low, high; /* all these texts are from low to high, compared as bytes */
	bool open;              /* high is not set: the texts have no upper bound */
} vv_fact;

/* The facts of each column. In a column beyond count, all cells are missing. */
typedef struct vv_facts {
	vv_fact *columns;
	size_t count, cap;
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

/* The next two functions compute the fact of one column. The caller zeroes the fact first, and sets
 * its member `missing`. */

/* Widens the bounds by the texts of count cells, `stride` apart. Returns the number of missing
 * cells. */
size_t vv_fact_add(vv_fact *f, const vv_cell *cells, size_t count, size_t stride);
/* Widens the bounds by numbers from least to greatest, in units of 10^-scale. Each is written with
 * at most scale digits after the point and without leading zeros. Returns false, and adds nothing,
 * if one of them may have more than VV_FACTS_DIGITS digits. */
bool vv_fact_add_numbers(vv_fact *f, int64_t least, int64_t greatest, unsigned scale);

/* Makes *out the zeroed facts of this many columns. After filling them, call vv_facts_end: it
 * removes the last columns in which all cells are missing. */
vv_status vv_facts_begin(vv_facts *out, size_t columns, vv_error *err);
void vv_facts_end(vv_facts *f);

/* Computes the facts of rows x columns cells. Row r, column c is cells[r * stride + c]. outs: the
 * indexes in cells, ascending, of the cells whose text is stored elsewhere; their len is 0. */
vv_status vv_facts_of(vv_facts *out, const vv_cell *cells, size_t rows, size_t columns,
		      size_t stride, const size_t *outs, size_t out_count, vv_error *err);
/* Unites *into with *more: the facts of the rows of both. first: into has no rows yet, and becomes
 * a copy. */
vv_status vv_facts_unite(vv_facts *into, const vv_facts *more, bool first, vv_error *err);

/* Appends the encoded facts. Equal facts have equal bytes. */
void vv_facts_put(vv_buf *out, const vv_facts *f);
/* Decodes facts. VV_ECORRUPT: vv_facts_put would not write these bytes. out may be NULL: the bytes
 * are only checked. */
vv_status vv_facts_read(vv_facts *out, const void *bytes, size_t len, vv_error *err);
/* Decodes the facts of one column. vv_facts_read must have accepted the bytes. */
void vv_facts_column(vv_fact *out, const void *bytes, size_t len, size_t column);

#endif
