/*
 * column: converts a column of a table to Arrow arrays, one row group at a time.
 *
 * A correct caller: vv_arrow_column_init; for each array vv_arrow_column_begin, then for each group
 * vv_arrow_column_take and vv_arrow_column_put until the array is full, then vv_arrow_column_end;
 * vv_arrow_column_clear.
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

/* The form of a column: the Arrow type of its arrays. */
typedef enum vv_arrow_form {
	VV_ARROW_TEXT,
	VV_ARROW_INT,
	VV_ARROW_DOUBLE,
	VV_ARROW_BOOL,
	VV_ARROW_DATE,
	VV_ARROW_DATETIME,
	VV_ARROW_MOMENT, /* a datetime in UTC */
	VV_ARROW_DECIMAL,
	VV_ARROW_U64, /* an unsigned integer; u.i has its bits */
	/* a DATETIME with nanoseconds: the table's first cells have more than six fractional
	 * digits */
	VV_ARROW_NANOS,
	VV_ARROW_NONE /* Arrow's null type: no cell of the column has a value */
} vv_arrow_form;

/* How columns are converted. */
typedef struct vv_arrow_reading {
	bool text;       /* all cells become texts, unconverted */
	int32_t numbers; /* enum varve_numbers */
	/* another vv_arrow_column for the same column, whose measured extent is reused; may be
	 * NULL */
	const struct vv_arrow_column *like;
} vv_arrow_reading;

/* The converted value of a cell, or of a value that rows share. */
typedef struct vv_arrow_value {
	/* MISFIT: not a value of the column's type */
	enum { VV_ARROW_VALUE, VV_ARROW_NULL, VV_ARROW_MISFIT } is;
	uint32_t len; /* length of a text that rows share */
	union {
		/* the integer; with a dictionary, the text's index in the dictionary; -1: not known
		 * yet */
		int64_t i;
		double d;
		vv_arrow_units w;
		char text[16]; /* a text of at most 16 bytes */
	} u;
} vv_arrow_value;

/* A column that is being converted. */
typedef struct vv_arrow_column {
	const char *name;
	const vv_table *table; /* NULL: the values are not from a table */
	const vv_field *field;
	size_t place; /* index of the column in the table */
	vv_arrow_form form;
	bool required;      /* no value is null */
	bool binary;        /* text: the texts are any bytes */
	bool verbatim;      /* text: spellings of a missing value are texts, not null */
	bool json;          /* the table is NDJSON or a JSON array */
	bool only_empty;    /* the empty text is the only spelling of a missing value */
	bool empty_missing; /* the empty text is one of the spellings of a missing value */
	/* a group whose numbers, dates or datetimes all have the same form is tested by a few
	 * samples (vv_field_all_by_few): if the samples are values of the type, so are all other
	 * cells */
	bool few;
	vv_arrow_extent extent;    /* decimals: the extent of the table's numbers, if measured */
	bool measured;             /* extent and mark are set */
	const char *mark;          /* decimals: decimalChar of the column, borrowed */
	unsigned scale;            /* decimals: digits after the point */
	bool has_dictionary;       /* text: values are indexes in the dictionary */
	vv_arrow_dictionary texts; /* with has_dictionary: the texts of the dictionary */
	/* the current array. valid: one bit for each row, or empty if no row is null; values: the
	 * values, the offsets of texts, or indexes in the dictionary; text: the bytes of texts */
	vv_arrow_memory valid, values, text;
	uint64_t nulls;    /* number of nulls in the current array */
	size_t usual_text; /* bytes of text in the previous array */
	/* the column in the current group */
	vv_group_run run;
	vv_arrow_value *shared; /* the converted distinct values of the group; room for 255 */
	/* number of shared values whose index in the dictionary is not known */
	size_t placeless;
	bool words;        /* shared values have eight bytes each, and none is a misfit */
	bool shares_texts; /* shared values are texts, and none is a misfit */
	bool short_texts;  /* u.text contains each shared value */
	bool null;         /* one of the shared values is null */
	/* the form of the numbers that were tested last. Numbers of another group in the same form
	 * are not tested again. known: the other members are set; fits: numbers in this form are
	 * values of the column's type; form, state, head, scale: as in vv_group_run */
	struct {
		bool known, fits;
		vv_run_form form;
		uint8_t state, head;
		unsigned scale;
	} tried;
} vv_arrow_column;

