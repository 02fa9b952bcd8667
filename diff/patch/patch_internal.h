/*
 * patch_internal: what writing, reading and applying patches share. patch_*.c only.
 * The form of everything here in bytes: docs/patch-format.md.
 */
#ifndef VV_DIFF_PATCH_PATCH_INTERNAL_H
#define VV_DIFF_PATCH_PATCH_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "dataset/format/quirks.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"
#include "diff/patch/patch.h"

#define PATCH_VERSION 1u
#define PATCH_LINE_MAX ((size_t)256 << 20)
#define PATCH_NONE UINT64_MAX

/* How a row's line differs from what its dialect gives. */
typedef struct patch_form {
	bool irregular;
	vv_quirk_kind kind; /* when irregular */
	const char *raw;    /* VV_QUIRK_RAW; borrowed */
	size_t raw_len;
} patch_form;
bool patch_form_equal(const patch_form *a, const patch_form *b);

/* --- text.c: values as JSON, and back -------------------------------- */

/* A JSON string, or {"base64": ...} where the bytes are no UTF-8. */
void patch_put_bytes(vv_buf *out, const char *bytes, size_t len);
void patch_put_cell(vv_buf *out, const vv_cell *c);
void patch_put_form(vv_buf *out, const patch_form *f);

/* What is read lives in arena. VV_EINPUT says what was expected. */
vv_status patch_get_bytes(const char **bytes, size_t *len, const vv_json *v, vv_arena *arena,
			  vv_error *err);
vv_status patch_get_cell(vv_cell *out, const vv_json *v, vv_arena *arena, vv_error *err);
vv_status patch_get_form(patch_form *out, const vv_json *v, vv_arena *arena, vv_error *err);

/* --- root.c: a version's root but for its lists, as JSON, and back --- */

void patch_put_columns(vv_buf *out, const vv_root *r); /* schema, key, cut */
void patch_put_dialect(vv_buf *out, const vv_dialect *d);
/* line: the text that the node was read from. */
vv_status patch_get_columns(vv_root *out, const vv_json *v, const char *line, vv_error *err);
vv_status patch_get_dialect(vv_dialect *out, const vv_json *v, vv_error *err);
/* Gives a root without rows empty lists, and holds it against all that a root must be. */
vv_status patch_finish_root(vv_root *r, vv_error *err);

/* --- rows.c: rows with their forms ------------------------------------ */

typedef struct patch_row {
	const vv_cell *cells;
	patch_form form;
} patch_row;

#define PATCH_SLOTS 8u
typedef struct patch_slot {
	vv_batch batch;
	vv_quirk *quirks;
	size_t quirk_count, quirk_cap;
	uint64_t used; /* 0: empty */
} patch_slot;

/* Rows of one version by number, some recently used groups kept. */
typedef struct patch_rows {
	vv_table *table; /* NULL: closed */
	vv_table_reader *reader;
	patch_slot slots[PATCH_SLOTS], *last;
	uint64_t clock;
} patch_rows;
void patch_rows_init(patch_rows *r, vv_table *t); /* reads nothing yet */
void patch_rows_close(patch_rows *r);             /* zeroed storage is closed */
/* Borrowed until PATCH_SLOTS - 1 further groups were read. */
vv_status patch_rows_get(patch_rows *r, uint64_t row, patch_row *out, vv_error *err);

/* --- line.c: a patch line by line ------------------------------------- */

typedef struct patch_lines {
	const vv_patch_source *source;
	vv_buf buf;      /* bytes read and not yet given */
	size_t pos;      /* in buf */
	uint64_t buf_at; /* buf's offset in the patch */
	bool ended;
	uint64_t line;    /* number of the line last given, from 1 */
	uint64_t start;   /* its offset */
	const char *text; /* it, without its line end; borrowed until the next call */
	size_t len;
	vv_xxh3_state *hash; /* of the section's lines */
	vv_arena arena;      /* holds json */
	vv_json *json;       /* the line, read: an object */
	uint64_t sections;   /* read since the patch's first line */
	bool within;         /* between a first line and its last */
} patch_lines;
vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err);
void patch_lines_close(patch_lines *l);
/* What comes next, unread: a few KB of it, or less at the end. */
vv_status patch_lines_peek(patch_lines *l, const char **text, size_t *len, vv_error *err);
/* The next line, read as a JSON object; it is not in the hash yet: 1, 0 at the end, <0. */
int patch_lines_next(patch_lines *l, vv_error *err);
void patch_lines_hash(patch_lines *l); /* takes the line at hand into the hash */
vv_status patch_lines_seek(patch_lines *l, uint64_t offset, uint64_t line,
			   vv_error *err); /* line: of the next one */
