/*
 * excel: lists how a spreadsheet program may change the spelling of a cell when it reads a CSV file
 * and writes it again.
 *
 * 	vv_auto(vv_excel) e = {.count = 0};
 * 	damage = vv_excel_damage(&e, &was, &is);
 *
 * Excel converts texts that look like numbers, dates or logical values, and writes them as it
 * displays them. The displayed text depends on the country, the width of the column and the user's
 * settings, so a text can become several spellings. vv_excel_spell lists them. LibreOffice also
 * writes some of these spellings.
 */
#ifndef VV_DIFF_SPREADSHEET_EXCEL_H
#define VV_DIFF_SPREADSHEET_EXCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/format/cell.h"
#include "diff/spreadsheet/display.h"
#include "diff/spreadsheet/saved_encoding.h"

/* The kind of a change of spelling. */
typedef enum vv_excel_kind {
	VV_EXCEL_NONE,     /* not a change that Excel makes */
	VV_EXCEL_STYLE,    /* the same value: 1.50 -> 1.5, true -> TRUE */
	VV_EXCEL_DISPLAY,  /* a value under a number format: 9.9 -> 9,90 EUR (display.h) */
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
	VV_EXCEL_QUOTED,   /* =1+1 -> '=1+1, which --safe-for-spreadsheets writes, too */
	VV_EXCEL_KINDS     /* the number of kinds */
} vv_excel_kind;

/* Returns a description of a kind, such as "leading zeros are lost"; a constant. */
const char *vv_excel_words(vv_excel_kind k);

/* Whether the first number in 3/4/2024 is the day or the month, which depends on the country set in
 * Excel. Texts that are not such dates have no order. */
typedef enum vv_excel_order { VV_EXCEL_NO_ORDER, VV_EXCEL_DAY, VV_EXCEL_MONTH } vv_excel_order;

#define VV_EXCEL_MAX 512u /* most spellings of a text */
/* A spelling that Excel may write for a text. */
typedef struct vv_excel_spelling {
	uint32_t at, /* offset of the spelling in vv_excel.text */
		len; /* number of bytes */
	vv_excel_kind kind;
	vv_excel_order order;
	bool sure; /* the day is above 12, so the date can be read in only one order */
} vv_excel_spelling;

/* The results of vv_excel_spell and vv_excel_damage. If memory runs out, text.failed is true. */
typedef struct vv_excel {
	vv_buf text;                           /* the texts of all spellings */
	vv_excel_spelling items[VV_EXCEL_MAX]; /* the spellings */
	size_t count;                          /* number of elements of items */
	/* set by the caller, for vv_excel_damage: the order of dates in the file; spellings in the
	 * other order do not count. VV_EXCEL_NO_ORDER: not known */
	vv_excel_order order;
	/* set by the caller: the file's encoding; borrowed. NULL: windows-1252, which Excel calls
	 * ANSI */
	vv_saved_encoding *encoding;
	/* the spelling that vv_excel_damage found; its order is NO_ORDER if several orders are
	 * possible */
	vv_excel_spelling was;
	char mark; /* private: if not 0, only dates with this first mark are spelled */
} vv_excel;
void vv_excel_clear(vv_excel *e); /* accepts zeroes */
VV_AUTO_CLEAR(vv_excel, vv_excel_clear)

/* Sets e->items to the spellings that Excel may write for the text s[0 .. len), except those of the
 * kinds VV_EXCEL_DISPLAY, VV_EXCEL_ERROR and VV_EXCEL_QUOTED. The text itself may be among them, and a spelling may
 * occur twice. */
void vv_excel_spell(vv_excel *e, const char *s, size_t len);
/* Returns true if the text of e->items[i] is s[0 .. len). */
bool vv_excel_is(const vv_excel *e, size_t i, const char *s, size_t len);

/* Returns the kind of the change if `is` is a spelling that Excel may write for `was`, and sets
 * e->was to this spelling. For VV_EXCEL_ERROR, VV_EXCEL_QUOTED, and an absent cell that became
 * empty, e->was.kind is VV_EXCEL_NONE. Returns VV_EXCEL_NONE if `is` is not such a spelling, if
 * both cells are equal, or if memory ran out. */
vv_excel_kind vv_excel_damage(vv_excel *e, const vv_cell *was, const vv_cell *is);

/* Returns "true" or "false" for a logical value as Excel writes it in some country, such as "WAHR";
 * NULL: not one. */
const char *vv_excel_logic(const char *s, size_t len);
/* Appends a date s[0 .. len) that Excel wrote, converted to the form 2024-03-04. order: the order
 * of day and month in dates such as 3/4/2024. With VV_EXCEL_NO_ORDER, dates with a slash are not
 * accepted; with VV_EXCEL_MONTH, only dates with a slash are. In dates such as 04.03.2024, the day
 * is first. Returns false, and appends nothing, if the text is not such a date with a year. */
bool vv_excel_put_iso(vv_buf *out, const char *s, size_t len, vv_excel_order order);

/* Facts about a column of the newer version of a table. */
typedef struct vv_excel_column {
	long old; /* index of the base's column; -1: the column is new */
	/* for each kind of change, the number of cells that Excel changed in this way */
	uint64_t spoiled[VV_EXCEL_KINDS],
		/* for each kind of change, the number of cells that Excel could change in this way,
		 * but that are equal in both versions; counted only if some of `spoiled` is not
		 * 0 */
		kept[VV_EXCEL_KINDS];
	/* for each kind of change and each vv_excel_order, the number of changed cells with a date
	 * in this order */
	uint64_t ordered[VV_EXCEL_KINDS][VV_EXCEL_MONTH + 1];
	uint64_t learned;    /* changed cells that may have shown the number format */
	vv_display *display; /* the column's number format; NULL: no cell can be a display */
	/* for each kind of change, a text of the first cell that Excel changed in this way: */
	vv_buf was[VV_EXCEL_KINDS], /* the old text */
		is[VV_EXCEL_KINDS]; /* the new text */
} vv_excel_column;

#endif