/* Initialises c for the column with index `place` of table, which must outlive c. Reads all numbers
 * of the column if they become decimals. VV_ENOSUPPORT: `how` has an unknown value. */
vv_status vv_arrow_column_init(vv_arrow_column *c, vv_table *table, size_t place,
			       const vv_arrow_reading *how, vv_error *err);
/* Makes c write each text once per array, in a dictionary. VV_EUSAGE: the column's form is not
 * text, or the column has no values. */
vv_status vv_arrow_column_use_dictionary(vv_arrow_column *c, vv_error *err);
/* Initialises c for values that are not from a table. name is borrowed. */
void vv_arrow_column_init_own(vv_arrow_column *c, const char *name, vv_arrow_form form,
			      bool required);
void vv_arrow_column_clear(vv_arrow_column *c);

/* Makes *out the schema of c's arrays. Returns false if out of memory. */
bool vv_arrow_column_schema(struct ArrowSchema *out, const vv_arrow_column *c);

/* Begins a new array, of about `rows` rows. */
vv_status vv_arrow_column_begin(vv_arrow_column *c, size_t rows, vv_error *err);

/* Makes b the current group, whose rows vv_arrow_column_put appends. b must have been read with
 * vv_table_read_rows. */
vv_status vv_arrow_column_take(vv_arrow_column *c, vv_batch *b, vv_error *err);

/* Maximum number of rows per call of vv_arrow_column_put. Callers test the size of an array only
 * between these calls. With few rows per call, an array exceeds its limit by little, even if many
 * rows share a long text. */
#define VV_ARROW_STEP 256u

/* Appends count rows of the current group to the array, which already has `have` rows. rows:
 * numbers of the rows in the group, ascending; number: the number of the group's first row in the
 * table. Misfits are counted in misfits. VV_EREFUSED: the array's texts would have more than 2^31 -
 * 1 bytes. */
vv_status vv_arrow_column_put(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			      uint64_t number, vv_arrow_misfits *misfits, vv_error *err);

/* Appends a cell of the column `of`, which may belong to a different table, but must have the same
 * form as c, to the array of c, which already has `have` rows; appends a null if cell is NULL.
 * number: the row's number. VV_EREFUSED: as for vv_arrow_column_put. */
vv_status vv_arrow_column_put_cell(vv_arrow_column *c, const vv_arrow_column *of,
				   const vv_cell *cell, size_t have, uint64_t number,
				   vv_arrow_misfits *misfits, vv_error *err);
/* Appends a text of len bytes, or a null if text is NULL, to the array of c, which already has
 * `have` rows. */
vv_status vv_arrow_column_put_text(vv_arrow_column *c, const char *text, size_t len, size_t have,
				   vv_error *err);
/* Appends the integer *value, or a null if value is NULL, to the array of c, which already has
 * `have` rows. */
vv_status vv_arrow_column_put_int(vv_arrow_column *c, const int64_t *value, size_t have,
				  vv_error *err);

/* Appends a double to the array of c, which already has `have` rows. */
vv_status vv_arrow_column_put_double(vv_arrow_column *c, double value, size_t have, vv_error *err);

/* Fills c, a column of text, with the result of vv_arrow_misfits_row for each of the array's `rows`
 * rows, then calls vv_arrow_misfits_forget. */
vv_status vv_arrow_column_put_misfits(vv_arrow_column *c, vv_arrow_misfits *misfits, size_t rows,
				      vv_error *err);

/* Completes the array: makes *out an array of `rows` rows with the values, and moves their buffers
 * to it. Returns false if out of memory. */
bool vv_arrow_column_end(struct ArrowArray *out, vv_arrow_column *c, size_t rows);

#endif
