/*
 * text: what stands in a patch, as JSON, and back. The form of everything in bytes is in
 * docs/formats/patch.md.
 */
#ifndef VV_DIFF_PATCH_TEXT_H
#define VV_DIFF_PATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "dataset/format/quirks.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"
#include "diff/write/writer.h"

#define PATCH_VERSION 1u
#define PATCH_FIRST_LINE "{\"varve-patch\":1}" /* with that version */
#define PATCH_NONE UINT64_MAX
#define PATCH_LINE_MAX ((size_t)256 << 20)

/* How a row's line differs from what its dialect gives. */
typedef struct patch_form {
	bool irregular;
	vv_quirk_kind kind; /* when irregular */
	const char *raw;    /* VV_QUIRK_RAW; borrowed */
	size_t raw_len;
} patch_form;
bool patch_form_equal(const patch_form *a, const patch_form *b);

void patch_put_cell(vv_buf *out, const vv_cell *c);
void patch_put_form(vv_buf *out, const patch_form *f);

/* What is read lives in arena. VV_EINPUT says what was expected. */
vv_status patch_get_cell(vv_cell *out, const vv_json *v, vv_arena *arena, vv_error *err);
vv_status patch_get_form(patch_form *out, const vv_json *v, vv_arena *arena, vv_error *err);

/* --- a version's root without its lists ------------------------------------------- */

void patch_put_columns(vv_buf *out, const vv_root *r); /* schema, key, cut, order */
void patch_put_dialect(vv_buf *out, const vv_dialect *d);
/* line: the text that the node was read from. */
vv_status patch_get_columns(vv_root *out, const vv_json *v, const char *line, vv_error *err);
vv_status patch_get_dialect(vv_dialect *out, const vv_json *v, vv_error *err);
/* Gives a root without rows empty lists, and holds it against all that a root must be. */
vv_status patch_finish_root(vv_root *r, vv_error *err);

/* A column of either side, as vv_column_pair; -1: not there. */
typedef struct patch_pair {
	long side[2];
	const char *label; /* NULL: it has no name of its own, and goes by its number */
} patch_pair;

/* Gives the pairs their labels: the newer name, where no other pair has it. a, b: the
 * schemas of both sides; NULL: none. */
vv_status patch_pairs_label(patch_pair *pairs, size_t count, const vv_schema *a, const vv_schema *b,
			    vv_error *err);

/* --- lines on their way out ---------------------------------------------------- */

typedef enum patch_kind {
	PATCH_CHANGE, /* a row that stays where it is, or whose neighbours do */
	PATCH_REMOVE,
	PATCH_ADD,
	PATCH_LEAVE,  /* rows go elsewhere ... */
	PATCH_ARRIVE, /* ... and come from there */
	PATCH_KEEP,   /* bytes: so many stay */
	PATCH_DROP,   /* bytes: these go */
	PATCH_INSERT, /* bytes: these come */
	PATCH_END
} patch_kind;

/* Bytes on their way to the caller, and the hash of the section. */
typedef struct patch_out {
	vv_write_fn write;
	void *payload;
	vv_buf line;
	vv_xxh3_state *hash;
	uint64_t counts[PATCH_END + 1]; /* rows reported, by kind */
} patch_out;
vv_status patch_out_open(patch_out *o, vv_write_fn write, void *payload, vv_error *err);
void patch_out_close(patch_out *o);
/* Ends the line and gives it away. */
vv_status patch_out_line(patch_out *o, vv_error *err);
vv_status patch_out_end(patch_out *o, vv_error *err); /* the section's last line */

#endif
