/*
 * display: whether a text can be how a spreadsheet shows a value under a number format.
 *
 * 	vv_display *d = vv_display_new();
 *
 * 	vv_display_learn(d, &was, &is);            for each changed cell of a column
 * 	vv_display_settle(d, 0);
 * 	vv_display_count(d, &was, &is);            for each cell of the column
 * 	if (vv_display_proven(d)) ... vv_display_of(d, &was, &is) ...
 * 	vv_display_free(d);
 *
 * A spreadsheet that saves a CSV file writes cells as it displays them: 9.9 as "9,90 €", 0.125 as
 * "13 %", 2024-03-04 as "Montag, 4. März 2024". Formats are not listed here, but found: a column has
 * one format, which all of its cells show. For numbers it is the number of decimal places, the
 * decimal mark and the text around the number; for dates and times it is the part of the value in
 * each number of the text (day, month, hour ...), and in which part each word depends (month,
 * weekday ...), so that no names of months are needed.
 *
 * Cells are UTF-8 here. Only values that are decimal numbers, ISO dates, times or both have
 * displays here.
 */
#ifndef VV_DIFF_SPREADSHEET_DISPLAY_H
#define VV_DIFF_SPREADSHEET_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/format/cell.h"

typedef struct vv_display vv_display; /* the format of a column */

typedef enum vv_display_answer {
	VV_DISPLAY_NO,    /* not a display of the value: an edit */
	VV_DISPLAY_WHOLE, /* shows the value */
	/* shows a part of the value, such as a rounded number or a date without its year: an edit to
	 * exactly this text would look the same */
	VV_DISPLAY_PART
} vv_display_answer;

vv_display *vv_display_new(void); /* NULL: no memory */
void vv_display_free(vv_display *d);
VV_AUTO_FREE(vv_display, vv_display_free)

/* Whether `is` could be a display of `was` in some format. Never false for a display that
 * vv_display_of knows. */
bool vv_display_could(const vv_cell *was, const vv_cell *is);

/* Takes note of the formats in which `is`, a changed cell, could be a display of `was`. */
void vv_display_learn(vv_display *d, const vv_cell *was, const vv_cell *is);
/* Returns the decimal mark that most of the numbers show, and adds their number to *votes. 0: none. */
char vv_display_mark(const vv_display *d, uint64_t *votes);
/* Chooses the column's format among those that were learned. mark: the decimal mark of the file; 0:
 * not known. */
void vv_display_settle(vv_display *d, char mark);
/* Counts for and against the chosen format: a display for it; an unchanged cell that the format
 * would have changed, and an edit, against it. Returns the answer for a changed cell, else
 * VV_DISPLAY_NO. */
vv_display_answer vv_display_count(vv_display *d, const vv_cell *was, const vv_cell *is);
/* Whether most of the cells that the chosen format changes have it. */
bool vv_display_proven(const vv_display *d);
/* Whether displays that show only a part are proven as well. If the format shows only parts, more of
 * them are needed. */
bool vv_display_parts_proven(const vv_display *d);

/* Whether `is` is a display of `was` in the chosen format. */
vv_display_answer vv_display_of(const vv_display *d, const vv_cell *was, const vv_cell *is);
/* Appends the value that `is` shows in the chosen format, spelled as values of the older version are:
 * with a decimal point, ISO dates. Returns false, and appends nothing, if the text does not show a
 * whole value. */
bool vv_display_put_value(vv_buf *out, const vv_display *d, const vv_cell *is);

#endif
