/*
 * excel: the spellings of a cell's text after a spreadsheet program has read it from a CSV file and written it again.
 *
 *	vv_auto(vv_excel) e = {.count = 0};
 *	damage = vv_excel_damage(&e, &was, &is);
 *
 * Excel converts texts that look like numbers, dates or logical values, and writes them in their displayed form. The
 * displayed form depends on the country, the width of the column and the user's choice: so one text has several spellings,
 * all of which vv_excel_spell lists. LibreOffice writes some of them, too.
 */
#ifndef VV_DIFF_ROWS_EXCEL_H
#define VV_DIFF_ROWS_EXCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/format/cell.h"

typedef enum vv_excel_kind {
	VV_EXCEL_NONE,     /* not a change that Excel makes */
	VV_EXCEL_STYLE,    /* the same value: 1.50 -> 1.5, true -> TRUE */
	VV_EXCEL_ZEROS,    /* 01234 -> 1234 */
	VV_EXCEL_EXPONENT, /* 123456789012 -> 1.23457E+11 */
	VV_EXCEL_ROUNDED,  /* 12345678901234567 -> 12345678901234500 */
	VV_EXCEL_COMMA,    /* 4.75 -> 4,75 */
	VV_EXCEL_GROUPS,   /* 1.234 -> 1234 */
	VV_EXCEL_DATE,     /* 2024-03-04 -> 3/4/2024 */
	VV_EXCEL_SWAPPED,  /* 03/04/2024 -> 04/03/2024 */
	VV_EXCEL_NAMED,    /* MARCH1 -> 1-Mar */
	VV_EXCEL_LETTERS,  /* letters that ANSI lacks */
	VV_EXCEL_MOJIBAKE, /* UTF-8 that was read as ANSI */
	VV_EXCEL_ERROR,    /* -name -> #NAME? */
	VV_EXCEL_KINDS
} vv_excel_kind;

/* "leading zeros are lost". */
const char *vv_excel_words(vv_excel_kind k);

/* The part that comes first in 3/4/2024, which depends on Excel's country. Other texts have no order. */
typedef enum vv_excel_order { VV_EXCEL_NO_ORDER, VV_EXCEL_DAY, VV_EXCEL_MONTH } vv_excel_order;

#define VV_EXCEL_MAX 512u
typedef struct vv_excel_spelling {
	uint32_t at, len; /* in the text */
	vv_excel_kind kind;
	vv_excel_order order;
	bool sure; /* the day is above 12: the text has no other order */
} vv_excel_spelling;

/* Scratch of the caller's; text.failed: no memory. */
typedef struct vv_excel {
	vv_buf text;
	vv_excel_spelling items[VV_EXCEL_MAX];
	size_t count;
	vv_excel_order order; /* the only possible one; NO_ORDER: not known */
	/* the spelling that vv_excel_damage found; its order is NO_ORDER if several orders are possible */
	vv_excel_spelling was;
} vv_excel;
void vv_excel_clear(vv_excel *e); /* accepts zeroes */
VV_AUTO_CLEAR(vv_excel, vv_excel_clear)

/* All spellings of a text, in e; the text itself may be among them. */
void vv_excel_spell(vv_excel *e, const char *s, size_t len);
/* Is the spelling these bytes? */
bool vv_excel_is(const vv_excel *e, size_t i, const char *s, size_t len);

/* What Excel did, if `is` is a spelling of `was`. Two equal cells are VV_EXCEL_NONE. */
vv_excel_kind vv_excel_damage(vv_excel *e, const vv_cell *was, const vv_cell *is);

/* Appends bytes of the encoding windows-1252 as UTF-8. */
void vv_excel_put_ansi(vv_buf *out, const char *s, size_t len);
/* Appends a date that Excel wrote, in the form 2024-03-04. False: the text is not a date in a country of this order;
 * NO_ORDER: a country that writes 04.03.2024. */
bool vv_excel_put_iso(vv_buf *out, const char *s, size_t len, vv_excel_order order);

/* Facts about a column of the newer version of a table. */
typedef struct vv_excel_column {
	long old; /* the base's column; -1: a new one */
	/* paired cells: damaged in this way; equal, though Excel would have damaged them in this way */
	uint64_t spoiled[VV_EXCEL_KINDS], kept[VV_EXCEL_KINDS];
	uint64_t ordered[VV_EXCEL_KINDS][VV_EXCEL_MONTH + 1]; /* damaged cells, by order */
	vv_buf was[VV_EXCEL_KINDS], is[VV_EXCEL_KINDS];       /* the first damaged cell's */
} vv_excel_column;

#endif
