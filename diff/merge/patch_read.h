/*
 * patch_read: a patch, line by line and section by section. A correct caller: patch_lines_open;
 * patch_section_read until 0, and after each patch_op_read until PATCH_END; patch_lines_close.
 */
#ifndef VV_DIFF_MERGE_PATCH_READ_H
#define VV_DIFF_MERGE_PATCH_READ_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "dataset/table/table.h"
#include "diff/merge/patch.h"

#define PATCH_VERSION 1u
#define PATCH_FIRST_LINE                                                                           \
	"{\"type\":\"diff\",\"format\":\"varve.diff/1\",\"patch\":1}" /* with that version */
#define PATCH_NONE UINT64_MAX
#define PATCH_LINE_MAX ((size_t)256 << 20)

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
	vv_arena arena;      /* owns json */
	vv_json_rows *objects;
	vv_json *json;     /* the line, read: an object, with the members that apply needs */
	uint64_t sections; /* read since the patch's first line */
	bool within;       /* between a first line and its last */
} patch_lines;
vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err);
void patch_lines_close(patch_lines *l);
/* The next line, read as a JSON object; it is not in the hash yet: 1, 0 at the end, <0. */
int patch_lines_next(patch_lines *l, vv_error *err);
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
	vv_schema schema;
} patch_side;

/* A column of either side, as vv_column_pair; -1: not there. */
typedef struct patch_pair {
	long side[2];
} patch_pair;

/* The head of a section, before its rows. Exchanged if the patch is reversed: side 0 is always the
 * one before applying. */
typedef struct patch_section {
	char *path[2]; /* of each side; equal unless renamed */
	patch_side side[2];
	bool partial; /* some of its changes: never the whole way from one version to the other */
	bool reverse;
	patch_pair *pairs;
	size_t pair_count;
	size_t *identity; /* pairs that identify rows; none: all cells do */
	size_t identity_count;
	bool same_columns;    /* column i is column i, under one name */
	uint64_t start, line; /* where it begins in the patch */
} patch_section;
void patch_section_clear(patch_section *s);

typedef enum patch_kind {
	PATCH_CHANGE, /* a row that stays where it is, or whose neighbours do */
	PATCH_KEEP,   /* nothing happens to it: rows come or go below it */
	PATCH_REMOVE,
	PATCH_ADD,
	PATCH_LEAVE,  /* rows go elsewhere ... */
	PATCH_ARRIVE, /* ... and come from there */
	PATCH_END
} patch_kind;

/* One line; its texts live until the next one is read. */
typedef struct patch_op {
	patch_kind kind;
	uint64_t row[2]; /* from 0; PATCH_NONE */
	uint64_t count;  /* leave, arrive */
	/* how the row is written on each side; data NULL: it is not there, or is not changed */
	vv_bytes line[2];
} patch_op;

/* Reads the next section's head: 1, 0 at the end of the patch, <0. */
int patch_section_read(patch_section *out, patch_lines *l, bool reverse, vv_error *err);
/* Goes back to the section's first row. */
vv_status patch_section_again(patch_lines *l, const patch_section *s, vv_error *err);
/* The section's next line; PATCH_END once, which was checked against the hash. */
vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err);

#endif
