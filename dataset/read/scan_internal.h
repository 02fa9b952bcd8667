/*
 * scan_internal: declarations for the scanners of the three forms.
 */
#ifndef VV_DATASET_READ_SCAN_INTERNAL_H
#define VV_DATASET_READ_SCAN_INTERNAL_H

#include "dataset/format/simd.h"
#include "dataset/read/scan.h"

/* The marked bytes of a 64-byte block, as bits. The first block begins at the window's start. */
typedef struct vv_scan_marks {
	const char *block;
	uint64_t all; /* marked bytes that the scanner has not passed yet */
	/* quote and escape characters, including those that the scanner has passed */
	uint64_t quotes;
} vv_scan_marks;

struct vv_scan {
	vv_form form;
	/* the window */
	const char *bytes, *end;
	bool at_end;
	uint64_t origin;
	size_t offset, fault;
	size_t columns;

	vv_arena arena; /* decoded cells */
	char *spare;    /* unused memory in arena, for the next short cells */
	size_t spare_len;

	/* CSV. If marks_ready is set between calls, marks describes the bytes from offset on. */
	vv_mark_set set;
	vv_scan_marks marks;
	bool marks_ready;
	bool has_escape; /* an escape character other than the quote */
	int comment;     /* first byte of lines that are not rows; -1: no such lines */
	/* dialect that decides whether a line with the comment character is nevertheless a row;
	 * owns nothing */
	vv_dialect chars;
	size_t full; /* number of cells of such a row; 0: no such rows */
	bool pass_spaces;
	/* number of cells in the row that was just refused because it has too many; else 0 */
	size_t found;

	struct vv_scan_json *json; /* names; JSON forms, and CSV if names were given */
};

vv_status vv_scan_csv_init(vv_scan *s, const vv_dialect *d, vv_error *err);
int vv_scan_csv_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err);

vv_status vv_scan_json_init(vv_scan *s, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err);
void vv_scan_json_clear(vv_scan *s);
void vv_scan_json_window(vv_scan *s);
int vv_scan_json_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err);
const char *vv_scan_json_name(const vv_scan *s, size_t i, size_t *len);
bool vv_scan_json_ended(const vv_scan *s);

/* Returns len bytes of the arena, unaligned. NULL: out of memory. */
char *vv_scan_room(vv_scan *s, size_t len);

/* Records the position of an error, a pointer into the window, and sets the message. Returns
 * VV_EINPUT. */
int vv_scan_refuse(vv_scan *s, const char *where, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static inline void vv_cell_set_absent(vv_cell *c)
{
	c->text = NULL;
	c->len = 0;
	c->state = VV_CELL_ABSENT;
	c->flags = 0;
	c->spare = 0;
}

#endif
