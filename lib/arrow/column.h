/*
 * column: converts a column of a table to Arrow arrays, one row group at a time.
 *
 * A correct caller calls vv_arrow_column_init first and vv_arrow_column_clear last. For each array
 * it calls vv_arrow_column_begin, then vv_arrow_column_put until the array is full, then
 * vv_arrow_column_end. It calls vv_arrow_column_take whenever it comes to the next row group.
 *
 * Formats: Apache Arrow, "The Arrow columnar format". Buffers begin at multiples of 64 bytes.
 */
#ifndef VV_LIB_ARROW_COLUMN_H
#define VV_LIB_ARROW_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/format/group.h"
#include "lib/arrow/array.h"
#include "lib/arrow/decimals.h"
#include "lib/arrow/dictionary.h"
#include "lib/arrow/misfits.h"

typedef struct vv_batch vv_batch;
typedef struct vv_field vv_field;
typedef struct vv_table vv_table;

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
	/* a DATETIME with nanoseconds: in the table's first row group, a cell has more than six
	 * fractional digits */
	VV_ARROW_NANOS,
	VV_ARROW_NONE /* Arrow's null type: no cell of the column has a value */
} vv_arrow_form;

/* How columns are converted. */
typedef struct vv_arrow_reading {
	bool text;       /* all cells become texts, unconverted */
	int32_t numbers; /* enum varve_numbers */
	/* with VARVE_NUMBERS_DECIMAL: an integer column becomes 64-bit integers, and a number column
	 * doubles, if its numbers have so few digits that no double rounds them, or more digits than
	 * a decimal */
	bool plain;
	/* with VARVE_NUMBERS_DECIMAL: a column of integers becomes texts if one has a leading zero
	 * or more than 15 digits, which a program that stores doubles would change */
	bool spelled;
	/* another vv_arrow_column for the same column: its extent and scale are copied instead of
	 * measured; may be NULL */
	const struct vv_arrow_column *like;
} vv_arrow_reading;

/* The converted value of a cell, or of a value that several rows of a group share. */
typedef struct vv_arrow_value {
	/* MISFIT: not a value of the column's type */
	enum { VV_ARROW_VALUE, VV_ARROW_NULL, VV_ARROW_MISFIT } is;
	uint32_t len; /* length of a shared text */
	union {
		/* the integer; with a dictionary, the text's index in the dictionary, or -1 if the
		 * text was not looked up yet */
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
	/* in a group whose numbers, dates or datetimes all have the same form, test only a few
	 * samples (vv_field_all_by_few): if these are values of the type, so are all other cells */
	bool few;
	vv_arrow_extent extent; /* decimals: the extent of the table's numbers, if measured */
	bool measured;          /* extent and mark are set */
	bool plain;             /* as in vv_arrow_reading; the field's metadata has "varve:plain" */
	const char *mark;       /* decimals: decimalChar of the column, borrowed */
	unsigned scale;         /* decimals: digits after the point */
	bool has_dictionary;    /* text: values are indexes in the dictionary */
	vv_arrow_dictionary texts; /* with has_dictionary: the texts of the dictionary */
	/* the current array. valid: one bit for each row, or empty if no row is null; values: the
	 * values, the offsets of texts, or indexes in the dictionary; text: the bytes of texts */
	vv_arrow_memory valid, values, text;
	uint64_t nulls;    /* number of nulls in the current array */
	size_t usual_text; /* bytes of text in the previous array */
	/* the column in the current group */
	vv_group_run run;
	vv_arrow_value *shared; /* the converted distinct values of the group; room for 255 */
	/* number of shared values that were not looked up in the dictionary yet */
	size_t placeless;
	/* the group has shared values of eight bytes each, and none is a misfit */
	bool words;
	bool shares_texts; /* the group has shared values that are texts, and none is a misfit */
	bool short_texts;  /* each shared text fits into u.text */
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

/* Initialises c for the column with index `place` of table, which must outlive c. Reads the first
 * row group of a datetime column. Reads all cells of a number column that becomes decimals, unless
 * how->like is set. VV_ENOSUPPORT: how->numbers is unknown. Call vv_arrow_column_clear also on
 * failure. */
vv_status vv_arrow_column_init(vv_arrow_column *c, vv_table *table, size_t place,
			       const vv_arrow_reading *how, vv_error *err);
/* Makes c write each text once per array, in a dictionary. A column of form VV_ARROW_NONE becomes a
 * column of texts. VV_EUSAGE: the column has another form than text. */
vv_status vv_arrow_column_use_dictionary(vv_arrow_column *c, vv_error *err);
/* Initialises c for values that are not from a table. name is borrowed. */
void vv_arrow_column_init_own(vv_arrow_column *c, const char *name, vv_arrow_form form,
			      bool required);
void vv_arrow_column_clear(vv_arrow_column *c);

/* Makes *out the schema of c's arrays. Returns false if out of memory. */
bool vv_arrow_column_schema(struct ArrowSchema *out, const vv_arrow_column *c);

/* Begins a new array. rows: its expected number of rows, for which memory is allocated; more may
 * follow. */
vv_status vv_arrow_column_begin(vv_arrow_column *c, size_t rows, vv_error *err);

/* Makes b the current group, whose rows vv_arrow_column_put appends. b must have been read with
 * vv_table_read_rows, and is borrowed until the next call. */
vv_status vv_arrow_column_take(vv_arrow_column *c, vv_batch *b, vv_error *err);

/* Maximum number of rows per call of vv_arrow_column_put. Callers test the size of an array between
 * these calls. The number is low so that an array exceeds its maximum size only by little, even if
 * many rows share a long text. */
#define VV_ARROW_STEP 256u

/* Appends count rows of the current group to the array, which already has `have` rows. rows: the
 * rows' indexes in the group, ascending; number: the number of the group's first row in the table,
 * from 0. A misfit becomes null, and is counted in misfits. VV_EREFUSED: the array's texts would
 * have more than 2^31 - 1 bytes. */
vv_status vv_arrow_column_put(vv_arrow_column *c, const uint32_t *rows, size_t count, size_t have,
			      uint64_t number, vv_arrow_misfits *misfits, vv_error *err);

/* Appends a cell of the column `of` to the array of c, which already has `have` rows; appends a
 * null if cell is NULL. `of` may belong to another table, but must have the form of c or
 * VV_ARROW_NONE. number: the row's number in its table. Misfits and VV_EREFUSED: as for
 * vv_arrow_column_put. */
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

/* Fills the array of c, a column of text, with the result of vv_arrow_misfits_row for each row from
 * 0 to rows - 1, then calls vv_arrow_misfits_forget. */
vv_status vv_arrow_column_put_misfits(vv_arrow_column *c, vv_arrow_misfits *misfits, size_t rows,
				      vv_error *err);

/* Completes the array: makes *out an array of `rows` rows, and moves the buffers of c to it.
 * Returns false if out of memory. */
bool vv_arrow_column_end(struct ArrowArray *out, vv_arrow_column *c, size_t rows);

#endif
