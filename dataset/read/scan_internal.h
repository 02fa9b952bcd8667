/*
 * scan_internal: declarations that the scanners of CSV and JSON share.
 */
#ifndef VV_DATASET_READ_SCAN_INTERNAL_H
#define VV_DATASET_READ_SCAN_INTERNAL_H

#include "dataset/format/form.h"
#include "dataset/format/simd.h"
#include "dataset/read/scan.h"

/* The marked bytes (simd.h) of a 64-byte block, as bits. The first block begins at the window's
 * start. */
typedef struct vv_scan_marks {
	const char *block; /* the beginning of the block, in the window */
	uint64_t all;      /* marked bytes ahead of the scanner */
	/* quote and escape characters, including those that the scanner has passed */
	uint64_t quotes;
} vv_scan_marks;

struct vv_scan {
	vv_form form;
	vv_form_cut *cut;  /* the form's function */
	const char *bytes, /* the beginning of the window */
		*end;      /* the end of the window */
	bool at_end;       /* the input ends with the window */
	uint64_t origin;   /* offset of the window in the input */
	size_t offset,     /* offset of the next row in the window */
		fault;     /* offset of the last fault in the window */
	size_t columns; /* CSV: maximum number of cells of a row; JSON: number of columns so far */

	vv_arena arena; /* decoded cells */
	char *spare;    /* unused memory in arena, spare_len bytes, for the next short cells */
	size_t spare_len;

	/* The members from here to `found` are only for CSV. */
	vv_mark_set set;
	vv_scan_marks marks; /* the marked bytes of the current block */
	bool marks_ready;    /* between calls: marks describes the bytes from offset on */
	bool has_escape;     /* an escape character other than the quote */
	int comment;         /* first byte of lines that are not rows; -1: no such lines */
	/* the dialect's characters, for finding lines that are rows although they begin with the
	 * comment character (vv_dialect_full_are_rows); owns nothing */
	vv_dialect chars;
	/* number of cells that makes such a line a row; 0: no such line is a row */
	size_t full;
	bool pass_spaces; /* spaces at the beginning of a cell are skipped */
	/* number of cells in the row that was just refused because it has too many; else 0 */
	size_t found;

	struct vv_scan_json *json; /* the column names; NULL for CSV without names */
	void *own;                 /* data of a form that only a test has; owned */
};

/* Does the part of vv_scan_new for CSV: initialises the members of s for the dialect d. */
vv_status vv_scan_csv_init(vv_scan *s, const vv_dialect *d, vv_error *err);
/* Where to put the places of a row's cells, and its faults. */
typedef struct vv_scan_where {
	vv_scan_place *places;
	vv_scan_faults *faults; /* NULL: a row with faults is refused */
} vv_scan_where;

/* Like vv_scan_row, for CSV; if where is not NULL, like vv_scan_places, and with
 * where->faults like vv_scan_ragged. */
int vv_scan_csv_row(vv_scan *s, vv_cell *cells, size_t stride, const vv_scan_where *where,
		    vv_row *row, vv_error *err);

/* Do what the functions of scan.h with these names (without "json_") do, for JSON. */
vv_status vv_scan_json_init(vv_scan *s, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err);
void vv_scan_json_clear(vv_scan *s);
void vv_scan_json_window(vv_scan *s);
int vv_scan_json_row(vv_scan *s, vv_cell *cells, size_t stride, const vv_scan_where *where,
		     vv_row *row, vv_error *err);
const char *vv_scan_json_name(const vv_scan *s, size_t i, size_t *len);
bool vv_scan_json_ended(const vv_scan *s);

/* Allocates len bytes in the scanner's arena, unaligned. Returns NULL if out of memory. */
char *vv_scan_room(vv_scan *s, size_t len);

/* Sets err to VV_EINPUT with this message, and s->fault to the position `where`, a pointer into the
 * window. Returns VV_EINPUT. */
int vv_scan_refuse(vv_scan *s, const char *where, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Makes *c an absent cell. */
static inline void vv_cell_set_absent(vv_cell *c)
{
	c->text = NULL;
	c->len = 0;
	c->state = VV_CELL_ABSENT;
	c->flags = 0;
	c->spare = 0;
}

#endif
