/*
 * read: a patch, line by line and section by section. A correct caller: patch_lines_open;
 * patch_section_read until 0, and after each patch_op_read until PATCH_END; patch_lines_close.
 */
#ifndef VV_DIFF_PATCH_READ_H
#define VV_DIFF_PATCH_READ_H

#include "base/arena.h"
#include "base/json/json.h"
#include "dataset/table/table.h"
#include "diff/patch/patch.h"
#include "diff/patch/text.h"

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
/* The next line, read as a JSON object; it is not in the hash yet: 1, 0 at the end, <0. */
int patch_lines_next(patch_lines *l, vv_error *err);
void patch_lines_hash(patch_lines *l); /* takes the line at hand into the hash */
vv_status patch_lines_seek(patch_lines *l, uint64_t offset, uint64_t line,
			   vv_error *err); /* line: of the next one */
/* VV_EINPUT: "<patch>, line N: ...". */
vv_status patch_fail(const patch_lines *l, vv_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One side of a section. */
typedef struct patch_side {
	bool exists;
	vv_cid cid;
	vv_root root; /* without rows; rows and bytes are the version's */
	uint64_t rows, bytes;
	vv_schema schema; /* tables */
} patch_side;

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

#endif
