/*
 * json_pieces: one object of NDJSON or of an array that is not in memory as a whole, read piece by piece:
 * the strings that are its own values are lent decoded, and all else as it stands.
 *
 *   vv_json_pieces_begin(&p, dialect)
 *   for each piece of the input, from the row's first byte on:
 *     while ((event = vv_json_pieces_next(&p, bytes, len, at_end, &used)) > 0) {
 *             ...; bytes += used; len -= used;   until VV_PIECES_OVER or VV_PIECES_FAULT
 *     }
 *   vv_json_pieces_clear(&p)
 *
 * It finds strings, and where the object ends; whether it is one is seen by putting together what is given
 * as it stands, where "" is left of each string that was lent, and scanning that (scan.h).
 */
#ifndef VV_DATASET_READ_JSON_PIECES_H
#define VV_DATASET_READ_JSON_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

typedef enum vv_pieces_event {
	VV_PIECES_MORE = 0, /* what was not used (few bytes) must come again, with more after it */
	VV_PIECES_REST,     /* bytes as they stand: p->text, p->text_len */
	VV_PIECES_STRING,   /* a string begins, of the member p->name; its quote was given before */
	VV_PIECES_TEXT,     /* text of this string: p->text, p->text_len, not empty */
	VV_PIECES_END,      /* the string is over; its quote comes as it stands */
	VV_PIECES_OVER,     /* behind the object, or in NDJSON before the line's end */
	VV_PIECES_FAULT     /* here is what makes it no object: p->fault_len bytes show it */
} vv_pieces_event;

#define VV_JSON_PIECES_DEPTH 512u

typedef struct vv_json_pieces {
	const vv_dialect *dialect; /* borrowed */
	int state;
	bool begun;    /* the object's brace was seen */
	bool is_value; /* a string that comes now is a value: after a colon */
	uint8_t objects[VV_JSON_PIECES_DEPTH]; /* the open brackets: is it a brace? */
	size_t depth;
	uint64_t at; /* bytes used so far */
	/* the string under way, or just over */
	uint64_t begin;   /* where its quote stands */
	bool odd;         /* it is not spelled as vv_cell_write_string spells it */
	bool lone;        /* it has half a surrogate pair: no text, the value is its spelling */
	vv_buf name;      /* decoded, of the member under way; */
	bool name_fits;   /* false: it is too long to be here, or no text */
	const char *text; /* borrowed until the next call */
	size_t text_len;
	size_t fault_len;
	vv_buf unit, spelling; /* a character that was escaped, and as it would be */
	vv_buf joined;         /* text of several of them */
	bool failed;           /* out of memory */
} vv_json_pieces;

/* p is zeroed, or was used before. */
void vv_json_pieces_begin(vv_json_pieces *p, const vv_dialect *d);
void vv_json_pieces_clear(vv_json_pieces *p);

/* VV_ENOMEM: text that was given so far may be incomplete. */
vv_status vv_json_pieces_ok(const vv_json_pieces *p, vv_error *err);

/* After VV_PIECES_STRING: this string is given as it stands, too. */
void vv_json_pieces_keep(vv_json_pieces *p);

/* The next event; *used gets how many bytes it takes of bytes[0 .. len). at_end: nothing follows them. With
 * 16 bytes or more there always is one. */
vv_pieces_event vv_json_pieces_next(vv_json_pieces *p, const char *bytes, size_t len, bool at_end,
				    size_t *used);

#endif
