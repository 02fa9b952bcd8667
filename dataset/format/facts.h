/*
 * facts: facts about the columns of some rows, which avoid reading the rows: which columns have no
 * text, and the bounds of the numbers and the other texts.
 *
 * They are a function of the cells alone, not of schema or key, and may be too wide, never too
 * narrow: values that they exclude are not in the rows. For a row group: vv_facts_of; for several,
 * the union: vv_facts_unite. Format: docs/formats/store.md, "facts".
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

#define VV_FACTS_DIGITS 18u  /* of a number, at most; longer ones are texts */
#define VV_FACTS_TEXT 16u    /* bytes of a text's bound */
#define VV_FACTS_BYTES 8192u /* of the columns that have bounds */

/* units / 10^scale; the scale is the least possible. */
typedef struct vv_fact_number {
	int64_t units;
	unsigned scale;
} vv_fact_number;

typedef struct vv_fact_text {
	uint8_t len;
	char bytes[VV_FACTS_TEXT];
} vv_fact_text;

/* Missing are cells without text: empty, absent, null. */
typedef enum vv_missing { VV_MISSING_NONE, VV_MISSING_SOME, VV_MISSING_ALL } vv_missing;

typedef struct vv_fact {
	vv_missing missing;
	bool unknown; /* of the texts that exist nothing is known; nothing below is set */
	bool numbers; /* some texts are plain numbers; the bounds are exact: */
	vv_fact_number least, greatest;
	bool texts;             /* some are not: */
	vv_fact_text low, high; /* no such text is less or greater than these, as bytes */
	bool open;              /* high is not there: any text from low on is possible */
} vv_fact;

/* Columns beyond count are missing in all rows. */
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

/* Is the text a plain number: digits, perhaps a '-' before them and a point with digits after
 * them, at most VV_FACTS_DIGITS digits? -0 is 0. */
bool vv_fact_number_read(vv_fact_number *out, const char *s, size_t len);
int vv_fact_number_order(const vv_fact_number *a, const vv_fact_number *b);
/* As bytes; a prefix is less. */
int vv_fact_text_order(const char *a, size_t a_len, const char *b, size_t b_len);

/* A column at a time. The fact is zero at first; missing is the caller's to set. */

/* Widens it by count cells, `stride` apart; how many of them have no text. */
size_t vv_fact_add(vv_fact *f, const vv_cell *cells, size_t count, size_t stride);
/* The same by the least and the greatest of some numbers, in units of 10^-scale, all written with at
 * most scale digits after the point and no zero before others. False: they may be too long. */
bool vv_fact_add_numbers(vv_fact *f, int64_t least, int64_t greatest, unsigned scale);

/* From columns on, of a room of that many: vv_facts_end takes off those at the end that have no text. */
vv_status vv_facts_begin(vv_facts *out, size_t columns, vv_error *err);
void vv_facts_end(vv_facts *f);

/* For rows x columns cells, at cells[r * stride + c]. outs: places (r * stride + c) of cells that
 * are out of line and have len 0 here, ascending. */
vv_status vv_facts_of(vv_facts *out, const vv_cell *cells, size_t rows, size_t columns,
		      size_t stride, const size_t *outs, size_t out_count, vv_error *err);
/* into becomes the facts of its own and more's rows. first: into has no rows yet. */
vv_status vv_facts_unite(vv_facts *into, const vv_facts *more, bool first, vv_error *err);

/* Appends the bytes: one form for the same facts. */
void vv_facts_put(vv_buf *out, const vv_facts *f);
/* Strict: VV_ECORRUPT for anything that vv_facts_put does not write. out NULL: only looks. */
vv_status vv_facts_read(vv_facts *out, const void *bytes, size_t len, vv_error *err);
/* The facts of one column, from bytes valid for vv_facts_read. */
void vv_facts_column(vv_fact *out, const void *bytes, size_t len, size_t column);

#endif
