/*
 * form: the forms of table files (CSV, NDJSON, a JSON array): properties on which code depends,
 * and its functions.
 *
 * A caller tests the property that it depends on, such as vv_form_is_typed, and does not compare
 * forms. A further form is a row of VV_FORM_KINDS and a file with its functions.
 */
#ifndef VV_DATASET_FORMAT_FORM_H
#define VV_DATASET_FORMAT_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

struct sniff;
struct vv_cell;
struct vv_expected;
struct vv_line_editor;
struct vv_line_parts;
struct vv_row;
struct vv_row_writer;
struct vv_scan;
struct vv_scan_where;
struct vv_schema;

/* X(constant, name, words, typed, document, delimited, functions): the end of the constant of
 * vv_form; the members of vv_form_kind; and the end of the names of its functions, such as
 * vv_scan_csv_row, from which each room makes its table of one kind of function (vv_form_work).
 *
 * The order is that of the constants, and names are stored in roots: rows are only added, at the
 * end. */
#define VV_FORM_KINDS(X)                                                                           \
	X(CSV, "csv", NULL, false, false, true, csv)                                               \
	X(NDJSON, "ndjson", "NDJSON", true, false, false, json)                                    \
	X(JSON, "json", "JSON array", true, true, false, json)

#define VV_FORM_COUNT 3u
/* A form that only a test has, see vv_form_set_test. */
#define VV_FORM_OF_TEST ((vv_form)VV_FORM_COUNT)

/* The functions of a form. */
typedef vv_status vv_form_sniff(struct sniff *s, vv_error *err);
typedef vv_status vv_form_init(struct vv_scan *s, const vv_dialect *d, vv_error *err);
typedef int vv_form_cut(struct vv_scan *s, struct vv_cell *cells, size_t stride,
			const struct vv_scan_where *where, struct vv_row *row, vv_error *err);
typedef void vv_form_spell(const struct vv_row_writer *w, const vv_dialect *d, vv_buf *out,
			   struct vv_expected *e, const struct vv_cell *cells, size_t columns);
typedef vv_status vv_form_parts(struct vv_line_parts *out, const vv_dialect *d,
				const struct vv_schema *schema, const char *line, size_t len,
				vv_error *err);
typedef void vv_form_edit(struct vv_line_editor *e, vv_buf *out, const char *line, size_t len,
			  const struct vv_cell *old_cells, const struct vv_cell *cells,
			  const bool *changed, const vv_bytes *spelled);
typedef struct vv_form_work {
	/* detects the dialect and the columns in a sample (dataset/read/sniff.h) */
	vv_form_sniff *sniff;
	vv_form_init *init; /* initialises a new scanner for a dialect */
	/* cuts the next row into cells, as vv_scan_row does; unless `where` is NULL, finds their
	 * places, as vv_scan_places does */
	vv_form_cut *cut;
	/* spells a row, without its end, as vv_row_write_expected does */
	vv_form_spell *spell;
	/* finds the cells of a line, as vv_line_parts_read does */
	vv_form_parts *parts;
	/* changes, appends and removes cells of a line, as vv_line_edit does after it found them */
	vv_form_edit *edit;
	/* returns true if the file can represent this cell in the column with this index */
	bool (*fits)(const vv_dialect *d, const struct vv_cell *cell, size_t column);
} vv_form_work;

/* A form's properties. */
typedef struct vv_form_kind {
	const char *name;  /* in dialects and options, such as "csv" */
	const char *words; /* in descriptions; NULL: those of the delimiter */
	/* Each row is an object: its values carry their types and name their columns. Otherwise,
	 * values are texts, whose column is their place, and the file may have a header. */
	bool typed;
	/* The file is one value that contains the rows: a separator is between two rows, and a text
	 * after the last one. Otherwise, rows are lines. */
	bool document;
	bool delimited; /* cells are between delimiters, and may be in quotes */

	/* The members below are only set by a form that only a test has. */
	const char *ext;          /* extension of its files, without a dot */
	bool header_cuts;         /* the header determines how rows are cut into cells */
	const vv_form_work *work; /* its functions */
} vv_form_kind;

/* All forms, by their constants; then the form of a test, or NULL. */
extern const vv_form_kind *vv_form_kinds[VV_FORM_COUNT + 1];

/* Returns the properties of a form. */
static inline const vv_form_kind *vv_form_kind_of(vv_form form)
{
	return vv_form_kinds[form];
}
static inline bool vv_form_is_typed(vv_form form)
{
	return vv_form_kinds[form]->typed;
}
static inline bool vv_form_is_document(vv_form form)
{
	return vv_form_kinds[form]->document;
}
static inline bool vv_form_is_delimited(vv_form form)
{
	return vv_form_kinds[form]->delimited;
}

/* Returns true if a form that only a test has can represent this cell in the column with this index;
 * for other forms, returns true. */
static inline bool vv_form_fits(const vv_dialect *d, const struct vv_cell *cell, size_t column)
{
	const vv_form_work *own = vv_form_kinds[d->form]->work;

	return !own || own->fits(d, cell, column);
}

/* For tests only: adds the form VV_FORM_OF_TEST to this process. It uses the members of a dialect
 * that CSV uses. kind is borrowed for ever. The bytes of a version with this form are not a format
 * of varve. */
static inline void vv_form_set_test(const vv_form_kind *kind)
{
	vv_form_kinds[VV_FORM_OF_TEST] = kind;
}

#endif
