/*
 * column: a column of a table on its way into memory that other programs read, a row group at a time.
 *
 * A correct caller: vv_arrow_column_init; for each array vv_arrow_column_begin, then for each group vv_arrow_column_take
 * and vv_arrow_column_put until the array is full, then vv_arrow_column_end; vv_arrow_column_clear.
 *
 * Formats: Apache Arrow, "The Arrow columnar format". Buffers begin at multiples of 64 bytes.
 */
#ifndef VV_LIB_ARROW_COLUMN_H
#define VV_LIB_ARROW_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/arrow/array.h"
#include "lib/arrow/decimals.h"
#include "lib/arrow/dictionary.h"
#include "lib/arrow/misfits.h"

typedef enum vv_arrow_form {
	VV_ARROW_TEXT,
	VV_ARROW_INT,
	VV_ARROW_DOUBLE,
	VV_ARROW_BOOL,
	VV_ARROW_DATE,
	VV_ARROW_DATETIME,
	VV_ARROW_MOMENT, /* a time with its mark for UTC */
	VV_ARROW_DECIMAL,
	VV_ARROW_U64, /* in u.i, as its bits */
	VV_ARROW_NANOS, /* DATETIME if the table's first cells have more than six digits of a second */
	VV_ARROW_NONE /* any type, of which no cell of the table has a value: Arrow's null */
} vv_arrow_form;

/* How columns become arrays. */
typedef struct vv_arrow_reading {
	bool text;                          /* all cells as text, unconverted */
	int32_t numbers;                    /* enum varve_numbers */
	const struct vv_arrow_column *like; /* the same column, which was measured; NULL */
} vv_arrow_reading;

/* The result for a value that rows share, or for one cell. */
typedef struct vv_arrow_value {
	enum { VV_ARROW_VALUE, VV_ARROW_NULL, VV_ARROW_MISFIT } is;
	uint32_t len; /* of a text that rows share */
	union {
		int64_t i; /* or its place in the dictionary, -1 while that is not known */
		double d;
		vv_arrow_units w;
		char text[16]; /* one that is no longer */
	} u;
} vv_arrow_value;

typedef struct vv_arrow_column {
	const char *name;
	const vv_table *table; /* NULL: its values come from none */
	const vv_field *field;
	size_t place; /* in the table */
	vv_arrow_form form;
	bool required; /* no value is null */
	bool verbatim; /* text: what means a missing value is that text, too */
	bool json;
	bool only_empty;        /* the missing value is the empty text, and no other */
	bool empty_missing;     /* it is one of them */
	bool few;               /* numbers that are spelled alike are values if one of them is */
	vv_arrow_extent extent; /* decimals: of the table's numbers, if they were measured */
	bool measured;
	unsigned scale;            /* decimals */
	bool has_dictionary;       /* text: values are places in it */
	vv_arrow_dictionary texts; /* with it */
	/* the array: valid has a bit a row, and is empty without nulls */
	vv_arrow_memory valid, values, text;
	uint64_t nulls;
	size_t usual_text; /* bytes: of the array before */
	/* the group */
	vv_group_run run;
	vv_arrow_value *shared; /* of each of its values; room for 255 */
	size_t placeless;       /* of these, those whose place in the dictionary is not known */
	bool words;             /* they have eight bytes each, and none is a misfit */
	bool shares_texts;      /* they are texts, and none is a misfit */
	bool short_texts;       /* u.text has each of them */
	bool null;              /* one of them is null */
	struct {
		bool known, fits;
		vv_run_form form;
		uint8_t state, head;
		unsigned scale;
	} tried; /* numbers that were looked at last */
} vv_arrow_column;

/* The table outlives the column. Reads all its numbers if they become decimals. VV_ENOSUPPORT: how has an unknown value. */
vv_status vv_arrow_column_init(vv_arrow_column *c, vv_table *table, size_t place,
			       const vv_arrow_reading *how, vv_error *err);
/* Its texts are written once an array. VV_EUSAGE: it is not of text, nor without values. */
vv_status vv_arrow_column_use_dictionary(vv_arrow_column *c, vv_error *err);
/* A column of values that come from no table. name is borrowed. */
void vv_arrow_column_init_own(vv_arrow_column *c, const char *name, vv_arrow_form form,
			      bool required);
void vv_arrow_column_clear(vv_arrow_column *c);

/* The schema of its arrays. False: out of memory. */
bool vv_arrow_column_schema(struct ArrowSchema *out, const vv_arrow_column *c);

/* Begins a new array, of about `rows` rows. */
vv_status vv_arrow_column_begin(vv_arrow_column *c, size_t rows, vv_error *err);

/* The rows that follow are those of this group, read by vv_table_read_rows. */
vv_status vv_arrow_column_take(vv_arrow_column *c, vv_batch *b, vv_error *err);

/* Rows that are put at once at most, so that texts that many rows share cannot go far beyond where a batch ends. */
#define VV_ARROW_STEP 256u

/* Appends these ascending rows of the group; the array has `have`, and number is that of the group's first row in the table.
 * VV_EREFUSED: the texts of an array are longer than 2^31 bytes. */
vv_status vv_arrow_column_put(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			      uint64_t number, vv_arrow_misfits *misfits, vv_error *err);

/* Appends one value to an array that has `have`: a cell (NULL: null) of a column of any table that has the same form, or
 * another value (NULL: null). VV_EREFUSED as above. */
vv_status vv_arrow_column_put_cell(vv_arrow_column *c, const vv_arrow_column *of,
				   const vv_cell *cell, size_t have, uint64_t number,
				   vv_arrow_misfits *misfits, vv_error *err);
vv_status vv_arrow_column_put_text(vv_arrow_column *c, const char *text, size_t len, size_t have,
				   vv_error *err);
vv_status vv_arrow_column_put_int(vv_arrow_column *c, const int64_t *value, size_t have,
				  vv_error *err);

/* A column of text with what vv_arrow_misfits_row has for each row of an array. Forgets it. */
vv_status vv_arrow_column_put_misfits(vv_arrow_column *c, vv_arrow_misfits *misfits, size_t rows,
				      vv_error *err);

/* Makes an array of `rows` rows from the values, with their buffers. False: out of memory. */
bool vv_arrow_column_end(struct ArrowArray *out, vv_arrow_column *c, size_t rows);

#endif