/* VV_EINPUT: "<patch>, line N: ...". */
vv_status patch_fail(const patch_lines *l, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
vv_status patch_at(const patch_lines *l, vv_status rc,
		   vv_error *err); /* puts that before a message of VV_EINPUT */

/* --- read.c: what the lines say ---------------------------------------- */

/* One side of a section. */
typedef struct patch_side {
	bool exists;
	vv_cid cid;
	vv_root root; /* without rows; rows and bytes are the version's */
	uint64_t rows, bytes;
	vv_schema schema; /* tables */
} patch_side;

/* A column of either side, as vv_column_pair; -1: not there. */
typedef struct patch_pair {
	long side[2];
	const char *label; /* NULL: it has no name of its own, and goes by its number */
} patch_pair;

/* Gives the pairs their labels: the newer name, where no other pair has it. a, b: the
 * schemas of both sides; NULL: none. */
vv_status patch_pairs_label(patch_pair *pairs, size_t count, const vv_schema *a, const vv_schema *b,
			    vv_error *err);

/* What a section says before its rows. Turned round where the patch is reversed: side
 * 0 is always the one that is there before applying. */
typedef struct patch_section {
	char *path[2]; /* of each side; equal unless renamed */
	patch_side side[2];
	bool is_table; /* else the lines are about bytes */
	bool partial;  /* some of its changes: never the whole way from one version to the other */
	bool reverse;
	patch_pair *pairs;
	size_t pair_count;
	size_t *identity; /* pairs that tell which row is which; none: all cells do */
	size_t identity_count;
	bool same_columns;    /* column i is column i, under one name */
	uint64_t start, line; /* where it begins in the patch */
} patch_section;
void patch_section_clear(patch_section *s);
/* The number of the pair that has column `at` of a side. */
size_t patch_pair_of(const patch_section *s, int side, size_t at);

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

typedef struct patch_cell {
	size_t pair;
	vv_cell side[2];
} patch_cell;

/* One line; all of it lives until the next one is read. */
typedef struct patch_op {
	patch_kind kind;
	uint64_t row[2];   /* from 0; PATCH_NONE */
	uint64_t count;    /* leave, arrive; keep: bytes */
	patch_cell *cells; /* changes of cells */
	size_t cell_count;
	vv_cell *whole; /* add, remove: all cells of their side */
	bool has_form;
	patch_form form[2];
	/* change, and leave and arrive with cells: what identifies the row on the patch's old side */
	vv_cell *known;
	size_t known_count;
	bool has_after; /* add, remove */
	bool after_top;
	vv_cell *after; /* identifies the row above it */
	size_t after_count;
	const char *bytes; /* drop, insert */
	size_t bytes_len;
} patch_op;

/* Reads the next section's head: 1, 0 at the end of the patch, <0. */
int patch_section_read(patch_section *out, patch_lines *l, bool reverse, vv_error *err);
/* The section's next line; PATCH_END once, which was checked against the hash. */
vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err);

/* --- write.c: lines ----------------------------------------------------- */

/* Bytes on their way to the caller, and the hash of the section. */
typedef struct patch_out {
	vv_write_fn write;
	void *payload;
	vv_buf line;
	vv_xxh3_state *hash;
	uint64_t counts[PATCH_END + 1]; /* rows told of, by kind */
} patch_out;
vv_status patch_out_open(patch_out *o, vv_write_fn write, void *payload, vv_error *err);
void patch_out_close(patch_out *o);
/* Ends the line and gives it away. */
vv_status patch_out_line(patch_out *o, vv_error *err);
vv_status patch_out_end(patch_out *o, vv_error *err); /* the section's last line */

/* --- script.c, bytes.c: the lines between ------------------------- */

typedef struct patch_script_options {
	const vv_columns *columns;
	const char *const *key; /* names; NULL: the tables' own */
	const char *temp_dir;
	vv_pool *pool;
} patch_script_options;
vv_status patch_script_write(patch_out *o, vv_table *a, vv_table *b,
			     const patch_script_options *opts, const size_t *identity,
			     size_t identity_count, vv_error *err);
/* Every row of t as removed (side 0) or added (side 1). */
vv_status patch_script_whole(patch_out *o, vv_table *t, int side, vv_error *err);
vv_status patch_bytes_write(patch_out *o, vv_table *a, vv_table *b, vv_error *err);

/* --- applying ------------------------------------------------------------------ */

/* Makes the new bytes of one path, piece by piece. */
typedef struct patch_maker {
	/* Appends some more bytes to out; *end when there are no more. */
	vv_status (*more)(struct patch_maker *m, vv_buf *out, bool *end, vv_error *err);
} patch_maker;

/* What applying one section has at hand. */
typedef struct patch_job {
	const vv_patch_apply_options *opts;
	patch_lines *lines;
	patch_section *section;
	vv_table *target;   /* NULL: there is none */
	uint64_t made;      /* bytes that came out of the maker */
	vv_patch_done done; /* what comes of it */
} patch_job;

/* Tell of a misfit: VV_ECONFLICT, or what the caller's function answered. */
vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err);
vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err);

/* Writes rows under a root's dialect. */
typedef struct patch_writer {
	vv_row_writer *rows;
	const vv_dialect *dialect;
	size_t columns;
} patch_writer;
vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s,
			    vv_error *err);
void patch_writer_close(patch_writer *w);
void patch_writer_head(const patch_writer *w, vv_buf *out);
void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last);
void patch_writer_tail(const patch_writer *w, vv_buf *out);

/* exact.c, bytes.c, fit.c */
vv_status patch_exact_run(patch_job *j, vv_error *err);
vv_status patch_bytes_run(patch_job *j, vv_error *err);
vv_status patch_fit_run(patch_job *j, vv_error *err);

/* Runs the maker to its end; its bytes are read as `as` says (a root; the target's blocks
 * are at hand), and go to the caller. The root made is *cid, its number of rows *rows. With
 * no version to be made (as NULL) they are thrown away. */
vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err);

#endif
